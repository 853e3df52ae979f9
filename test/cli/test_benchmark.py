# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`attendseg benchmark` as users run it."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def test_latency_prints_and_keeps_its_results(
    result_of: Callable[..., dict[str, Any]], attendseg: Any, tiny: Path, tmp_path: Path
) -> None:
    output = tmp_path / "results" / "latency.json"
    arguments = ("benchmark", "latency", "--model", tiny, "--threads", 1, "--repeats", 5)
    result = result_of(*arguments, "-o", output)
    assert json.loads(output.read_text()) == result
    assert {"cpu", "libraries", "load_average"} <= set(result["machine"])
    assert {case["precision"] for case in result["cases"]} == {"int8", "fp32"}

    told = attendseg(*arguments, "--engines", "onnxruntime", "-o", output)
    assert told.returncode == 0, told.stderr
    assert "| onnxruntime |" in told.stdout
    assert "load before: " in told.stdout
    plot = output.with_suffix(".png")
    if importlib.util.find_spec("matplotlib") is None:
        assert "no plot: matplotlib is not installed" in told.stderr
        assert not plot.exists()
    else:
        assert plot.read_bytes().startswith(b"\x89PNG")


def test_pipeline_and_its_plot(
    result_of: Callable[..., dict[str, Any]], tiny: Path, tmp_path: Path
) -> None:
    output = tmp_path / "pipeline.json"
    camera = ("--sizes", "320x240", "--rates", "20", "--duration", 1.5, "--warm-up", 0.5)
    result = result_of("benchmark", "pipeline", "--model", tiny, *camera, "-o", output)
    assert json.loads(output.read_text()) == result
    (scenario,) = result["scenarios"]
    assert scenario["latency_ms"]["n"] > 0
    assert scenario["engine"] in ("onnxruntime", "openvino")


def test_peers_without_rivals(
    result_of: Callable[..., dict[str, Any]], tiny: Path, tmp_path: Path
) -> None:
    options = ("--size", "64x64", "--threads", 1, "--repeats", 1, "-o", tmp_path / "peers.json")
    result = result_of("benchmark", "peers", "--model", tiny, "--rivals", *options)
    assert [row["precision"] for row in result["networks"]] == ["int8", "fp32"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "WHAT"),
        (("latency", "--sizes", "640"), "a size is spelled as 640x480, got '640'"),
        (("latency", "--repeats", "0"), "must be a whole number above 0, got '0'"),
        (("pipeline", "--rates", "fast"), "above 0 or 'max', got 'fast'"),
        (("pipeline", "--duration", "-1"), "a number of seconds above 0, got '-1'"),
    ],
)
def test_wrong_usage_says_the_right_one(
    attendseg: Any, arguments: tuple[str, ...], says: str
) -> None:
    process = attendseg("benchmark", *arguments)
    assert process.returncode == 2
    assert says in process.stderr
    assert "Traceback" not in process.stderr


def test_an_unfit_model_is_refused_in_a_line(attendseg: Any) -> None:
    process = attendseg("benchmark", "latency", "--model", "highway")
    assert process.returncode == 2
    assert process.stderr.splitlines()[-1].startswith(
        "attendseg benchmark: no model 'highway': give"
    )


def test_a_file_that_is_no_results_is_not_replaced(
    refusal_of: Callable[..., str], tiny: Path, tmp_path: Path
) -> None:
    notes = tmp_path / "notes.json"
    notes.write_text('{"mine": 1}')
    words = ("benchmark", "latency", "--model", tiny, "-o", notes)
    reason = refusal_of(*words)
    assert "does not hold results of 'attendseg benchmark latency'" in reason
    assert "--force" in reason
    assert notes.read_text() == '{"mine": 1}'
