# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which engine `auto` takes, and how it says so."""

from __future__ import annotations

import importlib.util

import pytest

from attendseg_ros.errors import EngineError
from attendseg_ros.inference import AUTO, Bundle, Segmenter, available_engines
from attendseg_ros.inference.selection import asked_for

SIZE = (704, 64)


def hide(monkeypatch: pytest.MonkeyPatch, *hidden: str) -> None:
    """Makes packages look as if they were not installed."""
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name in hidden else find_spec(name)
    )


def test_auto_takes_the_fastest_and_reports_what_it_measured(tiny: Bundle) -> None:
    segmenter = Segmenter(tiny, AUTO)
    selection = segmenter.selection
    installed = {name for name in ("onnxruntime", "openvino") if available_engines()[name] is None}
    assert segmenter.engine_name == selection.engine
    assert set(selection.medians_ms) == installed
    assert min(selection.medians_ms.values()) > 0.0
    assert selection.engine == min(
        selection.medians_ms, key=lambda name: selection.medians_ms[name]
    )
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
    with pytest.raises(EngineError, match=r"found no engine.*onnxruntime: .*openvino: ") as caught:
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
