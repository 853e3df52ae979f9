# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""camera_info to a camera: which matrix, which part of the sensor, which lens."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import cv2
import numpy as np
import pytest
from sensor_msgs.msg import CameraInfo, RegionOfInterest

from attendseg_ros.geometry import Intrinsics, Lens
from attendseg_ros.ros.camera.intrinsics import to_intrinsics, to_lens
from attendseg_ros.ros.depth.depth_errors import DepthError, DepthFault

WIDTH, HEIGHT = 640, 480
K = [500.0, 0.0, 321.0, 0.0, 510.0, 241.0, 0.0, 0.0, 1.0]
P = [400.0, 0.0, 319.0, 0.0, 0.0, 410.0, 239.0, 0.0, 0.0, 0.0, 1.0, 0.0]
BARREL = [-0.3, 0.1, 0.0, 0.0, -0.015]


def info(**fields: Any) -> CameraInfo:
    return CameraInfo(**{"width": WIDTH, "height": HEIGHT, "k": K, "p": P, **fields})


def region(x: int, y: int, width: int, height: int) -> RegionOfInterest:
    return RegionOfInterest(x_offset=x, y_offset=y, width=width, height=height)


def refusal(call: Any, *arguments: Any, reason: DepthFault) -> str:
    with pytest.raises(DepthError) as caught:
        call(*arguments)
    assert caught.value.reason is reason
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_raw_image_follows_k_and_a_rectified_one_p() -> None:
    raw = Intrinsics(500.0, 510.0, 321.0, 241.0, WIDTH, HEIGHT)
    rectified = Intrinsics(400.0, 410.0, 319.0, 239.0, WIDTH, HEIGHT)
    for d in ([], BARREL):
        assert to_intrinsics(info(d=d), WIDTH, HEIGHT) == raw
        assert to_intrinsics(info(d=d), WIDTH, HEIGHT, rectified=True) == rectified


def test_without_p_a_rectified_image_follows_k_only_where_nothing_was_distorted() -> None:
    unset = info(p=[0.0] * 12)
    assert to_intrinsics(unset, WIDTH, HEIGHT, rectified=True).fx == 500.0
    unset.d = BARREL
    words = refusal(to_intrinsics, unset, WIDTH, HEIGHT, True, reason=DepthFault.NO_INTRINSICS)
    assert "P is not set" in words


@pytest.mark.parametrize("rectified", [False, True])
@pytest.mark.parametrize("value", [0.0, nan, inf, -500.0])
@pytest.mark.parametrize("which", ["fx", "fy"])
def test_focal_lengths_must_be_numbers_above_0(rectified: bool, value: float, which: str) -> None:
    k, p = list(K), list(P)
    k[0 if which == "fx" else 4] = value
    p[0 if which == "fx" else 5] = value
    bad = info(p=p) if rectified else info(k=k)
    words = refusal(to_intrinsics, bad, WIDTH, HEIGHT, rectified, reason=DepthFault.NO_INTRINSICS)
    assert f"{value:g} in {'P' if rectified else 'K'}" in words or f"{value:g} and" in words


@pytest.mark.parametrize(("cx", "cy"), [(nan, 241.0), (321.0, inf), (0.0, 0.0)])
def test_a_principal_point_that_is_not_set(cx: float, cy: float) -> None:
    bad = info(k=[500.0, 0.0, cx, 0.0, 510.0, cy, 0.0, 0.0, 1.0])
    assert "cx and cy" in refusal(
        to_intrinsics, bad, WIDTH, HEIGHT, reason=DepthFault.NO_INTRINSICS
    )


@pytest.mark.parametrize("rectified", [False, True])
@pytest.mark.parametrize(
    ("fx", "cx"), [(500.0, 1e9), (500.0, -20_000.0), (1e-300, 319.5), (0.5, 300.0), (4.0, 319.5)]
)
def test_numbers_that_no_camera_has(fx: float, cx: float, rectified: bool) -> None:
    bad = info(
        k=[fx, 0.0, cx, 0.0, 510.0, 241.0, 0.0, 0.0, 1.0],
        p=[fx, 0.0, cx, 0.0, 0.0, 410.0, 239.0, 0.0, 0.0, 0.0, 1.0, 0.0],
    )
    words = refusal(to_lens, bad, WIDTH, HEIGHT, rectified, reason=DepthFault.NO_INTRINSICS)
    assert "degrees beside the camera's axis" in words
    assert f"of {'P' if rectified else 'K'}" in words


def test_a_part_cut_out_of_an_image_may_lie_beside_the_axis() -> None:
    part = info(k=[500.0, 0.0, -900.0, 0.0, 510.0, -241.0, 0.0, 0.0, 1.0])
    assert to_intrinsics(part, WIDTH, HEIGHT).cx == -900.0


@pytest.mark.parametrize("size", [(1280, 720), (480, 640), (0, 0), (641, 480)])
def test_another_size_is_named(size: tuple[int, int]) -> None:
    bad = info(width=size[0], height=size[1])
    words = refusal(to_intrinsics, bad, WIDTH, HEIGHT, reason=DepthFault.CAMERA_INFO_SIZE)
    assert f"{size[0]}x{size[1]} for an image of {WIDTH}x{HEIGHT}" in words


@pytest.mark.parametrize(
    ("fields", "size"),
    [
        ({"binning_x": 1, "binning_y": 1}, (640, 480)),
        ({"binning_x": 2, "binning_y": 2}, (320, 240)),
        ({"binning_x": 3, "binning_y": 0}, (213, 480)),
        ({"roi": region(0, 0, WIDTH, HEIGHT)}, (640, 480)),
        ({"roi": region(100, 60, 320, 240)}, (320, 240)),
        ({"roi": region(100, 60, 320, 240), "binning_x": 2, "binning_y": 4}, (160, 60)),
        ({"roi": region(320, 240, 320, 240)}, (320, 240)),
    ],
)
def test_binning_and_region_move_the_raw_camera_with_the_image(
    fields: dict[str, Any], size: tuple[int, int]
) -> None:
    """A point that the full sensor sees at a pixel is seen where that pixel went."""
    message = info(**fields)
    camera = to_intrinsics(message, *size)
    assert (camera.width, camera.height) == size
    binning = max(1, message.binning_x), max(1, message.binning_y)
    for x, y in ((0.1, -0.2), (-0.3, 0.15)):
        full = 500.0 * x + 321.0, 510.0 * y + 241.0
        seen = camera.fx * x + camera.cx, camera.fy * y + camera.cy
        assert seen[0] == pytest.approx((full[0] - message.roi.x_offset) / binning[0])
        assert seen[1] == pytest.approx((full[1] - message.roi.y_offset) / binning[1])


def test_binning_scales_the_rectified_camera() -> None:
    camera = to_intrinsics(info(binning_x=2, binning_y=2), 320, 240, rectified=True)
    assert camera == Intrinsics(200.0, 205.0, 159.5, 119.5, 320, 240)


@pytest.mark.parametrize(
    ("fields", "size", "words"),
    [
        ({"binning_x": 2, "binning_y": 2}, (640, 480), "640x480 binned 2x2 for an image of"),
        ({"roi": region(10, 20, 320, 240)}, (640, 480), "320x240 at (10, 20) for an image of"),
        ({"roi": region(400, 0, 320, 240)}, (320, 240), "is not inside its 640x480"),
        ({"roi": region(5, 0, 0, 0)}, (640, 480), "0x0 at (5, 0)"),
    ],
)
def test_binning_and_region_that_contradict_the_image(
    fields: dict[str, Any], size: tuple[int, int], words: str
) -> None:
    assert words in refusal(
        to_intrinsics, info(**fields), *size, reason=DepthFault.CAMERA_INFO_SIZE
    )


def test_a_region_of_a_rectified_image_is_refused() -> None:
    cropped = info(roi=region(10, 20, 320, 240))
    words = refusal(to_intrinsics, cropped, 320, 240, True, reason=DepthFault.CAMERA_INFO_SIZE)
    assert "region of interest, 320x240 at (10, 20), of a rectified image" in words


@pytest.mark.parametrize("model", ["plumb_bob", "rational_polynomial", "equidistant"])
def test_a_raw_image_has_the_lens_and_a_rectified_one_has_none(model: str) -> None:
    d = BARREL[:4]
    bent = to_lens(info(distortion_model=model, d=d), WIDTH, HEIGHT)
    assert bent == Lens(Intrinsics(500.0, 510.0, 321.0, 241.0, WIDTH, HEIGHT), model, tuple(d))
    flat = to_lens(info(distortion_model=model, d=d), WIDTH, HEIGHT, rectified=True)
    assert flat == Lens(Intrinsics(400.0, 410.0, 319.0, 239.0, WIDTH, HEIGHT))


@pytest.mark.parametrize("model", ["plumb_bob", "rational_polynomial", "equidistant"])
def test_binning_and_region_move_the_lens_with_the_image(model: str) -> None:
    """A part of the sensor, read out four by two, sees what the full sensor sees there."""
    full = info(distortion_model=model, d=BARREL[:4])
    part = info(
        distortion_model=model,
        d=BARREL[:4],
        roi=region(100, 60, 320, 240),
        binning_x=4,
        binning_y=2,
    )
    rays = to_lens(part, 80, 120).unproject(np.array([3.0, 70.0]), np.array([2.0, 100.0]))
    there = np.array([100.0 + 12.0, 100.0 + 280.0]), np.array([60.0 + 4.0, 60.0 + 200.0])
    np.testing.assert_allclose(rays, to_lens(full, WIDTH, HEIGHT).unproject(*there), atol=1e-9)


@pytest.mark.parametrize("model", ["omni", "double_sphere", "plumb", "?"])
@pytest.mark.parametrize("d", [[], [0.0], [0.5]])
def test_an_unknown_model_is_refused_in_words(model: str, d: list[float]) -> None:
    unknown = info(distortion_model=model, d=d)
    words = refusal(to_lens, unknown, WIDTH, HEIGHT, reason=DepthFault.LENS)
    assert repr(model) in words
    assert "plumb_bob" in words
    assert not to_lens(unknown, WIDTH, HEIGHT, rectified=True).bends


@pytest.mark.parametrize("rectified", [False, True])
@pytest.mark.parametrize("value", [nan, inf, -inf])
def test_coefficients_must_be_numbers(value: float, rectified: bool) -> None:
    bad = info(distortion_model="plumb_bob", d=[0.0, value, 0.0, 0.0, 0.0])
    words = refusal(to_lens, bad, WIDTH, HEIGHT, rectified, reason=DepthFault.LENS)
    assert f"{value:g}" in words


def test_coefficients_without_a_model_are_refused() -> None:
    words = refusal(to_lens, info(d=BARREL), WIDTH, HEIGHT, reason=DepthFault.LENS)
    assert "it must say what D means" in words


def test_raw_and_rectified_pixels_see_the_same_by_opencv() -> None:
    """P is right for what OpenCV rectifies, and K with D for the raw image of the same lens."""
    k = np.array(K).reshape(3, 3)
    p = cv2.getOptimalNewCameraMatrix(k, np.array(BARREL), (WIDTH, HEIGHT), 0.0)[0]
    message = info(
        distortion_model="plumb_bob", d=BARREL, p=np.hstack([p, np.zeros((3, 1))]).ravel().tolist()
    )
    point = np.array([[[0.4, 0.3, 1.0]]])
    raw = cv2.projectPoints(point, np.zeros(3), np.zeros(3), k, np.array(BARREL))[0].ravel()
    flat = cv2.undistortPoints(raw.reshape(1, 1, 2), k, np.array(BARREL), P=p).ravel()

    def seen(pixel: Any, rectified: bool) -> Any:
        ray = to_lens(message, WIDTH, HEIGHT, rectified).unproject(pixel[0], pixel[1])
        return ray[:2] / ray[2]

    assert seen(raw, rectified=False) == pytest.approx([0.4, 0.3], abs=1e-6)
    assert seen(flat, rectified=True) == pytest.approx([0.4, 0.3], abs=1e-3)
    assert seen(raw, rectified=True) != pytest.approx([0.4, 0.3], abs=1e-2)
