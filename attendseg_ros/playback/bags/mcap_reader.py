# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""MCAP files from the first record to the last, whether or not an index follows."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

from mcap.records import Attachment, Channel, Chunk, DataEnd, Header, Message, Metadata, Schema
from mcap.stream_reader import breakup_chunk
from rosbags.interfaces import (
    Connection,
    ConnectionExtRosbag2,
    MessageDefinition,
    MessageDefinitionFormat,
)

from attendseg_ros.errors import DataError
from attendseg_ros.playback.bags.bag_files import by_time
from attendseg_ros.playback.bags.bag_reader import (
    CDR,
    ROS1_SERIALIZATION,
    BagReader,
    Recorded,
    serialization_of,
)
from attendseg_ros.playback.bags.mcap_structure import (
    Behind,
    behind_the_end,
    first_time,
    index_of,
    records_of,
    torn_chunk,
)
from attendseg_ros.playback.bags.unpacked import is_packed_message, unpack_message
from attendseg_ros.playback.file_kinds import in_words
from attendseg_ros.prefetch import read_ahead

_FORMATS = {
    "ros1msg": MessageDefinitionFormat.MSG,
    "ros2msg": MessageDefinitionFormat.MSG,
    "ros2idl": MessageDefinitionFormat.IDL,
}

# Enough for a chunk to be decompressed while the one before it is worked on.
_MESSAGES_AHEAD = 16


class McapReader(BagReader):
    """One MCAP file or several that were split off one recording.

    Attributes:
        extras: attachments and metadata records; complete once `messages` has ended.
        profile: what the recorder wrote into the header.
        compression: of the chunks: "", "lz4" or "zstd".
    """

    def __init__(self, files: list[Path], in_order: bool = True) -> None:
        """Learns the topics: from the index behind the data, or from the data where it lacks.

        Args:
            files: the files.
            in_order: whether that is known to be the order of recording.

        Raises:
            DataError: not one message can be read.
        """
        super().__init__()
        files = files if in_order else by_time(files, first_time)
        self._files = files
        self._by_channel: list[dict[int, Connection]] = [{} for _ in files]
        self._schemas: list[dict[int, Schema]] = [{} for _ in files]
        self._is_indexed = [False for _ in files]
        self._chunks: list[list[int]] = [[] for _ in files]
        self._described: dict[int, tuple[Schema | None, Channel]] = {}
        self._numbers: dict[tuple[Any, ...], Connection] = {}
        self.extras: list[Attachment | Metadata] = []
        self.profile = ""
        self.compression = ""
        counts = self._counts()
        self.connections = [c._replace(msgcount=counts[c.id]) for c in self.connections]
        held = {serialization_of(c) for c in self.connections}
        self.is_ros2 = ROS1_SERIALIZATION not in held or CDR in held

    def described(self, connection: Connection) -> tuple[Schema | None, Channel]:
        """A topic's records as they lie in the file."""
        return self._described[connection.id]

    def messages(self, topic: str = "") -> Iterator[Recorded]:
        """Reads the messages in the order in which they lie in the file."""
        self.damage, self.extras = list(self.lost), []
        yield from read_ahead(
            chain.from_iterable(
                self._messages_of(index, file, topic) for index, file in enumerate(self._files)
            ),
            _MESSAGES_AHEAD,
        )

    def _counts(self) -> Counter[int]:
        counts: Counter[int] = Counter()
        for index, file in enumerate(self._files):
            header, summary = index_of(file)
            if header is None or summary is None:
                known = len(self.damage)
                counts.update(m.connection.id for m in self._messages_of(index, file, ""))
                if len(self.damage) == known:
                    self.notes.append(
                        f"{self._which(file)}there is no index behind the messages that says how "
                        "many there are"
                    )
                continue
            self._is_indexed[index] = True
            self.profile = header.profile
            self.compression = next((c.compression for c in summary.chunk_indexes), "")
            self._chunks[index] = sorted(c.chunk_start_offset for c in summary.chunk_indexes)
            for schema in summary.schemas.values():
                self._learn(index, schema)
            for channel in summary.channels.values():
                self._learn(index, channel)
            for channel_id, count in summary.statistics.channel_message_counts.items():
                if channel_id in self._by_channel[index]:
                    counts[self._by_channel[index][channel_id].id] += count
        if self.damage and not counts.total():
            raise DataError(f"cannot be read as a bag: {'; '.join(self.damage)}")
        return counts

    def _messages_of(self, index: int, file: Path, topic: str) -> Iterator[Recorded]:
        count, chunks = 0, self._chunks[index]
        if not self._is_indexed[index]:
            self._forget_channels(index)
        with file.open("rb") as stream:
            records = records_of(stream)
            while True:
                start, record, end = stream.tell(), None, None
                reason = "what is there is no record"
                try:
                    record = next(records)
                    end = stream.tell()
                # A damaged file makes the library raise its own errors, of struct, of the
                # codecs for text, and more.
                except Exception as error:
                    reason = _reason(error, stream)
                later = bisect_right(chunks, start)
                onward = chunks[later] if later < len(chunks) else None
                if isinstance(record, DataEnd) and onward is None:
                    behind = behind_the_end(stream, records)
                    if behind is Behind.ANOTHER_FILE:
                        self._forget_channels(index)
                        records = records_of(stream)
                        continue
                    if behind is Behind.NO_RECORDING:
                        self.damage.append(
                            f"{self._which(file)}what lies behind its end (byte {stream.tell()}) "
                            "is no recording, and is left out"
                        )
                    return
                # A record that reaches over the start of a chunk is none, whatever it says.
                if end is None or isinstance(record, DataEnd) or (onward or end) < end:
                    if end is None and onward is None:
                        torn = self._messages_in(torn_chunk(stream, start), index)
                        count += len(torn)
                        yield from self._recorded(torn, index, topic)
                    self.damage.append(
                        f"{self._which(file)}cut off or damaged behind message {count} "
                        f"(byte {stream.tell()}): {reason}"
                        + (f"; read on from byte {onward}, by the index" if onward else "")
                    )
                    if onward is None:
                        return
                    stream.seek(onward)
                    records = records_of(stream, inside=True)
                    continue
                messages = self._messages_in(self._unpacked(record, file, count), index)
                count += len(messages)
                yield from self._recorded(messages, index, topic)

    def _recorded(self, messages: list[Message], index: int, topic: str) -> Iterator[Recorded]:
        for message in messages:
            connection = self._by_channel[index].get(message.channel_id)
            if connection is not None and topic in ("", connection.topic):
                yield Recorded(
                    connection,
                    message.log_time,
                    self._plain(message.data, connection),
                    message.publish_time,
                    message.sequence,
                )

    def _forget_channels(self, index: int) -> None:
        """Before a file's start: each of those that were joined numbers its channels anew."""
        self._by_channel[index], self._schemas[index] = {}, {}

    def _plain(self, data: bytes, connection: Connection) -> bytes:
        if serialization_of(connection) == CDR and is_packed_message(data):
            try:
                return unpack_message(data)
            except DataError as error:
                self.damage.append(f"on {connection.topic}: {error}")
        return data

    def _which(self, file: Path) -> str:
        return f"{file.name}: " if len(self._files) > 1 else ""

    def _unpacked(self, record: Any, file: Path, count: int) -> list[Any]:
        """The records of a chunk; any other record alone."""
        if not isinstance(record, Chunk):
            return [record]
        self.compression = record.compression
        try:
            return breakup_chunk(record, validate_crc=True)
        except Exception as error:
            # Its length is known, so the rest of the file can still be read.
            self.damage.append(
                f"{self._which(file)}the chunk behind message {count} is damaged and left out: "
                f"{in_words(error)}"
            )
            return []

    def _messages_in(self, records: list[Any], index: int) -> list[Message]:
        """The messages among records; what the others say is kept."""
        messages = []
        for record in records:
            if isinstance(record, Message):
                messages.append(record)
            elif isinstance(record, Header):
                self.profile = record.profile
            elif isinstance(record, Attachment | Metadata):
                self.extras.append(record)
            elif isinstance(record, Schema | Channel):
                self._learn(index, record)
        return messages

    def _learn(self, index: int, record: Schema | Channel) -> None:
        if isinstance(record, Schema):
            self._schemas[index][record.id] = record
            return
        if record.id in self._by_channel[index]:
            return
        schema = self._schemas[index].get(record.schema_id)
        # Each part of a split recording numbers its channels from the start.
        key = (
            record.topic,
            record.message_encoding,
            (schema.name, schema.data) if schema else None,
            tuple(sorted(record.metadata.items())),
        )
        connection = self._numbers.get(key)
        if connection is None:
            connection = _connection(len(self._numbers), schema, record)
            self._numbers[key] = connection
            self._described[connection.id] = (schema, record)
            self.connections.append(connection)
        self._by_channel[index][record.id] = connection


def _reason(error: Exception, stream: BinaryIO) -> str:
    """What is wrong where reading ended: at the end of the file it is only that there is no end."""
    if not stream.read(1):
        return "it ends without an end record: its recorder was stopped, or is still writing"
    return in_words(error)


def _connection(number: int, schema: Schema | None, channel: Channel) -> Connection:
    encoding = schema.encoding if schema else ""
    text = schema.data.decode(errors="replace") if schema else ""
    return Connection(
        id=number,
        topic=channel.topic,
        msgtype=_type_name(schema.name) if schema else "",
        msgdef=MessageDefinition(_FORMATS.get(encoding, MessageDefinitionFormat.NONE), text),
        digest=channel.metadata.get("topic_type_hash", ""),
        msgcount=0,
        ext=ConnectionExtRosbag2(channel.message_encoding, []),
        owner=None,
    )


def _type_name(name: str) -> str:
    """A type's name as ROS 2 has it; ROS 1 leaves out the part "msg"."""
    package, slash, rest = name.partition("/")
    return f"{package}/msg/{rest}" if slash and "/" not in rest else name
