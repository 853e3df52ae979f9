# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Rows that repeat the one above them, and rows that look alike and are there."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from attendseg_ros.images.repeated_rows import repeated_rows
from attendseg_ros.images.unseen import undelivered, unseen_parts

Pixels = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]


def road(height: int, width: int) -> Pixels:
    """Grey with a sensor's noise."""
    return np.random.default_rng(7).integers(90, 130, (height, width, 3), np.uint8)


@pytest.mark.parametrize("quality", [0, 80])
@pytest.mark.parametrize(("height", "width"), [(480, 640), (1080, 1920), (120, 160)])
@pytest.mark.parametrize("at_the_top", [False, True])
def test_what_fills_up_a_picture_is_unseen(
    height: int, width: int, at_the_top: bool, quality: int
) -> None:
    picture = road(height, width)
    picture[height // 2 :] = picture[height // 2]
    if at_the_top:
        picture = np.ascontiguousarray(picture[::-1])
    if quality:
        _, data = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, quality))
        picture = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    parts = unseen_parts(picture, undelivered(picture), (width, height))
    assert parts is not None
    if at_the_top:
        parts = parts[::-1]
    assert (parts[height // 2 + 1 :] > 0).all()
    assert not parts[: height // 2 - 32].any()


@pytest.mark.parametrize("row", [0, 1, 11, 24, 200, 433, 444, 453])
def test_the_fewest_are_found_wherever_they_are(row: int) -> None:
    picture = road(480, 640)
    picture[row : row + 27] = picture[row]
    assert repeated_rows(picture) is not None


def test_few_rows_are_how_decoders_fill_a_block() -> None:
    picture = road(480, 640)
    picture[-16:] = picture[-17]
    assert repeated_rows(picture) is None
    picture[-32:] = picture[-33]
    assert repeated_rows(picture) is not None


def test_things_without_texture_look_alike_from_row_to_row() -> None:
    """A floor, and stripes along the view, as a simulator draws them without noise."""
    picture = road(480, 640)
    picture[240:] = (120, 120, 125)
    assert repeated_rows(picture) is None
    picture[240:, ::40] = (250, 250, 250)
    assert repeated_rows(picture) is None


def test_rows_are_alike_to_the_last_bit() -> None:
    picture = road(480, 640)
    picture[240:] = picture[240]
    picture[240::4, 123] += 1
    assert repeated_rows(picture) is None


@pytest.mark.parametrize("size", [(1, 1), (1, 640), (480, 1), (23, 640), (25, 4)])
def test_small_pictures(size: tuple[int, int]) -> None:
    assert repeated_rows(road(*size)) is None
