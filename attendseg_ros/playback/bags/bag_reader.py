# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What every reader of bags gives: topics, messages as they lie, and what could not be read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import NamedTuple

from attendseg_ros.errors import DataError

try:
    from rosbags.interfaces import Connection, ConnectionExtRosbag2
except ImportError as error:
    raise DataError(f"bags are read with rosbags ({error}): pip install rosbags") from error

CDR, ROS1_SERIALIZATION = "cdr", "ros1"


class Recorded(NamedTuple):
    """A message as it lies in a bag.

    Attributes:
        connection: its topic.
        time_ns: when the recorder took it in.
        data: its bytes, not decoded.
        publish_ns: when it was sent; what bags other than MCAP do not keep is `time_ns`.
        sequence: the recorder's number for it; 0 likewise.
    """

    connection: Connection
    time_ns: int
    data: bytes
    publish_ns: int
    sequence: int


class BagReader(ABC):
    """An open bag.

    Attributes:
        connections: the topics.
        is_ros2: whether messages are CDR; those of ROS 1 have their own serialization.
        kind: `MCAP`, `SQLITE` or `ROS1`.
        notes: one line for each thing about the bag that is odd and costs no message.
        lost: one line for each file that is not there or cannot be read.
        damage: these, and one for each thing in the others that could not be read; complete once
            `messages` has ended.
    """

    def __init__(self, *, is_ros2: bool = True) -> None:
        """Starts without topics."""
        self.connections: list[Connection] = []
        self.is_ros2 = is_ros2
        self.kind = ""
        self.notes: list[str] = []
        self.lost: list[str] = []
        self.damage: list[str] = []

    @abstractmethod
    def messages(self, topic: str = "") -> Iterator[Recorded]:
        """Reads the messages of a topic, or all, as far as the bag can be read."""


def serialization_of(connection: Connection) -> str:
    """How a topic's messages are written: `CDR`, `ROS1_SERIALIZATION`, or what no ROS reads."""
    extra = connection.ext
    if isinstance(extra, ConnectionExtRosbag2):
        return extra.serialization_format
    return ROS1_SERIALIZATION


def behind_its_end(size: int) -> str:
    """A line of damage: a file goes on, by so many bytes, where the bag in it has ended."""
    return (
        f"what lies behind its end, {size} bytes, is left out: bags that were joined into one "
        "file must be taken apart again"
    )
