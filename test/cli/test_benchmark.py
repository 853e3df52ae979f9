# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`attendseg benchmark` as users run it."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from attendseg_ros.inference.engine import default_threads
from attendseg_ros.placing import claimed


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


def test_latency_by_layer(
    result_of: Callable[..., dict[str, Any]], tiny: Path, tmp_path: Path
) -> None:
    arguments = ("benchmark", "latency", "--profile", "--model", tiny, "--repeats", 5)
    result = result_of(*arguments, "-o", tmp_path / "latency.json")
    assert {case["engine"] for case in result["cases"]} == {"onnxruntime", "openvino"}
    for case in result["cases"]:
        # A node's precision and threads, unless others are asked for.
        assert (case["precision"], case["threads"]) == ("int8", default_threads())
        assert case["profile"]["layers"]


def test_pipeline_and_an_earlier_run(
    result_of: Callable[..., dict[str, Any]], attendseg: Any, tiny: Path, tmp_path: Path
) -> None:
    output = tmp_path / "pipeline.json"
    camera = ("--sizes", "320x240", "--rates", "20", "--duration", 1.5, "--warm-up", 0.5)
    result = result_of("benchmark", "pipeline", "--model", tiny, *camera, "-o", output)
    assert json.loads(output.read_text()) == result
    (scenario,) = result["scenarios"]
    assert scenario["latency_ms"]["n"] > 0
    assert scenario["engine"] in ("onnxruntime", "openvino")
    words = (*camera, "--baseline", output, "-o", tmp_path / "again.json")
    again = attendseg("benchmark", "pipeline", "--model", tiny, *words)
    assert again.returncode == 0, again.stderr
    assert f"before ({output}), now, and how many times as much:" in again.stdout
    assert "| 320x240 raw at 20 Hz | " in again.stdout
    assert "no fair comparison" not in again.stdout


def test_a_baseline_of_other_scenarios_is_refused_before_anything_starts(
    attendseg: Any, repository: Path, tmp_path: Path
) -> None:
    kept = repository / "benchmark" / "results" / "pipeline.json"
    words = ("benchmark", "pipeline", "--sizes", "64x48", "--baseline", kept)
    process = attendseg(*words, "-o", tmp_path / "pipeline.json")
    assert process.returncode == 2
    reason = process.stderr.splitlines()[-1]
    assert "holds none of the scenarios that are to be measured: it has " in reason
    assert "640x480 raw at 30 Hz" in reason
    assert list(tmp_path.iterdir()) == []


def test_flicker_and_its_plot(attendseg: Any, tiny: Path, tmp_path: Path) -> None:
    output = tmp_path / "flicker.json"
    words = ("--model", tiny, "--engine", "onnxruntime", "--frames", 12, "-o", output)
    told = attendseg("benchmark", "flicker", *words)
    assert told.returncode == 0, told.stderr
    assert "| temporal_smoothing " in told.stdout
    assert len(json.loads(output.read_text())["cases"]) == 4
    if importlib.util.find_spec("matplotlib") is not None:
        assert output.with_suffix(".png").read_bytes().startswith(b"\x89PNG")


def test_failures_leave_pictures_beside_the_results(
    result_of: Callable[..., dict[str, Any]], tiny: Path, tmp_path: Path
) -> None:
    folders = [tmp_path / "set" / name for name in ("val", "valannot")]
    for folder in folders:
        folder.mkdir(parents=True)
    cv2.imwrite(str(folders[0] / "one.png"), np.zeros((64, 128, 3), np.uint8))
    cv2.imwrite(str(folders[1] / "one.png"), np.ones((64, 128), np.uint8))
    words = ("--model", tiny, "--data", tmp_path / "set", "-o", tmp_path / "failures.json")
    result = result_of("benchmark", "failures", *words)
    assert [one["picture"] for one in result["failures"]] == ["one.png"]
    assert (tmp_path / "failures_pictures" / "one.png").is_file()
    assert not (tmp_path / "failures.png").exists()


def test_a_report_of_saved_results(attendseg: Any, repository: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("<!-- peers -->\n<!-- end -->\n<!-- memory -->\n<!-- end -->\n")
    told = attendseg("benchmark", "report", page, "--results", repository / "benchmark/results")
    assert told.returncode == 0, told.stderr
    assert told.stdout.splitlines()[-2:] == ["tables        peers", "not_measured  memory"]
    assert "EdgeSegNet" in page.read_text()


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
        (("flicker", "--frames", "3"), "must be 12 or more, got 3"),
        (("memory", "--looks", "1"), "must be 2 or more, got 1"),
        (("memory", "--frames", "2", "--looks", "3"), "--looks must be 2 to --frames, got 3 of 2"),
        (("pace", "--target-ms", "0"), "must be a number above 0, got '0'"),
        (("start-up", "--engines", "fast"), "invalid choice: 'fast'"),
        (("report", "nowhere.md"), "nowhere.md cannot be read as a page"),
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


def test_results_that_another_run_is_writing_are_its_own(
    refusal_of: Callable[..., str], tiny: Path, tmp_path: Path
) -> None:
    out = tmp_path / "results.json"
    with claimed(out):
        said = refusal_of("benchmark", "latency", "--model", tiny, "-o", out)
    assert "results.json: another run is writing to it" in said
    assert list(tmp_path.iterdir()) == []


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
