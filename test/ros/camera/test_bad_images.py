# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Raw images that contradict themselves: named in the log, counted, no mask, and life goes on."""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sensor_msgs.msg import CameraInfo, Image
from support.ros_client import image, values
from support.segmentation_rig import HEIGHT, WIDTH, Rig
from support.tiny_bundle import stripes

from attendseg_ros.streaming.throttle import PERIOD_S

PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def rig(folder: Path, tiny_path: Path) -> Iterator[Rig]:
    with Rig(folder, tiny_path) as rig:
        yield rig


def change(**fields: Any) -> Callable[[Image], None]:
    def apply(message: Image) -> None:
        for name, value in fields.items():
            setattr(message, name, value)

    return apply


def cut(size: int) -> Callable[[Image], None]:
    def apply(message: Image) -> None:
        message.data = message.data[:size]

    return apply


def huge(message: Image) -> None:
    message.width = message.height = 20000
    message.step = 20000 * 3


def floats(value: float) -> Callable[[Image], None]:
    def apply(message: Image) -> None:
        pixels = np.full((HEIGHT, WIDTH, 3), 0.5, np.float32)
        pixels[HEIGHT // 2, WIDTH // 2, 1] = value
        message.encoding, message.step = "32FC3", WIDTH * 12
        message.data = array("B", pixels.tobytes())

    return apply


def odd_yuv(message: Image) -> None:
    message.encoding, message.width, message.height, message.step = "yuv422", 5, 1, 10
    message.data = array("B", bytes(10))


BAD: dict[str, tuple[str, Callable[[Image], None]]] = {
    "no width": ("empty image", change(width=0)),
    "no height": ("empty image", change(height=0)),
    "no data": ("short buffer", cut(0)),
    "no step": ("wrong step", change(step=0)),
    "a step for one channel": ("wrong step", change(step=WIDTH)),
    "a step that is too long": ("short buffer", change(step=WIDTH * 3 + 1)),
    "a step that leaves bytes over": ("long buffer", change(width=WIDTH - 1, step=WIDTH * 3 - 3)),
    "a buffer cut by a byte": ("short buffer", cut(WIDTH * HEIGHT * 3 - 1)),
    "no encoding": ("unknown encoding", change(encoding="")),
    "an unknown encoding": ("unknown encoding", change(encoding="rgb888")),
    "20000x20000": ("too large image", huge),
    "NaN": ("values not finite", floats(float("nan"))),
    "infinity": ("values not finite", floats(float("inf"))),
    "yuv422 of odd width": ("wrong step", odd_yuv),
    "depth": ("depth is not an image", change(encoding="16UC1")),
    "more pixels than max_pixels": ("too large image", change(width=8000, height=7000, step=24000)),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_image_is_named_counted_and_survived(rig: Rig, camera: Any, kind: str) -> None:
    reason, spoil = BAD[kind]
    bad = rig.painted()
    spoil(bad)
    line = rig.refuses(camera, bad, rig.painted(), reason)
    assert f"on {rig.process.namespace}/image " in line
    assert "encoding '" in line
    assert "step " in line


def test_the_log_says_what_came_and_what_would_be_right(rig: Rig, camera: Any) -> None:
    bad = rig.painted()
    bad.encoding = "rgb888"
    rig.refuses(camera, bad, rig.painted(), "unknown encoding")
    line = rig.process.wait_for_log(": unknown encoding: ")
    assert f"{WIDTH}x{HEIGHT}, step {WIDTH * 3}, {WIDTH * HEIGHT * 3} bytes" in line
    assert "rgb8" in line
    assert "bayer_rggb16" in line


def test_the_log_is_throttled_and_the_count_is_not(rig: Rig, camera: Any) -> None:
    bad, good = rig.painted(), rig.painted()
    bad.step = 1
    timing = rig.timing()
    rig.refuses(camera, bad, good, "wrong step")
    (before,) = rig.client.ask(camera, rig.painted(), timing)
    logged = rig.process.log().count(": wrong step: ")
    began_s, failed = time.monotonic(), before.frames_failed
    # An image that waits is replaced by the next one: not every bad one is looked at.
    while failed - before.frames_failed < 10:
        assert time.monotonic() - began_s < PATIENCE_S
        camera.publish(bad)
        time.sleep(0.02)
        (after,) = rig.client.ask(camera, rig.painted(), timing)
        failed = after.frames_failed
    lines = rig.process.log().count(": wrong step: ") - logged
    assert lines <= 1 + (time.monotonic() - began_s) / PERIOD_S


def test_bad_and_good_images_in_turn_get_exactly_the_good_masks(rig: Rig, camera: Any) -> None:
    masks = rig.output("mask")
    for width in (WIDTH, 352, 1, WIDTH):
        bad = rig.painted()
        bad.data = bad.data[:10]
        camera.publish(bad)
        message = image(np.zeros((HEIGHT, width, 3), np.uint8), "rgb8", rig.client.header())
        assert rig.mask(camera, message, masks).shape == (HEIGHT, width)
        assert all(mask.header.stamp != bad.header.stamp for mask in masks.messages)
    np.testing.assert_array_equal(rig.mask(camera, rig.painted(), masks), stripes(WIDTH, HEIGHT))
    assert "Traceback" not in rig.process.log()


def test_what_a_camera_writes_is_shown_shortly(rig: Rig, camera: Any) -> None:
    info = rig.client.camera(CameraInfo, "camera_info")
    bad = rig.painted()
    bad.encoding = "x" * 100_000
    line = rig.refuses(camera, bad, rig.painted(), "unknown encoding")
    assert len(line) < 3_000
    message = CameraInfo(distortion_model="y" * 100_000, d=[0.5] * 100_000)

    def seen(status: Any) -> bool:
        info.publish(message)
        return "yyy" in values(status)["lens"]

    lens = values(rig.status("camera", seen))["lens"]
    assert "and 99986 more" in lens
    assert len(lens) < 500
