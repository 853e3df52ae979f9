# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The names that several cameras may have, and what their topics are called."""

from __future__ import annotations

from pathlib import Path

import pytest
from rclpy.validate_topic_name import validate_topic_name
from support.node_process import NodeProcess
from support.segmentation_rig import MODULE

from attendseg_ros.ros.camera.camera_name import CameraName, problem_of


@pytest.mark.parametrize("name", ["front", "Front2", "front_left", "c0"])
def test_good_names_make_topics_that_ros_takes(name: str) -> None:
    assert not problem_of([name])
    assert validate_topic_name(CameraName(name).input("image"))
    assert validate_topic_name(CameraName(name).output("mask"))


@pytest.mark.parametrize(
    "name", ["", "2front", "front-left", "front/left", "/front", "_front", "a__b", "a_", "~", "ä"]
)
def test_bad_names_are_said_with_what_would_be_right(name: str) -> None:
    problem = problem_of(["rear", name])
    assert repr(name) in problem
    assert "front_left" in problem


def test_the_only_camera_has_no_namespace() -> None:
    camera = CameraName()
    assert (camera.input("image"), camera.output("mask")) == ("image", "~/mask")
    assert camera.status("camera") == "camera"


def test_an_empty_list_is_one_camera_without_a_name(tmp_path: Path, tiny_path: Path) -> None:
    parameters = {"model": tiny_path, "engine": "onnxruntime", "cameras": "[]"}
    with NodeProcess(MODULE, tmp_path / "log", parameters) as node:
        node.wait_for_log(f"no image on {node.namespace}/image for")


@pytest.mark.parametrize(
    ("cameras", "words"),
    [
        ("[front, rear, front]", ("'front'", "twice")),
        ("[front, re-ar]", ("'re-ar'", "front_left")),
    ],
)
def test_the_node_refuses_them_at_start(
    tmp_path: Path, cameras: str, words: tuple[str, str]
) -> None:
    with NodeProcess(MODULE, tmp_path / "log", {"cameras": cameras}) as node:
        line = node.wait_for_log("cameras: ")
        assert all(word in line for word in words)
        assert node.wait() != 0
        assert "Traceback" not in node.log()
