# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Points to `sensor_msgs/PointCloud2`: by `sensor_msgs_py` where installed, else by equal code."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import PointCloud2, PointField
from std_msgs.msg import Header

try:
    from sensor_msgs_py.point_cloud2 import create_cloud
except Exception:
    # It is in every ROS distribution, but not on PyPI. What was built for another NumPy may raise
    # anything while it is imported.
    create_cloud = None

__all__ = ["create_cloud", "to_cloud", "to_cloud_without_library"]

_DATATYPES = {"f4": PointField.FLOAT32, "u1": PointField.UINT8}


def to_cloud(points: NDArray[np.void], header: Header) -> PointCloud2:
    """Packs points into a message.

    Args:
        points: C-contiguous structured (H, W), in the machine's byte order.
        header: goes into the message unchanged.

    Returns:
        An organised cloud of H rows; it holds a copy of the points.
    """
    if create_cloud is None:
        return to_cloud_without_library(points, header)
    # A flat array: of an organised one the library takes the rows for columns.
    cloud = create_cloud(header, _fields(points.dtype), points.reshape(-1))
    return _organised(cloud, points)


def to_cloud_without_library(points: NDArray[np.void], header: Header) -> PointCloud2:
    """Does what `to_cloud` does where `sensor_msgs_py` is not installed."""
    cloud = PointCloud2(
        header=header,
        fields=_fields(points.dtype),
        is_bigendian=sys.byteorder == "big",
        point_step=points.dtype.itemsize,
        # Places without a measurement are NaN.
        is_dense=False,
    )
    # Assigning bytes or NumPy arrays would check every value.
    cloud.data.frombytes(points.view(np.uint8).data.cast("B"))
    return _organised(cloud, points)


def _organised(cloud: Any, points: NDArray[np.void]) -> PointCloud2:
    cloud.height, cloud.width = points.shape
    cloud.row_step = cloud.width * cloud.point_step
    return cloud


def _fields(dtype: np.dtype[np.void]) -> list[PointField]:
    return [
        PointField(name=name, offset=offset, datatype=_DATATYPES[kind.str[1:]], count=1)
        for name, (kind, offset, *_) in (dtype.fields or {}).items()
    ]
