# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Pixels to metres for a camera that looks straight down."""

from __future__ import annotations

import numpy as np

from attendseg_ros.navigation import GroundView

VIEW = GroundView(fx=500.0, fy=400.0, cx=320.0, cy=240.0, height_m=10.0)


def test_a_position_projects_back_onto_its_pixel() -> None:
    camera = np.array([[500.0, 0.0, 320.0], [0.0, 400.0, 240.0], [0.0, 0.0, 1.0]])
    projected = camera @ np.array(VIEW.position(100.0, 50.0))
    np.testing.assert_allclose(projected[:2] / projected[2], [100.0, 50.0])
    assert VIEW.position(320.0, 240.0) == (0.0, 0.0, 10.0)


def test_x_is_to_the_right_and_y_down_the_image() -> None:
    x, y, _ = VIEW.position(420.0, 280.0)
    assert (x, y) == (2.0, 1.0)


def test_the_scale_overstates_no_radius() -> None:
    edges = [VIEW.position(320.0 + 50.0, 240.0)[0], VIEW.position(320.0, 240.0 + 50.0)[1]]
    assert 50.0 * VIEW.metres_per_pixel == min(edges)
