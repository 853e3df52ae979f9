# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Input sizes for `target_latency_ms`: prepared beside the one that runs, and no more than that."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import pytest
from builtin_interfaces.msg import Time as Stamp
from rclpy.lifecycle import LifecycleNode
from support.ros_client import Inbox, wait_until
from support.segmentation_rig import Rig
from support.tiny_bundle import write_tiny_bundle

from attendseg_ros.inference import Bundle, Segmenter, load_bundle, shipped_models
from attendseg_ros.inference.engines import LARGEST_SIDE
from attendseg_ros.inference.onnxruntime_engine import OnnxRuntimeEngine
from attendseg_ros.ros.model.model_switch import ModelSwitch
from attendseg_ros.ros.model.size_controller import SizeController
from attendseg_ros.ros.parameters.settings import Settings
from attendseg_ros.streaming.size_policy import Size
from attendseg_ros.streaming.timing import FrameTimes

SIZES = [(512, 512), (256, 256), (128, 128)]

FPS = 20.0

SLOW = FrameTimes(network_ms=900.0, processing_time_ms=950.0, pipeline_latency_ms=1000.0)
OUT_OF_REACH_MS = 0.01


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    sizes = [list(size) for size in SIZES]
    path = write_tiny_bundle(
        tmp_path / "sizes", input_size=SIZES[0], overrides={"input_sizes": sizes}
    )
    return load_bundle(path)


@pytest.fixture
def models(bundle: Bundle) -> Iterator[ModelSwitch]:
    def nothing(*_: Any) -> None:
        pass

    switch = ModelSwitch(
        Segmenter(bundle, "onnxruntime", 1), Settings(), switched=nothing, failed=nothing
    )
    with closing(switch):
        yield switch


@pytest.fixture(scope="module")
def rig(folder: Path) -> Iterator[Rig]:
    """The node with a network that takes long to prepare."""
    with Rig(folder, Path("street"), {"engine": "openvino"}) as rig:
        yield rig


@pytest.fixture
def size_controller(rig: Rig, models: ModelSwitch) -> SizeController:
    return SizeController(cast(LifecycleNode, rig.client.node), models)


def engines() -> int:
    """How many engines live in this process."""
    gc.collect()
    return sum(isinstance(thing, OnnxRuntimeEngine) for thing in gc.get_objects())


def runs_at(size: Size, models: ModelSwitch) -> bool:
    return models.segmenter.input_size == size


def process(size_controller: SizeController, models: ModelSwitch, frames: int) -> None:
    for _ in range(frames):
        with models.frame() as (segmenter, settings):
            size_controller.observe(SLOW, segmenter.input_size, settings)


def process_until(
    size_controller: SizeController, models: ModelSwitch, condition: Callable[[ModelSwitch], bool]
) -> None:
    def met() -> bool:
        process(size_controller, models, 1)
        return condition(models)

    wait_until(met, "a choice of the size_controller")


def answered(masks: Inbox, stamps: list[Stamp]) -> bool:
    here = [mask.header.stamp for mask in masks.messages]
    return all(stamp in here for stamp in stamps)


def taken_s(message: Any) -> float:
    return float(message.header.stamp.sec + message.header.stamp.nanosec * 1e-9)


def test_none_is_prepared_without_a_target(
    size_controller: SizeController, models: ModelSwitch
) -> None:
    before = engines()
    process(size_controller, models, 500)
    assert models.asked.size == SIZES[0]
    assert engines() == before


def test_only_the_one_in_use_stays(
    size_controller: SizeController, models: ModelSwitch, bundle: Bundle
) -> None:
    before = engines()
    models.ask(Settings(target_latency_ms=500.0), bundle, anew=False)
    for size in SIZES[1:]:
        process_until(size_controller, models, partial(runs_at, size))
        wait_until(lambda: engines() == before, "the end of the engine before")
    process(size_controller, models, 500)
    assert engines() == before


def test_a_target_that_goes_and_comes_between_two_frames_begins_anew(
    size_controller: SizeController, models: ModelSwitch, bundle: Bundle
) -> None:
    aimed = Settings(target_latency_ms=500.0)
    models.ask(aimed, bundle, anew=False)
    process_until(size_controller, models, lambda models: models.asked.size == SIZES[-1])
    models.ask(Settings(), bundle, anew=False)
    assert models.asked.size == SIZES[0]
    models.ask(aimed, bundle, anew=False)
    wait_until(lambda: models.segmenter.input_size == SIZES[0], "the input size set")
    process_until(size_controller, models, lambda models: models.asked.size != SIZES[0])
    assert models.asked.size == SIZES[1]


def test_a_size_that_cannot_run_is_asked_for_once(rig: Rig, tmp_path: Path) -> None:
    too_wide = (LARGEST_SIDE + 64, 64)
    sizes = [(1024, 512), too_wide, (128, 128)]
    path = write_tiny_bundle(
        tmp_path / "wide",
        input_size=sizes[0],
        overrides={"input_sizes": [list(size) for size in sizes]},
    )
    bundle, settings, failed = load_bundle(path), Settings(target_latency_ms=500.0), []
    models = ModelSwitch(
        Segmenter(bundle, "onnxruntime", 1),
        settings,
        switched=lambda *_: None,
        failed=lambda request, _: failed.append(request.size),
    )
    with closing(models):
        size_controller = SizeController(cast(LifecycleNode, rig.client.node), models)
        process_until(size_controller, models, lambda models: models.asked.refused is not None)
        assert models.asked.size == models.segmenter.input_size == sizes[0]
        process_until(
            size_controller, models, lambda models: models.segmenter.input_size == sizes[-1]
        )
        process(size_controller, models, 500)
    assert failed == [too_wide]


@pytest.mark.parametrize("name", shipped_models())
def test_every_shipped_model_has_sizes_to_choose_among(name: str) -> None:
    bundle = load_bundle(name)
    assert len(bundle.input_sizes) >= 4
    assert bundle.input_sizes[0] == bundle.input_size
    for larger, smaller in pairwise(bundle.input_sizes):
        # Neither so close that a step down gains nothing nor so far that it gives up too much.
        assert 0.4 < smaller[0] * smaller[1] / (larger[0] * larger[1]) < 0.85


def test_masks_go_on_while_a_size_is_prepared(rig: Rig, camera: Any) -> None:
    masks, timing = rig.output("mask"), rig.timing()
    sizes = load_bundle("street").input_sizes
    image = rig.painted(320, 240)

    def last_size() -> tuple[int, int] | None:
        image.header.stamp = rig.client.node.get_clock().now().to_msg()
        camera.publish(image)
        time.sleep(1.0 / FPS)
        frames = timing.messages
        return (frames[-1].input_width, frames[-1].input_height) if frames else None

    wait_until(lambda: last_size() == sizes[0], "frames")
    rig.client.must_set(target_latency_ms=OUT_OF_REACH_MS)
    wait_until(lambda: last_size() == sizes[-1], "frames at the smallest size")
    for before, after in pairwise(sizes):
        line = rig.process.wait_for_log(f"input size {after[0]}x{after[1]} next, since")
        asked_s = float(line.split("[")[2].split("]")[0])
        late = [
            frame
            for frame in timing.messages
            if (frame.input_width, frame.input_height) == before and taken_s(frame) > asked_s
        ]
        # Taken after the next size was asked for, and still answered at the one before. A node that
        # waits for the next size answers the one frame that waits with it.
        assert len(late) > 2, f"{before} stopped when {after} was asked for"
        stamps = [frame.header.stamp for frame in late]
        wait_until(partial(answered, masks, stamps), f"masks of {len(stamps)} frames at {before}")
