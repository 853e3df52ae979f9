# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Bags of every kind behind one interface, whole ones and damaged ones; no ROS is needed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from attendseg_ros.errors import DataError
from attendseg_ros.playback.images import natural_key

try:
    from rosbags.highlevel import AnyReader
    from rosbags.interfaces import Connection
    from rosbags.typesys import Stores, get_typestore
except ImportError as error:
    raise DataError(f"bags are read with rosbags ({error}): pip install rosbags") from error


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
        damage: One line for each thing that could not be read; complete once `messages` has ended.
    """

    connections: list[Connection]
    is_ros2: bool
    damage: list[str]

    @abstractmethod
    def messages(self, topic: str = "") -> Iterator[Recorded]:
        """Reads the messages of a topic, or all, as far as the bag can be read."""


class RosbagsReader(BagReader):
    """A bag that rosbags can open."""

    def __init__(self, reader: AnyReader) -> None:
        """Takes the open bag."""
        self._reader = reader
        self.connections = list(reader.connections)
        self.is_ros2 = reader.is2
        self.damage = []

    def messages(self, topic: str = "") -> Iterator[Recorded]:
        """Reads the messages in the order of their times; ends early where the bag is damaged."""
        self.damage = []
        chosen = [c for c in self.connections if topic in ("", c.topic)]
        messages = self._reader.messages(connections=chosen)
        count = 0
        while True:
            try:
                connection, time_ns, data = next(messages)
            except StopIteration:
                return
            # Fed with damaged files, rosbags and what it builds on raised nearly everything:
            # errors of their own and of SQLite, and TypeError, AssertionError and more.
            except Exception as error:
                self.damage.append(f"cannot be read beyond message {count}: {one_line(error)}")
                return
            yield Recorded(connection, time_ns, bytes(data), time_ns, 0)
            count += 1


@contextmanager
def open_bag(path: Path) -> Iterator[BagReader]:
    """Opens a bag; what can be read of a damaged one, its reader's `damage` says what not.

    Args:
        path: A ROS 1 .bag; a ROS 2 bag's folder or its .mcap or .db3 file.

    Raises:
        DataError: There is no bag, or nothing of it can be read.
    """
    with ExitStack() as stack:
        try:
            reader = _open(path, stack)
        except DataError:
            raise
        except Exception as error:
            raise DataError(f"{path}: cannot be read as a bag: {one_line(error)}") from error
        yield reader


def _open(path: Path, stack: ExitStack) -> BagReader:
    if mcap_files(path):
        try:
            from attendseg_ros.playback.mcap_reader import McapReader
        except ImportError:
            # A robot that plays whole bags does without the package mcap: rosbags reads them.
            pass
        else:
            return McapReader(mcap_files(path))
    databases = sqlite_files(path)
    single = databases[0] if len(databases) == 1 and not bag_information(path) else path
    try:
        # Bags recorded before Iron hold no message definitions.
        typestore = get_typestore(Stores.LATEST)
        return RosbagsReader(stack.enter_context(AnyReader([single], default_typestore=typestore)))
    except Exception as error:
        from attendseg_ros.playback.salvage import salvage

        salvaged = salvage(path, databases, one_line(error))
        if salvaged is None:
            raise
        return salvaged


def mcap_files(path: Path) -> list[Path]:
    """The MCAP files of a bag in their order; none if it is of another kind."""
    return _files(path, "mcap", ".mcap")


def sqlite_files(path: Path) -> list[Path]:
    """The SQLite files of a bag in their order; none if it is of another kind."""
    return _files(path, "sqlite3", ".db3")


def _files(path: Path, storage: str, suffix: str) -> list[Path]:
    if path.is_file():
        return [path] if path.suffix.lower() == suffix else []
    information = bag_information(path)
    if not information:
        # A recorder that was killed leaves no metadata.yaml.
        return sorted(path.glob(f"*{suffix}"), key=lambda file: natural_key(file.name))
    if information.get("storage_identifier") != storage or information.get("compression_mode"):
        return []
    return [path / Path(name).name for name in information["relative_file_paths"]]


def bag_information(path: Path) -> dict[str, Any]:
    """What the metadata.yaml of a ROS 2 bag's folder says; empty without one."""
    file = path / "metadata.yaml"
    if not file.is_file():
        return {}
    try:
        information = yaml.safe_load(file.read_text())["rosbag2_bagfile_information"]
        return dict(information)
    except (yaml.YAMLError, UnicodeDecodeError, TypeError, KeyError, ValueError) as error:
        raise DataError(f"{file}: is no description of a bag: {one_line(error)}") from error


def one_line(error: BaseException) -> str:
    """An error's text on one line; its kind where it has none."""
    return " ".join(str(error).split()) or type(error).__name__
