# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""~/painted_points by TF: the lidar's pose from /tf_static, and what is missing of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.lidar import CAMERA_FROM_LIDAR, Lidar, cloud, field, positions
from support.ros_client import values
from support.segmentation_rig import HEIGHT, WIDTH, Rig
from support.tf2_package import TransformSender
from support.tiny_bundle import stripes

TRUTH = stripes(WIDTH, HEIGHT)

# CAMERA_FROM_LIDAR as a translation and a quaternion (x, y, z, w).
TRANSLATION = CAMERA_FROM_LIDAR[3:12:4]
QUATERNION = (0.5, -0.5, 0.5, 0.5)


@pytest.fixture(scope="module")
def sender(tf2: dict[str, str]) -> Iterator[TransformSender]:
    sender = TransformSender(tf2)
    yield sender
    sender.close()


@pytest.fixture(scope="module")
def rig(folder: Path, tiny_path: Path, tf2: dict[str, str]) -> Iterator[Rig]:
    with Rig(folder, tiny_path, environment=tf2) as rig:
        yield rig


def test_the_pose_comes_from_tf_once_it_is_there(
    rig: Rig, camera: Any, sender: TransformSender
) -> None:
    lidar = Lidar(rig)

    def message() -> tuple[Any, Any]:
        picture = rig.painted()
        sent = cloud(positions(), rig.client.header("lidar"))
        sent.header.stamp = picture.header.stamp
        return picture, sent

    def counted(status: Any) -> bool:
        lidar.send(camera, *message())
        return int(values(status)["clouds not painted: lidar's pose unknown"]) > 0

    assert rig.status("painting", counted).level >= b"\1"
    line = rig.process.wait_for_log("is not painted: lidar's pose unknown")
    assert "'lidar'" in line
    assert "'camera'" in line
    assert lidar.painted.messages == []
    sender.send("camera", "lidar", TRANSLATION, QUATERNION, static=True)
    answer = lidar.paint(camera, *message())
    assert answer.header.frame_id == "lidar"
    np.testing.assert_array_equal(field(answer, "label"), TRUTH)
    assert "looks along the z axis" not in rig.status("painting").message


def test_the_frame_of_a_camera_s_body_is_a_doubt(
    rig: Rig, camera: Any, sender: TransformSender
) -> None:
    """X forward and z up, as simulators call it: what is above was painted as what is ahead."""
    lidar = Lidar(rig)
    sender.send("body", "upright", (0.0, 0.0, 0.1), (0.0, 0.1, 0.0, 0.995), static=True)

    def told(status: Any) -> bool:
        picture = rig.painted()
        picture.header.frame_id = "body"
        sent = cloud(positions(), rig.client.header("upright"))
        sent.header.stamp = picture.header.stamp
        lidar.send(camera, picture, sent)
        return "by TF 'body' looks along the z axis of the lidar" in status.message

    assert rig.status("painting", told).level == b"\1"
    rig.process.wait_for_log("by TF 'body' looks along the z axis of the lidar")
