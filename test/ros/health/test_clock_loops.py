# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A recording that is played in a loop: no moment of an earlier round is taken for this one's."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from nav_msgs.msg import OccupancyGrid
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import CameraInfo, Image, PointCloud2
from std_msgs.msg import Header
from support.ground_rig import BY_PARAMETERS, CLASSES, HEIGHT, WIDTH, info, picture
from support.ros_client import image as image_message
from support.segmentation_rig import Rig
from support.tf2_package import TransformSender
from support.waiting import wait_until

from attendseg_ros.msg import LandingZone

LOOKING_AHEAD = (-0.5, 0.5, -0.5, 0.5)
"""Of a camera that looks ahead, level: its z along the robot's x."""

STEP_S = 0.1
"""Of simulated time, from one image to the next."""


class Player:
    """Plays rounds of a recording: /clock, camera_info and images, and before them what more."""

    def __init__(self, rig: Rig) -> None:
        self._clock = rig.client.camera(Clock, "/clock")
        self._images = rig.client.camera()
        self._infos = rig.client.node.create_publisher(CameraInfo, "camera_info", 10)
        self.masks = rig.output("mask")
        self.now_s = 0.0

    def play(self, *, whole: bool = True, more: Callable[[Header], None] = lambda _: None) -> None:
        """Plays one step; an image that is not whole gets no mask."""
        self.now_s += STEP_S
        header = Header(frame_id="camera_optical")
        header.stamp.sec, header.stamp.nanosec = divmod(round(self.now_s * 1e9), 10**9)
        self._clock.publish(Clock(clock=header.stamp))
        more(header)
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


def test_depth_and_transforms_of_the_round_before_are_of_no_use(
    tmp_path: Path, tiny_path: Path, tf2: dict[str, str]
) -> None:
    parameters: dict[str, Any] = {
        **CLASSES,
        "use_sim_time": True,
        "height_source": "depth",
        "landing_min_radius_m": 0.01,
        "landing_frames": 1,
    }
    sender = TransformSender(tf2)
    try:
        with Rig(tmp_path, tiny_path, parameters, environment=tf2) as rig:
            rig.process.wait_for_log("runs on")
            check_rounds(rig, sender)
    finally:
        sender.close()


def check_rounds(rig: Rig, sender: TransformSender) -> None:
    zones = rig.output("landing_zone", LandingZone)
    made = {
        "zone": zones,
        "cloud": rig.output("points", PointCloud2),
        "map": rig.output("ground_grid", OccupancyGrid),
    }
    depths = rig.client.camera(topic="depth")
    player = Player(rig)

    def depth_and_place(header: Header) -> None:
        metres = np.full((HEIGHT, WIDTH), 2.0, np.float32)
        depths.publish(image_message(metres, "32FC1", header))
        stamp = (header.stamp.sec, header.stamp.nanosec)
        sender.send("base_footprint", header.frame_id, (0.0, 0.0, 1.0), LOOKING_AHEAD, stamp=stamp)
        # From another process, they are to be there before the image.
        time.sleep(0.02)

    def seen() -> dict[str, int]:
        # A map that takes back the last one, which nothing is known of, is none.
        maps = [grid for grid in made["map"].messages if set(grid.data) != {-1}]
        return {
            "zone": sum(zone.found for zone in zones.messages),
            "cloud": len(made["cloud"].messages),
            "map": len(maps),
        }

    def plays_well(least: int) -> bool:
        player.play(more=depth_and_place)
        time.sleep(0.03)
        return player.now_s > 102.0 and min(seen().values()) >= least

    player.now_s = 100.0
    wait_until(lambda: plays_well(10), "all outputs")
    last_s = player.now_s
    time.sleep(0.5)
    for inbox in made.values():
        inbox.clear()
    player.now_s = last_s - 1.5
    while player.now_s < last_s:
        player.play()
        time.sleep(0.03)
    zones.wait(lambda zone: zone.header.stamp.nanosec == round(last_s % 1 * 10) * 10**8)
    assert seen() == {"zone": 0, "cloud": 0, "map": 0}
    assert zones.messages
    assert all("since the clock was set back" in zone.reason for zone in zones.messages[2:])
    wait_until(lambda: plays_well(3), "all outputs again")
