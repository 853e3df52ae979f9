# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`sensor_msgs/PointCloud2` of any layout, taken apart and put together again."""

from __future__ import annotations

from array import array

from sensor_msgs.msg import PointCloud2, PointField

from attendseg_ros.geometry import point_layout
from attendseg_ros.geometry.point_layout import CloudLayout


def to_layout(cloud: PointCloud2) -> CloudLayout:
    """What a cloud says of its bytes."""
    return CloudLayout(
        width=cloud.width,
        height=cloud.height,
        fields=tuple(
            point_layout.PointField(field.name, field.offset, field.datatype, field.count)
            for field in cloud.fields
        ),
        point_step=cloud.point_step,
        row_step=cloud.row_step,
        is_bigendian=bool(cloud.is_bigendian),
    )


def fill_in(cloud: PointCloud2, layout: CloudLayout, data: array[int]) -> array[int]:
    """Gives a cloud other points.

    Args:
        cloud: changed; its header and is_dense are left alone.
        layout: of the points.
        data: their bytes; what was returned for the cloud before is not copied.

    Returns:
        The cloud's own bytes, to be overwritten in place.
    """
    cloud.height, cloud.width = layout.height, layout.width
    cloud.point_step, cloud.row_step = layout.point_step, layout.row_step
    cloud.is_bigendian = layout.is_bigendian
    cloud.fields = [
        PointField(name=field.name, offset=field.offset, datatype=field.datatype, count=field.count)
        for field in layout.fields
    ]
    if cloud.data is not data:
        # From Jazzy on, an array is copied when it is assigned.
        cloud.data = data
    own: array[int] = cloud.data
    return own
