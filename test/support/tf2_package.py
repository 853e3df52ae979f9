# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""tf2_msgs where the ROS at hand has none (that from PyPI): its one message, built by colcon.

Its generated libraries must be on the paths of a process before that starts, so whoever sends
transforms is a process of its own: `python tf2_package.py`, which reads them as lines of JSON.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

PACKAGE = """<?xml version="1.0"?>
<package format="3">
  <name>tf2_msgs</name>
  <version>0.0.0</version>
  <description>The message of transforms, for tests.</description>
  <maintainer email="nobody@example.com">nobody</maintainer>
  <license>BSD</license>
  <buildtool_depend>ament_cmake</buildtool_depend>
  <buildtool_depend>rosidl_default_generators</buildtool_depend>
  <depend>geometry_msgs</depend>
  <exec_depend>rosidl_default_runtime</exec_depend>
  <member_of_group>rosidl_interface_packages</member_of_group>
  <export><build_type>ament_cmake</build_type></export>
</package>
"""
CMAKE = """cmake_minimum_required(VERSION 3.8)
project(tf2_msgs)
find_package(ament_cmake REQUIRED)
find_package(geometry_msgs REQUIRED)
find_package(rosidl_default_generators REQUIRED)
rosidl_generate_interfaces(tf2_msgs msg/TFMessage.msg DEPENDENCIES geometry_msgs)
ament_package()
"""


def environment_with_tf2(folder: Path) -> dict[str, str]:
    """Variables with which a process can import tf2_msgs; it is built below a folder if need be."""
    if importlib.util.find_spec("tf2_msgs") is not None:
        return {}
    source = folder / "src" / "tf2_msgs"
    (source / "msg").mkdir(parents=True)
    (source / "package.xml").write_text(PACKAGE)
    (source / "CMakeLists.txt").write_text(CMAKE)
    (source / "msg" / "TFMessage.msg").write_text("geometry_msgs/TransformStamped[] transforms\n")
    colcon = shutil.which("colcon")
    assert colcon is not None
    build = [colcon, "--log-base", "log", "build", "--base-paths", "src", "--merge-install"]
    build += ["--cmake-args", "-DBUILD_TESTING=OFF", f"-DPython3_EXECUTABLE={sys.executable}"]
    done = subprocess.run(build, cwd=folder, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    install = folder / "install"
    (packages,) = install.glob("lib/python3*/site-packages")
    return {
        "AMENT_PREFIX_PATH": _joined(install, "AMENT_PREFIX_PATH"),
        "PYTHONPATH": _joined(packages, "PYTHONPATH"),
        "LD_LIBRARY_PATH": _joined(install / "lib", "LD_LIBRARY_PATH"),
    }


def _joined(first: Path, variable: str) -> str:
    return os.pathsep.join(filter(None, [str(first), os.environ.get(variable, "")]))


class TransformSender:
    """A process that publishes transforms until it is closed."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Starts it, with what `environment_with_tf2` gave."""
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )

    def send(
        self,
        parent: str,
        child: str,
        translation: Sequence[float],
        quaternion: Sequence[float],
        *,
        stamp: tuple[int, int] = (0, 0),
        static: bool = False,
    ) -> None:
        """Publishes one transform."""
        line = [parent, child, list(translation), list(quaternion), list(stamp), static]
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(line) + "\n")
        self._process.stdin.flush()

    def close(self) -> None:
        """Ends it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30.0)


def main() -> None:
    """Publishes what comes on the standard input until that ends."""
    import rclpy  # In the process alone.
    from geometry_msgs.msg import TransformStamped
    from rclpy.qos import QoSDurabilityPolicy, QoSProfile
    from tf2_msgs.msg import TFMessage

    rclpy.init()
    node = rclpy.create_node("transform_sender")
    moving = node.create_publisher(TFMessage, "/tf", 100)
    latched = QoSProfile(depth=1, durability=QoSDurabilityPolicy.TRANSIENT_LOCAL)
    still = node.create_publisher(TFMessage, "/tf_static", latched)
    # Those that are latched are sent together, as tf2_ros does it.
    known: dict[str, Any] = {}
    for line in sys.stdin:
        parent, child, translation, quaternion, stamp, static = json.loads(line)
        one = TransformStamped(child_frame_id=child)
        one.header.frame_id = parent
        one.header.stamp.sec, one.header.stamp.nanosec = stamp
        at, turn = one.transform.translation, one.transform.rotation
        at.x, at.y, at.z = translation
        turn.x, turn.y, turn.z, turn.w = quaternion
        if static:
            known[child] = one
            still.publish(TFMessage(transforms=list(known.values())))
        else:
            moving.publish(TFMessage(transforms=[one]))
    node.destroy_node()
    rclpy.shutdown()


if __name__ == "__main__":
    main()
