# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Launch arguments that nothing uses: launch itself sets them silently."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import PurePath

from attendseg_ros.near_names import nearest, plain

FILES = ("segmentation.launch.py", "drone.launch.py", "ground_robot.launch.py")


def unknown_arguments(
    names: Collection[str], configurations: Mapping[str, str], command_line: Sequence[str]
) -> list[str]:
    """A line for each argument that was meant for our launch files and is none of theirs.

    Another launch file that includes ours has its own arguments among the configurations. Of
    these only such count that differ from one of ours by underscores and case alone.

    Args:
        names: the arguments that there are.
        configurations: everything set in the launch context.
        command_line: of the process; `ros2 launch` names the file and the arguments in it.
    """
    typed: set[str] = set()
    if any(PurePath(word).name in FILES for word in command_line):
        typed = {word.partition(":=")[0] for word in command_line if ":=" in word}
    by_plain = {plain(name): name for name in names}
    lines = []
    for name in sorted({*typed, *configurations} - set(names)):
        near = nearest(name, sorted(names)) if name in typed else by_plain.get(plain(name), "")
        if near:
            lines.append(f"launch argument {name!r} has no effect: the nearest is {near!r}")
        elif name in typed:
            lines.append(
                f"launch argument {name!r} has no effect: there are {', '.join(sorted(names))}"
            )
    return lines
