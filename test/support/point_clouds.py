# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Reads a PointCloud2 as its fields describe it, with nothing of the package's own."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import PointCloud2, PointField

_FORMATS = {PointField.FLOAT32: "f4", PointField.UINT8: "u1"}


def read(cloud: PointCloud2) -> NDArray[np.void]:
    """The points of a cloud, structured (height, width)."""
    assert cloud.is_bigendian == (sys.byteorder == "big")
    assert cloud.row_step == cloud.width * cloud.point_step
    assert len(cloud.data) == cloud.row_step * cloud.height
    assert all(field.count == 1 for field in cloud.fields)
    layout: Any = {
        "names": [field.name for field in cloud.fields],
        "formats": [_FORMATS[field.datatype] for field in cloud.fields],
        "offsets": [field.offset for field in cloud.fields],
        "itemsize": cloud.point_step,
    }
    return np.frombuffer(cloud.data, np.dtype(layout)).reshape(cloud.height, cloud.width)


def positions(points: NDArray[np.void]) -> NDArray[np.float64]:
    """x, y, z of points as float64 (height, width, 3)."""
    return np.stack([points[axis] for axis in "xyz"], axis=-1).astype(np.float64)


def colors(points: NDArray[np.void]) -> NDArray[np.uint8]:
    """The colours that PCL reads from the field rgb: uint8 (height, width, 3)."""
    bits = np.ascontiguousarray(points["rgb"]).view(np.uint32)
    return np.stack([bits >> shift & 0xFF for shift in (16, 8, 0)], axis=-1).astype(np.uint8)
