# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Every cloud is of the names that were told last, though its mask may be of the model before."""

from __future__ import annotations

from pathlib import Path

from support.depth_camera import DepthCamera, metres
from support.lidar import CAMERA_FROM_LIDAR, Lidar, cloud, field, positions
from support.ros_client import values, wait_until
from support.segmentation_rig import HEIGHT, WIDTH, Rig
from support.tiny_bundle import write_tiny_bundle

from attendseg_ros.labels import ClassInfo, ClassTable

OTHERS = ClassTable([ClassInfo(7, "free", (10, 200, 10)), ClassInfo(8, "wall", (200, 10, 10))])

LONG_S = 1.5
"""Longer than a cloud takes."""


def test_a_cloud_of_the_model_before_reaches_nobody(tmp_path: Path, tiny_path: Path) -> None:
    other = write_tiny_bundle(
        tmp_path / "other",
        classes=OTHERS,
        input_size=(WIDTH, HEIGHT),
        overrides={"name": "other"},
    )
    pose = {"T_camera_lidar": f"[{', '.join(map(str, CAMERA_FROM_LIDAR))}]"}
    with Rig(tmp_path, tiny_path, pose) as rig:
        camera, masks = rig.client.camera(), rig.output("mask")
        depth, lidar = DepthCamera(rig), Lidar(rig)
        board = positions(step=4)
        depth.cloud(camera, rig.painted())
        first = rig.painted()
        lidar.paint(camera, first, cloud(board, first.header))
        before = [int(values(rig.status(part))[key]) for part, key in _COUNTS]

        # A mask of the first model, whose depth and cloud come once the second one runs.
        late = rig.painted()
        rig.mask(camera, late, masks)
        rig.client.must_set(model=str(other))
        rig.status("network", lambda status: values(status)["model"] == "other")
        depth.clouds.clear()
        lidar.painted.clear()
        for _ in range(3):
            depth.publisher.publish(metres(late.header))
            lidar.publisher.publish(cloud(board, late.header))
        assert depth.clouds.wait(timeout_s=LONG_S) is None
        assert lidar.painted.wait(timeout_s=LONG_S) is None
        assert before == [int(values(rig.status(part))[key]) for part, key in _COUNTS]

        # Clouds of the second model come, and their ids are its own.
        points = depth.cloud(camera, rig.painted())
        assert set(field(points, "label").ravel().tolist()) <= {7, 8}
        picture = rig.painted()
        painted = lidar.paint(camera, picture, cloud(board, picture.header))
        assert set(field(painted, "label").ravel().tolist()) <= {7, 8, 255}
        wait_until(lambda: int(values(rig.status("depth"))["clouds published"]) > before[0], "it")


_COUNTS = (("depth", "clouds published"), ("painting", "clouds painted"))
