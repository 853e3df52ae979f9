# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""New bags of every kind, written while the caller does something else."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from attendseg_ros.playback.background import InOrder
from attendseg_ros.playback.bag_messages import message_types
from attendseg_ros.playback.bag_reader import BagReader, Recorded, mcap_files
from attendseg_ros.playback.bag_writer import BagWriter, Ros1Writer, SqliteWriter

# Messages that wait to be written: a few images' worth.
_MESSAGES_AHEAD = 16


class WrittenBehind(BagWriter):
    """Another writer in a thread of its own; what fails there is raised by a later call.

    That writer is made, used and closed in the thread: a connection to SQLite belongs to one.
    """

    def __init__(self, start: Callable[[], BagWriter]) -> None:
        """Has the writer made.

        Raises:
            Exception: What `start` raised.
        """
        self._thread = InOrder(_MESSAGES_AHEAD)
        try:
            self._writer: BagWriter = self._thread.result(start)
        except BaseException:
            self._thread.give_up()
            raise

    def add_topic(self, name: str, message_type: str, *, latched: bool = False) -> Any:
        """Adds a topic of our own."""
        add = partial(self._writer.add_topic, name, message_type, latched=latched)
        return self._thread.result(add)

    def copy(self, recorded: Recorded) -> None:
        """Adds a message of the other bag, unchanged."""
        self._thread.call(self._writer.copy, recorded)

    def write(self, topic: Any, time_ns: int, message: Any) -> None:
        """Adds a message of our own, which must not be changed afterwards."""
        self._thread.call(self._writer.write, topic, time_ns, message)

    def close(self) -> None:
        """Completes the bag when everything is written."""
        self._thread.call(self._writer.close)
        self._thread.finish()

    def discard(self) -> None:
        """Closes the files; what waits is not written."""
        self._thread.drop()
        self._thread.call(self._writer.discard)
        self._thread.finish()


def open_writer(path: Path, source: Path, reader: BagReader) -> WrittenBehind:
    """Starts a bag with another one's topics.

    Args:
        path: The new bag; its name says of which kind: .bag for ROS 1, an .mcap file, or for a
            folder of ROS 2 what the other one is.
        source: The other bag.
        reader: It, open.

    Raises:
        OSError: The bag cannot be written.
        sqlite3.Error: Likewise.
    """
    store = message_types(reader.is_ros2)
    if not reader.is_ros2:
        return WrittenBehind(lambda: Ros1Writer(path, reader.connections, store))
    if path.suffix.lower() == ".mcap" or mcap_files(source):
        from attendseg_ros.playback.mcap_writer import McapWriter

        return WrittenBehind(lambda: McapWriter(path, reader, store))
    return WrittenBehind(lambda: SqliteWriter(path, reader.connections, store))
