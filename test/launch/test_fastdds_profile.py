# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The launch files give the node a Fast DDS profile for large images, or leave the user's alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("launch_ros", reason="launch comes with ROS 2 from apt; PyPI does not have it")

from support.launch_process import PROFILE_VARIABLES, LaunchProcess, share


@pytest.mark.parametrize(
    ("distribution", "variable"),
    [("jazzy", PROFILE_VARIABLES[1]), ("kilted", PROFILE_VARIABLES[0])],
)
def test_the_shipped_profile_is_applied(
    distribution: str, variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROS_DISTRO", distribution)
    profile = share() / "config" / "fastdds_large_images.xml"
    assert profiles({}, tmp_path, monkeypatch) == {variable: str(profile)}


def test_small_images_take_little_shared_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = str(share() / "config" / "fastdds_small_images.xml")
    assert profiles({"robot": "turtlebot4"}, tmp_path, monkeypatch) == {PROFILE_VARIABLES[0]: small}
    elsewhere = {"robot": "turtlebot4", "image_topic": "/webcam/image_raw"}
    (other,) = profiles(elsewhere, tmp_path, monkeypatch).values()
    assert other.endswith("fastdds_large_images.xml")


def test_the_user_s_profile_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = tmp_path / "mine.xml"
    mine.write_bytes((share() / "config" / "fastdds_large_images.xml").read_bytes())
    assert profiles({"fastdds_profile": mine}, tmp_path, monkeypatch) == {
        PROFILE_VARIABLES[0]: str(mine)
    }
    assert profiles({"fastdds_profile": "none"}, tmp_path, monkeypatch) == {}
    for variable in PROFILE_VARIABLES:
        own = {variable: str(mine)}
        assert profiles({}, tmp_path, monkeypatch, own) == own


def profiles(
    arguments: dict[str, Any],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str] | None = None,
) -> dict[str, str]:
    """The variables that choose a Fast DDS profile, as a launched node has them."""
    for name in PROFILE_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    given = {"autostart": "false", **arguments}
    with LaunchProcess("segmentation.launch.py", folder / "log", given, environment) as launched:
        launched.wait_for_log("process started")
        (node,) = launched.children()
        variables = Path(f"/proc/{node}/environ").read_text().split("\0")
    return dict(line.split("=", 1) for line in variables if line.startswith(PROFILE_VARIABLES))
