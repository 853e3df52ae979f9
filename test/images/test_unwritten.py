# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Rows of empty memory, and rows of one colour that a lens makes."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from attendseg_ros.images.unseen import Unseen, unseen_parts
from attendseg_ros.images.unwritten import unwritten
from attendseg_ros.labels import UNLABELLED
from attendseg_ros.scene import RoomScene, StreetScene

SIZES = [(480, 640), (1080, 1920), (120, 160), (1081, 1921)]
Pixels = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]


def scene(height: int, width: int) -> Pixels:
    return np.random.default_rng(4).integers(40, 200, (height, width, 3), np.uint8)


def half_filled(height: int, width: int, value: int) -> Pixels:
    """A YUV buffer, YUYV, of which the lower half is one value, as OpenCV shows it."""
    buffer = np.random.default_rng(4).integers(40, 200, (height, width, 2), np.uint8)
    buffer[height // 2 :] = value
    return np.asarray(cv2.cvtColor(buffer, cv2.COLOR_YUV2RGB_YUY2), np.uint8)


@pytest.mark.parametrize(("height", "width"), [(480, 640), (1080, 1920), (120, 160)])
@pytest.mark.parametrize("value", [0, 128, 255])
@pytest.mark.parametrize("quality", [0, 60])
def test_a_half_filled_buffer(height: int, width: int, value: int, quality: int) -> None:
    picture = half_filled(height, width, value)
    if quality:
        _, bytes_of = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, quality))
        picture = np.asarray(cv2.imdecode(bytes_of, cv2.IMREAD_COLOR), np.uint8)
    rows = unwritten(picture)
    assert rows is not None
    parts = unseen_parts(picture, [rows], (width // 2, height // 2))
    assert parts is not None
    assert parts.shape == (height // 2, width // 2)
    assert (parts[height // 4 :] > 0).all()
    assert not parts[: height // 4 - 24].any()


@pytest.mark.parametrize(("height", "width"), SIZES)
@pytest.mark.parametrize("colour", [(0, 135, 0), (0, 154, 0), (128, 128, 128), (255, 255, 255)])
def test_a_lost_slice(height: int, width: int, colour: tuple[int, int, int]) -> None:
    picture = scene(height, width)
    picture[height // 2 : height * 3 // 4] = colour
    assert unwritten(picture) is not None
    # What does not reach from side to side, or is another colour, is a thing.
    picture = scene(height, width)
    picture[height // 2 :, : width - 1] = colour
    assert unwritten(picture) is None
    picture[height // 2 :] = (90, 100, 110)
    assert unwritten(picture) is None
    picture[:] = scene(height, width)
    picture[height // 2 : height // 2 + max(1, height // 240)] = colour
    assert unwritten(picture) is None


def test_a_sky_in_the_sun() -> None:
    picture = scene(480, 640)
    picture[:200] = 255
    assert unwritten(picture) is None
    picture[300:] = 255
    rows = unwritten(picture)
    assert rows is not None
    assert not rows[: 270 // 2].any()


@pytest.mark.parametrize("quality", [0, 40])
@pytest.mark.parametrize("kind", [StreetScene, RoomScene])
def test_rendered_scenes(kind: type[StreetScene | RoomScene], quality: int) -> None:
    for seed in range(3):
        picture = kind(seed, 320, 240).render(0.5).rgb
        if quality:
            _, bytes_of = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, quality))
            picture = np.asarray(cv2.imdecode(bytes_of, cv2.IMREAD_COLOR), np.uint8)
        assert unwritten(picture) is None


def test_what_is_called_an_obstacle_stays_one() -> None:
    labels = np.array([[1, 2], [1, 2]], np.uint8)
    parts = np.array([[0, 0], [255, 255]], np.uint8)
    known = Unseen(parts=parts).known(labels, [1])
    np.testing.assert_array_equal(known, [[1, 2], [UNLABELLED, 2]])
    assert Unseen().known(labels, [1]) is labels
    assert (Unseen("the image shows nothing").known(labels, [1]) == UNLABELLED).all()
