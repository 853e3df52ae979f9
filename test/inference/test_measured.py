# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What `auto` remembers: kept with the compiled networks' care, and never used when damaged."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from attendseg_ros.inference import Bundle
from attendseg_ros.inference.compiled import store_compiled
from attendseg_ros.inference.measured import Measured, key_of_choice, recall, remember

CANDIDATES = ["openvino", "onnxruntime"]
FOUND = Measured("openvino", {"openvino": 4.0, "onnxruntime": 7.5})


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "attendseg_ros"


def test_is_found_again(cache: Path) -> None:
    assert recall("a", CANDIDATES) is None
    remember("a", FOUND)
    assert recall("a", CANDIDATES) == FOUND
    assert recall("b", CANDIDATES) is None
    assert cache.stat().st_mode & 0o777 == 0o700


def test_a_damaged_memory_is_never_used(cache: Path) -> None:
    remember("a", FOUND)
    file = cache / "a.engine"
    whole = file.read_bytes()
    for at in range(len(whole)):
        for content in (whole[:at], whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]):
            file.write_bytes(content)
            assert recall("a", CANDIDATES) is None
            assert not file.exists()


@pytest.mark.parametrize(
    "content",
    [
        *({}, [], "openvino", {"engine": "openvino"}, {"engine": [], "medians_ms": {}}),
        {"engine": "torch", "medians_ms": {"torch": 1.0}},
        {"engine": "openvino", "medians_ms": {"onnxruntime": 1.0}},
        {"engine": "openvino", "medians_ms": {"openvino": -1.0}},
        {"engine": "openvino", "medians_ms": {"openvino": "fast"}},
        {"engine": "openvino", "medians_ms": [4.0]},
    ],
)
def test_nor_is_one_that_makes_no_sense(content: object, cache: Path) -> None:
    store_compiled("a", json.dumps(content).encode(), "engine")
    assert list(cache.glob("*.engine"))
    assert recall("a", CANDIDATES) is None


def test_nor_one_in_a_folder_that_others_write(cache: Path) -> None:
    remember("a", FOUND)
    cache.chmod(0o777)
    assert recall("a", CANDIDATES) is None


def test_without_a_folder_nothing_is_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    remember("a", FOUND)
    assert recall("a", CANDIDATES) is None


def test_all_that_a_choice_depends_on_is_in_its_key(tiny: Bundle) -> None:
    keys = {
        key_of_choice(CANDIDATES, tiny, (704, 64), 1),
        key_of_choice(CANDIDATES[:1], tiny, (704, 64), 1),
        key_of_choice(CANDIDATES, tiny, (64, 64), 1),
        key_of_choice(CANDIDATES, tiny, (704, 64), 7),
    }
    assert len(keys) == 4
    again = key_of_choice(CANDIDATES[::-1], tiny, (704, 64), 1)
    assert again in keys


def test_fewer_cores_are_another_machine(tiny: Bundle) -> None:
    allowed = os.sched_getaffinity(0)
    if len(allowed) < 2:
        pytest.skip("one processor")
    before = key_of_choice(CANDIDATES, tiny, (704, 64), 1)
    try:
        os.sched_setaffinity(0, {min(allowed)})
        assert key_of_choice(CANDIDATES, tiny, (704, 64), 1) != before
    finally:
        os.sched_setaffinity(0, allowed)
