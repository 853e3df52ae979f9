# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Blocks that a decoder left out, and what looks like them and is there."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from attendseg_ros.images import lost_blocks as module
from attendseg_ros.images.lost_blocks import lost_blocks
from attendseg_ros.images.unseen import undelivered, unseen_parts
from attendseg_ros.scene import RoomScene, StreetScene

Pixels = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]


def street(height: int, width: int) -> Pixels:
    picture = StreetScene(5, 640, 480).render(0.5).rgb
    return np.asarray(cv2.resize(picture, (width, height)), np.uint8)


def seen_by_a_sensor(height: int, width: int) -> Pixels:
    """The street with noise: as it is drawn, its walls are flat."""
    noise = np.random.default_rng(3).integers(-4, 5, (height, width, 3))
    return np.asarray(np.clip(street(height, width) + noise, 0, 255), np.uint8)


@pytest.mark.parametrize("quality", [0, 60])
@pytest.mark.parametrize(("height", "width"), [(480, 640), (1080, 1920), (240, 320)])
@pytest.mark.parametrize("colour", [(0, 135, 0), (0, 77, 0), (0, 154, 0), (255, 121, 255)])
def test_blocks_are_found_where_they_are(
    height: int, width: int, colour: tuple[int, int, int], quality: int
) -> None:
    picture = street(height, width)
    rows, columns = slice(height // 2, height * 3 // 4), slice(width // 4, width // 2)
    picture[rows, columns] = colour
    if quality:
        _, data = cv2.imencode(".jpg", picture[..., ::-1], (cv2.IMWRITE_JPEG_QUALITY, quality))
        picture = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)[..., ::-1]
    parts = unseen_parts(picture, undelivered(picture), (width, height))
    assert parts is not None
    assert (parts[rows, columns] > 0).all()
    # The blocks around them are mixed, too; farther off nothing is amiss.
    parts[rows.start - 32 : rows.stop + 32, columns.start - 32 : columns.stop + 32] = 0
    assert not parts.any()


@pytest.mark.parametrize("row", [0, 1, 2, 7, 235, 462, 464])
@pytest.mark.parametrize("side", [10, 16])
def test_the_first_look_overlooks_none(
    row: int, side: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = seen_by_a_sensor(480, 640)
    marked = []
    for column in (0, 3, 8, 311, 622, 624):
        for colour in ((0, 135, 0), (130, 130, 130)):
            marked.append(picture.copy())
            marked[-1][row : row + side, column : column + side] = colour
    found = [lost_blocks(each) is not None for each in marked]
    monkeypatch.setattr(module, "_may_hold_one", lambda _: True)
    assert found == [lost_blocks(each) is not None for each in marked]
    assert side < 16 or all(found)


@pytest.mark.parametrize("what", ["noise", "another green", "small", "another grey", "mono"])
def test_what_is_there_is_no_lost_block(what: str) -> None:
    picture = street(480, 640)
    part = picture[240:360, 160:320]
    if what == "noise":
        part[:] = np.random.default_rng(1).integers((0, 131, 0), (5, 140, 5), part.shape)
    elif what == "another green":
        part[:] = (30, 135, 30)
    elif what == "small":
        part[:8, :8] = (0, 135, 0)
    elif what == "another grey":
        part[:] = 120
    else:
        picture = np.broadcast_to(picture[..., 1:2], picture.shape)
    assert lost_blocks(picture) is None


@pytest.mark.parametrize("value", [128, 130])
@pytest.mark.parametrize("mono", [False, True])
def test_grey_blocks_stand_out_where_little_else_is_flat(value: int, mono: bool) -> None:
    """To all models such grey is a road."""
    picture = seen_by_a_sensor(480, 640)
    picture[240:360, 160:320] = value
    if mono:
        picture = np.broadcast_to(picture[..., 1:2], picture.shape)
    parts = lost_blocks(picture)
    assert parts is not None
    assert parts[120:180, 80:160].all()
    parts[104:196, 64:176] = 0
    assert not parts.any()


@pytest.mark.parametrize("quality", [5, 10, 20, 30])
def test_a_flat_road_in_a_coarse_jpeg_is_one_flat_thing_of_many(quality: int) -> None:
    picture = seen_by_a_sensor(480, 640)
    picture[300:, 100:] = 126 + picture[300:, 100:] % 5
    _, data = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, quality))
    coarse = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    assert lost_blocks(coarse) is None


@pytest.mark.parametrize("quality", [0, 10, 40])
@pytest.mark.parametrize("kind", [StreetScene, RoomScene])
def test_rendered_scenes_have_none(kind: type[StreetScene | RoomScene], quality: int) -> None:
    for seed in range(3):
        picture = kind(seed, 320, 240).render(0.5).rgb
        if quality:
            _, data = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, quality))
            picture = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
        assert undelivered(picture) == []
