# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Runs an installed launch file in its own process, as `ros2 launch` does.

As a program: `python -m support.launch_process FILE NAME:=VALUE ...`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ament_index_python.packages import get_package_share_directory
from support import proc
from support.logged_process import LoggedProcess

PROFILE_VARIABLES = ("FASTDDS_DEFAULT_PROFILES_FILE", "FASTRTPS_DEFAULT_PROFILES_FILE")
"""Those that name Fast DDS's profile, from Kilted on and before."""


class LaunchProcess(LoggedProcess):
    """A running launch file of the package."""

    def __init__(
        self,
        file: str,
        log: Path,
        arguments: Mapping[str, Any] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Starts it.

        Args:
            file: its name, such as "drone.launch.py".
            log: a file for everything it and its nodes write.
            arguments: launch arguments.
            environment: variables on top of this process's.
        """
        words = [f"{name}:={value}" for name, value in (arguments or {}).items()]
        command = [sys.executable, "-m", "support.launch_process", file, *words]
        path = [str(Path(__file__).parents[1]), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
        variables = {"PYTHONPATH": os.pathsep.join(filter(None, path)), **(environment or {})}
        super().__init__(command, log, variables)

    def __enter__(self) -> LaunchProcess:
        return self

    def children(self) -> set[int]:
        """The ids of the processes it has started."""
        return proc.children(self.pid)


def share() -> Path:
    """The package's installed share folder."""
    return Path(get_package_share_directory("attendseg_ros"))


def main(file: str, *words: str) -> int:
    """Runs a launch file until it ends or is interrupted."""
    from launch import LaunchDescription, LaunchService
    from launch.actions import IncludeLaunchDescription
    from launch.launch_description_sources import PythonLaunchDescriptionSource

    include = IncludeLaunchDescription(
        PythonLaunchDescriptionSource(str(share() / "launch" / file)),
        launch_arguments=[tuple(word.split(":=", 1)) for word in words],
    )
    service = LaunchService()
    service.include_launch_description(LaunchDescription([include]))
    return int(service.run())


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
