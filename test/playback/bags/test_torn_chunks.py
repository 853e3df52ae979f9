# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Of the chunk in which a cut-off bag ends, every whole message is read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from mcap.writer import CompressionType
from mcap.writer import Writer as McapWriter
from rosbags.rosbag1 import Writer as Ros1Writer
from support import bags

from attendseg_ros.playback.bags.open_bag import open_bag

COUNT = 400
IN_FIRST_CHUNK = 200
"""At least: both kinds start a new chunk after a megabyte."""


Write = Callable[[Path, str], Path]


def payloads() -> list[str]:
    """Texts of 5 kB of which no codec makes much less: two chunks."""
    random = np.random.default_rng(2)
    return [
        f"{number:04d}" + bytes(random.integers(33, 127, 5000, np.uint8)).decode()
        for number in range(COUNT)
    ]


def mcap(path: Path, compression: str) -> Path:
    store = bags.typestore_of("mcap")
    with path.open("wb") as stream:
        kind = CompressionType[compression.upper()]
        writer = McapWriter(stream, chunk_size=1 << 20, compression=kind)
        writer.start("ros2", "recorder")
        schema = writer.register_schema(bags.STRING, "ros2msg", b"string data")
        channel = writer.register_channel("/chat", "cdr", schema)
        for number, text in enumerate(payloads(), 1):
            data = store.serialize_cdr(store.types[bags.STRING](data=text), bags.STRING)
            writer.add_message(channel, number, bytes(data), number)
        writer.finish()  # type: ignore[no-untyped-call]
    return path


def ros1(path: Path, compression: str) -> Path:
    store = bags.typestore_of("ros1")
    writer = Ros1Writer(path)
    if compression != "none":
        writer.set_compression(Ros1Writer.CompressionFormat[compression.upper()])
    with writer:
        connection = writer.add_connection("/chat", bags.STRING, typestore=store)
        for number, text in enumerate(payloads(), 1):
            data = store.serialize_ros1(store.types[bags.STRING](data=text), bags.STRING)
            writer.write(connection, number, data)
    return path


def read(path: Path) -> list[str]:
    """The texts of a damaged bag, whose damage is said in one line with their number."""
    with open_bag(path) as reader:
        (connection,) = reader.connections
        texts = [bytes(m.data).rstrip(b"\0")[-5004:].decode() for m in reader.messages()]
        assert connection.msgcount == len(texts)
        (line,) = reader.damage
    assert f"behind message {len(texts)}" in line
    return texts


@pytest.mark.parametrize("write", [mcap, ros1])
@pytest.mark.parametrize("share", [0.3, 0.75, 0.9])
def test_what_lies_whole_before_the_cut_is_read(tmp_path: Path, write: Write, share: float) -> None:
    path = write(tmp_path / f"drive.{'bag' if write is ros1 else 'mcap'}", "none")
    content = path.read_bytes()
    cut = int(len(content) * share)
    path.write_bytes(content[:cut])
    expected = [text for text in payloads() if content.index(text.encode()) + 5004 <= cut]
    assert COUNT * share - 5 < len(expected) < COUNT * share + 5
    assert read(path) == expected


@pytest.mark.parametrize(
    ("write", "compression"), [(mcap, "lz4"), (mcap, "zstd"), (ros1, "lz4"), (ros1, "bz2")]
)
def test_what_can_be_unpacked_before_the_cut_is_read(
    tmp_path: Path, write: Write, compression: str
) -> None:
    path = write(tmp_path / f"drive.{'bag' if write is ros1 else 'mcap'}", compression)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 3 // 4])
    texts = read(path)
    assert texts == payloads()[: len(texts)]
    # Of a block of bz2, 900 kB, nothing can be had before its end; those of the others are small.
    wanted = IN_FIRST_CHUNK if compression == "bz2" else COUNT * 3 // 4 - 60
    assert len(texts) >= wanted
