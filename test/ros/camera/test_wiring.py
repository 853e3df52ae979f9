# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Topics that can hardly be the right ones: each of them works, and none is well."""

from __future__ import annotations

from pathlib import Path

from sensor_msgs.msg import CameraInfo
from support.segmentation_rig import Rig
from support.waiting import wait_until

SAME = ("-r", "front/image:=seen", "-r", "rear/image:=seen")


def test_two_cameras_of_one_topic_are_named(tmp_path: Path, tiny_path: Path) -> None:
    cameras = {"cameras": "[front, middle, rear]"}
    with Rig(tmp_path, tiny_path, cameras, arguments=SAME) as rig:
        told = f"front/image and rear/image are the same topic, {rig.process.namespace}/seen"
        rig.process.wait_for_log(told)
        camera = rig.client.camera(topic="seen")
        rig.mask(camera, rig.painted(), rig.output("rear/mask"))
        for name in ("front", "rear"):
            status = rig.status(f"camera {name}")
            assert status.level == status.WARN
            assert told in status.message
        assert "same topic" not in rig.status("camera middle").message
        assert rig.process.log().count(told) == 1


def test_camera_info_of_another_frame_is_a_doubt_while_it_is_used(
    tmp_path: Path, tiny_path: Path
) -> None:
    with Rig(tmp_path, tiny_path) as rig:
        camera, infos = rig.client.camera(), rig.client.camera(CameraInfo, "camera_info")

        def status_of(frame: str) -> str:
            info = CameraInfo(width=704, height=64)
            info.header.frame_id = frame
            infos.publish(info)
            picture = rig.painted()
            picture.header.frame_id = "front"
            rig.mask(camera, picture, rig.output("mask"))
            return str(rig.status("camera").message)

        assert "is of the frame" not in status_of("rear")
        rig.output("camera_info", CameraInfo)
        told = "camera_info is of the frame 'rear' and the image of 'front'"
        wait_until(lambda: told in status_of("rear"), "a doubt")
        rig.process.wait_for_log(told)
        wait_until(lambda: "is of the frame" not in status_of("/front"), "no doubt")
        # Who names none has said nothing wrong.
        assert "is of the frame" not in status_of("")
