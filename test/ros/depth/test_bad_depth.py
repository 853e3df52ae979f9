# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Depth and camera_info that cannot be used: named in the log, counted, survived."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticStatus
from sensor_msgs.msg import CameraInfo, Image
from std_msgs.msg import Header
from support.depth_camera import SCENE, DepthCamera, intrinsics, metres, shifted
from support.ros_client import image, values, wait_until
from support.segmentation_rig import HEIGHT, WIDTH, Rig

pytestmark = pytest.mark.usefixtures("defaults")


@pytest.fixture(scope="module")
def rig(folder: Path, tiny_path: Path) -> Iterator[Rig]:
    with Rig(folder, tiny_path) as rig:
        yield rig


def refused(
    rig: Rig,
    camera: Any,
    depth: DepthCamera,
    reason: str,
    words: tuple[str, ...],
    bad_depth: Callable[[Header], Image] = metres,
    info: CameraInfo | None = None,
) -> None:
    """Sends images with what is bad until it is counted and said in words, then a good one."""
    key = f"images without points: {reason}"
    before = int(rig.value("depth", key))
    sent = []

    def counted(status: Any) -> bool:
        picture = rig.painted()
        sent.append(picture.header.stamp)
        depth.send(camera, picture, bad_depth(picture.header), info)
        return int(values(status)[key]) > before and status.level >= status.WARN

    status = rig.status("depth", counted)
    assert reason in status.message
    if info is not None:
        # The first ones may have overtaken it: then they were seen with the intrinsics before it.
        sent.clear()

    def said() -> bool:
        # A reason is logged once in a few seconds, the last time perhaps for another test.
        counted(status)
        lines = [line for line in rig.process.log().splitlines() if f": {reason}: " in line]
        assert all(f"depth from {rig.process.namespace}/depth" in line for line in lines)
        return any(all(word in line for word in words) for line in lines)

    wait_until(said, f"a line of the log with {words}")
    rig.mask(camera, rig.painted(), rig.output("mask"))
    depth.cloud(camera, rig.painted())
    assert all(cloud.header.stamp not in sent for cloud in depth.clouds.messages)


def cut(message: Image) -> Image:
    message.data = message.data[:-100]
    return message


def narrow(message: Image) -> Image:
    message.step = 4 * WIDTH - 1
    return message


def colour(header: Header) -> Image:
    return image(np.zeros((HEIGHT, WIDTH, 3), np.uint8), "rgb8", header)


def half(header: Header) -> Image:
    return image(SCENE.depth[::2, ::2].astype(np.float32), "32FC1", header)


BAD_DEPTHS = {
    "colour": (colour, "unknown depth encoding", ("'rgb8'", "32FC1", "16UC1", "metres")),
    "half": (half, "depth of another size", ("352x32", "704x64", "aligned")),
    "none": (
        lambda header: Image(header=header, encoding="32FC1"),
        "depth of another size",
        ("0x0", "704x64"),
    ),
    "cut": (lambda header: cut(metres(header)), "malformed depth", ("short buffer",)),
    "narrow": (lambda header: narrow(metres(header)), "malformed depth", ("step", "2815", "2816")),
}


@pytest.mark.parametrize("name", BAD_DEPTHS)
def test_bad_depth(rig: Rig, camera: Any, depth: DepthCamera, name: str) -> None:
    make, reason, words = BAD_DEPTHS[name]
    refused(rig, camera, depth, reason, words, make)


NO_NUMBERS = [float("nan"), 0.0, 1.0, 0.0, float("inf"), 1.0, 0.0, 0.0, 1.0]
BAD_INFOS = {
    "zero": (CameraInfo(width=WIDTH, height=HEIGHT), "camera_info without intrinsics", ("fx", "0")),
    "no numbers": (
        intrinsics(k=NO_NUMBERS, p=[0.0] * 12),
        "camera_info without intrinsics",
        ("nan and inf in K",),
    ),
    "lens": (
        intrinsics(distortion_model="pancake"),
        "camera_info with an unknown lens",
        ("'pancake'", "plumb_bob"),
    ),
    "coefficients": (
        intrinsics(d=[float("nan")] * 5),
        "camera_info with an unknown lens",
        ("D is [nan",),
    ),
    "binned": (
        intrinsics(binning_x=2, binning_y=2),
        "camera_info of another size",
        ("704x64 binned 2x2",),
    ),
    "size": (
        intrinsics(width=1280, height=720),
        "camera_info of another size",
        ("1280x720", "704x64"),
    ),
}


@pytest.mark.parametrize("name", BAD_INFOS)
def test_bad_camera_info(rig: Rig, camera: Any, depth: DepthCamera, name: str) -> None:
    info, reason, words = BAD_INFOS[name]
    refused(rig, camera, depth, reason, words, info=info)


@pytest.mark.parametrize(("days", "direction"), [(-1.0, "older"), (1.0, "younger")])
def test_depth_of_another_clock_is_told_by_its_offset(
    rig: Rig, camera: Any, depth: DepthCamera, days: float, direction: str
) -> None:
    pattern = re.compile(
        rf"no depth within tolerance: the nearest is ([\d.]+) ms {direction} than the image, "
        "depth_tolerance_ms is 20"
    )

    def another_day(header: Header) -> Image:
        return metres(shifted(header, days * 86_400_000.0))

    def told() -> bool:
        picture = rig.painted()
        depth.send(camera, picture, another_day(picture.header))
        offsets = [float(offset) for offset in pattern.findall(rig.process.log())]
        reported = rig.value("depth", "offset of last unmatched depth (ms)")
        # The rig's stamps are a second apart, and depth of an image before may be the nearest.
        right = reported != "none" and abs(float(reported) - days * 86_400_000.0) < 60_000.0
        return right and any(abs(offset - 86_400_000.0) < 60_000.0 for offset in offsets)

    refused(rig, camera, depth, "no depth within tolerance", (direction,), another_day)
    wait_until(told, "the offset of a day in the log and the report")


def test_what_has_no_stamp_matches_nothing(rig: Rig, camera: Any, depth: DepthCamera) -> None:
    depth.cloud(camera, rig.painted())
    key = "images without points: stamp not set"
    before = int(rig.value("depth", key))
    depth.clouds.clear()
    unset = Header(frame_id="camera")
    picture = rig.painted()
    picture.header = unset

    def counted() -> bool:
        depth.send(camera, picture, metres(unset))
        return int(rig.value("depth", key)) > before

    wait_until(counted, "an image without a stamp to be counted")
    rig.process.wait_for_log("depth without a stamp")
    depth.cloud(camera, rig.painted())
    assert all(cloud.header.stamp != unset.stamp for cloud in depth.clouds.messages)


def test_stamps_that_run_backwards(rig: Rig, camera: Any, depth: DepthCamera) -> None:
    depth.cloud(camera, rig.painted())
    for hours in (24.0, -1.0, 0.0):
        picture = rig.painted()
        picture.header = shifted(picture.header, hours * 3_600_000.0)
        assert depth.cloud(camera, picture).header == picture.header


def test_depth_of_the_mask_s_size_but_another_shape_than_the_image(
    rig: Rig, camera: Any, depth: DepthCamera
) -> None:
    rig.client.must_set(output_size=[WIDTH, HEIGHT // 2])
    key = "images without points: depth of another size"
    before = int(rig.value("depth", key))
    depth.clouds.clear()

    def counted(status: Any) -> bool:
        picture = rig.painted()
        low = image(SCENE.depth[::2].astype(np.float32), "32FC1", picture.header)
        depth.send(camera, picture, low)
        return int(values(status)[key]) > before

    rig.status("depth", counted)
    assert not depth.clouds.messages
    rig.process.wait_for_log(f"for an image of {WIDTH}x{HEIGHT}, another shape")
    rig.client.must_set(output_size=[WIDTH // 2, HEIGHT // 2])
    picture = rig.painted()
    assert depth.cloud(camera, picture, half(picture.header)).width == WIDTH // 2


def _says(level: bytes, words: str, status: DiagnosticStatus) -> bool:
    return bool(status.level == level and words in status.message)


@pytest.mark.parametrize("value", [0.0, -1.0, float("nan"), float("inf"), 3.4e38, 5000.0])
def test_depth_that_measures_nothing_is_told_until_it_does(
    rig: Rig, camera: Any, depth: DepthCamera, value: float
) -> None:
    """A costmap that is fed with empty clouds holds no obstacle, and all looked well."""
    words = "no pixel of the depth on"

    def blank(header: Header) -> Image:
        return image(np.full((HEIGHT, WIDTH), value, np.float32), "32FC1", header)

    def told(status: Any) -> bool:
        picture = rig.painted()
        depth.send(camera, picture, blank(picture.header))
        return words in status.message

    depth.cloud(camera, rig.painted())
    rig.status("depth", lambda status: words not in status.message)
    status = rig.status("depth", told)
    assert status.level == status.WARN
    rig.process.wait_for_log(words)
    depth.cloud(camera, rig.painted())
    rig.status("depth", lambda status: words not in status.message)


def test_a_silent_depth_is_explained(tmp_path: Path, tiny_path: Path) -> None:
    with Rig(tmp_path, tiny_path) as rig:
        topic = f"{rig.process.namespace}/depth"
        depth = DepthCamera(rig)
        rig.client.node.destroy_publisher(depth.publisher)
        rig.client.must_set(max_age_warn_s=0.3, max_age_error_s=1.5)
        words = f"no depth on {topic} for"
        for limit, level in (("0.3", b"\1"), ("1.5", b"\2")):
            # That no masks come, as there are no images, is said beside it.
            status = rig.status("depth", partial(_says, level, words))
            assert f"(limit {limit})" in status.message
        line = rig.process.wait_for_log(f"no depth on {topic} for")
        assert "0 publishers" in line


def test_what_is_missing_or_doubtful_is_said(tmp_path: Path, tiny_path: Path) -> None:
    with Rig(tmp_path, tiny_path) as rig:
        depth, camera = DepthCamera(rig), rig.client.camera()
        key = "images without points: no camera_info"

        def without_info() -> bool:
            picture = rig.painted()
            depth.publisher.publish(metres(picture.header))
            camera.publish(picture)
            return int(rig.value("depth", key)) > 0

        wait_until(without_info, "an image without camera_info to be counted")
        line = rig.process.wait_for_log("no camera_info: ")
        assert f"nothing has arrived on {rig.process.namespace}/camera_info" in line

        d = [0.1, 0.0, 0.0, 0.0, 0.0]
        depth.cloud(camera, rig.painted(), info=intrinsics(d=d, distortion_model="plumb_bob"))
        words = f"{rig.process.namespace}/image is taken for the raw image"
        lens = rig.value("camera", "lens")
        assert lens == f"undone here: plumb_bob, D [0.1, 0, 0, 0, 0]; {words}"
        depth.cloud(camera, rig.painted(), info=intrinsics())
        assert "depth is in the frame" not in rig.process.log()

        picture = rig.painted()
        elsewhere = metres(Header(stamp=picture.header.stamp, frame_id="depth_optical"))
        depth.cloud(camera, picture, elsewhere)
        line = rig.process.wait_for_log("depth is in the frame")
        assert "'depth_optical'" in line
        assert "'camera'" in line
        status = rig.status("depth", lambda status: "depth is in the frame" in status.message)
        assert status.level == status.WARN
        # A slash before it makes no other frame.
        picture = rig.painted()
        same = metres(Header(stamp=picture.header.stamp, frame_id="/camera"))
        depth.cloud(camera, picture, same)
        rig.status("depth", lambda status: "depth is in the frame" not in status.message)
