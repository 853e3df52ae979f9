# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Points to PointCloud2: the layout, and the library's message against ours."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from rclpy.serialization import deserialize_message, serialize_message
from sensor_msgs.msg import PointCloud2
from std_msgs.msg import Header
from support.point_clouds import read

from attendseg_ros.geometry import POINT
from attendseg_ros.ros.messages.point_cloud import create_cloud, to_cloud, to_cloud_without_library


@pytest.fixture
def points() -> NDArray[np.void]:
    random = np.random.default_rng(3)
    points = np.zeros((5, 7), POINT)
    for axis in ("x", "y", "z", "rgb"):
        points[axis] = random.normal(size=points.shape)
    for byte in ("label", "confidence"):
        points[byte] = random.integers(0, 256, points.shape)
    points["x"][2, 3] = np.nan
    return points


HEADER = Header(frame_id="camera")


def test_the_message_holds_the_points_row_by_row(points: NDArray[np.void]) -> None:
    cloud = deserialize_message(serialize_message(to_cloud(points, HEADER)), PointCloud2)
    assert cloud.header == HEADER
    assert (cloud.height, cloud.width) == (5, 7)
    assert (cloud.point_step, cloud.row_step) == (20, 140)
    assert not cloud.is_dense
    there = read(cloud)
    for name in POINT.names or ():
        np.testing.assert_array_equal(there[name], points[name])


def test_later_changes_of_the_points_do_not_show(points: NDArray[np.void]) -> None:
    cloud = to_cloud(points, HEADER)
    before = points["x"].copy()
    points["x"] = 0.0
    np.testing.assert_array_equal(read(cloud)["x"], before)


def test_the_library_and_our_own_code_agree(points: NDArray[np.void]) -> None:
    if create_cloud is None:
        pytest.skip("sensor_msgs_py comes with ROS 2 from apt; PyPI does not have it")
    ours, theirs = to_cloud_without_library(points, HEADER), to_cloud(points, HEADER)
    assert ours == theirs
    from sensor_msgs_py.point_cloud2 import read_points

    read_back = read_points(ours, skip_nans=True)
    assert len(read_back) == points.size - 1
    np.testing.assert_array_equal(read_points(ours)["label"], points["label"].reshape(-1))
