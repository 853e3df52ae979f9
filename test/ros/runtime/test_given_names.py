# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Names that ROS refuses: one line says what is wrong and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.node_process import NodeProcess
from support.segmentation_rig import MODULE

from attendseg_ros.ros.runtime.given_names import problem_of_names

TOO_LONG = "name: topic length should not exceed"
SYNTHETIC = "attendseg_ros.ros.synthetic_camera_node"


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("__ns:=/robot-1", "'robot-1' cannot be part of a name: a name has letters, digits"),
        ("__ns:=robot", "a namespace begins with a slash"),
        ("__ns:=/a//b", "'/a//b' has two slashes in a row, or one at its end"),
        ("__node:=9a", "'9a' cannot be part of a name"),
        ("image:=/9a/image", "'9a' cannot be part of a name"),
        ("~/mask:=a-b", "'a-b' cannot be part of a name"),
        ("image:=", "nothing follows :="),
        ("image=/camera", "write it as from:=to"),
    ],
)
def test_what_is_wrong_with_a_remapping(rule: str, said: str) -> None:
    before = ["-r", "no rule", "--ros-args", "-p", "x:=a-b", "-r", "image:=/camera/image_raw"]
    line = problem_of_names([*before, "-r", rule, "--", "-r", "a-b"])
    assert line.startswith(f"-r {rule}: {said}")


@pytest.mark.parametrize(
    "rule",
    [
        "__ns:=/",
        "__ns:=/a/b",
        "segmentation:__node:=x",
        "~/mask:=~/m",
        "a:=rostopic:///b",
        "a:={node}",
    ],
)
def test_what_is_right_is_left_alone(rule: str) -> None:
    assert problem_of_names(["--ros-args", "-r", rule]) == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-r", "image_raw:=/robot-1/image"), "'robot-1' cannot be part of a name"),
        (("-r", f"__node:={'n' * 300}"), "invalid node name: node name length should not exceed"),
    ],
)
def test_the_start_ends_with_a_line(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    with NodeProcess(SYNTHETIC, tmp_path / "log", arguments=arguments) as process:
        assert process.wait() == 1
        (line,) = [line for line in process.log().splitlines() if said in line]
    assert ".c:" not in line
    assert "Traceback" not in process.log()


def test_a_namespace_may_be_too_long(tmp_path: Path) -> None:
    with NodeProcess(SYNTHETIC, tmp_path / "log", namespace=f"/{'n' * 240}") as process:
        assert process.wait() == 1
        log = process.log()
    assert TOO_LONG in log
    assert "Traceback" not in log


def test_names_of_cameras_may_be_too_long(tmp_path: Path, tiny_path: Path) -> None:
    parameters = {"cameras": f"[{'c' * 240}]", "model": tiny_path, "engine": "onnxruntime"}
    with NodeProcess(MODULE, tmp_path / "log", parameters) as process:
        assert process.wait() == 1
        log = process.log()
    assert "cannot configure: " in log
    assert TOO_LONG in log
