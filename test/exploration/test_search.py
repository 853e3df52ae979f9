# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Exploration: keeps to the limits, finds the front, goes on where it was stopped."""

from __future__ import annotations

import json
import math
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from typing import Any

import pytest

from attendseg_ros.errors import DataError, LogitsError
from attendseg_ros.exploration import search
from attendseg_ros.exploration.candidate import Candidate, pareto_front
from attendseg_ros.exploration.search import Exploration, Limits, explore
from attendseg_ros.network.counting import Counts
from attendseg_ros.network.shape import Shape
from attendseg_ros.training import loop
from attendseg_ros.training.config import TrainingConfig

# Any machine is faster than a second a frame at this size: the parameters decide.
LIMITS = Limits(target_latency_ms=1000.0, max_parameters=900_000)


def candidate(latency_ms: float, mean_iou: float) -> Candidate:
    return Candidate(Shape(), (64, 64), Counts(1, 1), latency_ms, mean_iou)


def found(training: TrainingConfig, candidates: int) -> Exploration:
    return explore(training, LIMITS, candidates, "onnxruntime", 1)


def test_the_front_holds_what_nothing_beats_in_both() -> None:
    fast, middle, best = candidate(1, 0.3), candidate(2, 0.5), candidate(5, 0.6)
    worse, slower = candidate(3, 0.4), candidate(6, 0.6)
    assert pareto_front([slower, best, worse, fast, middle]) == [fast, middle, best]


def test_the_best_within_the_limits_is_picked_and_what_is_done_is_not_done_again(
    training: TrainingConfig,
) -> None:
    found(training, 1)
    (first,) = (training.run / "candidates").iterdir()
    trained_at = (first / "best.pt").stat().st_mtime_ns
    result = found(training, 2)
    assert (first / "best.pt").stat().st_mtime_ns == trained_at
    assert result.tried == 2
    assert result.pick == max(result.front, key=lambda c: c.mean_iou)
    for one in result.front:
        assert one.counts.parameters <= LIMITS.max_parameters
        assert 0.0 < one.latency_ms <= LIMITS.target_latency_ms
        assert 0.0 <= one.mean_iou <= 1.0
    assert Shape.load(training.run / search.PICK_FILE) == result.pick.shape
    front = json.loads((training.run / search.FRONT_FILE).read_text())
    assert front == [one.to_mapping() for one in result.front]
    with pytest.raises(DataError, match=r"exploration\.json.*other settings"):
        explore(training, replace(LIMITS, max_macs=10**9), 2, "onnxruntime", 1)
    with pytest.raises(DataError, match=r"exploration\.json.*other settings"):
        explore(training, LIMITS, 2, "onnxruntime", 1, [(192, 128)])


def test_an_exploration_goes_on_whose_version_had_fewer_settings(
    training: TrainingConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that have come since have the values that it was made with."""
    monkeypatch.setattr(loop, "run", lambda _: {"mean_iou": 0.5})
    made = replace(training, mix_share=0.0)
    found(made, 1)
    path = training.run / search.SETTINGS_FILE
    settings = json.loads(path.read_text())
    for later in ("mix_share", "keep_start", "backbone"):
        del settings["training"][later]
    path.write_text(json.dumps(settings))
    assert found(made, 2).tried == 2
    with pytest.raises(DataError, match=r"training\.mix_share is 0\.0 there, now 0\.5"):
        found(training, 2)


def test_an_exploration_whose_set_has_changed_does_not_go_on(
    training: TrainingConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "run", lambda _: {"mean_iou": 0.5})
    found(training, 1)
    for folder in ("val", "valannot"):
        first = sorted((training.data / folder).iterdir())[0]
        shutil.copy(first, first.with_stem("new"))
    with pytest.raises(DataError, match=r"set\.scored on is \d+ images .* there, now \d+ images"):
        found(training, 2)
    # One of before says nothing of its set.
    path = training.run / search.SETTINGS_FILE
    settings = json.loads(path.read_text())
    del settings["set"]
    path.write_text(json.dumps(settings))
    assert found(training, 2).tried == 2


def test_a_candidate_whose_training_diverges_does_not_end_the_search(
    training: TrainingConfig, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def diverge(_: TrainingConfig) -> None:
        raise LogitsError("the network's logits are NaN")

    monkeypatch.setattr(loop, "run", diverge)
    (one,) = found(training, 1).front
    assert one.mean_iou == 0.0
    assert "counts as 0 % mean IoU: the network's logits are NaN" in capsys.readouterr().err


def test_a_killed_candidate_is_taken_up_again(training: TrainingConfig) -> None:
    # Long enough to be killed in the middle of its training.
    slow = replace(training, epochs=25, evaluate_every=25)
    code = (
        "import sys, yaml; from pathlib import Path\n"
        "from attendseg_ros.exploration.search import Limits, explore\n"
        "from attendseg_ros.training.config import TrainingConfig\n"
        "training = TrainingConfig.load(Path(sys.argv[1]))\n"
        "explore(training, Limits(1000.0, 900_000), 1, 'onnxruntime', 1)\n"
    )
    slow.save()
    with subprocess.Popen(
        [sys.executable, "-c", code, str(slow.run)], stderr=subprocess.DEVNULL
    ) as process:
        deadline = time.monotonic() + 120
        while not list(slow.run.glob("candidates/*/last.pt")):
            assert process.poll() is None, "the exploration ended by itself"
            assert time.monotonic() < deadline, "no checkpoint"
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
    (stopped,) = (slow.run / "candidates").iterdir()
    # The same candidate goes on: its folder is used, and no other comes before it.
    result = explore(slow, LIMITS, 1, "onnxruntime", 1)
    assert result.tried == 1
    assert [folder.name for folder in (slow.run / "candidates").iterdir()] == [stopped.name]


def test_an_input_size_of_several_is_chosen(
    training: TrainingConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[tuple[int, int], TrainingConfig] = {}

    def note(config: TrainingConfig) -> dict[str, float]:
        seen[config.input_size] = config
        return {"mean_iou": 0.5}

    monkeypatch.setattr(loop, "run", note)
    monkeypatch.setattr(search, "latency_ms", lambda *_: 1.0)
    width, height = training.input_size
    explore(training, LIMITS, 12, "onnxruntime", 1, [(2 * width, 3 * height)])
    assert set(seen) == {(width, height), (2 * width, 3 * height)}
    assert seen[width, height].crop_size == training.crop_size == (64, 64)
    assert seen[2 * width, 3 * height].crop_size == (128, 192)


def test_an_input_size_that_no_network_takes_is_refused(training: TrainingConfig) -> None:
    with pytest.raises(DataError, match="multiples of 64, got 500x300"):
        explore(training, LIMITS, 1, "onnxruntime", 1, [(500, 300)])
    assert not training.run.exists()


def test_limits_that_no_shape_keeps_are_said(training: TrainingConfig) -> None:
    with pytest.raises(DataError, match=r"shapes in a row broke the limits.*parameters"):
        explore(training, replace(LIMITS, max_parameters=1000), 1, "onnxruntime", 1)


@pytest.mark.parametrize("name", ["target_latency_ms", "max_parameters", "max_macs"])
def test_limits_must_be_above_0(name: str) -> None:
    nothing: tuple[Any, ...] = (0, math.inf, math.nan)
    for none in nothing:
        with pytest.raises(DataError, match=f"{name} must be a number above 0, got {none}"):
            replace(LIMITS, **{name: none})
