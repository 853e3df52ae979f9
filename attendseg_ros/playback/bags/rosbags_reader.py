# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Bags that rosbags itself can open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from rosbags.rosbag1 import Reader as Ros1Reader
from rosbags.rosbag2 import Reader as Ros2Reader

from attendseg_ros.playback.bags.bag_reader import BagReader, Recorded
from attendseg_ros.playback.file_kinds import in_words


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
                # their own errors, and TypeError, AssertionError and more.
                except Exception as error:
                    self.damage.append(f"cannot be read beyond message {count}: {in_words(error)}")
                    break
                yield Recorded(connection, time_ns, bytes(data), time_ns, 0)
                count += 1


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
