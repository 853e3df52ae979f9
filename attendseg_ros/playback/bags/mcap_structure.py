# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How an MCAP file is put together: its records, the index behind them, and where it ends."""

from __future__ import annotations

import os
from collections.abc import Iterator
from enum import Enum, auto
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from mcap.data_stream import ReadDataStream
from mcap.opcode import Opcode
from mcap.reader import SeekingReader
from mcap.records import Header, Message
from mcap.stream_reader import MAGIC_SIZE, StreamReader

_MAGIC = b"\x89MCAP0\r\n"

# A record longer than this is a damaged length: rosbag2 starts a new chunk long before.
_LONGEST_RECORD = 2**31

# Of a chunk that is cut off, so much is looked at: more than rosbag2 puts into one.
_LONGEST_TORN = 2**28


class Behind(Enum):
    """What comes behind the end of an MCAP file."""

    NOTHING = auto()
    ANOTHER_FILE = auto()
    NO_RECORDING = auto()


def records_of(stream: BinaryIO, inside: bool = False) -> Iterator[Any]:
    """The records of a file that starts where the stream is, or, inside one, from there on."""
    return StreamReader(stream, inside, emit_chunks=True, record_size_limit=_LONGEST_RECORD).records


def torn_chunk(stream: BinaryIO, start: int) -> list[Any]:
    """The whole records in a chunk that a file ends in; none where what starts there is none.

    Its checksum is of all of it, so it cannot be checked.

    Args:
        stream: stays where it is.
        start: of the chunk, bytes.
    """
    place = stream.tell()
    stream.seek(start)
    head = stream.read(9)
    rest = stream.read(_LONGEST_TORN) if head[:1] == bytes([Opcode.CHUNK]) else b""
    stream.seek(place)
    records: list[Any] = []
    try:
        fields = ReadDataStream(BytesIO(rest))
        fields.read(16)  # the times of its first and last message
        size = fields.read8()
        fields.read4()  # its checksum
        compression = fields.read_prefixed_string()
        fields.read8()  # the length of what follows
        plain = _plain(rest[fields.count :], compression, size)
        for record in records_of(BytesIO(plain), inside=True):
            records.append(record)
    # Somewhere it ends, and it may do so in its head, or in a compressed block.
    except Exception:
        return records
    return records


def _plain(packed: bytes, compression: str, size: int) -> bytes:
    """What can be unpacked of a part of a chunk's records."""
    most = min(size, _LONGEST_RECORD)
    if compression == "zstd":
        import zstandard

        with zstandard.ZstdDecompressor().stream_reader(packed) as reader:
            return bytes(reader.read(most))
    if compression == "lz4":
        import lz4.frame

        return bytes(lz4.frame.LZ4FrameDecompressor().decompress(packed, max_length=most))
    return packed


def behind_the_end(stream: BinaryIO, records: Iterator[Any]) -> Behind:
    """Reads the rest of a file whose data have ended, and looks at what comes behind it.

    Args:
        stream: left where another file starts, or what is none.
        records: of that stream, up to the end of the data.
    """
    try:
        for _ in records:
            pass
    # An index that is damaged or cut off costs no message.
    except Exception:
        return Behind.NOTHING
    start = stream.read(MAGIC_SIZE)
    stream.seek(-len(start), os.SEEK_CUR)
    if not start:
        return Behind.NOTHING
    return Behind.ANOTHER_FILE if start == _MAGIC else Behind.NO_RECORDING


def index_of(file: Path) -> tuple[Header | None, Any]:
    """The header and the index behind the data; None where it does not say all that is needed.

    That is the schema and the number of messages of each channel: writers may leave out either.
    """
    with file.open("rb") as stream:
        try:
            reader = SeekingReader(stream, record_size_limit=_LONGEST_RECORD)
            header, summary = reader.get_header(), reader.get_summary()
        # A file without an index is read from front to end, which finds out what is wrong.
        except Exception:
            return None, None
        # Of files that were joined, the last one's index may lead to that of the first.
        is_last = len(stream.read(MAGIC_SIZE + 1)) == MAGIC_SIZE
    return header, summary if is_last and _is_complete(summary) else None


def _is_complete(summary: Any) -> bool:
    if not summary or not summary.statistics or not summary.channels:
        return False
    counts = summary.statistics.channel_message_counts
    described = {0, *summary.schemas}
    return (
        sum(counts.values()) == summary.statistics.message_count
        and counts.keys() <= summary.channels.keys()
        and all(channel.schema_id in described for channel in summary.channels.values())
    )


def first_time(file: Path) -> int | None:
    """The time of the first message, nanoseconds; None where that cannot be told."""
    _, summary = index_of(file)
    if summary is not None:
        return int(summary.statistics.message_start_time)
    with file.open("rb") as stream:
        try:
            records = StreamReader(stream, record_size_limit=_LONGEST_RECORD).records
            return next((r.log_time for r in records if isinstance(r, Message)), None)
        # Whoever reads the whole file says what is wrong with it.
        except Exception:
            return None
