# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""output_size and roi of a running node: every image, its camera_info, and what does not fit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sensor_msgs.msg import CameraInfo
from support.depth_camera import DepthCamera, intrinsics, metres
from support.depth_scene import DepthScene
from support.point_clouds import positions, read
from support.ros_client import image, pixels_of, wait_until
from support.segmentation_rig import HEIGHT, WIDTH, Rig
from support.tiny_bundle import painted, stripes

from attendseg_ros.labels import ClassTable

TRUTH = stripes(WIDTH, HEIGHT)
PALETTE = ClassTable.load("camvid").palette()

pytestmark = pytest.mark.usefixtures("defaults")


@pytest.fixture(scope="module")
def rig(folder: Path, tiny_path: Path) -> Iterator[Rig]:
    with Rig(folder, tiny_path) as rig:
        yield rig


@pytest.fixture(scope="module")
def calibration(rig: Rig) -> Any:
    return rig.client.camera(CameraInfo, "camera_info")


TOPICS = ("mask", "confidence", "color_mask", "overlay", "traversable")


@pytest.mark.parametrize("size", [(352, 32), (1408, 128)])
def test_output_size(rig: Rig, camera: Any, size: tuple[int, int]) -> None:
    width, height = size
    rig.client.must_set(output_size=list(size), overlay_alpha=1.0)
    picture = rig.painted()
    answers = rig.client.ask(camera, picture, *map(rig.output, TOPICS))
    for answer in answers:
        assert (answer.width, answer.height) == size
        assert answer.header == picture.header
    mask, confidence, colors, overlay, _ = map(pixels_of, answers)
    middles = (np.arange(11) * 2 + 1) * width // 22
    np.testing.assert_array_equal(mask[height // 2, middles], TRUTH[0, 32::64])
    assert confidence[:, middles].min() > 200
    np.testing.assert_array_equal(colors, PALETTE[mask])
    np.testing.assert_array_equal(overlay[:, middles], PALETTE[mask][:, middles])


def test_the_overlay_shows_the_image_at_that_size(rig: Rig, camera: Any) -> None:
    rig.client.must_set(output_size=[352, 32], overlay_alpha=0.0)
    (overlay,) = rig.client.ask(camera, rig.painted(), rig.output("overlay"))
    expected = painted(TRUTH)[::2, ::2]
    middles = (np.arange(11) * 2 + 1) * 352 // 22
    np.testing.assert_array_equal(pixels_of(overlay)[:, middles], expected[:, middles])


def test_camera_info_is_that_of_the_mask(rig: Rig, camera: Any, calibration: Any) -> None:
    rig.client.must_set(output_size=[352, 16])
    infos, picture, sent = rig.output("camera_info", CameraInfo), rig.painted(), intrinsics()

    def came() -> bool:
        calibration.publish(sent)
        (answer,) = rig.client.ask(camera, picture, infos)
        return bool(answer.width == 352)

    wait_until(came, "camera_info of the mask's size")
    answer = infos.messages[-1]
    assert (answer.width, answer.height) == (352, 16)
    assert answer.header == picture.header
    np.testing.assert_allclose(np.reshape(answer.k, (3, 3))[0], np.array(sent.k)[:3] / 2)
    np.testing.assert_allclose(np.reshape(answer.k, (3, 3))[1], np.array(sent.k)[3:6] / 4)
    np.testing.assert_allclose(np.reshape(answer.p, (3, 4))[0], np.array(sent.p)[:4] / 2)
    rig.client.must_set(output_size=[0, 0])
    (own,) = rig.client.ask(camera, rig.painted(), infos)
    assert (list(own.k), own.width) == (list(sent.k), WIDTH)


def test_camera_info_of_another_size_than_the_image_is_not_scaled(
    rig: Rig, camera: Any, calibration: Any
) -> None:
    infos = rig.output("camera_info", CameraInfo)
    rig.client.must_set(output_size=[352, 32])
    wrong = intrinsics(width=WIDTH // 2, height=HEIGHT // 2)

    def said() -> bool:
        calibration.publish(wrong)
        rig.mask(camera, rig.painted(), rig.output("mask"))
        return "cannot be that of the mask" in rig.process.log()

    wait_until(said, "a warning")
    infos.clear()
    rig.mask(camera, rig.painted(), rig.output("mask"))
    assert infos.messages == []
    line = rig.process.wait_for_log("cannot be that of the mask")
    assert "it is of 352x32, the image is of 704x64" in line


def test_roi(rig: Rig, camera: Any) -> None:
    rig.client.must_set(roi=[128, 16, 320, 32])
    picture = rig.painted()
    answers = rig.client.ask(camera, picture, *map(rig.output, TOPICS))
    mask, confidence, colors, _, _ = map(pixels_of, answers)
    inside = np.zeros(TRUTH.shape, bool)
    inside[16:48, 128:448] = True
    assert (mask[~inside] == 255).all()
    assert (confidence[~inside] == 0).all()
    assert (colors[~inside] == 0).all()
    assert (mask == TRUTH)[inside].mean() > 0.9


def test_an_image_that_does_not_hold_the_roi_is_refused_in_words(rig: Rig, camera: Any) -> None:
    rig.client.must_set(roi=[0, 0, WIDTH, HEIGHT])
    small = image(painted(stripes(352, 32)), "rgb8", rig.client.header())
    line = rig.refuses(camera, small, rig.painted(), "roi outside the image")
    assert "roi [0, 0, 704, 64] (x, y, width, height) is not inside the image of 352x32" in line


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("output_size", [640], "output_size must be [width, height] from 1 to 16384"),
        ("output_size", [640, 0], "output_size must be"),
        ("output_size", [-640, 480], "output_size must be"),
        ("output_size", [20000, 10], "output_size must be"),
        ("output_size", [16000, 16000], "more than max_pixels (50000000)"),
        ("roi", [0, 0, 10], "roi must be [x, y, width, height]"),
        ("roi", [-1, 0, 10, 10], "roi must be"),
        ("roi", [5, 5, 0, 10], "roi must be"),
        ("roi", [16000, 0, 1000, 10], "roi must be"),
    ],
)
def test_what_fits_no_image_is_refused_at_once(
    rig: Rig, name: str, value: list[int], words: str
) -> None:
    (result,) = rig.client.set(**{name: value})
    assert not result.successful
    assert words in result.reason


def test_empty_lists_mean_all_of_the_image(rig: Rig, camera: Any) -> None:
    rig.client.must_set(output_size=[], roi=[])
    np.testing.assert_array_equal(rig.mask(camera, rig.painted(), rig.output("mask")), TRUTH)


def test_points_of_a_depth_image_of_the_mask_s_size(
    rig: Rig, camera: Any, depth: DepthCamera
) -> None:
    rig.client.must_set(output_size=[352, 32])
    small = DepthScene(352, 32, fx=200.0, fy=190.0, cx=170.125, cy=15.25)
    picture = rig.painted()
    cloud = depth.cloud(camera, picture, metres(picture.header, small))
    assert (cloud.width, cloud.height) == (352, 32)
    assert small.errors(positions(read(cloud))).max() < 1e-3


def test_depth_of_the_image_s_size_is_refused_with_what_would_be_right(
    rig: Rig, camera: Any, depth: DepthCamera
) -> None:
    rig.client.must_set(output_size=[176, 32])
    picture = rig.painted()
    told = "depth of 704x64 for a mask of 176x32; it must be aligned to the image, pixel by pixel, "

    def said() -> bool:
        depth.send(camera, picture, metres(picture.header))
        return told + "or output_size be that of depth" in rig.process.log()

    wait_until(said, "a line of the log")
