# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the topics and statuses of one camera are called, whether it is the only one or not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_TOKEN = re.compile(r"[A-Za-z](_?[A-Za-z0-9])*")


@dataclass(frozen=True)
class CameraName:
    """A camera's name; empty for the only camera of a node, whose topics lie one level higher.

    A camera's outputs lie together in its own namespace, so that `camera_info` is beside the
    images, where RViz and image_transport look for it, and one remapping rule moves them all.
    """

    name: str = ""

    def input(self, topic: str) -> str:
        """The relative name of a topic that the camera publishes: image, front/image."""
        return f"{self.name}/{topic}" if self.name else topic

    def output(self, topic: str) -> str:
        """The private name of a topic of the node's: ~/mask, ~/front/mask."""
        return f"~/{self.input(topic)}"

    def status(self, part: str) -> str:
        """The name of a diagnostic status: camera, camera front."""
        return f"{part} {self.name}" if self.name else part


def problem_of(names: Sequence[str]) -> str:
    """What is wrong with a list of camera names and what would be right; empty if it can be used.

    A name must be a token of a topic's name, which is a letter, then letters, digits and single
    underscores (https://design.ros2.org/articles/topic_and_service_names.html). A leading
    underscore would hide the topics.
    """
    for name in names:
        if _TOKEN.fullmatch(name) is None:
            return (
                f"{name!r} is not a name for a topic: it must be a letter, then letters, digits "
                "and single underscores, such as front_left"
            )
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        return f"{', '.join(map(repr, twice))} occurs twice: each camera needs its own name"
    return ""
