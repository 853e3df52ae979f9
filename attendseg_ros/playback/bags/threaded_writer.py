# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""New bags of every kind, written while the caller does something else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from attendseg_ros.playback.background import InOrder
from attendseg_ros.playback.bags.bag_messages import message_types
from attendseg_ros.playback.bags.bag_reader import BagReader, Recorded
from attendseg_ros.playback.bags.bag_writer import BagWriter, Ros1Writer
from attendseg_ros.playback.bags.sqlite_writer import SqliteWriter
from attendseg_ros.playback.file_kinds import MCAP, ROS1

# Messages that wait to be written: a few images' worth.
_MESSAGES_AHEAD = 16


class ThreadedWriter(BagWriter):
    """Another writer in its own thread; what fails there is raised by a later call.

    That writer is made, used and closed in the thread: a connection to SQLite belongs to one.

    Attributes:
        written: how many messages went onto each topic.
    """

    def __init__(self, start: Callable[[], BagWriter]) -> None:
        """Has the writer made.

        Raises:
            Exception: what `start` raised.
        """
        self.written: Counter[str] = Counter()
        self._thread = InOrder(_MESSAGES_AHEAD)
        try:
            self._writer: BagWriter = self._thread.result(start)
        except BaseException:
            self._thread.give_up()
            raise

    def add_topic(self, name: str, message_type: str, *, latched: bool = False) -> Any:
        """Adds a new topic."""
        add = partial(self._writer.add_topic, name, message_type, latched=latched)
        return name, self._thread.result(add)

    def copy(self, recorded: Recorded) -> None:
        """Adds a message of the other bag, unchanged."""
        self.written[recorded.connection.topic] += 1
        self._thread.call(self._writer.copy, recorded)

    def write(self, topic: Any, time_ns: int, message: Any) -> None:
        """Adds a new message, which must not be changed afterwards."""
        name, inner = topic
        self.written[name] += 1
        self._thread.call(self._writer.write, inner, time_ns, message)

    def close(self) -> None:
        """Completes the bag when everything is written."""
        self._thread.call(self._writer.close)
        self._thread.finish()

    def discard(self) -> None:
        """Closes the files; what waits is not written."""
        self._thread.drop()
        self._thread.call(self._writer.discard)
        self._thread.finish()


def open_writer(path: Path, reader: BagReader) -> ThreadedWriter:
    """Starts a bag with another one's topics.

    Args:
        path: the new bag; its name says of which kind: .bag for ROS 1, an .mcap file, or for a
            folder of ROS 2 what the other one is.
        reader: the other bag, open.

    Raises:
        OSError: the bag cannot be written.
        sqlite3.Error: Likewise.
    """
    store = message_types(reader.is_ros2)
    if reader.kind == ROS1:
        return ThreadedWriter(lambda: Ros1Writer(path, reader.connections, store))
    if path.suffix.lower() == ".mcap" or reader.kind == MCAP:
        from attendseg_ros.playback.bags.mcap_writer import McapWriter

        return ThreadedWriter(lambda: McapWriter(path, reader, store))
    return ThreadedWriter(lambda: SqliteWriter(path, reader.connections, store))
