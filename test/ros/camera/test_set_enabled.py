# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""~/set_enabled: masks off and on again without a transition."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from std_srvs.srv import SetBool
from support.ros_client import values
from support.segmentation_rig import Rig


@pytest.fixture(scope="module")
def rig(folder: Path, tiny_path: Path) -> Iterator[Rig]:
    with Rig(folder, tiny_path) as rig:
        rig.client.must_set(max_age_warn_s=0.0, max_age_error_s=0.0)
        yield rig


def set_enabled(rig: Rig, data: bool) -> Any:
    return rig.client.call(SetBool, "segmentation/set_enabled", SetBool.Request(data=data))


def change(rig: Rig, transition: int) -> bool:
    request = ChangeState.Request(transition=Transition(id=transition))
    return bool(rig.client.call(ChangeState, "segmentation/change_state", request).success)


def test_disabled_gives_no_masks_and_says_so(rig: Rig, camera: Any) -> None:
    masks, unwanted = rig.output("mask"), "frames nobody wanted"
    rig.mask(camera, rig.painted(), masks)
    answer = set_enabled(rig, False)
    assert answer.success
    assert answer.message == "disabled"
    before = int(rig.value("network", unwanted))
    message = rig.painted()

    def ignored(status: Any) -> bool:
        camera.publish(message)
        return int(values(status)[unwanted]) >= before + 5

    status = rig.status("network", ignored)
    assert status.level == status.WARN
    assert "disabled by ~/set_enabled" in status.message
    assert all(mask.header.stamp != message.header.stamp for mask in masks.messages)
    assert rig.status("camera").level == status.OK

    answer = set_enabled(rig, True)
    assert answer.success
    assert answer.message == "enabled"
    rig.mask(camera, rig.painted(), masks)
    rig.status("network", lambda status: status.level == status.OK)


def test_a_fresh_activation_is_enabled(rig: Rig, camera: Any) -> None:
    assert set_enabled(rig, False).success
    assert change(rig, Transition.TRANSITION_DEACTIVATE)
    answer = set_enabled(rig, True)
    assert not answer.success
    assert "not active" in answer.message
    assert change(rig, Transition.TRANSITION_ACTIVATE)
    rig.mask(camera, rig.painted(), rig.output("mask"))
