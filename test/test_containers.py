# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The files for containers name what there is; they cannot be built in a test."""

from __future__ import annotations

import fnmatch
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text()
INSTRUCTIONS = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", DOCKERFILE, flags=re.MULTILINE))
COMPOSE = yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text())
DISTROS = ("humble", "jazzy", "kilted")


def stages() -> dict[str, list[str]]:
    """The instructions of every stage, by its name, what it is built from among them."""
    found: dict[str, list[str]] = {}
    for line in filter(None, map(str.strip, INSTRUCTIONS.splitlines())):
        start = re.fullmatch(r"FROM (\S+) AS (\S+)", line)
        if start:
            found[start[2]] = list(found.get(start[1], []))
        elif found:
            found[next(reversed(found))].append(line)
    return found


def copied() -> list[str]:
    """What is copied from the folder of the sources."""
    copies = re.findall(r"^COPY (?!--from)(?:--\S+ )*(.+) \S+$", INSTRUCTIONS, re.MULTILINE)
    return [source for line in copies for source in line.split()]


def test_everything_that_is_copied_is_there_and_not_left_out() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    kept = [line[1:] for line in lines if line.startswith("!")]
    assert copied()
    for source in copied():
        assert (ROOT / source).exists(), source
        assert any(fnmatch.fnmatch(source.split("/")[0], pattern) for pattern in kept), source


def test_everything_that_cmake_installs_is_copied() -> None:
    cmake = (ROOT / "CMakeLists.txt").read_text()
    folders = re.search(r"install\(DIRECTORY (launch config) ", cmake)
    assert folders
    needed = {"CMakeLists.txt", "package.xml", "attendseg_ros", *folders[1].split()}
    needed |= {path.split("/")[0] for path in re.findall(r"^  (msg/\S+)", cmake, re.MULTILINE)}
    needed |= set(re.findall(r"configure_file\(\s*(\S+)", cmake))
    assert needed <= set(copied())


def test_it_runs_as_an_ordinary_user_and_says_how_it_is() -> None:
    for target in ("runtime", "camera", "dev"):
        user = [line for line in stages()[target] if line.startswith("USER ")][-1]
        assert user not in ("USER 0", "USER root"), target
    (check,) = [line for line in stages()["runtime"] if line.startswith("HEALTHCHECK ")]
    assert "/opt/attendseg/healthcheck.py" in check
    assert list(stages())[-1] == "runtime"


def test_what_runs_is_built_on_the_smallest_ros_image() -> None:
    assert "FROM ros:${ROS_DISTRO}-ros-core AS base" in DOCKERFILE
    bases = re.findall(r"^FROM ros:(\S+) ", DOCKERFILE, re.MULTILINE)
    assert all(base.startswith("${ROS_DISTRO}-ros-") for base in bases)
    installed = " ".join(line for line in stages()["runtime"] if "apt-get install" in line)
    assert "g++" not in installed
    assert "python3-dev" not in installed


@pytest.mark.parametrize("script", ["entrypoint.bash", "healthcheck.py"])
def test_scripts_can_be_executed(script: str) -> None:
    assert os.access(ROOT / "docker" / script, os.X_OK)


@pytest.mark.parametrize("service", ["camera", "segmentation"])
def test_a_service_builds_a_target_and_shares_memory(service: str) -> None:
    said: dict[str, Any] = COMPOSE["services"][service]
    assert said["build"]["target"] in stages()
    assert (ROOT / "docker" / said["build"]["context"] / said["build"]["dockerfile"]).is_file()
    arguments = set(re.findall(r"^ARG (\w+)", DOCKERFILE, re.MULTILINE))
    assert set(said["build"]["args"]) <= arguments
    assert (said["network_mode"], said["ipc"]) == ("host", "host")
    for volume in said["volumes"]:
        source = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", volume).split(":")[0]
        if source.startswith("."):
            assert (ROOT / "docker" / source).exists(), volume
        else:
            assert source in COMPOSE["volumes"]


def test_compose_gives_the_launch_file_arguments_that_it_has() -> None:
    given = [word for word in COMPOSE["services"]["segmentation"]["command"] if ":=" in word]
    declared = (ROOT / "launch" / "segmentation.launch.py").read_text()
    assert given
    for argument in given:
        assert f'"{argument.split(":=")[0]}"' in declared


def test_the_variables_of_compose_are_explained() -> None:
    text = (ROOT / "docker" / "compose.yaml").read_text()
    for name, default in re.findall(r"\$\{(\w+):-([^}]*)\}", text):
        (line,) = re.findall(rf"^# {name} +(.*)$", text, re.MULTILINE)
        assert default in line or name == "MODELS", name


def test_the_development_container_has_a_target() -> None:
    said = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    assert said["build"]["target"] in stages()
    assert (ROOT / ".devcontainer" / said["build"]["dockerfile"]).resolve().is_file()
    assert said["build"]["args"]["ROS_DISTRO"] in DISTROS
