# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Bundles that the tests of the inference path share."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.tiny_bundle import write_tiny_bundle

from attendseg_ros.inference import Bundle, available_engines, load_bundle


@pytest.fixture(scope="session")
def tiny_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a bundle that answers with the nearest class colour."""
    return write_tiny_bundle(tmp_path_factory.mktemp("bundles") / "tiny", input_size=(704, 64))


@pytest.fixture(scope="session")
def tiny(tiny_path: Path) -> Bundle:
    """The same, loaded."""
    return load_bundle(tiny_path)


@pytest.fixture(params=["onnxruntime", "openvino", "torch"])
def engine_name(request: pytest.FixtureRequest) -> str:
    """Each engine in turn; one that is not installed is skipped with the reason."""
    name = str(request.param)
    reason = available_engines()[name]
    if reason is not None:
        pytest.skip(reason)
    return name
