# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Segmenters that hang, one after another: replaced ever later, and never without bound."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from support.ros_client import wait_until
from support.segmentation_rig import HEIGHT, WIDTH
from support.tiny_bundle import painted, stripes, write_tiny_bundle

from attendseg_ros.errors import EngineError
from attendseg_ros.inference import Segmentation, Segmenter, load_bundle
from attendseg_ros.inference.onnxruntime_engine import OnnxRuntimeEngine
from attendseg_ros.ros.model.hangs import (
    LONGEST_DELAY_S,
    MOST_HANGING,
    QUIET_S,
    EngineHangError,
    Hangs,
)
from attendseg_ros.ros.model.model_switch import ModelSwitch
from attendseg_ros.ros.parameters.settings import Settings
from attendseg_ros.streaming.watched_calls import hanging

TRUTH = stripes(WIDTH, HEIGHT, count=8)
GOOD = painted(TRUTH)
MARK = 252

TIMEOUT_S = 0.5


class Gate:
    """Holds up every call of an engine with a marked image, or every call, until it opens."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.for_all = False
        self.broken = False
        self.made = 0


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    made = Gate()
    infer, load = OnnxRuntimeEngine.infer, OnnxRuntimeEngine._load

    def wait(engine: OnnxRuntimeEngine, image: NDArray[np.uint8]) -> Any:
        if made.for_all or image[0, 0, 0] == MARK:
            made.open.wait()
        return infer(engine, image)

    def count(*arguments: Any) -> None:
        if made.broken:
            raise EngineError("the driver is gone")
        made.made += 1
        load(*arguments)

    monkeypatch.setattr(OnnxRuntimeEngine, "infer", wait)
    monkeypatch.setattr(OnnxRuntimeEngine, "_load", count)
    yield made
    made.open.set()
    wait_until(lambda: hanging() == 0, "every call to return")


@pytest.fixture
def told() -> list[str]:
    """What was said of hangs."""
    return []


@pytest.fixture
def switch(gate: Gate, told: list[str], tiny_path: Path) -> Iterator[ModelSwitch]:
    assert gate.made == 0
    made = ModelSwitch(
        Segmenter(load_bundle(tiny_path), "onnxruntime", 1),
        Settings(engine="onnxruntime", num_threads=1),
        switched=lambda *_: None,
        failed=lambda *_: None,
        say=told.append,
    )
    yield made
    made.close()


def segment(switch: ModelSwitch, mark: int | None = None) -> Segmentation:
    rgb = GOOD.copy()
    if mark is not None:
        rgb[0, 0, 0] = mark
    with switch.frame() as (segmenter, _):
        return switch.segment(segmenter, rgb, TIMEOUT_S)


def hang(switch: ModelSwitch) -> None:
    with pytest.raises(EngineHangError, match="engine 'onnxruntime' with model 'tiny' hangs since"):
        segment(switch, MARK)


def works(switch: ModelSwitch) -> bool:
    try:
        labels = segment(switch).labels
    except EngineHangError:
        return False
    np.testing.assert_array_equal(labels, TRUTH)
    return True


def test_frames_are_refused_until_another_is_there(switch: ModelSwitch, told: list[str]) -> None:
    assert works(switch)
    before = switch.segmenter
    hang(switch)
    wait_until(lambda: works(switch), "frames to flow")
    assert switch.segmenter is not before
    assert switch.segmenter.engine_name == "onnxruntime"
    assert switch.hangs.now == ""
    assert switch.hangs.count == 1
    assert "hung at" in switch.hangs.last
    assert len(told) == 1


def test_calls_that_hang_are_bounded_and_one_that_returns_lets_frames_flow(
    switch: ModelSwitch, gate: Gate, told: list[str]
) -> None:
    for count in range(1, MOST_HANGING):
        hang(switch)
        assert hanging() == count
        wait_until(lambda: works(switch), "frames to flow")
    made = gate.made
    hang(switch)
    assert hanging() == MOST_HANGING
    wait_until(lambda: "no engine is made until one of them returns" in switch.hangs.now, "a word")
    # Longer than any pause between two tries so far.
    threading.Event().wait(2.5)
    assert gate.made == made
    assert not works(switch)
    gate.open.set()
    wait_until(lambda: works(switch), "frames to flow")
    wait_until(lambda: hanging() == 0, "every call to return")
    wait_until(lambda: sum("returned after all" in text for text in told) == MOST_HANGING, "a word")


def test_one_that_cannot_be_made_is_tried_again(switch: ModelSwitch, gate: Gate) -> None:
    gate.broken = True
    hang(switch)
    wait_until(lambda: "which failed" in switch.hangs.now, "a word of the failure")
    assert "the driver is gone" in switch.hangs.now
    assert not works(switch)
    gate.broken = False
    wait_until(lambda: works(switch), "frames to flow")
    # Frames flow from within what clears it at its end.
    wait_until(lambda: switch.refusal == "", "the refusal to be forgotten")


def test_engines_that_hang_while_they_are_made_are_waited_for(
    switch: ModelSwitch, gate: Gate
) -> None:
    assert works(switch)
    gate.for_all = True
    hang(switch)
    # The next one hangs over its first image.
    wait_until(lambda: gate.made == 2, "the next engine")
    assert not works(switch)
    gate.open.set()
    wait_until(lambda: works(switch), "frames to flow")
    assert gate.made == 2


def test_another_model_takes_the_place_of_one_that_hangs(
    switch: ModelSwitch, gate: Gate, tmp_path: Path
) -> None:
    path = write_tiny_bundle(
        tmp_path / "other", input_size=(WIDTH, HEIGHT), overrides={"name": "other"}
    )
    gate.broken = True
    hang(switch)
    wait_until(lambda: "which failed" in switch.hangs.now, "a word of the failure")
    gate.broken = False
    switch.ask(Settings(engine="onnxruntime", num_threads=1), load_bundle(path), anew=True)
    wait_until(lambda: works(switch), "frames to flow")
    assert switch.segmenter.bundle.name == "other"


def test_a_size_asked_for_while_it_hangs_is_that_of_the_next(switch: ModelSwitch) -> None:
    hang(switch)
    settings = Settings(engine="onnxruntime", num_threads=1, input_size=(128, 64))
    switch.ask(settings, switch.asked_bundle, anew=True)
    wait_until(lambda: switch.segmenter.input_size == (128, 64), "the size")
    wait_until(lambda: not switch.hangs.now, "the hang to end")
    with switch.frame() as (segmenter, _):
        assert switch.segment(segmenter, GOOD, TIMEOUT_S).input_size == (128, 64)


def test_a_slow_machine_s_frames_may_take_as_long_as_its_first_run_tells(
    switch: ModelSwitch, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(switch.segmenter, "_first_run_s", 60.0)
    opener = threading.Timer(2 * TIMEOUT_S, gate.open.set)
    opener.start()
    segment(switch, MARK)
    opener.join()
    assert switch.hangs.count == 0


def test_closing_does_not_wait_for_one_that_hangs(switch: ModelSwitch, gate: Gate) -> None:
    gate.broken = True
    hang(switch)
    # At work on the next, or waiting for its turn: closed all the same, once more by the fixture.
    switch.close()
    assert hanging() == 1


def test_tries_are_ever_further_apart_until_all_is_quiet() -> None:
    now_s = 100.0
    hangs = Hangs(lambda: now_s)
    delays = []
    for _ in range(9):
        hangs.begin("e", "m", 2.0)
        delays.append(hangs.delay_s())
        hangs.end()
        now_s += QUIET_S / 2
    assert delays == [0, 1, 2, 4, 8, 16, LONGEST_DELAY_S, LONGEST_DELAY_S, LONGEST_DELAY_S]
    now_s += QUIET_S
    hangs.begin("e", "m", 2.0)
    assert hangs.delay_s() == 0
    now_s += 3.0
    assert "(5.0 s) and is being replaced" in hangs.now
    hangs.fail("no driver")
    assert "which failed: no driver" in hangs.now
    assert "1 s between tries" in hangs.now
