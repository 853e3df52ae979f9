# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Pixels to metres for a camera that looks straight down, whatever its lens."""

from __future__ import annotations

from math import isnan

import numpy as np
import pytest

from attendseg_ros.geometry import Intrinsics, Lens
from attendseg_ros.navigation import Disc, GroundView

CAMERA = Intrinsics(fx=500.0, fy=400.0, cx=320.0, cy=240.0, width=640, height=480)
VIEW = GroundView(Lens(CAMERA).unproject, height_m=10.0)
LENSES = [
    Lens(CAMERA, "plumb_bob", (-0.28, 0.09, 0.0011, -0.0007, -0.012)),
    Lens(CAMERA, "plumb_bob", (0.12, -0.02, 0.0, 0.0)),
    Lens(CAMERA, "equidistant", (-0.01, 0.02, -0.015, 0.003)),
]


def test_a_position_projects_back_onto_its_pixel() -> None:
    camera = np.array([[500.0, 0.0, 320.0], [0.0, 400.0, 240.0], [0.0, 0.0, 1.0]])
    projected = camera @ np.array(VIEW.position(100.0, 50.0))
    np.testing.assert_allclose(projected[:2] / projected[2], [100.0, 50.0])
    assert VIEW.position(320.0, 240.0) == (0.0, 0.0, 10.0)


def test_x_is_to_the_right_and_y_down_the_image() -> None:
    x, y, _ = VIEW.position(420.0, 280.0)
    assert (x, y) == pytest.approx((2.0, 1.0))


def test_the_scale_overstates_no_radius() -> None:
    edges = [VIEW.position(320.0 + 50.0, 240.0)[0], VIEW.position(320.0, 240.0 + 50.0)[1]]
    assert VIEW.radius_m(Disc(320.0, 240.0, 50.0)) == pytest.approx(min(edges))


@pytest.mark.parametrize("lens", LENSES)
@pytest.mark.parametrize("centre", [(320.0, 240.0), (120.0, 90.0), (560.0, 400.0)])
def test_a_circle_on_the_ground_is_as_large_as_it_is(
    lens: Lens, centre: tuple[float, float]
) -> None:
    """What the lens makes of a circle of 1.5 m holds a disc of at most, and nearly, 1.5 m."""
    view = GroundView(lens.unproject, height_m=10.0)
    x, y, z = view.position(*centre)
    assert lens.project(np.array([x, y, z]))[0] == pytest.approx(centre, abs=1e-3)
    turn = np.linspace(0.0, 2 * np.pi, 256, endpoint=False)
    circle = np.column_stack([x + 1.5 * np.cos(turn), y + 1.5 * np.sin(turn), np.full(256, z)])
    inside = float(np.linalg.norm(lens.project(circle)[0] - centre, axis=1).min())
    metres = view.radius_m(Disc(*centre, inside))
    assert 1.5 * 0.6 < metres <= 1.5 + 1e-3


def test_where_the_lens_shows_no_ground_there_are_no_metres() -> None:
    wide = Intrinsics(150.0, 150.0, 320.0, 240.0, 640, 480)
    view = GroundView(Lens(wide, "equidistant").unproject, height_m=10.0)
    # 90 degrees are 236 pixels from the middle.
    assert isnan(view.radius_m(Disc(520.0, 240.0, 50.0)))
    assert all(map(isnan, view.position(600.0, 240.0)))
    assert view.radius_m(Disc(320.0, 240.0, 50.0)) > 0.0
