# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Bags that rosbags itself can open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from rosbags.rosbag1 import Reader as Ros1Reader
from rosbags.rosbag2 import Reader as Ros2Reader

from attendseg_ros.playback.bags.bag_reader import BagReader, Recorded, behind_its_end
from attendseg_ros.playback.bags.salvage import RecordReader, bytes_behind_the_end
from attendseg_ros.playback.file_kinds import in_words


class RosbagsReader(BagReader):
    """Files that rosbags can open: a ROS 1 bag, or those of a ROS 2 bag in MCAP."""

    def __init__(self, readers: Sequence[Ros1Reader | Ros2Reader]) -> None:
        """Takes the open files, all of one bag."""
        super().__init__(is_ros2=isinstance(readers[0], Ros2Reader))
        self._readers = readers
        self.connections = [c for reader in readers for c in reader.connections]

    def messages(self, topic: str = "") -> Iterator[Recorded]:
        """Reads the messages in the order of their times; of a damaged file those that can be."""
        self.damage = list(self.lost)
        count = 0
        for reader in self._readers:
            # Only ROS 1 bags are read on behind a damaged place.
            last = _Last() if isinstance(reader, Ros1Reader) else None
            chosen = [c for c in reader.connections if topic in ("", c.topic)]
            messages = iter(reader.messages(connections=chosen) if chosen else ())
            while True:
                try:
                    connection, time_ns, data = next(messages)
                except StopIteration:
                    if last is not None:
                        self._look_behind_the_end(Path(str(reader.path)))
                    break
                # Fed with damaged files, rosbags and what it builds on raised nearly everything:
                # their own errors, and TypeError, AssertionError and more.
                except Exception as error:
                    if last is not None:
                        yield from self._rest(Path(str(reader.path)), topic, last, in_words(error))
                        break
                    self.damage.append(f"cannot be read beyond message {count}: {in_words(error)}")
                    break
                message = Recorded(connection, time_ns, bytes(data), time_ns, 0)
                if last is not None:
                    last.note(message)
                yield message
                count += 1

    def _look_behind_the_end(self, path: Path) -> None:
        if behind := bytes_behind_the_end(path):
            self.damage.append(behind_its_end(behind))

    def _rest(self, path: Path, topic: str, last: _Last, reason: str) -> Iterator[Recorded]:
        """What follows a damaged place of a ROS 1 bag, in the order in which it lies there."""
        records = RecordReader(path)
        for message in records.messages():
            if topic in ("", message.connection.topic) and last.precedes(message):
                yield message
        if records.stopped_by:
            records.damage.append(
                f"cut off or damaged behind message {records.count}: {records.stopped_by}"
            )
        # What rosbags stumbled upon may be its index alone.
        self.damage += records.damage or [f"its index does not fit its messages: {reason}"]


class _Last:
    """The messages of the latest time that were given."""

    def __init__(self) -> None:
        self._time_ns = -1
        # Not the data: a bag of which all times are alike would stay in memory as a whole.
        self._given: set[tuple[int, int]] = set()

    def note(self, message: Recorded) -> None:
        if message.time_ns != self._time_ns:
            self._time_ns = message.time_ns
            self._given.clear()
        self._given.add(self._key(message))

    def precedes(self, message: Recorded) -> bool:
        """Whether a message comes after those that were given, which came in order of time."""
        if message.time_ns != self._time_ns:
            return message.time_ns > self._time_ns
        return self._key(message) not in self._given

    @staticmethod
    def _key(message: Recorded) -> tuple[int, int]:
        return message.connection.id, hash(message.data)


def open_ros1(file: Path, stack: ExitStack) -> RosbagsReader:
    """Opens a ROS 1 bag until the stack closes; raises whatever rosbags raises."""
    return RosbagsReader([stack.enter_context(Ros1Reader(file))])


def open_ros2(path: Path, files: Sequence[Path], stack: ExitStack) -> RosbagsReader:
    """Opens the MCAP files of a ROS 2 bag until the stack closes; raises what rosbags raises."""
    try:
        readers = [stack.enter_context(Ros2Reader(file)) for file in files]
    except Exception:
        # Before 0.11 rosbags opens folders only.
        if not path.is_dir():
            raise
        readers = [stack.enter_context(Ros2Reader(path))]
    return RosbagsReader(readers)
