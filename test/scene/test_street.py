# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The street scene: right in perspective and labels."""

from __future__ import annotations

import numpy as np
import pytest

from attendseg_ros.labels.camvid import CamVidClass
from attendseg_ros.scene import StreetScene


def test_every_class_comes_by() -> None:
    for seed in range(3):
        scene = StreetScene(seed, 320, 240)
        seen = {int(i) for t in range(0, 60, 4) for i in np.unique(scene.render(t).labels)}
        assert seen == {int(c) for c in CamVidClass}


@pytest.mark.parametrize("size", [(16, 16), (64, 48), (481, 361), (1280, 720)])
def test_frames_have_the_size_asked_for(size: tuple[int, int]) -> None:
    width, height = size
    frame = StreetScene(1, width, height).render(2.0)
    assert frame.rgb.shape == (height, width, 3)
    assert frame.labels.shape == (height, width)
    assert frame.rgb.dtype == frame.labels.dtype == np.uint8
    assert frame.labels.max() < len(CamVidClass)


def test_the_street_never_ends() -> None:
    frame = StreetScene(2, 320, 240).render(3 * 3600.0)
    shares = np.bincount(frame.labels.ravel(), minlength=11) / frame.labels.size
    assert shares[CamVidClass.ROAD] > 0.15
    assert shares[CamVidClass.BUILDING] + shares[CamVidClass.TREE] > 0.1


def test_the_scene_moves() -> None:
    scene = StreetScene(5, 320, 240)
    still, moved = scene.render(4.0), scene.render(4.2)
    changed = np.mean(still.labels != moved.labels)
    assert 0.005 < changed < 0.5


def test_light_changes_while_the_street_stays() -> None:
    scene = StreetScene(5, 160, 120)
    means = [float(scene.render(t).rgb.mean()) for t in np.arange(0.0, 30.0, 2.0)]
    assert max(means) / min(means) > 1.1


def test_the_road_lies_below_the_horizon_and_the_sky_above() -> None:
    for seed in range(3):
        scene = StreetScene(seed, 320, 240)
        horizon = scene.camera_matrix[1, 2]
        labels = scene.render(9.0).labels
        rows_of = {c: np.nonzero(labels == c)[0] for c in (CamVidClass.SKY, CamVidClass.ROAD)}
        assert rows_of[CamVidClass.ROAD].min() >= np.floor(horizon)
        assert rows_of[CamVidClass.SKY].max() <= np.ceil(horizon) + 1


def test_the_road_narrows_as_a_pinhole_camera_sees_it() -> None:
    """Two rows see the road at depths z = f h / (row - horizon): its width there goes as 1 / z."""
    widths = []
    scene = StreetScene(4, 640, 480)
    horizon = scene.camera_matrix[1, 2]
    for row_below in (30, 60):
        row = round(horizon) + row_below
        best = 0
        for time_s in np.arange(0.0, 40.0, 2.0):
            road = np.nonzero(scene.render(float(time_s)).labels[row] == CamVidClass.ROAD)[0]
            if len(road) and road[0] > 0 and road[-1] < 639:
                best = max(best, int(road[-1] - road[0] + 1))
        widths.append(best)
    assert min(widths) > 0, "both edges of the road must come into view"
    assert widths[1] / widths[0] == pytest.approx(2.0, rel=0.05)
