# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The ground map against the street, which knows where its things stand."""

from __future__ import annotations

import json

import numpy as np
import pytest

from attendseg_ros.benchmark import ground
from attendseg_ros.benchmark.street_feet import first_feet
from attendseg_ros.benchmark.tables import markdown
from attendseg_ros.scene import StreetScene
from attendseg_ros.scene.style import style_for


@pytest.fixture(scope="module")
def rows() -> list[ground.Errors]:
    return ground.errors(ground.SEEDS, ground.MOMENTS_S[:1])


def test_free_ground_ends_where_things_stand(rows: list[ground.Errors]) -> None:
    """Half of all directions are off by less than a pixel, and nine of ten by less than four."""
    assert sum(row.count for row in rows) > 1000
    measured = [row for row in rows if row.count > 30]
    assert len(measured) >= 4
    for row in measured:
        slack = 0.01 + row.pixel_m
        assert row.median_m < slack, row
        assert row.most_m < 4.0 * slack, row
        assert row.missed < 0.05, row


def test_errors_grow_with_the_distance(rows: list[ground.Errors]) -> None:
    near, far = rows[2], rows[-1]
    assert near.median_m < 0.05
    assert near.median_m < far.median_m


def test_the_truth_is_a_street_s() -> None:
    """To the left and right of the camera, the kerbs; no thing stands nearer than they."""
    seed = ground.SEEDS[0]
    style, scene = style_for(seed), StreetScene(seed)
    sideways = np.array([np.pi / 2 - 1e-3, -np.pi / 2 + 1e-3])
    found = first_feet(scene, 2.0, sideways, style)
    truth = [style.road_half_m + style.lane_m, style.road_half_m - style.lane_m]
    np.testing.assert_allclose(found, truth, rtol=0.01)
    without = first_feet(scene, 2.0, np.linspace(-0.6, 0.6, 50))
    assert without.min() > 2.0


def test_measures_errors_and_costs() -> None:
    results = ground.measure_ground(ground.GroundMapPlan(streets=1, runs=3))
    assert json.loads(json.dumps(results, allow_nan=False)) == results
    assert [tuple(one["size"]) for one in results["costs"]] == list(ground.SIZES)
    text = markdown(results)
    assert "| true distance | error, median |" in text
    assert "| 640x480 " in text
