# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A camera whose process the middleware does not reach: found, matched, and nothing of it comes."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sensor_msgs.msg import Image
from support.logged_process import LoggedProcess
from support.ros_client import RosClient
from support.segmentation_rig import MODULE
from support.tiny_bundle import write_tiny_bundle

NOBODY = "65534"

SWITCH = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv (util-linux) is not installed")
@pytest.mark.skipif(
    not os.environ.get("RMW_IMPLEMENTATION", "rmw_fastrtps_cpp").startswith("rmw_fastrtps"),
    reason="other middlewares reach every user",
)
def test_a_camera_of_another_user_is_not_said_to_send_nothing(tmp_path: Path) -> None:
    with ExitStack() as stack:
        # Where that user may read and write, too.
        folder = Path(stack.enter_context(TemporaryDirectory()))
        model = write_tiny_bundle(folder / "tiny", input_size=(64, 64))
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o777)
        namespace = f"/strangers_{os.getpid()}"
        client = stack.enter_context(RosClient(namespace))
        camera = client.node.create_publisher(Image, "image", 1)
        client.node.create_timer(0.05, lambda: camera.publish(Image()))
        command = [*SWITCH, sys.executable, "-m", MODULE, "--ros-args", "-r", f"__ns:={namespace}"]
        command += ["-p", f"model:={model}", "-p", "engine:=onnxruntime"]
        environment = {"HOME": str(folder), "ROS_LOG_DIR": str(folder)}
        node = LoggedProcess(command, tmp_path / "node.log", environment)
        stack.callback(node.stop)
        # It logs what it would say on /diagnostics, which does not come from there to here either.
        line = node.wait_for_log("no image on")
        assert "1 publisher: a node of no known name (reliable, volatile) matches" in line
        assert "nothing of its process arrives, not even its name" in line
        assert "another user of this machine" in line
        assert "sends nothing" not in line
