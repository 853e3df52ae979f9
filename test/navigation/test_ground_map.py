# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The ground in a grid and as a scan, against a world whose walls are known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from support.flat_world import Wall, labels

from attendseg_ros.geometry import Intrinsics, Lens
from attendseg_ros.labels.camvid import CamVidClass
from attendseg_ros.navigation import FREE, OCCUPIED, UNKNOWN
from attendseg_ros.navigation.ground_map import (
    BEAMS,
    FIRST_ANGLE,
    INCREMENT,
    Grid,
    GroundMap,
    merged,
)
from attendseg_ros.navigation.ground_plane import CameraPose, GroundError
from attendseg_ros.navigation.polar_view import PolarView, View

CAMERA = Intrinsics(480.0, 480.0, 319.5, 239.5, 640, 480)
LENSES = {
    "pinhole": Lens(CAMERA),
    "plumb_bob": Lens(CAMERA, "plumb_bob", (-0.28, 0.09, 0.001, -0.0007, -0.01)),
    "equidistant": Lens(CAMERA, "equidistant", (-0.01, 0.02, -0.01, 0.003)),
    "large": Lens(Intrinsics(1000.0, 1000.0, 960.0, 540.0, 1920, 1080)),
    "small": Lens(Intrinsics(120.0, 120.0, 79.5, 59.5, 160, 120)),
}
LEVEL = CameraPose.mounted(1.0, 10.0)
GRID = Grid.of_size(12.0, 0.05)
TABLE = np.full(256, UNKNOWN, np.uint8)
TABLE[CamVidClass.ROAD], TABLE[CamVidClass.BUILDING] = FREE, OCCUPIED


def view_of(lens: Lens, pose: CameraPose, **limits: float) -> PolarView:
    camera = lens.camera
    given = {"min_range_m": 0.0, "max_range_m": 6.0, "coarsest_m": 0.2, **limits}
    return PolarView(View(lens.project, camera.width, camera.height, camera.fx, pose, **given))


def mapped(view: PolarView, occupancy: NDArray[np.uint8]) -> Any:
    return GroundMap(view, GRID).update(occupancy)


def seen(lens: Lens, pose: CameraPose, walls: list[Wall], **limits: float) -> Any:
    occupancy = TABLE[labels(lens, pose, walls)]
    return mapped(view_of(lens, pose, **limits), occupancy)


def at(cells: NDArray[np.uint8], x: float, y: float) -> int:
    return int(cells.ravel()[GRID.cell_of(np.array(x), np.array(y))])


def obstacles(cells: NDArray[np.uint8]) -> NDArray[Any]:
    rows, columns = np.nonzero(cells == OCCUPIED)
    return np.stack([columns, rows], axis=1) * GRID.resolution_m + GRID.origin_m + 0.025


@pytest.mark.parametrize("roll", [0.0, 12.0, -30.0])
@pytest.mark.parametrize("name", LENSES)
def test_a_wall_stands_where_it_stands(name: str, roll: float) -> None:
    lens, pose = LENSES[name], CameraPose.mounted(1.0, 15.0, roll)
    cells, scan = seen(lens, pose, [Wall(3.0)])
    found = obstacles(cells)
    assert len(found) > 40
    # A pixel of the smallest image covers 0.08 m there.
    slack = 0.05 + 9.0 / lens.camera.fx
    assert np.abs(found[:, 0] - 3.0).max() < slack
    assert at(cells, 2.5, 0.0) == FREE
    assert at(cells, 3.6, 0.0) == UNKNOWN
    ahead = scan.ranges[BEAMS // 2]
    assert ahead == pytest.approx(3.0, abs=slack)
    beams = np.flatnonzero(np.isfinite(scan.ranges))
    angles = FIRST_ANGLE + INCREMENT * beams
    np.testing.assert_allclose(scan.ranges[beams] * np.cos(angles), 3.0, atol=slack)


def test_left_is_left_and_the_foot_counts() -> None:
    """A wall on the left half: y is positive there; nothing is marked behind it, nor by its top."""
    cells, scan = seen(LENSES["pinhole"], LEVEL, [Wall(2.5, left=5.0, right=0.2, height_m=0.6)])
    found = obstacles(cells)
    assert (found[:, 1] > 0.1).all()
    assert np.abs(found[:, 0] - 2.5).max() < 0.1
    # Over the low wall the road goes on: it is seen, but what is behind an obstacle is unknown.
    assert at(cells, 4.5, 0.8) == UNKNOWN
    assert at(cells, 4.5, -0.8) == FREE
    assert np.isfinite(scan.ranges[BEAMS // 2 + 20])
    assert np.isinf(scan.ranges[BEAMS // 2 - 20])


def test_what_is_not_seen_is_unknown() -> None:
    cells, scan = seen(LENSES["pinhole"], LEVEL, [])
    assert not (cells == OCCUPIED).any()
    assert at(cells, 3.0, 0.0) == FREE
    # Below the image, beside it, behind it.
    for x, y in ((0.5, 0.0), (2.0, 3.0), (-2.0, 0.0)):
        assert at(cells, x, y) == UNKNOWN
    assert np.isnan(scan.ranges[:100]).all()
    assert scan.range_min == pytest.approx(1.0 / np.tan(np.radians(36.5)), abs=0.1)
    assert scan.range_max == pytest.approx(6.0, abs=0.1)


def test_a_camera_away_from_the_origin_maps_around_it() -> None:
    base = CameraPose.mounted(1.0, 15.0)
    turn = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    pose = CameraPose((0.3, 0.5, 1.0), tuple((turn @ base.matrix).ravel().tolist()))
    occupancy = TABLE[labels(LENSES["pinhole"], base, [Wall(2.0)])]
    cells, scan = mapped(view_of(LENSES["pinhole"], pose), occupancy)
    # It looks along y: what is 2 m ahead of the lens lies at y = 2.5.
    assert np.abs(obstacles(cells)[:, 1] - 2.5).max() < 0.1
    assert at(cells, 0.3, 2.2) == FREE
    beam = round((np.arctan2(2.5, 0.3) - FIRST_ANGLE) / INCREMENT)
    assert scan.ranges[beam] == pytest.approx(np.hypot(2.5, 0.3), abs=0.1)


def test_unknown_ground_is_neither_free_nor_an_obstacle() -> None:
    ids = labels(LENSES["pinhole"], LEVEL)
    ids[:, 320:][ids[:, 320:] == CamVidClass.ROAD] = 255
    cells, scan = mapped(view_of(LENSES["pinhole"], LEVEL), TABLE[ids])
    assert at(cells, 3.0, 0.5) == FREE
    assert at(cells, 3.0, -0.5) == UNKNOWN
    assert np.isinf(scan.ranges[BEAMS // 2 + 20])
    assert np.isnan(scan.ranges[BEAMS // 2 - 20])


@pytest.mark.parametrize("coarsest", [0.05, 0.1, 0.2])
def test_nothing_is_mapped_where_a_pixel_covers_too_much(coarsest: float) -> None:
    """At a distance r a row covers r^2 / (h f), for a level camera."""
    pose = CameraPose.mounted(1.0, 0.0)
    _, scan = seen(LENSES["pinhole"], pose, [], coarsest_m=coarsest, max_range_m=50.0)
    assert scan.range_max == pytest.approx(np.sqrt(coarsest * 480.0), rel=0.05)


def test_range_limits() -> None:
    cells, scan = seen(LENSES["pinhole"], LEVEL, [], min_range_m=2.0, max_range_m=4.0)
    rows, columns = np.nonzero(cells == FREE)
    distance = np.hypot(*(np.stack([columns, rows]) * 0.05 + GRID.origin_m + 0.025))
    assert distance.min() > 1.95
    assert distance.max() < 4.05
    assert (scan.range_min, scan.range_max) == pytest.approx((2.0, 4.0), abs=0.05)


def test_a_pole_of_one_pixel_is_not_missed() -> None:
    for lens in (LENSES["pinhole"], LENSES["large"]):
        ids = labels(lens, LEVEL)
        middle = lens.camera.width // 2 + 37
        ids[: lens.camera.height * 3 // 4, middle] = CamVidClass.BUILDING
        cells, scan = mapped(view_of(lens, LEVEL), TABLE[ids])
        assert (cells == OCCUPIED).any()
        assert np.isfinite(scan.ranges).any()


def test_a_camera_that_looks_straight_down_maps_all_around() -> None:
    pose = CameraPose.mounted(2.0, 90.0)
    cells, _ = seen(LENSES["pinhole"], pose, [], max_range_m=3.0)
    for x, y in ((0.5, 0.0), (-0.5, 0.0), (0.0, 0.8), (0.0, -0.8)):
        assert at(cells, x, y) == FREE


@pytest.mark.parametrize(
    ("pose", "words"),
    [
        (CameraPose.mounted(1.0, -40.0), "looks 40 degrees up from 1.00 m: no pixel shows"),
        (CameraPose.mounted(0.1, -27.0), "looks 27 degrees up"),
        (CameraPose.mounted(0.1, -80.0), "0 and 6 m; its z axis must be the view (REP 103)"),
        (CameraPose.mounted(-0.4, 10.0), "the ground lies 0.40 m above the camera"),
        (CameraPose.mounted(0.0, 10.0), "above the camera"),
        (CameraPose.mounted(float("nan"), 10.0), "no number"),
        (CameraPose.mounted(1000.0, 0.0), "no pixel shows the ground between 0 and 6 m"),
    ],
)
def test_poses_that_see_no_ground_are_refused_in_words(pose: CameraPose, words: str) -> None:
    with pytest.raises(GroundError) as caught:
        view_of(LENSES["pinhole"], pose)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_view_too_coarse_everywhere_is_refused() -> None:
    with pytest.raises(GroundError, match=r"covers more than 0\.0001 m"):
        view_of(LENSES["pinhole"], LEVEL, coarsest_m=0.0001)


def test_moving_is_told_in_metres_and_degrees() -> None:
    first, second = CameraPose.mounted(1.0, 10.0), CameraPose.mounted(1.5, 10.0, 20.0)
    assert first.moved_from(second) == pytest.approx((0.5, 20.0))
    assert first.moved_from(first) == (0.0, 0.0)


def test_grids_are_merged_with_obstacles_first() -> None:
    parts = [
        np.array([[FREE, FREE, UNKNOWN, OCCUPIED]], np.uint8),
        np.array([[UNKNOWN, OCCUPIED, UNKNOWN, FREE]], np.uint8),
    ]
    assert merged(parts).tolist() == [[FREE, OCCUPIED, UNKNOWN, OCCUPIED]]
    assert merged(parts[::-1]).tolist() == [[FREE, OCCUPIED, UNKNOWN, OCCUPIED]]
