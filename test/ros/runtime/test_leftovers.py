# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What fails midway is undone: no publisher, subscription or thread is left behind."""

from __future__ import annotations

from pathlib import Path

from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from support import proc
from support.ros_client import wait_until
from support.segmentation_rig import Rig


def change(rig: Rig, transition: int) -> bool:
    request = ChangeState.Request(transition=Transition(id=transition))
    return bool(rig.client.call(ChangeState, "segmentation/change_state", request).success)


def threads(rig: Rig) -> list[str]:
    return sorted(proc.threads(rig.process.pid).values())


def test_outputs_that_cannot_all_be_made_leave_none(tmp_path: Path, tiny_path: Path) -> None:
    namespace = "/half_made_outputs"
    # One of the last that are made.
    bad = f"qos_overrides.{namespace}/segmentation/points.publisher.reliability"
    parameters = {"autostart": False, bad: "no_such_policy"}
    with Rig(tmp_path, tiny_path, parameters, namespace=namespace) as rig:
        for _ in range(3):
            assert not change(rig, Transition.TRANSITION_CONFIGURE)
        assert "no_such_policy" in rig.process.wait_for_log("cannot configure")
        for topic in ("mask", "overlay/compressed", "timing"):
            name = f"{namespace}/segmentation/{topic}"
            wait_until(
                lambda name=name: rig.client.node.count_publishers(name) == 0,  # type: ignore[misc]
                f"no publisher of {name}",
            )


def test_cameras_that_cannot_be_listened_to_leave_no_thread(
    tmp_path: Path, tiny_path: Path
) -> None:
    namespace = "/half_made_cameras"
    bad = f"qos_overrides.{namespace}/right/image.subscription.reliability"
    parameters = {"autostart": False, "cameras": "[left, right]", bad: "no_such_policy"}
    with Rig(tmp_path, tiny_path, parameters, namespace=namespace) as rig:
        assert change(rig, Transition.TRANSITION_CONFIGURE)
        before = threads(rig)
        for _ in range(3):
            assert not change(rig, Transition.TRANSITION_ACTIVATE)
        assert threads(rig) == before
        for topic in ("left/image", "left/camera_info", "right/camera_info"):
            name = f"{namespace}/{topic}"
            wait_until(
                lambda name=name: rig.client.node.count_subscribers(name) == 0,  # type: ignore[misc]
                f"no subscriber of {name}",
            )
