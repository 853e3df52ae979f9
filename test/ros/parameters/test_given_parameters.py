# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a user gives at start and ROS would let go to waste without a word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rcl_interfaces.msg import Parameter as ParameterMessage
from rcl_interfaces.srv import GetParameters
from rclpy.parameter import Parameter
from support.node_process import NodeProcess
from support.ros_client import RosClient

from attendseg_ros.ros.launching.launch_arguments import unknown_arguments
from attendseg_ros.ros.parameters.given_parameters import GivenParameters, fits, problem_of

SEGMENTATION = "attendseg_ros.ros.segmentation_node"
SYNTHETIC = "attendseg_ros.ros.synthetic_camera_node"
PLAYBACK = "attendseg_ros.ros.playback_camera_node"


@pytest.mark.parametrize(
    ("pattern", "node", "is_for"),
    [
        ("/**", "/segmentation", True),
        ("**", "/a/b/segmentation", True),
        ("/*", "/segmentation", True),
        ("/*", "/a/segmentation", False),
        ("/a/*", "/a/segmentation", True),
        ("/*/segmentation", "/a/segmentation", True),
        ("/**/segmentation", "/a/b/segmentation", True),
        ("/**/segmentation", "/segmentation", True),
        ("segmentation", "/segmentation", True),
        ("segmentation", "/a/segmentation", False),
        ("/a/segmentation", "/a/segmentation", True),
        ("/segmentatio.", "/segmentation", False),
    ],
)
def test_sections_fit_as_ros_has_it(pattern: str, node: str, is_for: bool) -> None:
    assert fits(pattern, node) == is_for


def warnings(tmp_path: Path, text: str, *more: str, node: str = "/a/segmentation") -> list[str]:
    path = tmp_path / "params.yaml"
    path.write_text(text)
    arguments = ["x:=1", "--ros-args", "--params-file", str(path), *more, "--", "-p", "no:=1"]
    return GivenParameters(arguments, node).warnings(["overlay_alpha", "classes", "model"])


def test_a_misspelled_name_gives_one_line_with_the_nearest(tmp_path: Path) -> None:
    (line,) = warnings(tmp_path, "/**:\n  ros__parameters: {overlay_alfa: 1.0, model: street}\n")
    assert line.startswith(str(tmp_path / "params.yaml"))
    assert "overlay_alfa" in line
    assert "the nearest is overlay_alpha" in line


def test_names_of_rclpy_and_of_other_nodes_are_none(tmp_path: Path) -> None:
    text = (
        "/**:\n  ros__parameters: {qos_overrides: {/mask: {publisher: {depth: 3}}}}\n"
        "other:\n  ros__parameters: {whatever: 1}\n"
        "a:\n  segmentation:\n    ros__parameters: {model: street}\n"
    )
    assert warnings(tmp_path, text) == []


@pytest.mark.parametrize("section", ["/segmentation", "segmentation", "/b/segmentation", "/*"])
def test_a_file_for_another_node_gives_one_line(tmp_path: Path, section: str) -> None:
    (line,) = warnings(tmp_path, f"{section}:\n  ros__parameters: {{model: street}}\n")
    assert "has no effect" in line
    assert "this node is /a/segmentation" in line
    assert section.strip("/") in line


def test_the_command_line_counts_too(tmp_path: Path) -> None:
    text = "/**:\n  ros__parameters: {model: street}\n"
    lines = warnings(tmp_path, text, "-p", "clases:=[car]", "-p", "segmentation:model:=x")
    assert len(lines) == 2
    assert any("the nearest is classes" in line for line in lines)
    assert any("/segmentation" in line and "/a/segmentation" in line for line in lines)


def test_a_file_that_only_ros_can_read_is_named(tmp_path: Path) -> None:
    (line,) = warnings(tmp_path, "/**:\n  ros__parameters: {model: a, model: b}\n")
    assert "key 'model' occurs twice" in line


@pytest.mark.parametrize(
    ("module", "node", "good", "bad", "meant"),
    [
        (SEGMENTATION, "segmentation", "max_rate_hz: 7", "overlay_alfa: 0.3", "overlay_alpha"),
        (SYNTHETIC, "synthetic_camera", "rate_hz: 7", "widht: 320", "width"),
        (PLAYBACK, "playback_camera", "rate_hz: 7", "lop: true", "loop"),
    ],
)
def test_every_node_takes_whole_numbers_and_warns(
    tmp_path: Path, module: str, node: str, good: str, bad: str, meant: str
) -> None:
    (tmp_path / "good.yaml").write_text(f"/**:\n  ros__parameters:\n    {good}\n    {bad}\n")
    (tmp_path / "other.yaml").write_text("/elsewhere:\n  ros__parameters: {seed: 1}\n")
    files = [str(tmp_path / name) for name in ("good.yaml", "other.yaml")]
    arguments = tuple(word for file in files for word in ("--params-file", file))
    parameters: dict[str, Any] = {"autostart": False}
    if module == PLAYBACK:
        import cv2
        import numpy as np

        cv2.imwrite(str(tmp_path / "image.png"), np.zeros((8, 8, 3), np.uint8))
        parameters = {"path": tmp_path / "image.png", "wait_for_subscribers": 9}
    elif module == SYNTHETIC:
        parameters = {}
    with (
        NodeProcess(module, tmp_path / "log", parameters, arguments=arguments) as process,
        RosClient(process.namespace) as client,
    ):
        assert f"the nearest is {meant}" in process.wait_for_log("good.yaml: ")
        assert f"this node is {process.namespace}/{node}" in process.wait_for_log("other.yaml: ")
        name = good.partition(":")[0]
        request = GetParameters.Request(names=[name])
        (value,) = client.call(GetParameters, f"{node}/get_parameters", request).values
        read = Parameter.from_parameter_msg(ParameterMessage(name=name, value=value)).value
        assert read == 7.0
        assert isinstance(read, float)
        assert sum("has no effect" in line for line in process.log().splitlines()) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("max_rate_hz: fast", "max_rate_hz must be a number from 0.0 to 1000.0, got the text"),
        ('lazy: "true"', "lazy must be true or false, got the text 'true'"),
        ("jpeg_quality: 80.5", "jpeg_quality must be a whole number from 1 to 100"),
        ("input_size: [512, 384.5]", "input_size must be a list of one kind of values"),
        # As doubles they are whole numbers, though none that ROS can hold.
        ("roi: [1.0e300, 0.0, 1.0, 1.0]", "roi must be a list of whole numbers, got the list"),
        ("input_size: [9223372036854775808, 9223372036854775808]", "input_size must be a list"),
        # rclpy declares these itself.
        ("use_sim_time: 1", "use_sim_time must be true or false, got the whole number 1"),
        ('use_sim_time: "true"', "use_sim_time must be true or false, got the text 'true': write"),
        ("start_type_description_service: 5", "start_type_description_service must be true or"),
        ("image_transport: theora", "image_transport must be one of raw, compressed"),
    ],
)
def test_a_wrong_value_ends_the_start_with_the_file_in_one_line(
    tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(f"/**:\n  ros__parameters:\n    {text}\n")
    arguments = ("--params-file", str(path))
    with NodeProcess(SEGMENTATION, tmp_path / "log", arguments=arguments) as process:
        assert process.wait() == 1
    (line,) = [line for line in process.log().splitlines() if said in line]
    assert f"{path}: " in line
    assert "Traceback" not in process.log()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("/**:\n  ros__parameters:\n    overlay_alpha:\n", "overlay_alpha has no value"),
        ("/**:\n  ros_parameters:\n    lazy: true\n", "/**.ros_parameters.lazy stands outside"),
        ("segmentation: {lazy: true}\n", "segmentation.lazy stands outside of ros__parameters"),
        ("lazy: true\n", "lazy stands outside of ros__parameters"),
        ("/**:\n\tros__parameters:\n", "cannot start any token"),
        # All that was below is commented out.
        ("/a/b:\n  ros__parameters:\n    # lazy: true\n", "of /a/b holds no parameters: put some"),
        ("/**:\n  ros__parameters: 5\n", "ros__parameters of /** holds no parameters"),
        (
            "/**:\n  ros__parameters:\n    roi: [[0, 0], [9, 9]]\n",
            "roi must be a list of values, with no list in it, got the list [[0, 0], [9, 9]]",
        ),
    ],
)
def test_a_file_that_ros_refuses_ends_the_start_with_what_is_wrong(
    tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(text)
    given = ["--ros-args", "--params-file", str(path)]
    problem = problem_of(given)
    assert problem.startswith(str(path))
    assert said in problem
    assert "misspelled" not in problem
    with NodeProcess(SYNTHETIC, tmp_path / "log", arguments=tuple(given[1:])) as process:
        assert process.wait() == 1
        assert problem in process.log()


def test_what_ros_says_itself_comes_without_the_lines_of_its_code(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text("/**:\n  ros__parameters:\n    topics: &same ['a']\n    others: *same\n")
    arguments = ("--params-file", str(path))
    with NodeProcess(SYNTHETIC, tmp_path / "log", arguments=arguments) as process:
        assert process.wait() == 1
        (line,) = [line for line in process.log().splitlines() if str(path) in line]
    assert line.endswith("aliases (*name) are not taken: write the value out at line 4")
    assert ".c:" not in process.log()


NAMES = ("image_topic", "robot", "model")
OURS = ("launch", "attendseg_ros", "drone.launch.py")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("imagetopic", "the nearest is 'image_topic'"),
        ("robott", "the nearest is 'robot'"),
        ("zzz", "there are image_topic, model, robot"),
    ],
)
def test_a_misspelled_launch_argument_gives_one_line(typed: str, said: str) -> None:
    configurations = {"robot": "x", typed: "y"}
    (line,) = unknown_arguments(NAMES, configurations, [*OURS, f"{typed}:=y", "robot:=x"])
    assert typed in line
    assert said in line


def test_arguments_of_a_launch_file_around_ours_are_its_own() -> None:
    configurations = {"robot_name": "x", "imagetopic": "y", "models": "z", "robot": "r"}
    (line,) = unknown_arguments(NAMES, configurations, ["launch", "mine.launch.py", "robots:=2"])
    assert "'imagetopic'" in line
