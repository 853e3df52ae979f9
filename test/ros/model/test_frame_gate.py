# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The gate between frames and what they are made with; `test_names_before_masks.py` has the orders.

What frames are made with is here the least confidence alone.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from support.tiny_bundle import write_tiny_bundle
from support.waiting import wait_until

from attendseg_ros.errors import EngineError
from attendseg_ros.inference import Segmenter, load_bundle
from attendseg_ros.ros.model.frame_gate import FrameGate
from attendseg_ros.ros.parameters.settings import Settings


class Stage:
    """A gate, what it told, and what can go wrong."""

    def __init__(self, segmenter: Segmenter) -> None:
        self.segmenter = segmenter
        self.confidence = 0.0
        self.told: list[float] = []
        self.refusal: Exception | None = None
        self.failure: Exception | None = None
        self.gate = FrameGate(self._now, self._tell, self._admit)

    def change(self, confidence: float) -> None:
        with self.gate.changed:
            self.confidence = confidence
            self.gate.tell_soon()

    def frame(self) -> float:
        with self.gate.frame() as (_, settings):
            return settings.min_confidence

    def _now(self) -> tuple[Segmenter, Settings]:
        return self.segmenter, Settings(min_confidence=self.confidence)

    def _tell(self, _segmenter: Segmenter, settings: Settings) -> None:
        if self.failure is not None:
            raise self.failure
        self.told.append(settings.min_confidence)

    def _admit(self) -> None:
        if self.refusal is not None:
            raise self.refusal


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    bundle = load_bundle(write_tiny_bundle(tmp_path / "tiny"))
    with closing(Segmenter(bundle, "onnxruntime", 1)) as segmenter:
        yield Stage(segmenter)


def test_what_changes_is_told_once(stage: Stage) -> None:
    stage.change(0.3)
    stage.change(0.3)
    assert (stage.frame(), stage.told) == (0.3, [0.3])
    stage.gate.tell_now()
    assert stage.told == [0.3, 0.3]


def test_a_frame_keeps_what_it_began_with_and_the_next_is_told_of_first(stage: Stage) -> None:
    with stage.gate.frame() as (_, settings):
        stage.change(0.3)
        assert (settings.min_confidence, stage.told) == (0.0, [])
    # Without waiting for another frame.
    assert stage.told == [0.3]
    assert stage.frame() == 0.3


def test_a_frame_that_is_refused_leaves_the_gate_open(stage: Stage) -> None:
    stage.refusal = EngineError("it hangs")
    with pytest.raises(EngineError, match="it hangs"):
        stage.frame()
    stage.change(0.3)
    stage.refusal = None
    assert (stage.frame(), stage.told) == (0.3, [0.3])


def test_there_is_no_frame_of_what_could_not_be_told(stage: Stage) -> None:
    stage.failure = OSError("no names")
    stage.change(0.3)
    with pytest.raises(OSError, match="no names"):
        stage.frame()
    stage.failure = None
    assert (stage.frame(), stage.told) == (0.3, [0.3])


def test_frames_that_come_without_a_gap_leave_one_for_a_change(stage: Stage) -> None:
    seen: list[float] = []
    done = threading.Event()

    def frames() -> None:
        while not done.is_set():
            seen.append(stage.frame())

    framing = threading.Thread(target=frames)
    framing.start()
    try:
        wait_until(lambda: bool(seen), "a frame")
        with stage.gate.changed, stage.gate.between_frames():
            stage.confidence = 0.3
            assert stage.told == []
        assert stage.told == [0.3]
        wait_until(lambda: seen[-1] == 0.3, "a frame of the change")
    finally:
        done.set()
        framing.join()
    assert seen == sorted(seen)


def test_a_change_that_fails_lets_frames_through_again(stage: Stage) -> None:
    with suppress(EngineError), stage.gate.changed, stage.gate.between_frames():
        raise EngineError("the driver is gone")
    assert (stage.frame(), stage.told) == (0.0, [])
