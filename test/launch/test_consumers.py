# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`nav2:=true`, `ground:=true`, `rviz:=true`: what they start, set and say, and what they miss."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytest.importorskip("launch_ros", reason="launch comes with ROS 2 from apt; PyPI does not have it")

from ament_index_python.packages import get_packages_with_prefixes
from support.launch_process import LaunchProcess, share
from support.ros_client import RosClient
from support.tiny_bundle import write_tiny_bundle

from attendseg_ros.ros.launching.launch_files import outputs_of, topics_in
from attendseg_ros.ros.messages.label_info import LabelInfo

RVIZ_IS_INSTALLED = "rviz2" in get_packages_with_prefixes()

RVIZ_STAND_IN = """#!/bin/sh
printf 'rviz2 got %s\\n' "$*"
"""


@pytest.mark.skipif(LabelInfo is None, reason="vision_msgs is not on PyPI")
def test_nav2_gets_masks_without_asking_and_the_user_its_parameters(tmp_path: Path) -> None:
    namespace = f"nav2_{os.getpid()}"
    given = {
        "namespace": namespace,
        "model": write_tiny_bundle(tmp_path / "tiny"),
        "engine": "onnxruntime",
        "nav2": "true",
    }
    with (
        LaunchProcess("ground_robot.launch.py", tmp_path / "log", given) as launched,
        RosClient(f"/{namespace}") as client,
    ):
        line = launched.wait_for_log("Nav2: merge ")
        assert str(share() / "config" / "nav2_semantic_layer.yaml") in line
        assert f"/{namespace}/segmentation/" in line
        assert client.get("lazy") is False
        # The preset's own parameters stay.
        assert client.get("max_rate_hz") == 10.0
        assert len(launched.children()) == 1


def test_ground_gets_masks_without_asking_and_the_user_its_parameters(tmp_path: Path) -> None:
    namespace = f"ground_{os.getpid()}"
    given = {
        "namespace": namespace,
        "model": write_tiny_bundle(tmp_path / "tiny"),
        "engine": "onnxruntime",
        "ground": "true",
    }
    with (
        LaunchProcess("ground_robot.launch.py", tmp_path / "log", given) as launched,
        RosClient(f"/{namespace}") as client,
    ):
        line = launched.wait_for_log("ground map: ")
        assert str(share() / "config" / "nav2_ground_grid.yaml") in line
        assert f"/{namespace}/segmentation/" in line
        assert client.get("lazy") is False


@pytest.mark.skipif(LabelInfo is not None, reason="vision_msgs is installed")
def test_nav2_without_class_names_is_refused(tmp_path: Path) -> None:
    launched = LaunchProcess("ground_robot.launch.py", tmp_path / "log", {"nav2": "true"})
    assert launched.wait() != 0
    assert "nav2:=true: vision_msgs is not installed" in launched.log()
    assert "process started" not in launched.log()


@pytest.mark.skipif(RVIZ_IS_INSTALLED, reason="rviz2 is installed")
def test_rviz_that_is_not_installed_is_named_before_anything_starts(tmp_path: Path) -> None:
    launched = LaunchProcess("segmentation.launch.py", tmp_path / "log", {"rviz": "true"})
    assert launched.wait() != 0
    assert "rviz:=true: rviz2 is not installed" in launched.log()
    assert "process started" not in launched.log()


@pytest.mark.parametrize("namespace", ["", "robot2"])
def test_rviz_starts_with_the_layout_on_this_node_s_topics(namespace: str, tmp_path: Path) -> None:
    """A stand-in writes down what it is started with: RViz itself needs a screen."""
    prefix = tmp_path / "prefix"
    (prefix / "share/ament_index/resource_index/packages").mkdir(parents=True)
    (prefix / "share/ament_index/resource_index/packages/rviz2").touch()
    (prefix / "lib/rviz2").mkdir(parents=True)
    program = prefix / "lib/rviz2/rviz2"
    program.write_text(RVIZ_STAND_IN)
    program.chmod(0o755)
    environment = {"AMENT_PREFIX_PATH": f"{prefix}:{os.environ['AMENT_PREFIX_PATH']}"}
    given = {"rviz": "True", "autostart": "false", "namespace": namespace}
    with LaunchProcess(
        "drone.launch.py", tmp_path / "log", given, environment=environment
    ) as launched:
        line = launched.wait_for_log("rviz2 got ")
    assert f"-d {share() / 'config' / 'attendseg.rviz'}" in line
    for topic in ("overlay", "color_mask", "points", "camera_info"):
        place = f"/{namespace}/segmentation" if namespace else "/segmentation"
        assert f"-r /segmentation/{topic}:={place}/{topic}" in line


@pytest.mark.parametrize("namespace", ["a/b", "/a/b", "/a/b/"])
def test_outputs_of_a_namespace(namespace: str) -> None:
    assert outputs_of(namespace) == "/a/b/segmentation/"


def test_outputs_without_a_namespace() -> None:
    assert outputs_of("") == outputs_of("/") == "/segmentation/"


def test_topics_are_found_wherever_they_are() -> None:
    content = {"a": [{"b": "/segmentation/mask"}, 3, "/other"], "c": "/segmentation/points"}
    assert list(topics_in(content)) == ["/segmentation/mask", "/segmentation/points"]
