# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Reads the front part of bags that were cut off: a ROS 1 .bag, and a ROS 2 bag in SQLite."""

from __future__ import annotations

import bz2
import sqlite3
import struct
from collections import Counter
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import lz4.frame
from rosbags.interfaces import (
    Connection,
    ConnectionExtRosbag1,
    ConnectionExtRosbag2,
    MessageDefinition,
    MessageDefinitionFormat,
)
from rosbags.rosbag2.metadata import parse_qos

from attendseg_ros.playback.bag_reader import BagReader, Recorded, one_line

_ROS1_START = b"#ROSBAG V2.0\n"
_ROS1_MESSAGE, _ROS1_CHUNK, _ROS1_CONNECTION = 2, 5, 7
_DECOMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "none": bytes,
    "bz2": bz2.decompress,
    "lz4": lz4.frame.decompress,
}

# Longer is a damaged length; rosbag starts a new chunk after less than a megabyte of messages.
_LONGEST_RECORD = 2**31

_DEFINITIONS = {"ros2msg": MessageDefinitionFormat.MSG, "ros2idl": MessageDefinitionFormat.IDL}
_NO_DEFINITION = MessageDefinition(MessageDefinitionFormat.NONE, "")


class SalvagedReader(BagReader):
    """A damaged bag, read from its front for as long as that goes."""

    def __init__(self, is_ros2: bool, reason: str) -> None:
        """Reads all that can be read once, to know the topics and how much of them there is.

        Args:
            is_ros2: What kind of messages the bag holds.
            reason: Why it cannot be read as usual.
        """
        self.connections = []
        self.is_ros2 = is_ros2
        self.damage = []
        self._reason = reason
        self._known: dict[int, Connection] = {}
        counts = Counter(message.connection.id for message in self.messages())
        self.connections = [c._replace(msgcount=counts[c.id]) for c in self._known.values()]

    def messages(self, topic: str = "") -> Iterator[Recorded]:
        """Reads the messages in the order in which they lie in the file."""
        count = 0
        self.damage = []
        reason = self._reason
        messages = self._read()
        while True:
            try:
                message = next(messages)
            except StopIteration:
                break
            except Exception as error:
                reason = one_line(error)
                break
            count += 1
            if topic in ("", message.connection.topic):
                yield message
        self.damage.append(f"cut off or damaged behind message {count}: {reason}")

    def _read(self) -> Iterator[Recorded]:
        raise NotImplementedError


class _SalvagedRos1(SalvagedReader):
    """Record by record, without the index at the end of the file."""

    def __init__(self, path: Path, reason: str) -> None:
        self._path = path
        super().__init__(False, reason)

    def _read(self) -> Iterator[Recorded]:
        with self._path.open("rb") as file:
            file.seek(len(_ROS1_START))
            yield from self._records(file)

    def _records(self, file: BinaryIO) -> Iterator[Recorded]:
        while start := file.read(4):
            header = _fields(_exactly(file, struct.unpack("<I", start)[0]))
            data = _exactly(file, struct.unpack("<I", _exactly(file, 4))[0])
            kind = header["op"][0]
            if kind == _ROS1_CHUNK:
                unpacked = _DECOMPRESS[header["compression"].decode()](data)
                yield from self._records(BytesIO(unpacked))
            elif kind == _ROS1_CONNECTION:
                self._learn(header, data)
            elif kind == _ROS1_MESSAGE:
                (number,) = struct.unpack("<I", header["conn"])
                seconds, nanoseconds = struct.unpack("<II", header["time"])
                time_ns = seconds * 1_000_000_000 + nanoseconds
                yield Recorded(self._known[number], time_ns, data, time_ns, 0)

    def _learn(self, header: dict[str, bytes], data: bytes) -> None:
        (number,) = struct.unpack("<I", header["conn"])
        told = {name: value.decode(errors="replace") for name, value in _fields(data).items()}
        package, _, name = told["type"].partition("/")
        latching = told.get("latching")
        self._known[number] = Connection(
            id=number,
            topic=header["topic"].decode(),
            msgtype=f"{package}/msg/{name}",
            msgdef=MessageDefinition(MessageDefinitionFormat.MSG, told["message_definition"]),
            digest=told["md5sum"],
            msgcount=0,
            ext=ConnectionExtRosbag1(
                told.get("callerid"), int(latching) if latching is not None else None
            ),
            owner=None,
        )


class _SalvagedSqlite(SalvagedReader):
    """Row by row in the order of recording, without the index over the times."""

    def __init__(self, files: list[Path], reason: str) -> None:
        self._files = files
        super().__init__(True, reason)

    def _read(self) -> Iterator[Recorded]:
        for file in self._files:
            database = sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)
            try:
                # SQLite refuses a file that is shorter than its header says, except in this mode,
                # which is meant for repairs. The file itself is opened read-only.
                database.execute("PRAGMA writable_schema=ON")
                topics = self._topics(database)
                rows = database.execute("SELECT topic_id, timestamp, data FROM messages")
                for topic_id, time_ns, data in rows:
                    yield Recorded(topics[topic_id], time_ns, data, time_ns, 0)
            finally:
                database.close()

    def _topics(self, database: sqlite3.Connection) -> dict[int, Connection]:
        columns = [row[1] for row in database.execute("PRAGMA table_info(topics)")]
        definitions = {}
        if "type_description_hash" in columns:
            definitions = {
                name: MessageDefinition(_DEFINITIONS[encoding], text)
                for name, encoding, text in database.execute(
                    "SELECT topic_type, encoding, encoded_message_definition "
                    "FROM message_definitions"
                )
            }
        found = {}
        for row in database.execute("SELECT * FROM topics"):
            topic = dict(zip(columns, row, strict=True))
            connection = Connection(
                id=len(self._known),
                topic=topic["name"],
                msgtype=topic["type"],
                msgdef=definitions.get(topic["type"], _NO_DEFINITION),
                digest=topic.get("type_description_hash", ""),
                msgcount=0,
                ext=ConnectionExtRosbag2(
                    topic["serialization_format"],
                    parse_qos(topic.get("offered_qos_profiles", "")),
                ),
                owner=None,
            )
            # The parts of a split recording repeat the topics; so does a second reading.
            same = [k for k in self._known.values() if k._replace(id=connection.id) == connection]
            known = same[0] if same else connection
            self._known[known.id] = found[topic["id"]] = known
        return found


def salvage(path: Path, databases: list[Path], reason: str) -> SalvagedReader | None:
    """Opens a bag that rosbags refuses.

    Args:
        path: The bag.
        databases: Its SQLite files.
        reason: What rosbags said.

    Returns:
        A reader that gives at least one message, or None.
    """
    reader: SalvagedReader
    if databases:
        reader = _SalvagedSqlite(databases, reason)
    elif path.is_file() and path.open("rb").read(len(_ROS1_START)) == _ROS1_START:
        reader = _SalvagedRos1(path, reason)
    else:
        return None
    return reader if any(c.msgcount for c in reader.connections) else None


def _fields(data: bytes) -> dict[str, bytes]:
    """The fields of a ROS 1 record's header: each its length, its name, "=" and its value."""
    fields = {}
    position = 0
    while position < len(data):
        (length,) = struct.unpack_from("<I", data, position)
        name, _, value = data[position + 4 : position + 4 + length].partition(b"=")
        fields[name.decode()] = value
        position += 4 + length
    return fields


def _exactly(file: BinaryIO, size: int) -> bytes:
    if size > _LONGEST_RECORD:
        raise EOFError(f"a record of {size} bytes cannot be")
    data = file.read(size)
    if len(data) < size:
        raise EOFError(f"the file ends in the middle of a record, {size - len(data)} bytes early")
    return data
