# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""ROS 1 bags record by record: cut off, damaged in between, or never closed by their recorder."""

from __future__ import annotations

import bz2
import os
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
    MessageDefinition,
    MessageDefinitionFormat,
)

from attendseg_ros.playback.bags.bag_reader import BagReader, Recorded
from attendseg_ros.playback.file_kinds import in_words

_ROS1_START = b"#ROSBAG V2.0\n"
_ROS1_MESSAGE, _ROS1_CHUNK, _ROS1_CONNECTION = 2, 5, 7
_DECOMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "none": bytes,
    "bz2": bz2.decompress,
    "lz4": lz4.frame.decompress,
}
_DECOMPRESS_PART: dict[str, Callable[[bytes], bytes]] = {
    "none": bytes,
    "bz2": lambda part: bz2.BZ2Decompressor().decompress(part),
    "lz4": lambda part: lz4.frame.LZ4FrameDecompressor().decompress(part),
}

# Longer is a damaged length; rosbag starts a new chunk after less than a megabyte of messages.
_LONGEST_RECORD = 2**31


class RecordReader:
    """The records of a ROS 1 bag, one after the other; a damaged chunk costs no more than itself.

    Attributes:
        known: the connections that were found, by their numbers.
        damage: one line for each chunk that could not be read to its end.
        count: of the messages given.
        stopped_by: why the rest could not be read; empty where there is none.
    """

    def __init__(self, path: Path) -> None:
        """Takes the bag."""
        self.known: dict[int, Connection] = {}
        self.damage: list[str] = []
        self.count = 0
        self.stopped_by = ""
        self._path = path

    def messages(self) -> Iterator[Recorded]:
        """Gives the messages in the order in which they lie in the file, as far as that goes."""
        try:
            with self._path.open("rb") as file:
                file.seek(len(_ROS1_START))
                yield from self._records(file)
        # The library and the codecs raise nearly everything where a record is damaged.
        except Exception as error:
            self.stopped_by = in_words(error)

    def _records(self, file: BinaryIO) -> Iterator[Recorded]:
        while start := file.read(4):
            header = _fields(_exactly(file, struct.unpack("<I", start)[0]))
            kind = header["op"][0]
            (size,) = struct.unpack("<I", _exactly(file, 4))
            data = _up_to(file, size)
            if kind == _ROS1_CHUNK and len(data) < size:
                yield from self._torn_chunk(header, data)
            _check_whole(data, size)
            if kind == _ROS1_CHUNK:
                yield from self._chunk(header, data)
            elif kind == _ROS1_CONNECTION:
                self._learn(header, data)
            elif kind == _ROS1_MESSAGE:
                (number,) = struct.unpack("<I", header["conn"])
                seconds, nanoseconds = struct.unpack("<II", header["time"])
                time_ns = seconds * 1_000_000_000 + nanoseconds
                message = Recorded(self.known[number], time_ns, data, time_ns, 0)
                self.count += 1
                yield message

    def _chunk(self, header: dict[str, bytes], data: bytes) -> Iterator[Recorded]:
        try:
            unpacked = _DECOMPRESS[header["compression"].decode()](data)
            yield from self._records(BytesIO(unpacked))
        # Its length is known, so the rest of the file can still be read.
        except Exception as error:
            self.damage.append(
                f"the chunk behind message {self.count} is damaged and left out: {in_words(error)}"
            )

    def _torn_chunk(self, header: dict[str, bytes], part: bytes) -> Iterator[Recorded]:
        """The messages that are whole in a chunk that the file ends in."""
        try:
            unpacked = _DECOMPRESS_PART[header["compression"].decode()](part)
            yield from self._records(BytesIO(unpacked))
        # Somewhere it ends, which is told once, of the file.
        except Exception:
            return

    def _learn(self, header: dict[str, bytes], data: bytes) -> None:
        (number,) = struct.unpack("<I", header["conn"])
        told = {name: value.decode(errors="replace") for name, value in _fields(data).items()}
        package, _, name = told["type"].partition("/")
        latching = told.get("latching")
        self.known[number] = Connection(
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


def bytes_behind_the_end(path: Path) -> int:
    """How much lies behind the index of a ROS 1 bag that rosbags could open, in bytes."""
    with path.open("rb") as file:
        file.seek(len(_ROS1_START))
        header = _fields(_sized(file))
        _skip_sized(file)
        (index,) = struct.unpack("<Q", header["index_pos"])
        connections, chunks = struct.unpack("<II", header["conn_count"] + header["chunk_count"])
        if not chunks:
            # rosbags has not looked whether there is an index.
            return 0
        file.seek(index)
        # Each entry is a header and what it is the header of.
        for _ in range(2 * (connections + chunks)):
            _skip_sized(file)
        return path.stat().st_size - file.tell()


class SalvagedReader(BagReader):
    """A damaged ROS 1 bag, read record by record from its front for as long as that goes."""

    def __init__(self, path: Path, reason: str) -> None:
        """Reads all that can be read once, to know the topics and how much of them there is.

        Args:
            path: the bag.
            reason: why it cannot be read as usual.
        """
        super().__init__(is_ros2=False)
        self._path = path
        self._reason = reason
        self._known: dict[int, Connection] = {}
        counts = Counter(message.connection.id for message in self.messages())
        self.connections = [c._replace(msgcount=counts[c.id]) for c in self._known.values()]

    def messages(self, topic: str = "") -> Iterator[Recorded]:
        """Reads the messages in the order in which they lie in the file."""
        self.damage = list(self.lost)
        records = RecordReader(self._path)
        self._known = records.known
        for message in records.messages():
            if topic in ("", message.connection.topic):
                yield message
        unclosed = "not indexed" in self._reason
        reason = "the recorder never closed it" if unclosed else self._reason
        self.damage += [
            *records.damage,
            f"cut off or damaged behind message {records.count}: {records.stopped_by or reason}",
        ]


def salvage(path: Path, reason: str) -> SalvagedReader | None:
    """Opens a ROS 1 bag that rosbags refuses.

    Args:
        path: the bag.
        reason: what is wrong with it.

    Returns:
        A reader that gives at least one message, or None.
    """
    reader = SalvagedReader(path, reason)
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


def _sized(file: BinaryIO) -> bytes:
    """Four bytes of length, and what they announce."""
    return _exactly(file, struct.unpack("<I", _exactly(file, 4))[0])


def _skip_sized(file: BinaryIO) -> None:
    (length,) = struct.unpack("<I", _exactly(file, 4))
    file.seek(length, os.SEEK_CUR)


def _exactly(file: BinaryIO, size: int) -> bytes:
    data = _up_to(file, size)
    _check_whole(data, size)
    return data


def _up_to(file: BinaryIO, size: int) -> bytes:
    if size > _LONGEST_RECORD:
        raise EOFError(f"a record of {size} bytes cannot be")
    return file.read(size)


def _check_whole(data: bytes, size: int) -> None:
    if len(data) < size:
        raise EOFError(f"the file ends in the middle of a record, {size - len(data)} bytes early")
