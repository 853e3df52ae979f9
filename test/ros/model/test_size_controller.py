# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`target_latency_ms`: the node changes its input size by itself, while masks go on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from math import isnan
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pytest
from builtin_interfaces.msg import Time as Stamp
from rclpy.duration import Duration
from sensor_msgs.msg import CompressedImage, Image
from support.ros_client import values, wait_until
from support.segmentation_rig import Rig
from support.tiny_bundle import write_tiny_bundle

SIZES = [(1024, 1024), (512, 512), (128, 128)]
LARGEST, SMALLEST = SIZES[0], SIZES[-1]

LIGHT, HEAVY = (64, 48), (2048, 1536)
"""Images that cost the node next to nothing, and some ten milliseconds, whatever the network."""

LOADED_FRAMES = 10
"""Frames that tell how long the heavy images take here and now."""

DELAY_S = 3.0
"""Before an image leaves the camera; no other work of the machine makes one so late."""

OUT_OF_REACH_MS = 0.01
AMPLE_MS = 60000.0


class Stream:
    """A camera of 20 Hz that stamps with the clock, whose images may be changed."""

    def __init__(self, rig: Rig, camera: Any) -> None:
        self._rig = rig
        self._camera = camera
        self._images = {size: rig.painted(*size) for size in (LIGHT, HEAVY)}
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.size = LIGHT
        self.stamped = True
        self.delay_s = 0.0
        self.clock_behind_s = 0.0

    def __enter__(self) -> Stream:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        delay_s = 0.0
        while not self._done.wait(0.05):
            image: Image = self._images[self.size]
            if self.delay_s > delay_s:
                # Images are late because something holds them, and none comes before them.
                self._done.wait(self.delay_s - delay_s)
            delay_s = self.delay_s
            taken = self._rig.client.node.get_clock().now() - Duration(
                seconds=delay_s + self.clock_behind_s
            )
            image.header.stamp = taken.to_msg() if self.stamped else Stamp()
            self._camera.publish(image)


@pytest.fixture(scope="module")
def rig(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    bundle = write_tiny_bundle(
        tmp_path_factory.mktemp("bundles") / "sizes",
        input_size=LARGEST,
        overrides={"input_sizes": [list(size) for size in SIZES]},
    )
    with Rig(folder, bundle) as rig:
        yield rig


@pytest.fixture
def stream(rig: Rig, camera: Any) -> Iterator[Stream]:
    """Images that come all the time, and masks that somebody takes."""
    rig.output("mask")
    timing = rig.timing()
    with Stream(rig, camera) as stream:
        rig.restore()
        wait_for_size(rig, LARGEST)
        timing.clear()
        yield stream
    rig.restore()


def size_of(timing: Any) -> tuple[int, int]:
    return (timing.input_width, timing.input_height)


def last_size(rig: Rig) -> tuple[int, int] | None:
    frames = rig.timing().messages
    return size_of(frames[-1]) if frames else None


def wait_for_size(rig: Rig, size: tuple[int, int]) -> None:
    wait_until(lambda: last_size(rig) == size, f"frames at {size}")


@pytest.mark.usefixtures("stream")
def test_a_target_out_of_reach_ends_at_the_smallest_and_an_ample_one_at_the_largest(
    rig: Rig,
) -> None:
    assert rig.value("network", "input size by") == "input_size"
    rig.client.must_set(target_latency_ms=OUT_OF_REACH_MS)
    status = rig.status("network", lambda status: "target_latency_ms" in status.message)
    assert status.level == status.WARN
    assert "128x128, the smallest input size" in status.message
    assert values(status)["input size"] == "128x128"
    assert values(status)["input size by"].startswith("target_latency_ms: the p95 of camera to")
    assert "512x512" in values(status)["input size by"]
    wait_for_size(rig, SMALLEST)
    # One after the other, and what was set stays as it was set.
    seen = list(dict.fromkeys(map(size_of, rig.timing().messages)))
    assert seen == SIZES
    assert rig.client.get("input_size").tolist() == [0, 0]
    rig.process.wait_for_log("input size 128x128 next, since the p95 of camera to mask was")

    rig.timing().clear()
    rig.client.must_set(target_latency_ms=AMPLE_MS)
    wait_for_size(rig, LARGEST)
    assert list(dict.fromkeys(map(size_of, rig.timing().messages))) == SIZES[::-1]
    status = rig.status("network", lambda status: status.level == status.OK)
    assert "expected" in values(status)["input size by"]
    assert rig.value("camera", "frames failed") == "0"


def test_zero_goes_back_to_the_input_size_even_without_images(rig: Rig, camera: Any) -> None:
    rig.output("mask")
    with Stream(rig, camera):
        rig.client.must_set(target_latency_ms=OUT_OF_REACH_MS)
        wait_for_size(rig, SMALLEST)
    rig.client.must_set(target_latency_ms=0.0)
    rig.status("network", lambda status: values(status)["input size"] == "1024x1024")
    rig.restore()


def test_zero_never_changes_under_a_load(rig: Rig, stream: Stream) -> None:
    stream.size = HEAVY
    wait_until(lambda: len(rig.timing().messages) >= 100, "100 frames")
    assert {size_of(frame) for frame in rig.timing().messages} == {LARGEST}
    assert rig.value("network", "input size by") == "input_size"


def test_a_delay_that_comes_and_goes(rig: Rig, stream: Stream) -> None:
    rig.client.must_set(target_latency_ms=1e3 * DELAY_S / 2.0)
    stream.delay_s = DELAY_S
    wait_until(lambda: last_size(rig) != LARGEST, "a smaller size")
    stream.delay_s = 0.0
    wait_for_size(rig, LARGEST)


def test_without_stamps_the_nodes_own_time_counts(rig: Rig, stream: Stream) -> None:
    stream.stamped = False
    rig.client.must_set(target_latency_ms=OUT_OF_REACH_MS, max_missing_ratio_warn=1.0)
    wait_for_size(rig, SMALLEST)
    assert np.isnan(rig.timing().messages[-1].pipeline_latency_ms)


@pytest.mark.parametrize("behind_s", [3600.0, -37.0])
def test_the_clock_of_the_stamps_changes_no_size(rig: Rig, stream: Stream, behind_s: float) -> None:
    stream.clock_behind_s = behind_s
    rig.client.must_set(target_latency_ms=AMPLE_MS)
    rig.timing().clear()
    wait_until(lambda: len(rig.timing().messages) >= 100, "100 frames")
    assert {size_of(frame) for frame in rig.timing().messages} == {LARGEST}
    status = rig.status("network", lambda status: status.level == status.WARN)
    assert "target_latency_ms is judged by receipt to mask" in status.message
    # The target holds for what is known.
    rig.client.must_set(target_latency_ms=OUT_OF_REACH_MS)
    wait_for_size(rig, SMALLEST)
    assert "the p95 of receipt to mask" in rig.value("network", "input size by")


@pytest.mark.usefixtures("stream")
def test_an_input_size_is_the_largest_it_takes(rig: Rig) -> None:
    rig.client.must_set(input_size=[512, 512], target_latency_ms=AMPLE_MS)
    wait_for_size(rig, (512, 512))
    assert rig.value("network", "input size by") == "target_latency_ms: the largest"
    rig.client.must_set(target_latency_ms=OUT_OF_REACH_MS)
    wait_for_size(rig, SMALLEST)
    # Another one takes over at once, and is where the choice begins again.
    rig.timing().clear()
    rig.client.must_set(input_size=[640, 640])
    wait_until(lambda: last_size(rig) == SMALLEST, "the smallest once more")
    wait_until(
        lambda: {(640, 640), (512, 512)} <= set(map(size_of, rig.timing().messages)),
        "frames at the sizes between",
    )
    rig.client.must_set(target_latency_ms=0.0)
    wait_for_size(rig, (640, 640))


def test_a_load_that_comes_and_goes(rig: Rig, stream: Stream) -> None:
    # Drawing and compressing large images is what loads the processor, and this node with it.
    for topic in ("mask", "color_mask", "overlay", "confidence"):
        rig.output(f"{topic}/compressed", CompressedImage)
    stream.size = HEAVY

    def known() -> bool:
        """Stamps of another clock, which other tests send, are doubted for a while."""
        messages = rig.timing().messages
        return bool(messages) and not isnan(messages[-1].pipeline_latency_ms)

    wait_until(known, "a latency that is known")
    rig.timing().clear()
    wait_until(lambda: len(rig.timing().messages) > 2 * LOADED_FRAMES, "frames under load")
    latencies_ms = [frame.pipeline_latency_ms for frame in rig.timing().messages]
    rig.client.must_set(target_latency_ms=median(latencies_ms[-LOADED_FRAMES:]) / 2.0)
    wait_until(lambda: last_size(rig) != LARGEST, "a smaller size under load")
    stream.size = LIGHT
    wait_for_size(rig, LARGEST)
    stream.size = HEAVY
    wait_until(lambda: last_size(rig) != LARGEST, "a smaller size under load once more")
