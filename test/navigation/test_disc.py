# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The largest free disc against geometry that is known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from attendseg_ros.navigation.disc import (
    LARGEST_GRID,
    Disc,
    clearance_px,
    largest_disc,
    mean_inside,
)
from attendseg_ros.navigation.traversability import FREE, OCCUPIED, UNKNOWN

SIZES = [(320, 240), (640, 480), (1281, 961), (240, 1920)]
"""Grids of cells of 1, 2, 5 and 6 pixels."""

Mask = NDArray[np.uint8]


def inside(size: tuple[int, int], disc: Disc) -> NDArray[np.bool_]:
    """Pixels whose centres lie in a disc."""
    width, height = size
    y, x = np.ogrid[:height, :width]
    return np.asarray((x - disc.x) ** 2 + (y - disc.y) ** 2 <= disc.radius**2)


def unknown_but(size: tuple[int, int], *discs: Disc) -> Mask:
    """A mask of which only some discs are free."""
    mask = np.full((size[1], size[0]), UNKNOWN, np.uint8)
    for disc in discs:
        mask[inside(size, disc)] = FREE
    return mask


def cell_of(size: tuple[int, int]) -> int:
    return -(-max(size) // LARGEST_GRID)


def found_in(mask: Mask) -> Disc:
    return largest_disc(clearance_px(mask))


@pytest.mark.parametrize("size", SIZES)
def test_a_free_disc_is_found_where_it_is(size: tuple[int, int]) -> None:
    cell = cell_of(size)
    truth = Disc(0.45 * size[0], 0.6 * size[1], 0.3 * min(size))
    found = found_in(unknown_but(size, truth))
    assert truth.radius - 2.5 * cell <= found.radius <= truth.radius
    assert abs(found.x - truth.x) <= 1.5 * cell
    assert abs(found.y - truth.y) <= 1.5 * cell


@pytest.mark.parametrize("size", SIZES)
def test_of_two_discs_the_larger_is_found(size: tuple[int, int]) -> None:
    radius = min(size) / 8
    large = Disc(0.75 * size[0], 0.75 * size[1], 1.4 * radius)
    found = found_in(unknown_but(size, Disc(size[0] / 4, size[1] / 4, radius), large))
    assert inside(size, large)[round(found.y), round(found.x)]


@pytest.mark.parametrize("size", SIZES)
def test_all_free_gives_the_disc_that_touches_the_border_in_the_middle(
    size: tuple[int, int],
) -> None:
    cell = cell_of(size)
    found = found_in(np.full((size[1], size[0]), FREE, np.uint8))
    assert min(size) / 2 - 2.5 * cell <= found.radius <= min(size) / 2
    assert abs(found.x - (size[0] - 1) / 2) <= cell
    assert abs(found.y - (size[1] - 1) / 2) <= cell


@pytest.mark.parametrize("value", [OCCUPIED, UNKNOWN])
@pytest.mark.parametrize("size", [(1, 1), (3, 500), (640, 480)])
def test_none_free_gives_no_radius(size: tuple[int, int], value: int) -> None:
    assert found_in(np.full((size[1], size[0]), value, np.uint8)).radius == 0.0


@pytest.mark.parametrize("value", [OCCUPIED, UNKNOWN])
def test_one_pixel_that_is_not_free_counts_at_any_size(value: int) -> None:
    mask = np.full((960, 1280), FREE, np.uint8)
    mask[479, 641] = value
    found = found_in(mask)
    assert np.hypot(found.x - 641, found.y - 479) >= found.radius


@pytest.mark.parametrize("size", [*SIZES, (1, 1), (2, 1), (1, 700), (5, 4), (641, 3)])
@pytest.mark.parametrize("share", [0.001, 0.02, 0.5])
def test_no_pixel_of_the_disc_is_unsafe_or_out_of_view(size: tuple[int, int], share: float) -> None:
    random = np.random.default_rng(int(share * 1e3) + size[0])
    mask = np.where(random.random((size[1], size[0])) < share, OCCUPIED, FREE).astype(np.uint8)
    found = found_in(mask)
    if found.radius > 0.0:
        assert (mask[inside(size, found)] == FREE).all()
        assert found.radius <= found.x + 0.5
        assert found.radius <= found.y + 0.5
        assert found.radius <= size[0] - 0.5 - found.x
        assert found.radius <= size[1] - 0.5 - found.y


def test_of_equal_discs_the_one_nearest_to_the_middle_is_taken() -> None:
    size = (320, 240)
    near, far = Disc(200.0, 120.0, 25.0), Disc(60.0, 120.0, 25.0)
    found = found_in(unknown_but(size, far, near))
    assert (found.x, found.y) == (near.x, near.y)


def test_a_strip_is_landed_on_in_its_middle() -> None:
    mask = np.full((240, 320), OCCUPIED, np.uint8)
    mask[100:141] = FREE
    found = found_in(mask)
    assert found.y == 120.0
    assert abs(found.x - 159.5) <= 0.5


def test_the_radius_at_a_place_is_that_of_the_disc_there() -> None:
    size = (640, 480)
    clearance = clearance_px(unknown_but(size, Disc(300.0, 200.0, 100.0)))
    found = largest_disc(clearance)
    assert clearance.at(found.x, found.y) == found.radius
    # A step of 30 pixels to the side costs 30 of the radius.
    assert abs(clearance.at(found.x + 30, found.y) - (found.radius - 30)) <= 2.5
    assert clearance.at(0.0, 0.0) == clearance.at(639.0, 479.0) == 0.0


def test_mean_inside_is_of_the_pixels_in_the_disc() -> None:
    size = (60, 40)
    disc = Disc(20.0, 15.0, 8.0)
    values = np.full((40, 60), 7, np.uint8)
    values[inside(size, disc)] = 200
    assert mean_inside(values, disc) == 200.0
    half = values.copy()
    half[:, :20] = 0
    assert 90.0 < mean_inside(half, disc) < 120.0


def test_mean_inside_a_disc_between_pixels_is_the_nearest_pixel_s() -> None:
    values = np.arange(16, dtype=np.uint8).reshape(4, 4)
    assert mean_inside(values, Disc(1.5, 1.5, 0.3)) in values[1:3, 1:3]
    assert mean_inside(values, Disc(3.0, 2.0, 0.0)) == values[2, 3]
