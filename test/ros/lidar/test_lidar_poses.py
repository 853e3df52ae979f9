# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Where a lidar is comes from the parameter, else from a tree of frames, else it is not known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from std_msgs.msg import Header
from support.lidar import CAMERA_FROM_LIDAR

from attendseg_ros.geometry.transforms import Transform, TransformTree
from attendseg_ros.ros.lidar.lidar_poses import LidarPoses
from attendseg_ros.ros.lidar.painting_report import NotPaintedError
from attendseg_ros.ros.parameters.settings import Settings


class Source:
    """A tree of frames in place of /tf."""

    def __init__(self, installed: bool = True) -> None:
        self.installed = installed
        self.tree = TransformTree()
        self.users: set[object] = set()

    def follow_demand(self, user: object, *, wanted: bool) -> None:
        (self.users.add if wanted else self.users.discard)(user)

    def find(self, target: str, source: str, moment_ns: int, tolerance_ns: int) -> Transform:
        return self.tree.find(target, source, moment_ns, tolerance_ns)

    def doubt(self, target: str, source: str) -> str:
        return self.tree.retold(target, source)


def header(frame_id: str, sec: int = 5) -> Header:
    made = Header(frame_id=frame_id)
    made.stamp.sec = sec
    return made


IMAGE, CLOUD = header("camera"), header("lidar")
TURN = (0.5, -0.5, 0.5, -0.5)


def test_the_parameter_goes_before_tf() -> None:
    source = Source()
    settings = Settings(T_camera_lidar=(*np.eye(4).ravel().tolist(), *CAMERA_FROM_LIDAR))
    first, second = LidarPoses(source, 0), LidarPoses(source, 1)
    np.testing.assert_array_equal(first.at(CLOUD, IMAGE, settings), np.eye(4))
    np.testing.assert_array_equal(
        second.at(CLOUD, IMAGE, settings), np.reshape(CAMERA_FROM_LIDAR, (4, 4))
    )
    first.follow_demand("painter", settings, wanted=True)
    assert source.users == set()
    first.follow_demand("painter", Settings(), wanted=True)
    assert source.users == {"painter"}


def test_by_tf_points_come_to_the_camera() -> None:
    source = Source()
    # The base sees the camera ahead, turned as an optical frame is, and the lidar above.
    source.tree.put("base", "camera", 0, (0.4, 0.0, 0.3), TURN, static=True)
    source.tree.put("base", "lidar", 0, (0.1, 0.0, 0.8), (0.0, 0.0, 0.0, 1.0), static=True)
    pose = LidarPoses(source, 0).at(CLOUD, IMAGE, Settings())
    ahead_of_the_lidar = pose @ (2.3, 0.0, -0.5, 1.0)
    np.testing.assert_allclose(ahead_of_the_lidar, (0.0, 0.0, 2.0, 1.0), atol=1e-12)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"installed": False}, "tf2_msgs, which TF comes in, is not installed"),
        ({"cloud": header("")}, "the cloud has no frame_id"),
        ({"image": header("")}, "the image has no frame_id"),
        ({}, "from 'lidar' to 'camera'"),
    ],
)
def test_what_is_not_known_is_named(changes: dict[str, Any], words: str) -> None:
    source = Source(changes.get("installed", True))
    with pytest.raises(NotPaintedError, match=words):
        LidarPoses(source, 0).at(
            changes.get("cloud", CLOUD), changes.get("image", IMAGE), Settings()
        )


def test_a_transform_of_another_moment_is_refused() -> None:
    source = Source()
    source.tree.put(
        "camera", "lidar", 3 * 10**9, (0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0), static=False
    )
    settings = Settings(painting_tolerance_ms=100.0)
    with pytest.raises(NotPaintedError, match="from 'lidar' to 'camera'"):
        LidarPoses(source, 0).at(CLOUD, IMAGE, settings)
    LidarPoses(source, 0).at(header("lidar", 3), IMAGE, replace(settings))
