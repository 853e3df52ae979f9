# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which engine `auto` takes, and how it says so."""

from __future__ import annotations

import importlib.util
import tempfile
from pathlib import Path

import pytest
from support.full_disk import full_disk

from attendseg_ros.errors import EngineError
from attendseg_ros.inference import AUTO, Bundle, Segmenter, available_engines
from attendseg_ros.inference.measured import Measured, key_of_choice, remember
from attendseg_ros.inference.selection import asked_for

INSTALLED = [name for name in ("onnxruntime", "openvino") if available_engines()[name] is None]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine on which nothing is remembered."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "attendseg_ros"


def hide(monkeypatch: pytest.MonkeyPatch, *hidden: str) -> None:
    """Makes packages look as if they were not installed."""
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name in hidden else find_spec(name)
    )


def test_auto_takes_the_fastest_and_reports_what_it_measured(tiny: Bundle) -> None:
    segmenter = Segmenter(tiny, AUTO)
    selection = segmenter.selection
    assert segmenter.engine_name == selection.engine
    assert set(selection.medians_ms) == set(INSTALLED)
    fastest_ms = min(selection.medians_ms.values())
    assert fastest_ms > 0.0
    is_fastest = selection.medians_ms[selection.engine] == fastest_ms
    why = "fastest measured" if is_fastest else "no other is surely 10% faster"
    assert str(selection).startswith(f"{selection.engine} ({why}: ")
    for name, milliseconds in selection.medians_ms.items():
        assert f"{name} {milliseconds:.1f} ms" in str(selection)


def test_auto_says_which_engine_it_could_not_measure(
    tiny: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    hide(monkeypatch, "openvino")
    selection = Segmenter(tiny, AUTO).selection
    assert selection.engine == "onnxruntime"
    assert set(selection.medians_ms) == {"onnxruntime"}
    assert "openvino is not installed" in selection.unavailable["openvino"]
    assert "openvino not available: " in str(selection)


def test_auto_without_any_engine_says_why(tiny: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    hide(monkeypatch, "openvino", "onnxruntime")
    with pytest.raises(EngineError, match=r"found no engine.*openvino: .*onnxruntime: ") as caught:
        Segmenter(tiny, AUTO)
    assert "pip install" in str(caught.value)


def test_an_engine_asked_for_is_not_measured(tiny: Bundle) -> None:
    selection = Segmenter(tiny, "onnxruntime").selection
    assert selection.engine == "onnxruntime"
    assert not selection.medians_ms
    assert str(selection) == "onnxruntime (asked for)"


def test_an_unknown_engine_is_refused_with_auto_among_the_known(tiny: Bundle) -> None:
    with pytest.raises(EngineError, match=r"unknown engine 'tpu': .* auto, onnxruntime, openvino"):
        Segmenter(tiny, "tpu")


def test_an_engine_that_fell_back_is_told_of() -> None:
    selection = asked_for("cuda", "onnxruntime")
    assert selection.engine == "onnxruntime"
    assert "could not start" in selection.broken["cuda"]
    assert str(selection).startswith("onnxruntime (asked for: cuda, but ONNX Runtime could not ")
    assert not asked_for("cuda", "cuda").broken


def test_a_later_start_takes_what_was_measured(tiny: Bundle, cache: Path) -> None:
    first = Segmenter(tiny, AUTO).selection
    (file,) = cache.glob("*.engine")
    written = file.stat().st_mtime_ns
    for _ in range(11):
        later = Segmenter(tiny, AUTO).selection
        assert later.remembered
        assert later.engine == first.engine
        assert dict(later.medians_ms) == dict(first.medians_ms)
    assert not first.remembered
    assert "at an earlier start" in str(later)
    assert file.stat().st_mtime_ns == written


def test_without_the_file_they_are_measured_again(tiny: Bundle, cache: Path) -> None:
    Segmenter(tiny, AUTO)
    for file in cache.glob("*.engine"):
        file.unlink()
    assert not Segmenter(tiny, AUTO).selection.remembered


def test_another_size_or_number_of_threads_is_measured_anew(tiny: Bundle, cache: Path) -> None:
    Segmenter(tiny, AUTO, num_threads=1)
    assert not Segmenter(tiny, AUTO, num_threads=2).selection.remembered
    assert not Segmenter(tiny, AUTO, num_threads=1, input_size=(64, 64)).selection.remembered
    assert Segmenter(tiny, AUTO, num_threads=1).selection.remembered
    assert len(list(cache.glob("*.engine"))) == 3


def test_an_engine_installed_later_has_them_measured_anew(
    tiny: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    if len(INSTALLED) < 2:
        pytest.skip("one engine is installed")
    with monkeypatch.context() as without:
        hide(without, "openvino")
        assert Segmenter(tiny, AUTO).engine_name == "onnxruntime"
    selection = Segmenter(tiny, AUTO).selection
    assert not selection.remembered
    assert set(selection.medians_ms) == set(INSTALLED)


def test_what_is_remembered_needs_no_other_process(
    tiny: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Segmenter(tiny, AUTO).selection
    # Nothing can be started here, so nothing can be measured elsewhere.
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    later = Segmenter(tiny, AUTO).selection
    assert later.remembered
    assert later.engine == first.engine


def test_what_is_remembered_counts_and_not_what_is_fastest_now(tiny: Bundle) -> None:
    if len(INSTALLED) < 2:
        pytest.skip("one engine is installed")
    key = key_of_choice(["openvino", "onnxruntime"], tiny, tiny.input_size, 0)
    medians = {"openvino": 1.0, "onnxruntime": 2.0}
    remember(key, Measured("onnxruntime", medians))
    selection = Segmenter(tiny, AUTO).selection
    assert selection.engine == "onnxruntime"
    assert "no other is surely 10% faster at an earlier start" in str(selection)


@pytest.mark.parametrize("engine", [AUTO, *INSTALLED])
def test_no_disk_with_room_is_needed(
    tiny: Bundle, monkeypatch: pytest.MonkeyPatch, engine: str
) -> None:
    # Where files for a while go is found out once in a process.
    monkeypatch.setattr(tempfile, "tempdir", None)
    with full_disk(0):
        with pytest.raises(FileNotFoundError, match="No usable temporary directory"):
            tempfile.gettempdir()
        selection = Segmenter(tiny, engine).selection
    assert not selection.broken
    assert engine != AUTO or set(selection.medians_ms) == set(INSTALLED)
