# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Bags of every kind behind one interface, whole ones and damaged ones; no ROS is needed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from attendseg_ros.errors import DataError
from attendseg_ros.playback.bags.bag_files import BagFiles, find_files
from attendseg_ros.playback.file_kinds import MCAP, SQLITE, in_words

try:
    from rosbags.interfaces import Connection, ConnectionExtRosbag2
    from rosbags.rosbag1 import Reader as Ros1Reader
    from rosbags.rosbag2 import Reader as Ros2Reader
except ImportError as error:
    raise DataError(f"bags are read with rosbags ({error}): pip install rosbags") from error

CDR, ROS1_SERIALIZATION = "cdr", "ros1"


class Recorded(NamedTuple):
    """A message as it lies in a bag.

    Attributes:
        connection: Its topic.
        time_ns: When the recorder took it in.
        data: Its bytes, not decoded.
        publish_ns: When it was sent; what bags other than MCAP do not keep is `time_ns`.
        sequence: The recorder's number for it; 0 likewise.
    """

    connection: Connection
    time_ns: int
    data: bytes
    publish_ns: int
    sequence: int


class BagReader(ABC):
    """An open bag.

    Attributes:
        connections: The topics.
        is_ros2: Whether messages are CDR; those of ROS 1 have a serialization of their own.
        kind: `MCAP`, `SQLITE` or `ROS1`.
        notes: One line for each thing about the bag that is odd and costs no message.
        lost: One line for each file that is not there or cannot be read.
        damage: These, and one for each thing in the others that could not be read; complete once
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


class RosbagsReader(BagReader):
    """Files that rosbags can open: a ROS 1 bag, or those of a ROS 2 bag in MCAP."""

    def __init__(self, readers: Sequence[Ros1Reader | Ros2Reader]) -> None:
        """Takes the open files, all of one bag."""
        super().__init__(is_ros2=isinstance(readers[0], Ros2Reader))
        self._readers = readers
        self.connections = [c for reader in readers for c in reader.connections]

    def messages(self, topic: str = "") -> Iterator[Recorded]:
        """Reads the messages in the order of their times; ends early where a file is damaged."""
        self.damage = list(self.lost)
        count = 0
        for reader in self._readers:
            chosen = [c for c in reader.connections if topic in ("", c.topic)]
            messages = iter(reader.messages(connections=chosen) if chosen else ())
            while True:
                try:
                    connection, time_ns, data = next(messages)
                except StopIteration:
                    break
                # Fed with damaged files, rosbags and what it builds on raised nearly everything:
                # errors of their own, and TypeError, AssertionError and more.
                except Exception as error:
                    self.damage.append(f"cannot be read beyond message {count}: {in_words(error)}")
                    break
                yield Recorded(connection, time_ns, bytes(data), time_ns, 0)
                count += 1


@contextmanager
def open_bag(path: Path) -> Iterator[BagReader]:
    """Opens a bag; what can be read of a damaged one, its reader's `damage` says what not.

    Args:
        path: A ROS 1 .bag; a ROS 2 bag's folder or its .mcap or .db3 file; any of them compressed.

    Raises:
        DataError: There is no bag, or nothing of it can be read.
    """
    with ExitStack() as stack:
        files = find_files(path)
        try:
            reader = _open(path, files, stack)
        except Exception as error:
            reason = in_words(error)
            named = reason.startswith(str(path))
            cannot = "" if "cannot be read as a bag" in reason else "cannot be read as a bag: "
            raise DataError(reason if named else f"{path}: {cannot}{reason}") from error
        _add_what_the_files_say(reader, files)
        yield reader


def _open(path: Path, files: BagFiles, stack: ExitStack) -> BagReader:
    if files.kind == MCAP:
        try:
            from attendseg_ros.playback.bags.mcap_reader import McapReader
        except ImportError:
            # A robot that plays whole bags does without the package mcap: rosbags reads them.
            return RosbagsReader(_opened_by_rosbags(path, files.files, stack))
        return McapReader(files.files, files.in_order)
    if files.kind == SQLITE:
        from attendseg_ros.playback.bags.sqlite_reader import SqliteReader

        return SqliteReader(files.files, files.in_order)
    (file,) = files.files
    try:
        return RosbagsReader([stack.enter_context(Ros1Reader(file))])
    except Exception as error:
        from attendseg_ros.playback.bags.salvage import salvage

        salvaged = salvage(file, in_words(error))
        if salvaged is None:
            raise
        return salvaged


def _opened_by_rosbags(path: Path, files: list[Path], stack: ExitStack) -> list[Ros2Reader]:
    try:
        return [stack.enter_context(Ros2Reader(file)) for file in files]
    except Exception:
        # Before 0.11 rosbags opens folders only.
        if not path.is_dir():
            raise
        return [stack.enter_context(Ros2Reader(path))]


def _add_what_the_files_say(reader: BagReader, files: BagFiles) -> None:
    reader.kind = files.kind
    reader.lost = list(files.damage)
    sentence = files.metadata
    if not files.missing:
        reader.notes += [sentence] if sentence else []
        return
    total = sum(connection.msgcount for connection in reader.connections)
    is_whole = 0 < files.counted <= total
    if files.counted:
        there = f"all {files.counted}" if is_whole else f"{total} of {files.counted}"
        sentence += f", with {there} messages that it counts"
    # Renamed parts are all there.
    (reader.notes if is_whole else reader.lost).append(sentence)
