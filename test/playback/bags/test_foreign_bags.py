# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Compressed bags, ROS 1 in MCAP, other serializations, and files that only look like bags."""

from __future__ import annotations

import bz2
import gzip
import lzma
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lz4.frame
import numpy as np
import pytest
import zstandard
from mcap.reader import make_reader
from mcap.records import Chunk, Statistics
from mcap.stream_reader import StreamReader
from mcap.writer import IndexType
from mcap.writer import Writer as McapWriter
from rosbags.rosbag1 import Writer as Ros1FileWriter
from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin
from rosbags.rosbag2 import Writer as Ros2Writer
from support import bags
from support.labelled_bags import MASK, drive, label

from attendseg_ros.errors import DataError
from attendseg_ros.playback import open_source
from attendseg_ros.playback.bags.open_bag import open_bag

COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    ".zstd": zstandard.compress,
    ".zst": zstandard.compress,
    ".lz4": lz4.frame.compress,
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
}


def read(bag: Path) -> list[tuple[str, int, bytes]]:
    """Everything in a bag, which must be whole."""
    with open_bag(bag) as reader:
        messages = [(m.connection.topic, m.time_ns, m.data) for m in reader.messages()]
        assert reader.damage == []
    return messages


@pytest.mark.parametrize("kind", bags.KINDS)
@pytest.mark.parametrize("suffix", COMPRESSORS)
def test_a_compressed_file_is_read(tmp_path: Path, kind: str, suffix: str) -> None:
    bag = drive(tmp_path, kind)
    expected = read(bag)
    file = bag if kind == "ros1" else next(f for f in bag.iterdir() if f.suffix != ".yaml")
    packed = tmp_path / (file.name + suffix)
    packed.write_bytes(COMPRESSORS[suffix](file.read_bytes()))
    assert read(packed) == expected
    if kind != "ros1":
        # The metadata.yaml still has the file's old name.
        file.unlink()
        packed.rename(bag / packed.name)
        assert read(bag) == expected
        (bag / "metadata.yaml").unlink()
        assert read(bag) == expected


def test_a_file_that_cannot_be_unpacked_is_named(tmp_path: Path) -> None:
    (tmp_path / "drive.mcap.zst").write_bytes(b"\x28\xb5\x2f\xfd" + b"\xff" * 50)
    with pytest.raises(DataError, match=r"zst: cannot be read as a bag: the compressed file is"):
        open_source(tmp_path / "drive.mcap.zst")


# The others give nothing before they have a whole block.
@pytest.mark.parametrize("suffix", [".zstd", ".zst", ".lz4", ".gz"])
def test_a_compressed_bag_that_is_cut_off_says_so(tmp_path: Path, suffix: str) -> None:
    bag = drive(tmp_path, "sqlite3")
    file = next(f for f in bag.iterdir() if f.suffix == ".db3")
    # Bytes that do not compress, behind the database's end: so the cut lies behind its messages.
    content = file.read_bytes() + np.random.default_rng(1).bytes(1 << 20)
    packed = COMPRESSORS[suffix](content)
    part = tmp_path / (file.name + suffix)
    part.write_bytes(packed[: len(packed) - 1000])
    with open_bag(part) as reader:
        assert len(list(reader.messages())) == 8
        assert reader.damage == [f"{part.name}: the compressed file is cut off or damaged"]


def test_a_cut_before_the_first_image_is_the_reason_for_none(tmp_path: Path) -> None:
    bag = drive(tmp_path, "sqlite3")
    file = next(f for f in bag.iterdir() if f.suffix == ".db3")
    content = file.read_bytes()
    file.write_bytes(content[: 5 * 4096])
    with pytest.raises(DataError, match=r"no topic with images .*; .*cut off or damaged"):
        open_source(bag)


@pytest.mark.parametrize("body", [b"", bytes(9), b"\xff" * 99])
@pytest.mark.parametrize("name", ["Image", "CompressedImage"])
def test_a_message_that_is_none_is_named_in_words(tmp_path: Path, body: bytes, name: str) -> None:
    path = tmp_path / "short.mcap"
    with path.open("wb") as stream:
        writer = McapWriter(stream)
        writer.start("ros2", "test")
        schema = writer.register_schema(f"sensor_msgs/msg/{name}", "ros2msg", b"")
        channel = writer.register_channel("/camera", "cdr", schema)
        writer.add_message(channel, 1, b"\0\1\0\0" + body, 1)
        writer.finish()  # type: ignore[no-untyped-call]
    with pytest.raises(DataError, match=f"image 0 on /camera: is no sensor_msgs/msg/{name}: ") as e:
        list(open_source(path))
    assert not [word for word in (*PYTHON, "buffer", "offset") if word in str(e.value)]


@pytest.mark.parametrize("plugin", [StoragePlugin.SQLITE3, StoragePlugin.MCAP])
@pytest.mark.parametrize("mode", [CompressionMode.MESSAGE, CompressionMode.FILE])
@pytest.mark.parametrize("with_metadata", [True, False])
def test_what_rosbag2_compressed_is_read(
    tmp_path: Path, plugin: StoragePlugin, mode: CompressionMode, with_metadata: bool
) -> None:
    store = bags.typestore_of("mcap")
    pixels = np.random.default_rng(1).integers(0, 256, (40, 50, 3), np.uint8)
    message = bags.raw_image(store, pixels, "rgb8", 7)
    bag = tmp_path / "packed"
    writer = Ros2Writer(bag, version=8, storage_plugin=plugin)
    writer.set_compression(mode, CompressionFormat.ZSTD)
    with writer:
        connection = writer.add_connection("/image", bags.IMAGE, typestore=store)
        for number in range(3):
            writer.write(connection, number, store.serialize_cdr(message, bags.IMAGE))
    if not with_metadata:
        (bag / "metadata.yaml").unlink()
    expected = bytes(store.serialize_cdr(message, bags.IMAGE))
    assert read(bag) == [("/image", number, expected) for number in range(3)]
    label(bag, tmp_path / "labelled")
    out = read(tmp_path / "labelled")
    assert [data for topic, _, data in out if topic == "/image"] == [expected] * 3


def mcap(path: Path, profile: str, rows: list[tuple[str, str, str, str, bytes, bytes]]) -> Path:
    """A file of topics, each with type, schema encoding, message encoding, definition and data."""
    with path.open("wb") as stream:
        writer = McapWriter(stream)
        writer.start(profile, "recorder")
        for topic, name, schema, encoding, definition, data in rows:
            number = writer.register_schema(name, schema, definition)
            channel = writer.register_channel(topic, encoding, number)
            for time_ns in range(2):
                writer.add_message(channel, bags.START_NS + time_ns, data, time_ns, 0)
        writer.finish()  # type: ignore[no-untyped-call]
    return path


def ros1_in_mcap(path: Path) -> tuple[Path, Any]:
    """An image of level 9 as the `mcap convert` command leaves it."""
    store = bags.typestore_of("ros1")
    image = bags.raw_image(store, np.full((6, 8, 3), 9, np.uint8), "rgb8", 1234)
    definition, _ = store.generate_msgdef(bags.IMAGE, ros_version=1)
    data = bytes(store.serialize_ros1(image, bags.IMAGE))
    row = ("/camera", "sensor_msgs/Image", "ros1msg", "ros1", definition.encode(), data)
    return mcap(path, "ros1", [row]), image


def test_ros1_messages_in_mcap_are_read_and_labelled(tmp_path: Path) -> None:
    path, image = ros1_in_mcap(tmp_path / "noetic.mcap")
    frames = list(open_source(path))
    assert [frame.stamp_ns for frame in frames] == [1234, 1234]
    np.testing.assert_array_equal(frames[0].rgb.reshape(-1), image.data)
    label(path, tmp_path / "labelled.mcap", ("mask", "label_info"))
    store = bags.typestore_of("ros1")
    with (tmp_path / "labelled.mcap").open("rb") as stream:
        found = list(make_reader(stream).iter_messages())
    assert [m.data for _, c, m in found if c.topic == "/camera"] == [m[2] for m in read(path)]
    masks = [(s, c, m) for s, c, m in found if c.topic == MASK]
    assert len(masks) == 2
    schema, channel, message = masks[0]
    assert schema is not None
    assert (schema.name, schema.encoding) == ("sensor_msgs/Image", "ros1msg")
    assert channel.message_encoding == "ros1"
    mask: Any = store.deserialize_ros1(message.data, bags.IMAGE)
    np.testing.assert_array_equal(mask.data, np.full(48, 9, np.uint8))
    assert mask.header.stamp.nanosec == 1234
    assert any(c.topic == "/segmentation/label_info" for _, c, _ in found)


def test_ros1_messages_in_mcap_stay_in_mcap(tmp_path: Path) -> None:
    path, _ = ros1_in_mcap(tmp_path / "noetic.mcap")
    for name in ("x", "x.bag"):
        with pytest.raises(DataError, match=r"ROS 1 messages in MCAP are written as NAME\.mcap"):
            label(path, tmp_path / name)


@pytest.mark.parametrize(
    "left_out", ["statistics", "counts of channels", "channels", "schemas", "summary"]
)
def test_an_mcap_index_may_leave_out_anything(
    tmp_path: Path, left_out: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if left_out == "counts of channels":
        # "An empty map indicates that this statistic is not available", says the format.
        plain = Statistics.write

        def without_counts(self: Statistics, builder: Any) -> None:
            self.channel_message_counts = {}
            plain(self, builder)

        monkeypatch.setattr(Statistics, "write", without_counts)
    options: dict[str, dict[str, Any]] = {
        "statistics": {"use_statistics": False},
        "channels": {"repeat_channels": False},
        "schemas": {"repeat_schemas": False},
        "summary": {
            "use_statistics": False,
            "repeat_channels": False,
            "repeat_schemas": False,
            "index_types": IndexType.NONE,
        },
    }
    store = bags.typestore_of("mcap")
    image = bags.raw_image(store, np.full((6, 8, 3), 9, np.uint8), "rgb8", 1234)
    definition = store.generate_msgdef(bags.IMAGE, ros_version=2)[0].encode()
    path = tmp_path / "x.mcap"
    with path.open("wb") as stream:
        writer = McapWriter(stream, **options.get(left_out, {}))
        writer.start("ros2")
        schema = writer.register_schema(bags.IMAGE, "ros2msg", definition)
        channel = writer.register_channel("/camera", "cdr", schema)
        for number in range(3):
            data = bytes(store.serialize_cdr(image, bags.IMAGE))
            writer.add_message(channel, number, data, number)
        writer.finish()  # type: ignore[no-untyped-call]
    monkeypatch.undo()
    source = open_source(path)
    assert source.frame_count == len(list(source)) == 3
    assert source.skipped == []
    label(path, tmp_path / "labelled.mcap")
    assert len(read(tmp_path / "labelled.mcap")) == 6


def test_a_chunk_of_a_compression_nobody_knows_costs_no_more_than_itself(tmp_path: Path) -> None:
    path = bags.write_rich_mcap(tmp_path / "rich.mcap")
    content = path.read_bytes()
    with path.open("rb") as stream:
        chunk = next(r for r in StreamReader(stream, emit_chunks=True).records if type(r) is Chunk)
    end = content.index(chunk.data) + len(chunk.data)
    name = chunk.compression.encode()
    assert name
    start = content.rindex(struct.pack("<I", len(name)) + name, 0, end) - 29 - 8
    again = content[start:end].replace(name, name[::-1], 1)
    assert again[0] == 6
    # No index follows.
    path.write_bytes(content[:end] + again)
    with open_bag(path) as reader:
        count = len(list(reader.messages()))
        assert count
        assert any("the chunk behind message" in line for line in reader.damage)
    label(path, tmp_path / "labelled.mcap")
    assert len(read(tmp_path / "labelled.mcap")) > count


def test_a_ros1_bag_that_holds_a_connection_twice_is_labelled(tmp_path: Path) -> None:
    store = bags.typestore_of("ros1")
    image = bags.raw_image(store, np.full((6, 8, 3), 9, np.uint8), "rgb8", 1234)
    path = tmp_path / "merged.bag"
    with Ros1FileWriter(path) as writer:
        for caller in ("/a", "/b"):
            connection = writer.add_connection(
                "/camera", bags.IMAGE, typestore=store, callerid=caller
            )
            writer.write(connection, 1234, store.serialize_ros1(image, bags.IMAGE))
    path.write_bytes(path.read_bytes().replace(b"callerid=/b", b"callerid=/a"))
    label(path, tmp_path / "labelled.bag")
    found = [topic for topic, _, _ in read(tmp_path / "labelled.bag")]
    assert (found.count("/camera"), found.count(MASK)) == (2, 2)


@pytest.mark.parametrize(
    ("name", "schema", "encoding"),
    [
        ("foxglove.CompressedImage", "protobuf", "protobuf"),
        ("foxglove.RawImage", "jsonschema", "json"),
        ("sensor_msgs/msg/Image", "jsonschema", "json"),
        ("sensor_msgs/msg/Image", "ros2msg", "cbor"),
        ("foxglove.RawImage", "flatbuffer", "flatbuffer"),
    ],
)
def test_other_serializations_are_named(
    tmp_path: Path, name: str, schema: str, encoding: str
) -> None:
    path = mcap(tmp_path / "x.mcap", "", [("/camera", name, schema, encoding, b"", b"{}")])
    with pytest.raises(DataError) as caught:
        open_source(path)
    line = str(caught.value)
    assert f"/camera ({name} in {encoding})" in line
    assert f"what is written in {encoding} is not a ROS message" in line
    assert "\n" not in line


def test_an_image_topic_beside_foreign_ones_is_labelled(tmp_path: Path) -> None:
    path = bags.write_rich_mcap(tmp_path / "rich.mcap")
    label(path, tmp_path / "labelled.mcap")
    assert sum(topic == MASK for topic, _, _ in read(tmp_path / "labelled.mcap")) == 4
    with pytest.raises(DataError, match=r"/bare that can be read \(it holds .*no type in json"):
        open_source(path, topic="/bare")


@pytest.mark.parametrize("suffix", [".bag", ".mcap", ".db3"])
@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "empty (0 bytes)"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 9\n",
            "a Git LFS pointer",
        ),
        (b"/annex/objects/SHA256E-s9--ab.bag\n", "a git-annex pointer"),
        (b"\n<!DOCTYPE html><html><body>404", "a web page"),
        (b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "an XML text"),
        (b"PK\x03\x04" + bytes(range(256)), "a ZIP archive"),
        (b"#ROSBAG V1.2\n" + bytes(99), "a ROS 1 bag of the old version 1"),
        (b"to be recorded\n", "a text"),
        (bytes(5000), "nothing but zeros"),
    ],
    ids=["empty", "lfs", "annex", "page", "xml", "zip", "old", "text", "zeros"],
)
def test_what_is_no_bag_is_named(tmp_path: Path, suffix: str, content: bytes, what: str) -> None:
    path = tmp_path / f"drive{suffix}"
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        open_source(path)
    assert str(caught.value).startswith(f"{path}: cannot be read as a bag: it is {what}")


def test_a_link_to_nowhere_is_named(tmp_path: Path) -> None:
    (tmp_path / "drive.bag").symlink_to("/nowhere/drive.bag")
    with pytest.raises(DataError, match=r"drive\.bag: is a link to /nowhere/drive\.bag, which is"):
        open_source(tmp_path / "drive.bag")


def test_a_ros1_recording_that_was_never_closed(tmp_path: Path) -> None:
    bag = drive(tmp_path, "ros1")
    expected = read(bag)
    content = bytearray(bag.read_bytes())
    start = content.index(b"index_pos=") + len(b"index_pos=")
    content[start : start + 8] = bytes(8)
    active = tmp_path / "drive.bag.active"
    active.write_bytes(content)
    with open_bag(active) as reader:
        assert [(m.connection.topic, m.time_ns, m.data) for m in reader.messages()] == expected
        assert reader.damage == [
            "cut off or damaged behind message 8: the recorder never closed it"
        ]


def test_an_mcap_file_without_its_end_says_so(tmp_path: Path) -> None:
    path = bags.write_rich_mcap(tmp_path / "rich.mcap")
    expected = read(path)
    content = path.read_bytes()
    with path.open("rb") as stream:
        summary = make_reader(stream).get_summary()
    assert summary is not None
    last = summary.chunk_indexes[-1]
    path.write_bytes(content[: last.chunk_start_offset + last.chunk_length])
    with open_bag(path) as reader:
        assert [(m.connection.topic, m.time_ns, m.data) for m in reader.messages()] == expected
        (line,) = reader.damage
    assert "ends without an end record: its recorder was stopped, or is still writing" in line


PYTHON = ("Error", "unpack", "argument", "b'", "None", "object", "index out", "codec", "Traceback")


@pytest.mark.parametrize("kind", bags.KINDS)
def test_no_words_of_python_reach_the_user(tmp_path: Path, kind: str) -> None:
    bag = drive(tmp_path, kind)
    file = bag if kind == "ros1" else next(f for f in bag.iterdir() if f.suffix != ".yaml")
    content = np.frombuffer(file.read_bytes(), np.uint8)
    random = np.random.default_rng(3)
    said = []
    for _ in range(60):
        damaged = content.copy()
        start = int(random.integers(20, damaged.size))
        damaged[start : start + 12] = random.integers(0, 256, damaged[start : start + 12].size)
        file.write_bytes(damaged[: random.integers(damaged.size // 2, damaged.size + 1)].tobytes())
        try:
            source = open_source(bag)
            list(source)
            said += source.skipped
        except DataError as error:
            said.append(str(error))
    assert said
    for line in said:
        words = line.replace(str(tmp_path), "")
        assert not [word for word in PYTHON if word in words], line
