# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`environment:=` starts the model of a place with its classes; a robot starts in its own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("launch_ros", reason="launch comes with ROS 2 from apt; PyPI does not have it")

from support.launch_process import LaunchProcess, share
from support.model_packages import install_models, prefix_path
from support.ros_client import RosClient
from support.tiny_bundle import write_tiny_bundle

from attendseg_ros.inference import shipped_models
from attendseg_ros.labels import ClassTable
from attendseg_ros.ros.launching.environments import CLASS_PARAMETERS, read_environments

ENVIRONMENTS = read_environments(share() / "config" / "environments.yaml")


@pytest.fixture(scope="module")
def prefix(tmp_path_factory: pytest.TempPathFactory) -> str:
    """AMENT_PREFIX_PATH with a package that has a model for every environment.

    Shipped ones come first, so the tests are the same before and after a model is shipped.
    """
    folder = tmp_path_factory.mktemp("models")
    bundles = {}
    for row in ENVIRONMENTS.values():
        table = ClassTable.from_mapping({"classes": list(row.classes)})
        bundles[row.model] = write_tiny_bundle(folder / row.model, classes=table)
    return prefix_path(install_models(folder / "prefix", "field_models", bundles))


def running(
    file: str, arguments: dict[str, Any], folder: Path, prefix: str = ""
) -> tuple[dict[str, Any], str]:
    """What a launched node has for model and classes once it runs, and the log."""
    namespace = f"environment_{os.getpid()}"
    given = {"namespace": namespace, "engine": "onnxruntime", **arguments}
    environment = {"AMENT_PREFIX_PATH": prefix} if prefix else None
    with (
        LaunchProcess(file, folder / "log", given, environment) as launched,
        RosClient(f"/{namespace}") as client,
    ):
        launched.wait_for_log("runs on onnxruntime")
        values = {name: client.get(name) for name in ("model", *CLASS_PARAMETERS)}
        log = launched.log()
    plain = {k: v if isinstance(v, str) else list(v) for k, v in values.items()}
    return plain, log


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_an_environment_runs_its_model_with_its_classes(
    name: str, prefix: str, tmp_path: Path
) -> None:
    row = ENVIRONMENTS[name]
    given = {"environment": name, "robot": "realsense"}
    found, log = running("ground_robot.launch.py", given, tmp_path, prefix)
    assert found == {"model": row.model, **row.lists}
    assert f"environment {name}: model {row.model}" in log
    # What launch writes for the node can be read by it.
    assert "not checked for misspelled names" not in log


def test_a_robot_starts_in_its_place(prefix: str, tmp_path: Path) -> None:
    found, log = running("segmentation.launch.py", {"robot": "clearpath"}, tmp_path, prefix)
    assert found == {"model": "offroad", **ENVIRONMENTS["offroad"].lists}
    assert "environment offroad of robot clearpath" in log


def test_a_robot_starts_whether_or_not_its_model_is_there(tmp_path: Path) -> None:
    found, log = running("ground_robot.launch.py", {"robot": "turtlebot4"}, tmp_path)
    warnings = [line for line in log.splitlines() if "of robot turtlebot4 is not in effect" in line]
    is_there = ENVIRONMENTS["indoor"].model in shipped_models()
    assert len(warnings) == (0 if is_there else 1)
    runs = ENVIRONMENTS["indoor" if is_there else "street"]
    assert found == {"model": runs.model, **runs.lists}


def test_a_model_of_other_classes_runs_without_lists(tmp_path: Path) -> None:
    given = {"robot": "realsense", "model": "drone"}
    found, log = running("ground_robot.launch.py", given, tmp_path)
    assert found == {"model": "drone", **{key: [""] for key in CLASS_PARAMETERS}}
    assert "model drone has the classes of no environment" in log


def test_nav2_is_given_the_costs_of_the_environment(prefix: str, tmp_path: Path) -> None:
    """The stand-in for vision_msgs is last on the path: a real one comes before it."""
    (tmp_path / "vision_msgs").mkdir()
    (tmp_path / "vision_msgs" / "__init__.py").touch()
    path = [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", ""), str(tmp_path)]
    environment = {"AMENT_PREFIX_PATH": prefix, "PYTHONPATH": os.pathsep.join(filter(None, path))}
    given = {"environment": "indoor", "nav2": "true", "autostart": "false"}
    with LaunchProcess(
        "ground_robot.launch.py", tmp_path / "log", given, environment=environment
    ) as launched:
        line = launched.wait_for_log("Nav2: merge ")
    assert str(share() / "config" / ENVIRONMENTS["indoor"].nav2) in line


def test_the_drone_keeps_its_model(prefix: str, tmp_path: Path) -> None:
    found, _ = running("drone.launch.py", {"robot": "realsense"}, tmp_path, prefix)
    assert found["model"] == "drone"
    assert "paved" in found["traversable_classes"]


@pytest.mark.parametrize(
    ("environment", "reasons"),
    [
        ("ofroad", ["'ofroad': the nearest is 'offroad'", "there are street, offroad, indoor"]),
        ("moon", ["no environment 'moon'", "attendseg train", "attendseg import"]),
    ],
)
def test_an_environment_that_there_is_not_is_refused(
    environment: str, reasons: list[str], tmp_path: Path
) -> None:
    given = {"environment": environment}
    launched = LaunchProcess("ground_robot.launch.py", tmp_path / "log", given)
    assert launched.wait() != 0
    for reason in reasons:
        assert reason in launched.log()
    assert "process started" not in launched.log()
