# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Every mask is of the names that were told last, wherever a thread is held up."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from support.preemption import Held, settle
from support.tiny_bundle import write_tiny_bundle

from attendseg_ros.inference import Bundle, Segmenter, load_bundle
from attendseg_ros.labels import ClassInfo, ClassTable
from attendseg_ros.ros.model.frame_gate import FrameGate
from attendseg_ros.ros.model.loader import Loader
from attendseg_ros.ros.model.model_request import ModelRequest, ModelRequests
from attendseg_ros.ros.model.model_switch import ModelSwitch
from attendseg_ros.ros.parameters.settings import Settings

Meaning = tuple[tuple[str, ...], float]
"""What a mask's ids mean: names of the classes, and the least confidence of a labelled pixel."""

IMAGE = np.zeros((64, 128, 3), np.uint8)
FRAMES = 2

OF_THE_SWITCH = (ModelSwitch.ask, ModelRequests.follow, Loader.submit, FrameGate.tell_soon)
"""A function of each file in which a switch has its steps."""

LEAST_STEPS = 8

OTHERS = ClassTable([ClassInfo(0, "free", (10, 200, 10)), ClassInfo(1, "wall", (200, 10, 10))])


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Bundle]:
    root = tmp_path_factory.mktemp("bundles")
    write_tiny_bundle(root / "old")
    write_tiny_bundle(root / "new", classes=OTHERS)
    # Loads, and no engine runs it.
    write_tiny_bundle(root / "broken", classes=OTHERS, model=b"nonsense")
    return {name: load_bundle(str(root / name)) for name in ("old", "new", "broken")}


class Stage:
    """A model switch, and what was told and masked, in order."""

    def __init__(self, bundles: dict[str, Bundle]) -> None:
        self._bundles = bundles
        self.settings = Settings(engine="onnxruntime", num_threads=1, model="old")
        self.events: list[tuple[str, Meaning]] = []
        self.names_fail = False
        segmenter = Segmenter(bundles["old"], "onnxruntime", 1)
        before = set(threading.enumerate())
        self.switch = ModelSwitch(
            segmenter,
            self.settings,
            switched=self._told,
            failed=self._failed,
        )
        # An engine's thread of the stage before may end only now, and is then seen once more.
        started = set(threading.enumerate()) - before
        (self.loader,) = (thread for thread in started if thread.name == "model")
        self.switch.tell()

    def set(self, **values: Any) -> None:
        """As the parameters' callback does."""
        self.settings = replace(self.settings, **values)
        model = values.get("model")
        bundle = self.switch.asked_bundle if model is None else self._bundles[model]
        self.switch.ask(self.settings, bundle, anew=bool(values.keys() & {"model", "input_size"}))

    def frame(self) -> None:
        """As the frames' thread does."""
        with self.switch.frame() as (segmenter, settings):
            segmenter.segment(IMAGE)
            self._note("mask", segmenter, settings)

    def check(self) -> None:
        """Fails where a mask was not of the names told last, or what runs is not what is told."""
        settled = len(self.events)
        self.frame()
        assert len(self.events) == settled + 1, self.events
        told: Meaning | None = None
        for what, meaning in self.events:
            if what == "told":
                told = meaning
            assert meaning == told, self.events

    def _told(self, segmenter: Segmenter, settings: Settings) -> None:
        if self.names_fail:
            raise OSError("no names")
        self._note("told", segmenter, settings)

    def _failed(self, request: ModelRequest, _reason: str) -> None:
        self.switch.take_back(request)

    def _note(self, what: str, segmenter: Segmenter, settings: Settings) -> None:
        self.events.append((what, _meaning(segmenter, settings)))


def _meaning(segmenter: Segmenter, settings: Settings) -> Meaning:
    return segmenter.bundle.classes.names, settings.min_confidence


def confidence(stage: Stage) -> None:
    stage.set(min_confidence=0.3)


def broken_model(stage: Stage) -> None:
    stage.set(model="broken", min_confidence=0.3)


def model_and_confidence(stage: Stage) -> None:
    stage.set(model="new", min_confidence=0.3)


def model_and_back(stage: Stage) -> None:
    stage.set(model="new")
    stage.set(model="old", min_confidence=0.3)


def size(stage: Stage) -> None:
    stage.set(input_size=(192, 64))


def activation(stage: Stage) -> None:
    stage.switch.tell()


def frames(stage: Stage) -> None:
    for _ in range(FRAMES):
        stage.frame()


def steps(bundles: dict[str, Bundle], who: str) -> Iterator[tuple[Stage, Held]]:
    """A stage for each step of a thread, until it has no more."""
    for step in range(1, 1000):
        with Held(who, step, *(function.__code__ for function in OF_THE_SWITCH)) as held:
            stage = Stage(bundles)
            try:
                yield stage, held
            finally:
                held.resume()
                stage.switch.close()
        if not held.reached:
            assert step > LEAST_STEPS
            return


def start(stage: Stage, name: str, *actions: Callable[[Stage], None]) -> threading.Thread:
    def run() -> None:
        for action in actions:
            action(stage)

    thread = threading.Thread(target=run, name=name)
    thread.start()
    return thread


CHANGES = [
    confidence,
    model_and_confidence,
    model_and_back,
    broken_model,
    size,
    activation,
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_frame_held_anywhere_while_something_changes(
    bundles: dict[str, Bundle], change: Callable[[Stage], None]
) -> None:
    for stage, held in steps(bundles, "frames"):
        framing = start(stage, "frames", frames)
        held.wait(framing)
        changing = start(stage, "executor", change, confidence)
        settle([changing, stage.loader])
        held.resume()
        framing.join()
        changing.join()
        settle([stage.loader])
        stage.check()


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_held_anywhere_while_a_model_switches_and_frames_come(
    bundles: dict[str, Bundle], change: Callable[[Stage], None]
) -> None:
    for stage, held in steps(bundles, "executor"):
        stage.set(model="new")
        changing = start(stage, "executor", change)
        held.wait(changing, stage.loader)
        framing = start(stage, "frames", frames)
        settle([framing, stage.loader])
        held.resume()
        changing.join()
        framing.join()
        settle([stage.loader])
        stage.check()


@pytest.mark.parametrize("change", CHANGES)
def test_a_switch_held_anywhere_while_something_changes_and_frames_come(
    bundles: dict[str, Bundle], change: Callable[[Stage], None]
) -> None:
    for stage, held in steps(bundles, "model"):
        stage.set(model="new")
        held.wait(stage.loader)
        changing = start(stage, "executor", change)
        settle([changing])
        framing = start(stage, "frames", frames)
        settle([framing, changing])
        held.resume()
        changing.join()
        framing.join()
        settle([stage.loader])
        stage.check()


def test_names_that_could_not_be_told_are_told_before_the_next_mask(
    bundles: dict[str, Bundle],
) -> None:
    stage = Stage(bundles)
    stage.names_fail = True
    try:
        # Whoever sets a parameter is not to suffer from it, and a mask without its names is none.
        stage.set(min_confidence=0.3)
        with pytest.raises(OSError, match="no names"):
            stage.frame()
        assert stage.events == [("told", (bundles["old"].classes.names, 0.0))]
        stage.names_fail = False
        stage.frame()
        assert stage.events[-2:] == [
            ("told", (bundles["old"].classes.names, 0.3)),
            ("mask", (bundles["old"].classes.names, 0.3)),
        ]
        stage.check()
    finally:
        stage.switch.close()
