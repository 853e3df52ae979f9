# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Depth, colours and labels to points, against a scene whose surfaces are known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from support.depth_scene import DepthScene

from attendseg_ros.geometry import POINT, CloudBuilder, Intrinsics, Lens
from attendseg_ros.geometry.cloud import packed_rgb

SCENE = DepthScene(width=640, height=480, cx=310.5, cy=260.0)
CAMERA = Intrinsics(
    fx=SCENE.fx, fy=SCENE.fy, cx=SCENE.cx, cy=SCENE.cy, width=SCENE.width, height=SCENE.height
)
RANDOM = np.random.default_rng(5)
RGB = RANDOM.integers(0, 256, (480, 640, 3), np.uint8)
LABELS = RANDOM.integers(0, 11, (480, 640), np.uint8)
CONFIDENCE = RANDOM.integers(0, 256, (480, 640), np.uint8)


@pytest.fixture
def builder() -> CloudBuilder:
    return CloudBuilder(Lens(CAMERA))


def depth() -> NDArray[np.float32]:
    return SCENE.depth.astype(np.float32)


def xyz(points: NDArray[np.void]) -> NDArray[np.float64]:
    return np.stack([points[axis] for axis in "xyz"], axis=-1).astype(np.float64)


def test_points_lie_on_the_surfaces(builder: CloudBuilder) -> None:
    assert 0.05 < SCENE.is_sphere.mean() < 0.5
    points = builder.build(depth(), RGB, LABELS, CONFIDENCE)
    assert points.dtype == POINT
    assert points.shape == (480, 640)
    assert SCENE.errors(xyz(points)).max() < 1e-5
    np.testing.assert_allclose(xyz(points), SCENE.rays * SCENE.depth[..., None], atol=1e-5)


def test_points_carry_label_confidence_and_colour(builder: CloudBuilder) -> None:
    points = builder.build(depth(), RGB, LABELS, CONFIDENCE)
    np.testing.assert_array_equal(points["label"], LABELS)
    np.testing.assert_array_equal(points["confidence"], CONFIDENCE)
    bits = np.ascontiguousarray(points["rgb"]).view(np.uint32)
    for shift, channel in ((16, 0), (8, 1), (0, 2)):
        np.testing.assert_array_equal(bits >> shift & 0xFF, RGB[..., channel])


def test_no_colour_is_a_nan() -> None:
    colors = np.array([[[255, 255, 255], [255, 128, 0], [0, 0, 0]]], np.uint8)
    packed = packed_rgb(colors)
    assert np.isfinite(packed).all()
    assert packed.view(np.uint32).tolist() == [[0xFFFFFF, 0xFF8000, 0]]


@pytest.mark.parametrize("view", [RGB[..., ::-1], np.broadcast_to(RGB[..., :1], RGB.shape)])
def test_colours_of_any_strides(view: NDArray[np.uint8]) -> None:
    np.testing.assert_array_equal(packed_rgb(view), packed_rgb(view.copy()))


def test_a_pixel_without_depth_has_no_point_but_keeps_its_label(builder: CloudBuilder) -> None:
    holes = depth()
    holes[100:200, 50:80] = np.nan
    points = builder.build(holes.copy(), RGB, LABELS, CONFIDENCE)
    for axis in "xyz":
        np.testing.assert_array_equal(np.isnan(points[axis]), np.isnan(holes))
    np.testing.assert_array_equal(points["label"], LABELS)
    # The memory is used again: what was a hole must not stay one.
    again = builder.build(depth(), RGB, LABELS, CONFIDENCE)
    assert np.isfinite(xyz(again)).all()


def test_ranges_are_distances_from_the_lens(builder: CloudBuilder) -> None:
    low, high = 2.2, 4.5
    points = builder.build(depth(), RGB, LABELS, CONFIDENCE, min_range_m=low, max_range_m=high)
    wanted = (SCENE.ranges >= low) & (SCENE.ranges <= high)
    sure = (np.abs(SCENE.ranges - low) > 1e-5) & (np.abs(SCENE.ranges - high) > 1e-5)
    assert 0.1 < wanted.mean() < 0.9
    np.testing.assert_array_equal(np.isfinite(points["x"])[sure], wanted[sure])


def test_classes_are_picked(builder: CloudBuilder) -> None:
    points = builder.build(depth(), RGB, LABELS, CONFIDENCE, kept_ids=(3, 7))
    np.testing.assert_array_equal(np.isfinite(points["z"]), np.isin(LABELS, (3, 7)))
