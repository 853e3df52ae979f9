# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The ground map as `nav_msgs/OccupancyGrid`, where nav_msgs is installed, and `LaserScan`."""

from __future__ import annotations

from array import array
from typing import Any

import numpy as np
from geometry_msgs.msg import Point, Pose, Quaternion
from numpy.typing import NDArray
from sensor_msgs.msg import LaserScan
from std_msgs.msg import Header

from attendseg_ros.navigation.ground_map import BEAMS, FIRST_ANGLE, INCREMENT, Grid, Scan

try:
    from nav_msgs.msg import MapMetaData, OccupancyGrid
except ImportError:
    # nav_msgs is in every ROS distribution, but not in the smallest installations of it.
    OccupancyGrid = None

__all__ = ["OccupancyGrid", "to_grid", "to_scan"]


def to_grid(cells: NDArray[np.uint8], grid: Grid, header: Header) -> Any:
    """The grid as a message.

    Args:
        cells: uint8 (C, C), rows along y: 0 free, 100 occupied, 255 unknown, which is -1 there.
        grid: what they are.
        header: of the ground frame.
    """
    corner = Point(x=grid.origin_m, y=grid.origin_m, z=0.0)
    info = MapMetaData(
        map_load_time=header.stamp,
        resolution=grid.resolution_m,
        width=grid.cells,
        height=grid.cells,
        origin=Pose(position=corner, orientation=Quaternion(w=1.0)),
    )
    data = array("b")
    data.frombytes(np.ascontiguousarray(cells).tobytes())
    return OccupancyGrid(header=header, info=info, data=data)


def to_scan(scan: Scan, header: Header) -> LaserScan:
    """The scan as a message, with its origin in that of the ground frame (REP 117)."""
    return LaserScan(
        header=header,
        angle_min=FIRST_ANGLE,
        angle_max=FIRST_ANGLE + (BEAMS - 1) * INCREMENT,
        angle_increment=INCREMENT,
        range_min=scan.range_min,
        range_max=scan.range_max,
        ranges=array("f", scan.ranges.tobytes()),
    )
