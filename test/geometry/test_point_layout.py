# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Points of any layout are read, and what contradicts itself is refused in words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from attendseg_ros.geometry.point_layout import (
    FLOAT32,
    FLOAT64,
    UINT8,
    CloudError,
    CloudLayout,
    PointField,
    with_added,
)

UINT16, UINT32 = 4, 6

XYZ = np.random.default_rng(5).normal(size=(3, 4, 3)).astype(np.float32)


def layout(*fields: tuple[str, int, int], step: int, **changes: Any) -> CloudLayout:
    made = CloudLayout(
        width=4,
        height=3,
        fields=tuple(PointField(*field) for field in fields),
        point_step=step,
        row_step=4 * step,
    )
    return replace(made, **changes)


def written(cloud: CloudLayout) -> bytes:
    """The bytes of a cloud of these points, everything else at 0xAB."""
    data = np.full(cloud.height * cloud.row_step, 0xAB, np.uint8)
    for axis, name in enumerate("xyz"):
        field = next(field for field in cloud.fields if field.name == name)
        code = {FLOAT32: "f4", FLOAT64: "f8"}[field.datatype]
        strides = (cloud.row_step, cloud.point_step)
        view = np.ndarray(XYZ.shape[:2], f"{cloud.order}{code}", data, field.offset, strides)
        view[...] = XYZ[..., axis]
    return data.tobytes()


OUSTER = layout(
    ("x", 0, FLOAT32),
    ("y", 4, FLOAT32),
    ("z", 8, FLOAT32),
    ("intensity", 16, FLOAT32),
    ("t", 20, UINT32),
    ("reflectivity", 24, UINT16),
    ("ring", 26, UINT16),
    ("ambient", 28, UINT16),
    ("range", 32, UINT32),
    step=48,
)
VELODYNE = layout(
    ("x", 0, FLOAT32),
    ("y", 4, FLOAT32),
    ("z", 8, FLOAT32),
    ("intensity", 12, FLOAT32),
    ("ring", 16, UINT16),
    ("time", 18, FLOAT32),
    step=22,
)
LIVOX = layout(
    ("x", 0, FLOAT32),
    ("y", 4, FLOAT32),
    ("z", 8, FLOAT32),
    ("intensity", 12, FLOAT32),
    ("tag", 16, UINT8),
    ("line", 17, UINT8),
    ("timestamp", 18, FLOAT64),
    step=26,
)
ODD = layout(("z", 1, FLOAT32), ("ring", 5, UINT16), ("x", 7, FLOAT64), ("y", 15, FLOAT32), step=19)


@pytest.mark.parametrize("cloud", [OUSTER, VELODYNE, LIVOX, ODD])
@pytest.mark.parametrize("is_bigendian", [False, True])
@pytest.mark.parametrize("padding", [0, 5])
def test_positions_are_read_from_any_layout(
    cloud: CloudLayout, is_bigendian: bool, padding: int
) -> None:
    cloud = replace(cloud, is_bigendian=is_bigendian, row_step=cloud.row_step + padding)
    data = written(cloud)
    xyz = cloud.coordinates(data)
    np.testing.assert_array_equal(xyz, XYZ.reshape(-1, 3))
    assert xyz.dtype == (np.float64 if cloud.fields == ODD.fields else np.float32)
    points = cloud.points_of(data)
    assert (points.shape, points.itemsize) == ((3, 4), cloud.point_step)
    assert (
        points[1, 2].tobytes() == data[cloud.row_step + 2 * cloud.point_step :][: cloud.point_step]
    )


def test_of_a_single_row_the_row_step_says_nothing() -> None:
    cloud = replace(OUSTER, width=12, height=1, row_step=0)
    np.testing.assert_array_equal(cloud.coordinates(written(OUSTER)), XYZ.reshape(-1, 3))
    assert cloud.points_of(written(OUSTER)).shape == (1, 12)


def test_bytes_past_the_end_are_left_alone() -> None:
    assert OUSTER.points_of(written(OUSTER) + b"more").shape == (3, 4)


@pytest.mark.parametrize("size", [(0, 3), (4, 0), (0, 0)])
def test_a_cloud_without_points_has_none(size: tuple[int, int]) -> None:
    cloud = replace(OUSTER, width=size[0], height=size[1])
    assert cloud.points_of(b"").size == 0
    assert cloud.coordinates(b"").shape == (0, 3)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"row_step": 100}, "row_step must be at least width times point_step"),
        ({"point_step": 0}, "point_step 0"),
        ({"height": 4}, "576 bytes of data for 4x4 points of 48 bytes: 768 are needed"),
        ({"width": 2**31, "row_step": 2**32 - 1}, "row_step must be at least"),
    ],
)
def test_sizes_that_contradict_each_other(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(CloudError, match=words):
        replace(OUSTER, **changes).points_of(written(OUSTER))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ((), "has no field x; its fields are none"),
        ((("x", 0, 7), ("y", 4, 7), ("range", 8, 7)), "no field z; its fields are x, y, range"),
        ((("x", 0, 5), ("y", 4, 7), ("z", 8, 7)), "field x is of datatype 5"),
        ((("x", 0, 99), ("y", 4, 7), ("z", 8, 7)), "field x is of datatype 99"),
        ((("x", 0, 7), ("y", 4, 7), ("z", 46, 7)), "field z at byte 46 does not lie inside"),
    ],
)
def test_positions_that_are_not_there(fields: Any, words: str) -> None:
    with pytest.raises(CloudError, match=words):
        layout(*fields, step=48).coordinates(written(OUSTER))


def test_added_fields_lie_behind_the_points_own_bytes_and_aligned() -> None:
    wider, offsets = with_added(VELODYNE, (("rgb", FLOAT32), ("label", UINT8)))
    assert wider.fields[:-2] == VELODYNE.fields
    assert offsets == (24, 28)
    assert wider.point_step == 32
    assert wider.row_step == 4 * 32
    assert (wider.width, wider.height) == (4, 3)


def test_a_field_with_the_name_of_a_new_one_keeps_its_bytes_under_another_name() -> None:
    cloud = layout(("x", 0, 7), ("label", 4, 6), ("input_label", 8, 6), ("rgb", 12, 7), step=16)
    wider, _ = with_added(cloud, (("rgb", FLOAT32), ("label", UINT8)))
    assert [(field.name, field.offset) for field in wider.fields] == [
        ("x", 0),
        ("input_input_label", 4),
        ("input_label", 8),
        ("input_rgb", 12),
        ("rgb", 16),
        ("label", 20),
    ]
