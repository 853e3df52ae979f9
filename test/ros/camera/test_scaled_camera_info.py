# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""camera_info scaled to a mask: a point is seen at the same place of both images."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sensor_msgs.msg import CameraInfo, RegionOfInterest

from attendseg_ros.ros.camera.scaled_camera_info import ScaledCameraInfo, scaled
from attendseg_ros.ros.depth.depth_errors import DepthError


def info(**changes: Any) -> CameraInfo:
    message = CameraInfo(
        width=640,
        height=480,
        distortion_model="plumb_bob",
        d=[-0.2, 0.1, 0.0, 0.0, 0.0],
        k=[500.0, 0.0, 310.0, 0.0, 510.0, 250.0, 0.0, 0.0, 1.0],
        r=[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0],
        p=[480.0, 0.0, 305.0, -60.0, 0.0, 490.0, 245.0, 0.0, 0.0, 0.0, 1.0, 0.0],
    )
    for name, value in changes.items():
        setattr(message, name, value)
    return message


def pixel(matrix: Any, x: float, y: float) -> tuple[float, float]:
    """Where a matrix, K or P, puts the ray (x, y, 1)."""
    m = np.reshape(matrix, (3, -1))[:, :3]
    column, row, _ = m @ (x, y, 1.0)
    return float(column), float(row)


SIZES = [(320, 240), (160, 480), (1280, 960), (200, 150), (1, 1)]


@pytest.mark.parametrize("mask", SIZES)
@pytest.mark.parametrize("name", ["k", "p"])
def test_pixels_are_scaled(mask: tuple[int, int], name: str) -> None:
    camera = info()
    result = scaled(camera, (640, 480), mask)
    assert (result.width, result.height) == mask
    before, after = pixel(getattr(camera, name), 0.3, -0.2), pixel(getattr(result, name), 0.3, -0.2)
    assert after[0] == pytest.approx(before[0] * mask[0] / 640)
    assert after[1] == pytest.approx(before[1] * mask[1] / 480)
    assert result.p[3] == pytest.approx(-60.0 * mask[0] / 640)
    assert (list(result.d), list(result.r), result.distortion_model) == (
        list(camera.d),
        list(camera.r),
        camera.distortion_model,
    )


def test_binning_and_region_are_taken_into_the_matrices() -> None:
    roi = RegionOfInterest(x_offset=100, y_offset=60, width=400, height=240)
    camera = info(binning_x=2, binning_y=4, roi=roi)
    result = scaled(camera, (200, 60), (100, 120))
    assert (result.width, result.height) == (100, 120)
    assert (result.binning_x, result.binning_y) == (0, 0)
    assert (result.roi.width, result.roi.height, result.roi.x_offset) == (0, 0, 0)
    column, row = pixel(camera.k, 0.1, 0.05)
    assert pixel(result.k, 0.1, 0.05) == pytest.approx(
        ((column - 100) / 2 * 0.5, (row - 60) / 4 * 2.0)
    )


def test_what_is_not_calibrated_stays_so() -> None:
    result = scaled(info(k=[0.0] * 9, p=[0.0] * 12), (640, 480), (320, 240))
    assert not any(result.k)
    assert not any(result.p)


@pytest.mark.parametrize("image", [(320, 240), (640, 470), (480, 640)])
def test_another_size_than_the_image_s_is_refused(image: tuple[int, int]) -> None:
    with pytest.raises(DepthError, match=r"it is of 640x480, the image is of"):
        scaled(info(), image, (100, 100))


def test_at_the_image_s_size_it_is_the_camera_s_own() -> None:
    camera, scaler = info(), ScaledCameraInfo()
    assert scaler.of(camera, (640, 480), (640, 480)) is camera
    assert scaler.of(None, (640, 480), (1, 1)) is None


@pytest.mark.parametrize("image", [(320, 240), (640, 470), (1, 1)])
def test_at_the_image_s_size_too_it_must_be_of_the_image(image: tuple[int, int]) -> None:
    scaler = ScaledCameraInfo()
    for _ in range(2):
        with pytest.raises(DepthError, match=r"it is of 640x480, the image is of"):
            scaler.of(info(), image, image)
    binned = info(binning_x=2, binning_y=2)
    assert scaler.of(binned, (320, 240), (320, 240)) is binned


@pytest.mark.parametrize("mask", [(400, 240), (200, 120)])
def test_a_region_outside_the_full_image_is_no_place_to_take_pixels_from(
    mask: tuple[int, int],
) -> None:
    # As drivers write it that give the region's size for the camera's.
    roi = RegionOfInterest(x_offset=100, y_offset=60, width=400, height=240)
    with pytest.raises(DepthError, match=r"is not inside its 400x240"):
        ScaledCameraInfo().of(info(width=400, height=240, roi=roi), (400, 240), mask)


def test_it_is_scaled_once_and_anew_when_anything_changes() -> None:
    camera, scaler = info(), ScaledCameraInfo()
    first = scaler.of(camera, (640, 480), (320, 240))
    assert scaler.of(camera, (640, 480), (320, 240)) is first
    for other in (
        scaler.of(info(), (640, 480), (320, 240)),
        scaler.of(camera, (640, 480), (160, 120)),
    ):
        assert other is not first
