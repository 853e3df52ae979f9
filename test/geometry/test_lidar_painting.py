# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Clouds painted: every point has what its pixel says, and keeps its own bytes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from attendseg_ros.geometry import Intrinsics, Lens
from attendseg_ros.geometry.lidar_painting import ADDED, LabelledImage, LidarPainter
from attendseg_ros.geometry.point_layout import CloudLayout, PointField

FLOAT32, FLOAT64 = 7, 8


CAMERA = Lens(Intrinsics(50.0, 50.0, 31.5, 23.5, 64, 48))
RNG = np.random.default_rng(11)
IMAGE = LabelledImage(
    rgb=RNG.integers(0, 256, (48, 64, 3), np.uint8),
    labels=RNG.integers(0, 11, (48, 64), np.uint8),
    confidence=RNG.integers(0, 256, (48, 64), np.uint8),
)

# From a lidar that looks along x with z up, 0.2 m behind and 0.1 m above the camera.
LIDAR = np.array(
    [[0.0, -1.0, 0.0, 0.05], [0.0, 0.0, -1.0, 0.1], [1.0, 0.0, 0.0, -0.2], [0.0, 0.0, 0.0, 1.0]]
)


def cloud_of(
    positions: NDArray[np.float64], code: str = "<f4", step: int = 26, gap: int = 0
) -> tuple[CloudLayout, bytes]:
    """A cloud (H, W, 3) whose every other byte is of its own."""
    height, width, _ = positions.shape
    size = np.dtype(code).itemsize
    row_step = width * step + gap
    data = RNG.integers(0, 256, height * row_step, np.uint8)
    for axis in range(3):
        shape, strides = (height, width), (row_step, step)
        offset = 1 + axis * (size + 1) if step > 26 else 1 + axis * size
        if positions.size:
            np.ndarray(shape, code, data, offset, strides)[...] = positions[..., axis]
    datatype = FLOAT32 if size == 4 else FLOAT64
    offsets = [1 + axis * (size + 1) if step > 26 else 1 + axis * size for axis in range(3)]
    fields = tuple(
        PointField(name, offset, datatype) for name, offset in zip("xyz", offsets, strict=True)
    )
    layout = CloudLayout(width, height, fields, step, row_step, code.startswith(">"))
    return layout, data.tobytes()


def points_at(columns: NDArray[Any], rows: NDArray[Any], depth: Any) -> NDArray[np.float64]:
    """Where points of some pixels are in the lidar's frame: float64 (..., 3)."""
    there = np.stack(
        [(columns - 31.5) / 50.0 * depth, (rows - 23.5) / 50.0 * depth, depth + 0.0 * columns], -1
    )
    inverse = np.linalg.inv(LIDAR)
    return np.asarray(there @ inverse[:3, :3].T + inverse[:3, 3])


def own(layout: CloudLayout, data: Any) -> NDArray[np.uint8]:
    """The bytes of every point, (rows, columns, bytes)."""
    points = layout.points_of(data)
    return np.frombuffer(points.tobytes(), np.uint8).reshape(*points.shape, -1)


def read(layout: CloudLayout, data: Any) -> dict[str, NDArray[Any]]:
    """The added fields of a painted cloud, and the bytes before them."""
    end = layout.fields[-3].offset
    points = own(layout, data)
    out: dict[str, NDArray[Any]] = {"own": points}
    for field in layout.fields[-3:]:
        code = f"{layout.order}u4" if field.datatype == FLOAT32 else "u1"
        strides = (layout.row_step, layout.point_step)
        out[field.name] = np.ndarray(points.shape[:2], code, data, field.offset, strides)
    assert end % 4 == 0
    return out


ROWS, COLUMNS = np.mgrid[:48, :64].astype(np.float64)
WALL = points_at(COLUMNS, ROWS, 5.0)


@pytest.mark.parametrize("code", ["<f4", ">f4", "<f8", ">f8"])
@pytest.mark.parametrize(("step", "gap"), [(26, 0), (31, 0), (31, 9), (64, 0)])
def test_every_point_gets_its_pixel_and_keeps_its_bytes(code: str, step: int, gap: int) -> None:
    layout, data = cloud_of(WALL, code, step, gap)
    painted, out = LidarPainter().paint(layout, data, IMAGE, CAMERA, LIDAR)
    assert (painted.width, painted.height) == (64, 48)
    assert painted.row_step == 64 * painted.point_step
    assert painted.is_bigendian == layout.is_bigendian
    assert [field.name for field in painted.fields] == ["x", "y", "z", "rgb", "label", "confidence"]
    fields = read(painted, out)
    np.testing.assert_array_equal(fields["own"][..., :step], own(layout, data))
    np.testing.assert_array_equal(fields["label"], IMAGE.labels)
    np.testing.assert_array_equal(fields["confidence"], IMAGE.confidence)
    red, green, blue = (IMAGE.rgb[..., channel].astype(np.uint32) for channel in range(3))
    np.testing.assert_array_equal(fields["rgb"], red << 16 | green << 8 | blue)


def test_images_may_be_views() -> None:
    layout, data = cloud_of(WALL)
    image = replace(IMAGE, rgb=np.ascontiguousarray(IMAGE.rgb[..., ::-1])[..., ::-1])
    painter = LidarPainter()
    expected = bytes(painter.paint(layout, data, IMAGE, CAMERA, LIDAR)[1])
    assert bytes(painter.paint(layout, data, image, CAMERA, LIDAR)[1]) == expected


@pytest.mark.parametrize(
    "where",
    [
        (np.nan, 0.0, 0.0),
        (np.inf, 0.0, 0.0),
        (5.0, np.nan, 0.0),
        (0.0, 0.0, 0.0),
        (-5.0, 0.0, 0.0),
        (0.2, 0.0, 0.1),
        (5.0, 9.0, 0.0),
        (5.0, 0.0, -9.0),
        (1e30, 3e30, 0.0),
    ],
)
def test_what_the_camera_does_not_see_is_255_and_black(where: tuple[float, float, float]) -> None:
    layout, data = cloud_of(np.array([[where, tuple(WALL[20, 30])]]))
    fields = read(*LidarPainter().paint(layout, data, IMAGE, CAMERA, LIDAR))
    assert fields["label"].tolist() == [[255, IMAGE.labels[20, 30]]]
    assert fields["confidence"].tolist() == [[0, IMAGE.confidence[20, 30]]]
    assert fields["rgb"][0, 0] == 0
    np.testing.assert_array_equal(fields["own"][..., :26], own(layout, data))


def test_a_point_belongs_to_the_pixel_around_it_up_to_the_edges_of_the_image() -> None:
    columns = np.array([[-0.51, -0.49, 0.49, 0.51, 63.49, 63.51]])
    layout, data = cloud_of(points_at(columns, np.full_like(columns, 10.0), 5.0), "<f8", 26)
    fields = read(*LidarPainter().paint(layout, data, IMAGE, CAMERA, LIDAR, ring_gap_deg=0.0))
    row = IMAGE.labels[10]
    assert fields["label"].tolist() == [[255, row[0], row[0], row[1], row[63], 255]]


def test_what_is_behind_does_not_take_the_colour_of_what_is_in_front() -> None:
    # Every other row and column: a lidar's points are no image.
    front = points_at(COLUMNS[16:32:2, 20:44:2], ROWS[16:32:2, 20:44:2], 2.0).reshape(1, -1, 3)
    layout, data = cloud_of(np.concatenate([front, WALL.reshape(1, -1, 3)], axis=1))
    labels = read(*LidarPainter().paint(layout, data, IMAGE, CAMERA, LIDAR))["label"][0]
    near, far = labels[: front.shape[1]], labels[front.shape[1] :].reshape(48, 64)
    np.testing.assert_array_equal(near, IMAGE.labels[16:32:2, 20:44:2].ravel())
    assert (far[18:28, 22:40] == 255).all()
    outside = np.ones((48, 64), bool)
    outside[12:36, 16:48] = False
    np.testing.assert_array_equal(far[outside], IMAGE.labels[outside])


def test_kept_ids_leave_the_other_points_out() -> None:
    layout, data = cloud_of(np.concatenate([WALL, -WALL], axis=1), gap=7)
    painter = LidarPainter()
    painted, out = painter.paint(layout, data, IMAGE, CAMERA, LIDAR, kept_ids=(3, 4))
    kept = np.isin(IMAGE.labels, (3, 4))
    assert (painted.width, painted.height) == (kept.sum(), 1)
    fields = read(painted, out)
    np.testing.assert_array_equal(fields["label"][0], IMAGE.labels[kept])
    np.testing.assert_array_equal(fields["own"][0, :, :26], own(layout, data)[:, :64][kept])
    painted, _ = painter.paint(layout, data, IMAGE, CAMERA, LIDAR, kept_ids=(3, 255))
    assert painted.width == (IMAGE.labels == 3).sum() + 48 * 64
    painted, out = painter.paint(layout, data, IMAGE, CAMERA, LIDAR, kept_ids=(200,))
    assert painted.points == len(out) == 0


def test_a_cloud_without_points_is_painted_to_one_without_points() -> None:
    layout, data = cloud_of(np.zeros((1, 0, 3)))
    painted, out = LidarPainter().paint(layout, data, IMAGE, CAMERA, LIDAR)
    assert painted.points == len(out) == 0
    assert [field.name for field in painted.fields[3:]] == [name for name, _ in ADDED]


def test_one_painter_takes_clouds_of_any_size() -> None:
    painter = LidarPainter()
    for step in (26, 34, 26):
        layout, data = cloud_of(WALL[: 10 + step], step=step)
        fields = read(*painter.paint(layout, data, IMAGE, CAMERA, LIDAR))
        np.testing.assert_array_equal(fields["label"], IMAGE.labels[: 10 + step])
