# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A start where little can be had, and a stop at a moment of the test's choosing."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import numpy as np
import pytest
import rclpy.logging
from support.logged_process import LoggedProcess
from support.segmentation_rig import HEIGHT, MODULE, WIDTH, Rig
from support.tiny_bundle import stripes

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


GENERATOR = """
import sys
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node
from attendseg_ros.ros.runtime.running import run

def tell(node):
    generator = {"rosidl_generator_py", "rosidl_parser.parser", "lark"}
    print("loaded:", sorted(generator & set(sys.modules)), flush=True)
    raise ExternalShutdownException

sys.exit(run(lambda: Node("lean"), start=tell))
"""


def test_the_generator_of_message_classes_takes_no_memory(tmp_path: Path) -> None:
    process = LoggedProcess([sys.executable, "-c", GENERATOR], tmp_path / "log")
    assert process.wait() == 0, process.log()
    assert "loaded: ['rosidl_generator_py']" in process.log()


@pytest.mark.skipif(
    not hasattr(rclpy.logging, "get_logging_directory"), reason="ROS does not say where that is"
)
@pytest.mark.parametrize(
    ("environment", "why"),
    [
        ({"ROS_LOG_DIR": "/proc/none/log"}, "No such file or directory"),
        ({"ROS_LOG_DIR": "/dev/null"}, "File exists"),
        ({"ROS_LOG_DIR": "", "ROS_HOME": "/proc/none"}, "No such file or directory"),
        ({"ROS_LOG_DIR": "", "ROS_HOME": "", "HOME": ""}, "names a folder for it"),
    ],
    ids=["read only", "a file", "home", "no home"],
)
def test_without_a_place_for_its_log_file_it_runs(
    tmp_path: Path, tiny_path: Path, environment: dict[str, str], why: str
) -> None:
    with Rig(tmp_path, tiny_path, environment=environment) as rig:
        line = rig.process.wait_for_log("no log file is written")
        assert why in line
        assert "set ROS_LOG_DIR" in line
        np.testing.assert_array_equal(
            rig.mask(rig.client.camera(), rig.painted(), rig.output("mask")),
            stripes(WIDTH, HEIGHT),
        )


FEW_FILES = """
import resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, ({most}, {most}))
from attendseg_ros.ros.segmentation_node import main
sys.exit(main(sys.argv))
"""


@pytest.mark.parametrize("most", [12, 20])
def test_too_few_files_are_named(tmp_path: Path, most: int) -> None:
    command = [sys.executable, "-c", FEW_FILES.format(most=most)]
    process = LoggedProcess(command, tmp_path / "log")
    assert process.wait() == 1
    assert f"this process may have {most} files open at a time" in process.log()
    assert "Traceback" not in process.log()


def test_an_argument_that_is_no_text_is_named(tmp_path: Path) -> None:
    command = [sys.executable, "-m", MODULE, "--ros-args", "-p", os.fsdecode(b"model:=/m\xff")]
    process = LoggedProcess(command, tmp_path / "log")
    assert process.wait() == 1
    (line,) = process.log().splitlines()
    assert line.startswith("the command line is not in UTF-8: 'model:=/m")


def test_security_without_keys_is_named(tmp_path: Path) -> None:
    how = {"ENABLE": "true", "STRATEGY": "Enforce", "KEYSTORE": ""}
    environment = {f"ROS_SECURITY_{name}": value for name, value in how.items()}
    process = LoggedProcess([sys.executable, "-m", MODULE], tmp_path / "log", environment)
    assert process.wait() == 1
    assert "set ROS_SECURITY_KEYSTORE to the folder" in process.log()


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
