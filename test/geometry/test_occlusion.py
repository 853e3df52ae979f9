# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What stands in front hides what is behind it, and a surface hides nothing of itself."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from attendseg_ros.geometry import occlusion
from attendseg_ros.geometry.occlusion import hidden

WIDTH, HEIGHT = 320, 240


def seen_behind(
    step: int, reach: int, box: tuple[int, int, int, int] = (100, 80, 200, 160)
) -> NDArray[np.bool_]:
    """Which points of a wall at 10 m are taken to be seen behind a board at 3 m.

    The wall has a point in each pixel, the board in every so many along both axes of a box.
    """
    left, top, right, bottom = box
    rows, columns = np.mgrid[:HEIGHT, :WIDTH].astype(np.int32)
    front_rows, front_columns = np.mgrid[top:bottom:step, left:right:step].astype(np.int32)
    ranges = np.full(rows.size + front_rows.size, 10.0, np.float32)
    ranges[rows.size :] = 3.0
    gone = hidden(
        np.concatenate([columns.ravel(), front_columns.ravel()]),
        np.concatenate([rows.ravel(), front_rows.ravel()]),
        ranges,
        (WIDTH, HEIGHT),
        reach,
    )
    assert not gone[rows.size :].any()
    return np.asarray(~gone[: rows.size].reshape(rows.shape))


def test_of_two_points_in_one_pixel_the_nearer_is_seen() -> None:
    pixel = np.full(2, 7, np.int32)
    ranges = np.array([5.0, 2.0], np.float32)
    for reach in (0, 20):
        assert hidden(pixel, pixel, ranges, (16, 16), reach).tolist() == [True, False]


def test_points_of_one_surface_in_one_pixel_are_both_seen() -> None:
    pixel = np.full(2, 7, np.int32)
    ranges = np.array([2.0, 2.08], np.float32)
    assert not hidden(pixel, pixel, ranges, (16, 16), 20).any()


@pytest.mark.parametrize("step", [1, 3, 9, 17])
def test_a_sparse_board_hides_the_wall_behind_its_gaps(step: int) -> None:
    seen = seen_behind(step, reach=20)
    inner = np.s_[80 + step : 160 - 2 * step, 100 + step : 200 - 2 * step]
    assert not seen[inner].any()
    # Beside the board the wall is seen up to the board's cells.
    outside = np.ones_like(seen)
    outside[76:164, 96:204] = False
    assert seen[outside].all()


def test_without_reach_the_gaps_are_open() -> None:
    seen = seen_behind(5, reach=0)
    assert (~seen).sum() == 16 * 20


def test_a_thin_pole_hides_what_is_behind_it_and_nothing_beside_it() -> None:
    seen = seen_behind(1, reach=20, box=(150, 40, 152, 200))
    assert not seen[60:180, 150:152].any()
    assert seen[:, :144].all()
    assert seen[:, 160:].all()


def test_ground_far_away_does_not_hide_itself() -> None:
    rows, columns = np.mgrid[135:HEIGHT, :WIDTH].astype(np.int32)
    rows, columns = rows.ravel(), columns.ravel()
    # A camera 1.5 m above the ground, its horizon in row 120: up to 30 m.
    ranges = (1.5 * 300.0 / (rows - 120.0)).astype(np.float32)
    assert not hidden(columns, rows, ranges, (WIDTH, HEIGHT), 20).any()


def test_a_wall_along_the_view_does_not_hide_itself() -> None:
    rows, columns = np.mgrid[:HEIGHT, :140].astype(np.int32)
    rows, columns = rows.ravel(), columns.ravel()
    ranges = (2.0 * 300.0 / (160.0 - columns)).astype(np.float32)
    assert not hidden(columns, rows, ranges, (WIDTH, HEIGHT), 20).any()


@pytest.mark.parametrize("quick", [False, True])
def test_both_ways_to_the_nearest_give_the_same(
    monkeypatch: pytest.MonkeyPatch, quick: bool
) -> None:
    rng = np.random.default_rng(3)
    columns, rows = (rng.integers(0, 8, 5000).astype(np.int32) for _ in range(2))
    ranges = rng.uniform(1.0, 20.0, 5000).astype(np.float32)
    monkeypatch.setattr(occlusion, "_QUICK_AT", quick)
    gone = hidden(columns, rows, ranges, (8, 8), 0)
    nearest = np.array(
        [ranges[(columns == x) & (rows == y)].min() for x, y in zip(columns, rows, strict=True)]
    )
    np.testing.assert_array_equal(gone, ranges > nearest * np.float32(1.03) + np.float32(0.1))
