# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Runs and bundles that a run begins with are found by folder or by name."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from attendseg_ros.inference.registry import shipped_models
from attendseg_ros.training.origins import CONFIG_FILE, is_bundle, read_bundle


def test_a_run_or_bundle_in_reach_comes_before_a_shipped_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert is_bundle(Path("street"))
    # A set of that name is neither a run nor a bundle.
    (tmp_path / "street" / "train").mkdir(parents=True)
    assert is_bundle(Path("street"))
    assert read_bundle(Path("street")).name == "street"
    (tmp_path / "street" / CONFIG_FILE).touch()
    assert not is_bundle(Path("street"))
    shutil.copytree(shipped_models()["indoor"], tmp_path / "offroad")
    assert is_bundle(Path("offroad"))
    assert read_bundle(Path("offroad")).name == "indoor"
    assert is_bundle(shipped_models()["street"])
    assert not is_bundle(tmp_path / "nothing")
