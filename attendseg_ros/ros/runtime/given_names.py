# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Names that ROS refuses, in words: its own texts are those of a parser's author."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rclpy.exceptions import NameValidationException

from attendseg_ros.errors import one_line
from attendseg_ros.shortening import shortened, shortened_text

_TOKEN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|\\[1-9]|\{\w+\}")
_RIGHT = (
    "a name has letters, digits and underscores between its slashes, and no digit after a slash"
)


def problem_of_names(arguments: Sequence[str]) -> str:
    """What is wrong with the first remapping that rcl cannot read; empty if nothing can be seen.

    Args:
        arguments: the command line.
    """
    in_ros = False
    words = iter(arguments)
    for word in words:
        if word in ("--ros-args", "--"):
            in_ros = word == "--ros-args"
        elif in_ros and word in ("-r", "--remap"):
            rule = next(words, "")
            if problem := _problem_of(rule):
                return f"-r {shortened_text(rule)}: {problem}"
    return ""


def name_in_words(error: NameValidationException) -> str:
    """What rclpy raises over a name, on one line."""
    # Its last line marks a place in the one before.
    text = one_line(str(error).rpartition("\n")[0])
    return f"{text}: change the namespace, the node's name or the camera's"


def _problem_of(rule: str) -> str:
    source, arrow, target = rule.partition(":=")
    if not arrow:
        return "write it as from:=to"
    if not target:
        return "nothing follows :="
    what = source.rpartition(":")[2]
    if what == "__ns" and not target.startswith("/"):
        return "a namespace begins with a slash"
    name = re.sub(r"^(rostopic://|rosservice://)?(~/|/)?", "", target)
    tokens = [name] if what in ("__node", "__name") else name.split("/")
    if tokens == [""] and what == "__ns":
        return ""
    for token in tokens:
        if not token:
            return f"{shortened(target)} has two slashes in a row, or one at its end"
        if _TOKEN.fullmatch(token) is None:
            return f"{shortened(token)} cannot be part of a name: {_RIGHT}"
    return ""
