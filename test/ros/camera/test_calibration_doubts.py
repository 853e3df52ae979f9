# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Numbers of camera_info that work, and can hardly be right."""

from __future__ import annotations

from math import cos, radians, sin
from pathlib import Path
from typing import Any

import pytest
from sensor_msgs.msg import CameraInfo, RegionOfInterest
from support.segmentation_rig import HEIGHT, WIDTH, Rig

from attendseg_ros.ros.camera.calibration_doubts import (
    baseline_m,
    frame_of_the_first,
    of_another_lens,
    of_the_part,
    other_resolution,
    stereo_in_words,
    turn_deg,
)


def info(width: int, height: int, cx: float, cy: float, **fields: Any) -> CameraInfo:
    k = [500.0, 0.0, cx, 0.0, 500.0, cy, 0.0, 0.0, 1.0]
    p = [*k[:3], 0.0, *k[3:6], 0.0, *k[6:], 0.0]
    return CameraInfo(**{"width": width, "height": height, "k": k, "p": p, **fields})


@pytest.mark.parametrize("rectified", [False, True])
@pytest.mark.parametrize(
    ("cx", "cy", "doubtful"),
    [
        (319.5, 239.5, False),
        (337.0, 228.0, False),
        # Of 1280x960, 1280x720, 320x240 and 320x180.
        (639.5, 479.5, True),
        (639.5, 359.5, True),
        (159.5, 119.5, True),
        (159.5, 89.5, True),
        # Off along one axis, as in an image cut at its top and bottom.
        (319.5, 179.5, False),
    ],
)
def test_a_matrix_of_another_resolution(
    cx: float, cy: float, doubtful: bool, rectified: bool
) -> None:
    words = other_resolution(info(640, 480, cx, cy), "/info", rectified=rectified)
    assert bool(words) == doubtful
    assert not doubtful or f"cx {cx:g} and cy {cy:g} in {'P' if rectified else 'K'} of" in words


@pytest.mark.parametrize("rectified", [False, True])
@pytest.mark.parametrize(
    ("cx", "cy", "part", "binning", "doubtful"),
    [
        # The full sensor's, as it is to be; a lens a little off the middle.
        (639.5, 359.5, (0, 180, 1280, 360), (1, 1), False),
        (655.0, 340.0, (0, 180, 1280, 360), (1, 1), False),
        (639.5, 359.5, (0, 0, 0, 0), (2, 1), False),
        (639.5, 359.5, (0, 0, 0, 0), (2, 2), False),
        (639.5, 359.5, (0, 0, 0, 0), (1, 1), False),
        # The part's.
        (639.5, 179.5, (0, 180, 1280, 360), (1, 1), True),
        (650.0, 170.0, (0, 180, 1280, 360), (1, 1), True),
        (319.5, 359.5, (0, 0, 0, 0), (2, 1), True),
        (319.5, 179.5, (0, 0, 0, 0), (2, 2), True),
        (319.5, 89.5, (0, 180, 1280, 360), (2, 2), True),
    ],
)
def test_a_matrix_of_the_part_that_is_read_out(
    cx: float,
    cy: float,
    part: tuple[int, int, int, int],
    binning: tuple[int, int],
    doubtful: bool,
    rectified: bool,
) -> None:
    x, y, width, height = part
    message = info(1280, 720, cx, cy, binning_x=binning[0], binning_y=binning[1])
    message.roi = RegionOfInterest(x_offset=x, y_offset=y, width=width, height=height)
    words = of_the_part(message, "/info", rectified=rectified)
    assert bool(words) == doubtful
    assert not doubtful or f"in {'P' if rectified else 'K'} of /info are the middle of " in words


@pytest.mark.parametrize(
    ("model", "d", "doubtful"),
    [
        ("plumb_bob", [], False),
        ("plumb_bob", [0.0] * 5, False),
        # Lenses that people have: a webcam, a wide one whose corners fold, two fisheyes.
        ("plumb_bob", [-0.28, 0.07, 0.0002, 0.00002, 0.0], False),
        ("plumb_bob", [-0.6, 0.0, 0.0, 0.0, 0.0], False),
        ("equidistant", [-0.02, 0.01, -0.005, 0.001], False),
        ("equidistant", [-0.2, 0.0, 0.0, 0.0], False),
        # Coefficients of pixels, and of the wrong sign and place.
        ("plumb_bob", [-40.0, 0.0, 0.0, 0.0, 0.0], True),
        ("equidistant", [-40.0, 0.0, 0.0, 0.0], True),
        ("rational_polynomial", [0.0, -300.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], True),
        # What is refused elsewhere.
        ("plumb_bob", [float("nan")] * 5, False),
        ("ftheta", [1.0, 2.0], False),
    ],
)
def test_distortion_by_which_hardly_a_pixel_sees_anything(
    model: str, d: list[float], doubtful: bool
) -> None:
    message = info(640, 480, 319.5, 239.5, distortion_model=model, d=d)
    words = of_another_lens(message, "/info", rectified=False)
    assert bool(words) == doubtful, words
    assert not doubtful or f"of the pixels a direction by '{model}': is it of another" in words
    assert not of_another_lens(message, "/info", rectified=True)


def test_numbers_that_are_refused_elsewhere_are_no_doubt() -> None:
    for bad in (info(640, 480, float("nan"), 1.0), info(0, 0, 10.0, 10.0), CameraInfo()):
        assert not other_resolution(bad, "/info", rectified=True)
        assert not of_the_part(bad, "/info", rectified=False)
        assert not frame_of_the_first(bad, "/info")
        assert not stereo_in_words(bad)


def test_the_right_camera_of_a_pair() -> None:
    right = info(640, 480, 319.5, 239.5)
    right.p[3] = -500.0 * 0.12
    assert baseline_m(right) == pytest.approx(0.12)
    assert "0.120 m beside the first camera" in stereo_in_words(right)
    assert not frame_of_the_first(right, "/info")
    right.header.frame_id = "stereo_left_optical"
    assert "'stereo_left_optical'" in frame_of_the_first(right, "/info")
    turn = radians(1.5)
    right.r = [cos(turn), 0.0, sin(turn), 0.0, 1.0, 0.0, -sin(turn), 0.0, cos(turn)]
    assert turn_deg(right) == pytest.approx(1.5)
    assert "R turns rectified images by 1.5 degrees" in stereo_in_words(right)
    left = info(640, 480, 319.5, 239.5)
    left.header.frame_id = "stereo_left_optical"
    assert not frame_of_the_first(left, "/info")


def test_the_status_warns_while_something_is_made_of_it(tmp_path: Path, tiny_path: Path) -> None:
    with Rig(tmp_path, tiny_path) as rig:
        camera, infos = rig.client.camera(), rig.client.camera(CameraInfo, "camera_info")
        masks = rig.output("mask")
        rig.output("camera_info", CameraInfo)
        # A status before the first image is STALE, whatever camera_info says.
        rig.mask(camera, rig.painted(), masks)

        def status(words: str, message: CameraInfo, *, there: bool = True) -> Any:
            def fits(status: Any) -> bool:
                infos.publish(message)
                camera.publish(rig.painted())
                return (words in status.message) == there

            return rig.status("camera", fits)

        words = "is it of another resolution"
        found = status(words, info(WIDTH, HEIGHT, WIDTH - 1.0, HEIGHT - 1.0))
        assert found.level == found.WARN, found
        rig.process.wait_for_log(words)
        folded = info(WIDTH, HEIGHT, WIDTH / 2.0, HEIGHT / 2.0, distortion_model="plumb_bob")
        folded.d = [-1e6, 0.0, 0.0, 0.0, 0.0]
        found = status("of the pixels a direction by 'plumb_bob'", folded)
        assert found.level == found.WARN, found
        right = info(WIDTH, HEIGHT, WIDTH / 2.0, HEIGHT / 2.0)
        right.p[3] = -40.0
        right.header.frame_id = "left"
        found = status("of the right camera of a pair, 0.080 m beside", right)
        assert found.level == found.WARN, found
        right.header.frame_id = "right"
        status("of the right camera", right, there=False)
        assert "one of a pair (P is 0.080 m beside" in rig.value("camera", "lens")
        assert masks.messages
