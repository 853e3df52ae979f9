# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""camera_info from drivers that send it with each image, and from those that send it once."""

from __future__ import annotations

from pathlib import Path

import pytest
from diagnostic_msgs.msg import DiagnosticStatus
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from sensor_msgs.msg import CameraInfo
from support.ros_client import RESEND_S, wait_until
from support.segmentation_rig import HEIGHT, WIDTH, Rig

from attendseg_ros.ros.messages import qos


@pytest.mark.parametrize("sends", ["before the node starts", "after"])
def test_latched_camera_info_is_received(tmp_path: Path, tiny_path: Path, sends: str) -> None:
    namespace = f"/latched_{sends.split()[0]}"
    with Rig(tmp_path, tiny_path, {"autostart": False}, namespace=namespace) as rig:
        driver = rig.client.node.create_publisher(CameraInfo, "camera_info", qos.latched())
        info = CameraInfo(width=WIDTH, height=HEIGHT, k=[500.0, *[0.0] * 7, 1.0])
        if sends.startswith("before"):
            driver.publish(info)
        for step in (Transition.TRANSITION_CONFIGURE, Transition.TRANSITION_ACTIVATE):
            request = ChangeState.Request(transition=Transition(id=step))
            assert rig.client.call(ChangeState, "segmentation/change_state", request).success
        camera = rig.client.camera()
        if sends == "after":
            driver.publish(info)
        answers = rig.output("camera_info", CameraInfo)
        (answer,) = rig.client.ask(camera, rig.painted(), answers)
        assert list(answer.k) == list(info.k)
        assert "incompatible QoS" not in rig.process.log()


def test_camera_info_of_another_size_reaches_nobody_and_is_told(
    tmp_path: Path, tiny_path: Path
) -> None:
    limits = {"max_age_warn_s": 0.0, "max_age_error_s": 0.0}
    with Rig(tmp_path, tiny_path, limits) as rig:
        driver, camera = rig.client.camera(CameraInfo, "camera_info"), rig.client.camera()
        answers = rig.output("camera_info", CameraInfo)

        def told(words: str, info: CameraInfo | None) -> str:
            def fits(status: DiagnosticStatus) -> bool:
                if info is not None:
                    driver.publish(info)
                camera.publish(rig.painted())
                return words in status.message

            status = rig.status("network", fits)
            assert (status.level == status.WARN) == ("has a subscriber" in words)
            return str(status.message)

        assert "nothing has arrived on" in told("camera_info has a subscriber, but", None)
        half = CameraInfo(width=WIDTH // 2, height=HEIGHT // 2, k=[200.0, *[0.0] * 7, 1.0])
        message = told("has a subscriber, but that of", half)
        assert f"it is of {WIDTH // 2}x{HEIGHT // 2}" in message
        assert not answers.messages
        told("masks a second", CameraInfo(width=WIDTH, height=HEIGHT, k=[400.0, *[0.0] * 7, 1.0]))
        assert answers.wait() is not None


def test_volatile_camera_info_is_received_without_a_warning(
    tmp_path: Path, tiny_path: Path
) -> None:
    with Rig(tmp_path, tiny_path) as rig:
        driver = rig.client.camera(CameraInfo, "camera_info")
        camera = rig.client.camera()
        info = CameraInfo(width=WIDTH, height=HEIGHT, k=[400.0, *[0.0] * 7, 1.0])
        answers = rig.output("camera_info", CameraInfo)

        def answered() -> bool:
            # As drivers do: with each image. The first may come before the node has found this.
            driver.publish(info)
            camera.publish(rig.painted())
            return answers.wait(timeout_s=RESEND_S) is not None

        wait_until(answered, "the camera_info of a mask")
        assert answers.messages[0].k[0] == 400.0
        assert "incompatible QoS" not in rig.process.log()
