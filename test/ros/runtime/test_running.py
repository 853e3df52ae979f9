# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A stop at a moment of the test's choosing: the node ends with 0 and without a traceback."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest
from support.logged_process import LoggedProcess

PROGRAM = """
import os, signal, sys, time
import rclpy
from rclpy.node import Node
from attendseg_ros.ros.runtime.running import run

def stop(*_):
    os.kill(os.getpid(), {signal})
    while rclpy.ok():
        time.sleep(0.001)

def make_node():
    if {while_made}:
        stop()
    return Node("stopped")

sys.exit(run(make_node, start=stop))
"""


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("while_made", [True, False], ids=["before the node", "before it spins"])
def test_a_stop_before_it_spins(tmp_path: Path, by: signal.Signals, while_made: bool) -> None:
    program = PROGRAM.format(signal=int(by), while_made=while_made)
    process = LoggedProcess([sys.executable, "-c", program], tmp_path / "log")
    assert process.wait() == 0, process.log()
    assert "Traceback" not in process.log()


def shared_memory(pid: int) -> set[Path]:
    """What a process has mapped of Fast DDS's segments; those of others are gone with them."""
    maps = Path(f"/proc/{pid}/maps").read_text().splitlines()
    return {Path(line.split()[-1]) for line in maps if "/dev/shm/fastdds_" in line}


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("module", ["segmentation_node", "synthetic_camera_node"])
def test_a_stop_gives_shared_memory_back(tmp_path: Path, by: signal.Signals, module: str) -> None:
    command = [sys.executable, "-m", f"attendseg_ros.ros.{module}"]
    process = LoggedProcess(command, tmp_path / "log", {"ROS_DOMAIN_ID": "101"})
    process.wait_for_log({"segmentation_node": "runs on"}.get(module, "street"))
    segments = {path for path in shared_memory(process.pid) if "_port" not in path.name}
    assert segments
    assert process.stop(by) == 0
    assert {path for path in segments if path.exists()} == set()
