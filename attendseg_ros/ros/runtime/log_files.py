# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""ROS starts no node that has nowhere to write its log file; ours can do without one."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import rclpy.logging

from attendseg_ros.errors import one_line

WITHOUT = "--disable-external-lib-logs"
"""rcl's argument for a node that writes no log file."""


def without_log_file(args: Sequence[str]) -> tuple[list[str], str]:
    """The command line with which a node starts whether its log file can be written or not.

    A disk may be full or readable only, and a user may have no home. The terminal, or what collects
    its output, and /rosout have the same lines.

    Args:
        args: the command line that was given.

    Returns:
        The one to take in its place, and what is to be said about it; empty if it is the same.
    """
    given = list(args)
    problem = "" if WITHOUT in given else _problem()
    if not problem:
        return given, ""
    return [*given, "--ros-args", WITHOUT], (
        f"no log file is written: {problem}; set ROS_LOG_DIR to a folder that can be written to"
    )


def _problem() -> str:
    """Why ROS cannot make a file in its folder for them; empty where it can."""
    # Humble may not know where that is: it starts as it did, then.
    where = getattr(rclpy.logging, "get_logging_directory", None)
    if where is None:
        return ""
    try:
        folder = Path(where())
    except RuntimeError:
        return "neither ROS_LOG_DIR nor HOME names a folder for it"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return ""
    except OSError as error:
        return one_line(error)
