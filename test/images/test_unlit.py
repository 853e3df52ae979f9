# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The black areas of a picture, and dark things in it that are none."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from attendseg_ros.images.unlit import BLACK, unlit

SIZES = [(480, 640), (1080, 1920), (120, 160), (1081, 1921), (64, 704)]


def scene(height: int, width: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.random.default_rng(4).integers(40, 200, (height, width, 3), np.uint8)


@pytest.mark.parametrize(("height", "width"), SIZES)
@pytest.mark.parametrize("quality", [0, 60])
def test_the_corners_beside_a_circle(height: int, width: int, quality: int) -> None:
    picture = scene(height, width)
    y, x = np.ogrid[:height, :width]
    beside = (x - width / 2) ** 2 + (y - height / 2) ** 2 > (0.45 * height) ** 2
    picture[beside] = 0
    if quality:
        _, bytes_of = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, quality))
        picture = np.asarray(cv2.imdecode(bytes_of, cv2.IMREAD_COLOR), np.uint8)
    found = unlit(picture, (width, height))
    assert found is not None
    assert found.shape == (height, width)
    far = (x - width / 2) ** 2 + (y - height / 2) ** 2 > (0.5 * height) ** 2
    assert (found[far] > 0).mean() > 0.99
    inside = (x - width / 2) ** 2 + (y - height / 2) ** 2 < (0.4 * height) ** 2
    assert not found[inside].any()


def test_the_answer_has_the_mask_s_size() -> None:
    picture = scene(480, 640)
    picture[:, :80] = BLACK
    found = unlit(picture[:, ::-1], (320, 120))
    assert found is not None
    assert found.shape == (120, 320)
    assert (found[:, -39:] > 0).all()
    assert not found[:, :270].any()


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_dark_pixels_of_a_scene_are_no_area(height: int, width: int) -> None:
    picture = scene(height, width)
    assert unlit(picture, (width, height)) is None
    # Noise in the dark, lines, and what is dark in one channel or two.
    picture[np.random.default_rng(5).random((height, width)) < 0.3] = 0
    assert unlit(picture, (width, height)) is None
    picture = scene(height, width)
    picture[height // 2 : height // 2 + max(1, height // 240)] = 0
    picture[:, : width // 2, :2] = 0
    assert unlit(picture, (width, height)) is None
