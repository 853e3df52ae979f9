# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A viewer that stands still or was killed: the middleware misses it only after 20 seconds."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest
from support.segmentation_rig import Rig
from support.waiting import wait_until

from attendseg_ros.import_path import environment, python_command

TOPICS = ("mask", "overlay", "color_mask")
SIZE = (1280, 720)
FILLING_S = 4.0

VIEWER = f"""
import sys, rclpy
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import Image
rclpy.init()
node = rclpy.create_node("viewer", namespace=sys.argv[1])
for topic in {TOPICS}:
    node.create_subscription(
        Image, f"segmentation/{{topic}}", lambda _, topic=topic: print(topic, flush=True),
        qos_profile_sensor_data,
    )
rclpy.spin(node)
"""


@pytest.fixture
def rig(tmp_path: Path, tiny_path: Path) -> Iterator[Rig]:
    with Rig(tmp_path, tiny_path) as rig:
        yield rig


@pytest.mark.parametrize("by", [signal.SIGSTOP, signal.SIGKILL], ids=["SIGSTOP", "SIGKILL"])
def test_it_holds_up_no_frame(tmp_path: Path, rig: Rig, by: signal.Signals) -> None:
    camera, timing, image = rig.client.camera(), rig.timing(), rig.painted(*SIZE)

    def publish_ms(frames: int) -> list[float]:
        found = []
        for _ in range(frames):
            image.header = rig.client.header()
            (times,) = rig.client.ask(camera, image, timing)
            found.append(times.publish_ms)
        return found

    with (tmp_path / "seen").open("w") as output:
        command = [*python_command("-c", VIEWER), rig.process.namespace]
        viewer = subprocess.Popen(command, env=environment(), stdout=output)
    try:
        seen = tmp_path / "seen"

        def sees_all() -> bool:
            publish_ms(1)
            return set(TOPICS) <= set(seen.read_text().split())

        wait_until(sees_all, "images")
        alive = min(publish_ms(20))
        viewer.send_signal(by)
        # What it has not read fills the memory that is shared with it. A second later the
        # middleware goes another, slower way.
        end_s = monotonic() + FILLING_S
        while monotonic() < end_s:
            publish_ms(1)
        # The quickest of some: a busy machine slows most of them, a viewer holds up all.
        dead = min(publish_ms(20))
    finally:
        viewer.kill()
        viewer.wait()
    assert dead < 4 * max(alive, 1.0)
