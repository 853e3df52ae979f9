# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A camera that waits for /clock says so, and begins when it moves."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import Image
from support.node_process import NodeProcess
from support.ros_client import RESEND_S, RosClient, wait_until


@pytest.mark.parametrize("name", ["playback", "synthetic"])
def test_a_clock_that_never_comes_is_missed(tmp_path: Path, name: str) -> None:
    parameters = {"use_sim_time": "true", "wait_for_subscribers": 0}
    if name == "playback":
        cv2.imwrite(str(tmp_path / "one.png"), np.full((8, 8, 3), 99, np.uint8))
        parameters |= {"path": tmp_path, "loop": "true"}
    module = f"attendseg_ros.ros.{name}_camera_node"
    # No other test's clock: its own topic.
    clock = ("-r", "/clock:=clock")
    with (
        NodeProcess(module, tmp_path / "log", parameters, arguments=clock) as node,
        RosClient(node.namespace) as client,
    ):
        images = client.subscribe(Image, "image_raw")
        line = node.wait_for_log("use_sim_time is set")
        assert "/clock has brought nothing: no image is published until it moves" in line
        assert not images.messages
        publisher = client.node.create_publisher(Clock, "clock", 10)
        moment = Clock()

        def begun() -> bool:
            moment.clock.sec += 1
            publisher.publish(moment)
            return images.wait(timeout_s=RESEND_S) is not None

        wait_until(begun, "an image once the clock moves")
        assert "has stood still for" in node.wait_for_log("has stood still for")
