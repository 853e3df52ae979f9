# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The launch files start real nodes as their arguments say."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("launch_ros", reason="launch comes with ROS 2 from apt; PyPI does not have it")

from lifecycle_msgs.msg import State
from lifecycle_msgs.srv import GetState
from sensor_msgs.msg import PointCloud2
from support.launch_process import PROFILE_VARIABLES, LaunchProcess, share
from support.ros_client import RosClient, wait_until
from support.tiny_bundle import write_tiny_bundle

FILES = ("segmentation.launch.py", "drone.launch.py", "ground_robot.launch.py")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that every launched node can load."""
    return write_tiny_bundle(tmp_path_factory.mktemp("bundle"))


@pytest.fixture
def namespace(request: pytest.FixtureRequest) -> str:
    """A namespace that no other test uses."""
    return f"launch_{os.getpid()}_{abs(hash(request.node.name))}"


@pytest.fixture
def client(namespace: str) -> Iterator[RosClient]:
    """The other end of the launched node."""
    with RosClient(f"/{namespace}") as client:
        yield client


def inputs(client: RosClient, count: int = 2) -> set[str]:
    """The topics the launched node subscribes to, relative to its namespace."""
    namespace = client.node.get_namespace()
    wait_until(
        lambda: ("segmentation", namespace) in client.node.get_node_names_and_namespaces(),
        "the node",
    )

    def subscribed() -> set[str]:
        ends = client.node.get_subscriber_names_and_types_by_node("segmentation", namespace)
        return {
            topic.removeprefix(f"{namespace}/")
            for topic, (kind, *_) in ends
            if kind.startswith("sensor_msgs/")
        }

    wait_until(lambda: len(subscribed()) == count, f"{count} subscriptions")
    return subscribed()


@pytest.mark.parametrize("file", FILES)
def test_every_argument_is_described(file: str) -> None:
    from launch.launch_description_sources import get_launch_description_from_python_launch_file

    description = get_launch_description_from_python_launch_file(str(share() / "launch" / file))
    arguments = {argument.name: argument for argument in description.get_launch_arguments()}
    assert set(arguments) == {
        *("namespace", "use_sim_time", "params_file", "autostart", "use_respawn", "log_level"),
        *("robot", "image_topic", "camera_info_topic", "image_transport", "model", "engine"),
        "environment",
        *("fastdds_profile", "depth_topic", "cloud_topic", "nav2", "ground", "rviz", "cameras"),
    }
    for argument in arguments.values():
        assert argument.default_value is not None, argument.name
        assert argument.description.endswith((".", "]")), argument.name


@pytest.mark.parametrize(
    ("file", "arguments", "expected", "settings"),
    [
        (
            "drone.launch.py",
            # Its parameters name classes of this model.
            {"model": "drone"},
            {
                f"/world/default/model/x500_mono_cam_0/link/camera_link/sensor/camera/{topic}"
                for topic in ("image", "camera_info")
            },
            {"max_rate_hz": 15.0, "min_confidence": 0.5},
        ),
        (
            "ground_robot.launch.py",
            {"robot": "realsense"},
            {"camera/camera/color/image_raw", "camera/camera/color/camera_info"},
            {"max_rate_hz": 10.0, "min_confidence": 0.0},
        ),
        (
            "segmentation.launch.py",
            {"image_topic": "/eye/image", "image_transport": "compressed", "use_sim_time": "True"},
            {"/eye/image/compressed", "/eye/camera_info"},
            {"max_rate_hz": 0.0, "use_sim_time": True, "image_transport": "compressed"},
        ),
    ],
)
def test_a_node_without_a_camera_says_what_it_waits_for(
    file: str,
    arguments: dict[str, str],
    expected: set[str],
    settings: dict[str, Any],
    tiny: Path,
    namespace: str,
    client: RosClient,
    tmp_path: Path,
) -> None:
    given = {"namespace": namespace, "model": tiny, "engine": "onnxruntime", **arguments}
    with LaunchProcess(file, tmp_path / "log", given) as launched:
        assert inputs(client) == expected
        assert {name: client.get(name) for name in settings} == settings
        complaint = launched.wait_for_log("no image on ")
        (image,) = (topic for topic in expected if "camera_info" not in topic)
        assert f"{image} for" in complaint
        assert "0 publishers" in complaint


@pytest.mark.parametrize(
    ("arguments", "topic"),
    [
        ({"robot": "realsense"}, "camera/camera/aligned_depth_to_color/image_raw"),
        ({"robot": "realsense", "depth_topic": "/eye/depth"}, "/eye/depth"),
        ({"image_topic": "/eye/image"}, "depth"),
    ],
)
def test_depth_comes_from_the_robot_or_the_user(
    arguments: dict[str, str],
    topic: str,
    tiny: Path,
    namespace: str,
    client: RosClient,
    tmp_path: Path,
) -> None:
    given = {"namespace": namespace, "model": tiny, "engine": "onnxruntime", **arguments}
    client.subscribe(PointCloud2, "segmentation/points")
    with LaunchProcess("segmentation.launch.py", tmp_path / "log", given):
        depth = client.node.resolve_topic_name(topic)
        wait_until(lambda: client.node.count_subscribers(depth) == 1, f"a subscriber of {depth}")


@pytest.mark.parametrize(
    ("file", "arguments", "expected"),
    [
        (
            "drone.launch.py",
            # Its parameters name classes of this model.
            {"model": "drone"},
            {f"{name}/{topic}" for name in ("down", "front") for topic in ("image", "camera_info")},
        ),
        (
            "ground_robot.launch.py",
            {"image_topic": "/{camera}_eye/image_raw"},
            {
                f"/{name}_eye/{topic}"
                for name in ("down", "front")
                for topic in ("image_raw", "camera_info")
            },
        ),
    ],
)
def test_several_cameras(
    file: str,
    arguments: dict[str, str],
    expected: set[str],
    tiny: Path,
    namespace: str,
    client: RosClient,
    tmp_path: Path,
) -> None:
    given = {"namespace": namespace, "model": tiny, "engine": "onnxruntime", **arguments}
    with LaunchProcess(file, tmp_path / "log", {**given, "cameras": "down,front"}):
        assert inputs(client, len(expected)) == expected
        assert list(client.get("cameras")) == ["down", "front"]


PARAMETERS = """
/**:
  ros__parameters: {{model: {model}, engine: openvino, autostart: false, overlay_alpha: 0.25}}
/{namespace}/segmentation:
  ros__parameters: {{engine: onnxruntime}}
"""


def test_arguments_that_are_not_given_leave_the_parameter_file_alone(
    tiny: Path, namespace: str, client: RosClient, tmp_path: Path
) -> None:
    file = tmp_path / "parameters.yaml"
    file.write_text(PARAMETERS.format(model=tiny, namespace=namespace))
    given = {"namespace": namespace, "params_file": file}
    with LaunchProcess("segmentation.launch.py", tmp_path / "log", given) as launched:
        launched.wait_for_log("autostart is false")
        assert client.get("model") == str(tiny)
        assert client.get("engine") == "onnxruntime"
        assert client.get("overlay_alpha") == 0.25
        response = client.call(GetState, "segmentation/get_state", GetState.Request())
        assert response.current_state.id == State.PRIMARY_STATE_UNCONFIGURED


def test_arguments_that_are_given_win_over_the_parameter_file(
    tiny: Path, namespace: str, client: RosClient, tmp_path: Path
) -> None:
    file = tmp_path / "parameters.yaml"
    file.write_text(PARAMETERS.format(model="none", namespace=namespace))
    given = {
        "namespace": namespace,
        "params_file": file,
        "model": tiny,
        "engine": "auto",
        "autostart": "true",
    }
    with LaunchProcess("segmentation.launch.py", tmp_path / "log", given):
        assert inputs(client) == {"image", "camera_info"}
        assert client.get("model") == str(tiny)
        assert client.get("engine") == "auto"
        assert client.get("overlay_alpha") == 0.25


def test_a_node_that_dies_is_started_again_where_asked(tmp_path: Path) -> None:
    given = {"use_respawn": "true", "autostart": "false"}
    with LaunchProcess("segmentation.launch.py", tmp_path / "log", given) as launched:
        launched.wait_for_log("autostart is false")
        (node,) = launched.children()
        os.kill(node, signal.SIGKILL)
        launched.wait_for_log("autostart is false", count=2)
        assert launched.children() != {node}


@pytest.mark.parametrize(
    ("arguments", "reasons"),
    [
        ({"robot": "rover"}, ["rover", "px4_gz", "ardupilot_gz", "tello", "realsense"]),
        ({"cameras": "a,b,a"}, ["cameras: 'a' occurs twice"]),
        ({"cameras": "a,b", "image_topic": "/eye"}, ["image_topic: '/eye'", "{camera}"]),
        ({"engine": "abacus"}, ["abacus", "auto", "onnxruntime", "openvino", "torch"]),
        ({"params_file": "/nowhere.yaml"}, ["params_file: there is no file '/nowhere.yaml'"]),
        ({"fastdds_profile": "/nowhere.xml"}, ["fastdds_profile: there is no file '/nowhere.xml'"]),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(
    arguments: dict[str, str], reasons: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in PROFILE_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    launched = LaunchProcess("drone.launch.py", tmp_path / "log", arguments)
    assert launched.wait() != 0
    for reason in reasons:
        assert reason in launched.log()
    assert "process started" not in launched.log()
