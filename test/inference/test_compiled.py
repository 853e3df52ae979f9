# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Compiled networks: kept in the user's cache, taken from there, and never more than a few."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from attendseg_ros.inference import Bundle, available_engines, create_engine
from attendseg_ros.inference.compiled import compiled_networks

SIZE = (128, 64)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "attendseg_ros"


def openvino_logits(bundle: Bundle) -> NDArray[np.float32]:
    if (reason := available_engines()["openvino"]) is not None:
        pytest.skip(reason)
    engine = create_engine("openvino", bundle, SIZE, num_threads=1)
    image = np.random.default_rng(3).integers(0, 256, (SIZE[1], SIZE[0], 3), np.uint8)
    logits: NDArray[np.float32] = engine.infer(image).copy()
    engine.close()
    return logits


def test_lies_where_the_environment_says(cache: Path) -> None:
    assert compiled_networks() == cache
    assert cache.is_dir()


@pytest.mark.parametrize("value", ["", "relative/folder"])
def test_lies_in_the_home_without_an_absolute_path(
    value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", value)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert compiled_networks() == tmp_path / ".cache" / "attendseg_ros"


def test_an_engine_does_without_where_nothing_can_be_written(
    tiny: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = openvino_logits(tiny)
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert compiled_networks() is None
    np.testing.assert_array_equal(openvino_logits(tiny), expected)


def test_only_the_latest_stay(cache: Path) -> None:
    cache.mkdir()
    for age in range(40):
        path = cache / f"{age}.blob"
        path.touch()
        os.utime(path, (1_000 - age, 1_000 - age))
    compiled_networks()
    assert {path.name for path in cache.iterdir()} == {f"{age}.blob" for age in range(32)}


def test_the_second_engine_takes_what_the_first_compiled(cache: Path, tiny: Bundle) -> None:
    expected = openvino_logits(tiny)
    (compiled,) = cache.glob("*.blob")
    written = compiled.stat().st_mtime_ns
    np.testing.assert_array_equal(openvino_logits(tiny), expected)
    assert [path.stat().st_mtime_ns for path in cache.glob("*.blob")] == [written]


@pytest.mark.parametrize("share", [0.0, 0.1, 0.9])
def test_a_cut_off_file_is_compiled_anew(cache: Path, tiny: Bundle, share: float) -> None:
    expected = openvino_logits(tiny)
    (compiled,) = cache.glob("*.blob")
    size = compiled.stat().st_size
    os.truncate(compiled, int(share * size))
    np.testing.assert_array_equal(openvino_logits(tiny), expected)
    assert compiled.stat().st_size == size
