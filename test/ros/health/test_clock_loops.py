# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A recording that is played in a loop: no moment of an earlier round is taken for this one's."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import Image
from std_msgs.msg import Header
from support.ground_rig import BY_PARAMETERS, CLASSES, info, picture
from support.segmentation_rig import Rig
from support.waiting import wait_until

from attendseg_ros.msg import LandingZone

STEP_S = 0.1
"""Of simulated time, from one image to the next."""


class Player:
    """Plays rounds of a recording: /clock, camera_info and images."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._clock = rig.client.camera(Clock, "/clock")
        self._images = rig.client.camera()
        self._infos = rig.client.node.create_publisher(type(info()), "camera_info", 10)
        self.masks = rig.output("mask")
        self.now_s = 0.0

    def play(self, *, whole: bool = True) -> None:
        """Plays one step; an image that is not whole gets no mask."""
        self.now_s += STEP_S
        header = Header(frame_id="camera_optical")
        header.stamp.sec, header.stamp.nanosec = divmod(round(self.now_s * 1e9), 10**9)
        self._clock.publish(Clock(clock=header.stamp))
        self._infos.publish(info(header=header))
        image: Image = picture(header)
        if not whole:
            image.data = image.data[:-1]
        self._images.publish(image)


@pytest.fixture
def rig(tmp_path: Path, tiny_path: Path) -> Iterator[Rig]:
    parameters: dict[str, Any] = {**CLASSES, **BY_PARAMETERS, "use_sim_time": True}
    with Rig(tmp_path, tiny_path, parameters) as rig:
        rig.process.wait_for_log("runs on")
        yield rig


def test_no_mask_of_this_round_is_no_mask(rig: Rig) -> None:
    rig.output("landing_zone", LandingZone)
    player = Player(rig)
    player.now_s = 100.0

    def comes() -> bool:
        player.play()
        return player.masks.wait(timeout_s=0.1) is not None and player.now_s > 102.0

    wait_until(comes, "masks")
    last_s = player.now_s
    # Until the last image is done with: it is to be counted in this round.
    time.sleep(0.5)
    player.now_s = 90.0
    while player.now_s < last_s + 1.0:
        player.play(whole=False)
        time.sleep(0.01)
    for part in ("network", "landing"):
        status = rig.status(part)
        assert status.level == status.ERROR, status.message
        # All of the round before it, and what had passed in that.
        age_s = float(status.message.partition("no mask for ")[2].split()[0])
        assert age_s == pytest.approx(last_s + 1.0 - 90.0, abs=1.0)
