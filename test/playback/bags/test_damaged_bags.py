# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Bags that were cut off or damaged are read as far as that goes."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from mcap.reader import make_reader
from rosbags.rosbag1 import Writer as Ros1Writer
from support import bags

from attendseg_ros.errors import DataError
from attendseg_ros.playback import open_source
from attendseg_ros.playback.bags.bag_reader import Recorded
from attendseg_ros.playback.bags.open_bag import open_bag

COUNT = 60


def noise_bag(folder: Path, kind: str) -> Path:
    """60 images and texts, 6 MB: several chunks of MCAP and of ROS 1."""
    store = bags.typestore_of(kind)
    random = np.random.default_rng(1)
    images = [
        bags.raw_image(store, random.integers(0, 256, (160, 200, 3), np.uint8), "rgb8", number + 1)
        for number in range(COUNT)
    ]
    texts = [store.types[bags.STRING](data=f"text {number}") for number in range(COUNT)]
    return bags.write_bag(
        folder, kind, [("/image", bags.IMAGE, images), ("/chat", bags.STRING, texts)]
    )


def texts(*contents: str) -> list[object]:
    """Messages of text."""
    store = bags.typestore_of("mcap")
    return [store.types[bags.STRING](data=content) for content in contents]


def file_of(bag: Path) -> Path:
    """The file with a bag's messages."""
    return bag if bag.is_file() else next(f for f in bag.iterdir() if f.suffix != ".yaml")


def read(bag: Path) -> tuple[list[tuple[str, int, bytes]], list[str]]:
    """What can be read of a bag, and its damage."""

    def plain(message: Recorded) -> tuple[str, int, bytes]:
        return message.connection.topic, message.time_ns, message.data

    with open_bag(bag) as reader:
        counts = {connection.topic: connection.msgcount for connection in reader.connections}
        messages = [plain(message) for message in reader.messages()]
        damage = list(reader.damage)
        assert [plain(m) for m in reader.messages("/chat")] == [
            message for message in messages if message[0] == "/chat"
        ]
        if damage:
            read_images = sum(topic == "/image" for topic, _, _ in messages)
            assert counts["/image"] >= read_images
    return messages, damage


@pytest.mark.parametrize("kind", bags.KINDS)
def test_a_whole_bag_has_no_damage(tmp_path: Path, kind: str) -> None:
    messages, damage = read(noise_bag(tmp_path, kind))
    assert len(messages) == 2 * COUNT
    assert damage == []


@pytest.mark.parametrize("kind", bags.KINDS)
@pytest.mark.parametrize("share", [0.5, 0.8, 0.999])
def test_a_cut_off_bag_is_read_up_to_the_cut(tmp_path: Path, kind: str, share: float) -> None:
    bag = noise_bag(tmp_path, kind)
    whole, _ = read(bag)
    file = file_of(bag)
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * share)])
    messages, damage = read(bag)
    # In SQLite a message may begin before the cut and end behind it, and a shorter one follow.
    kept = set(messages) if kind == "sqlite3" else set(whole[: len(messages)])
    assert messages == [message for message in whole if message in kept]
    # A chunk of a megabyte is lost with its last byte.
    assert len(messages) > 2 * COUNT * share - 30
    (line,) = damage
    assert f"behind message {len(messages)}" in line
    assert "\n" not in line


@pytest.mark.parametrize("kind", bags.KINDS)
def test_the_images_of_a_cut_off_bag_are_a_source(tmp_path: Path, kind: str) -> None:
    bag = noise_bag(tmp_path, kind)
    file = file_of(bag)
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])
    source = open_source(bag)
    frames = list(source)
    assert 10 < len(frames) < COUNT
    assert source.frame_count == len(frames)
    (line,) = source.skipped
    assert "cut off or damaged behind message" in line


@pytest.mark.parametrize("kind", bags.KINDS)
def test_a_bag_cut_off_before_its_first_message_is_refused(tmp_path: Path, kind: str) -> None:
    bag = noise_bag(tmp_path, kind)
    file = file_of(bag)
    file.write_bytes(file.read_bytes()[:5000])
    with pytest.raises(DataError, match="cannot be read as a bag"):
        open_source(bag)


def test_a_damaged_chunk_of_an_mcap_file_costs_no_more_than_itself(tmp_path: Path) -> None:
    path = bags.write_rich_mcap(tmp_path / "drive.mcap")
    with open_bag(path) as reader:
        whole = list(reader.messages())
    with path.open("rb") as stream:
        summary = make_reader(stream).get_summary()
    assert summary is not None
    chunk = summary.chunk_indexes[1]
    content = bytearray(path.read_bytes())
    # In the middle of its data: LZ4 or the chunk's checksum will notice.
    place = chunk.chunk_start_offset + chunk.chunk_length // 2
    content[place : place + 10] = b"0123456789"
    path.write_bytes(bytes(content))
    with open_bag(path) as reader:
        left = list(reader.messages())
        (line,) = reader.damage
    assert "chunk behind message" in line
    assert "is damaged and left out" in line
    assert len(whole) > len(left) >= len(whole) - 6
    assert left[-1] == whole[-1]


@pytest.mark.parametrize("filling", [b"\0", b"\xff", b"\x0f"])
@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.8])
def test_an_mcap_file_is_read_on_behind_a_hole(
    tmp_path: Path, share: float, filling: bytes
) -> None:
    bag = noise_bag(tmp_path, "mcap")
    whole, _ = read(bag)
    path = file_of(bag)
    with path.open("rb") as stream:
        summary = make_reader(stream).get_summary()
    assert summary is not None
    chunks = summary.chunk_indexes
    content = bytearray(path.read_bytes())
    last = chunks[-1]
    start = chunks[0].chunk_start_offset + int(
        share * (last.chunk_start_offset - chunks[0].chunk_start_offset)
    )
    # Over the head of a record at least.
    end = start + max(c.chunk_length for c in chunks)
    content[start:end] = filling * (end - start)
    hurt = [
        c
        for c in chunks
        if c.chunk_start_offset < end and c.chunk_start_offset + c.chunk_length > start
    ]
    assert 0 < len(hurt) < len(chunks)
    path.write_bytes(content)
    found, damage = read(bag)
    # Without a checksum, what is in a chunk that begins before the hole may be damaged itself.
    keys = {m[:2] for m in found}
    assert [m[:2] for m in whole if m[:2] in keys] == [m[:2] for m in found]
    assert len(found) < len(whole)
    # Of one time are messages of two chunks.
    times = [(c.message_start_time, c.message_end_time) for c in hurt]
    lost = {m for m in whole if any(first <= m[1] <= until for first, until in times)}
    assert set(whole) - lost <= set(found)
    assert any("read on from byte" in line or "left out" in line for line in damage)


@pytest.mark.parametrize("has_index", [True, False])
@pytest.mark.parametrize("compression", [None, *Ros1Writer.CompressionFormat])
def test_a_damaged_chunk_of_a_ros1_bag_costs_no_more_than_itself(
    tmp_path: Path, compression: Ros1Writer.CompressionFormat | None, has_index: bool
) -> None:
    store = bags.typestore_of("ros1")
    path = tmp_path / "drive.bag"
    writer = Ros1Writer(path)
    if compression is not None:
        writer.set_compression(compression)
    # A chunk for each image.
    writer.chunk_threshold = 1
    rng = np.random.default_rng(0)
    with writer:
        topic = writer.add_connection("/image", bags.IMAGE, typestore=store)
        for number in range(6):
            pixels = rng.integers(0, 256, (8, 8, 3), np.uint8)
            image = bags.raw_image(store, pixels, "rgb8", number)
            writer.write(topic, 1000 + number, store.serialize_ros1(image, bags.IMAGE))
    whole, _ = read(path)
    content = bytearray(path.read_bytes())
    chunks = [found.start() for found in re.finditer(rb"compression=", content)]
    for chunk in (chunks[1], chunks[4]):
        # The first record in it, or the start of what is compressed.
        start = content.index(b"op=\x02", chunk) if compression is None else chunk + 40
        content[start : start + 30] = b"0123456789" * 3
    if not has_index:
        start = content.index(b"index_pos=") + 10
        content[start : start + 8] = bytes(8)
    path.write_bytes(bytes(content))
    messages, damage = read(path)
    assert messages == [whole[number] for number in (0, 2, 3, 5)]
    assert sum("the chunk behind message" in line for line in damage) == 2


@pytest.mark.parametrize("kind", ["sqlite3", "mcap"])
def test_the_folder_of_a_recorder_that_was_killed(tmp_path: Path, kind: str) -> None:
    """It lacks the metadata.yaml that a recorder writes at its end."""
    bag = noise_bag(tmp_path, kind)
    whole, _ = read(bag)
    (bag / "metadata.yaml").unlink()
    assert read(bag) == (whole, [])
    assert open_source(bag).frame_count == COUNT


def test_parts_of_a_split_recording_are_read_in_their_order(tmp_path: Path) -> None:
    bag = noise_bag(tmp_path, "mcap")
    (bag / "metadata.yaml").unlink()
    whole, _ = read(bag)
    (bag / "drive.mcap").rename(bag / "drive_10.mcap")
    (bag / "drive_2.mcap").write_bytes((bag / "drive_10.mcap").read_bytes()[:-3_000_000])
    messages, damage = read(bag)
    first = len(messages) - len(whole)
    assert messages[first:] == whole
    assert messages[:first] == whole[:first]
    (line,) = damage
    assert line.startswith("drive_2.mcap: cut off or damaged behind message")
    with open_bag(bag) as reader:
        assert len(reader.connections) == 2


@pytest.mark.parametrize("same_channels", [True, False])
def test_mcap_files_that_were_joined_are_read_to_the_last(
    tmp_path: Path, same_channels: bool
) -> None:
    first = bags.write_bag(tmp_path / "first", "mcap", [("/chat", bags.STRING, texts("one"))])
    both = [("/other", bags.STRING, texts("none")), ("/chat", bags.STRING, texts("two"))]
    second = bags.write_bag(tmp_path / "second", "mcap", both[1:] if same_channels else both)
    joined = tmp_path / "joined.mcap"
    joined.write_bytes(file_of(first).read_bytes() + file_of(second).read_bytes())
    messages, damage = read(joined)
    expected = [m for bag in (first, second) for m in read(bag)[0]]
    assert messages == expected
    assert damage == []
    with open_bag(joined) as reader:
        assert sum(c.msgcount for c in reader.connections) == len(expected)


def test_a_file_joined_to_itself_is_read_twice(tmp_path: Path) -> None:
    """The index at its end leads to that of the first half, which is whole."""
    bag = bags.write_bag(tmp_path / "bag", "mcap", [("/chat", bags.STRING, texts("one"))])
    joined = tmp_path / "joined.mcap"
    joined.write_bytes(2 * file_of(bag).read_bytes())
    messages, damage = read(joined)
    assert messages == 2 * read(bag)[0]
    assert damage == []


@pytest.mark.parametrize("kind", ["mcap", "ros1"])
def test_what_lies_behind_the_end_is_said(tmp_path: Path, kind: str) -> None:
    bag = noise_bag(tmp_path, kind)
    whole, _ = read(bag)
    file = file_of(bag)
    file.write_bytes(file.read_bytes() + bytes(4096))
    messages, (damage,) = read(bag)
    assert messages == whole
    assert "behind its end" in damage


@pytest.mark.parametrize("kind", ["ros1", "sqlite3"])
def test_other_bags_that_were_joined_are_said_to_be(tmp_path: Path, kind: str) -> None:
    bag = noise_bag(tmp_path, kind)
    whole, _ = read(bag)
    file = file_of(bag)
    file.write_bytes(2 * file.read_bytes())
    messages, (damage,) = read(bag)
    assert messages == whole
    assert damage == (
        f"what lies behind its end, {file.stat().st_size // 2} bytes, is left out: bags that were "
        "joined into one file must be taken apart again"
    )
