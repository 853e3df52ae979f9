# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Labelled bags: what was there stays as it was, what is added is what the node publishes."""

from __future__ import annotations

import resource
from collections import deque
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from mcap.reader import make_reader
from rosbags.highlevel import AnyReader
from rosbags.rosbag2 import StoragePlugin
from rosbags.rosbag2 import Writer as Ros2Writer
from support import bags

from attendseg_ros.errors import DataError
from attendseg_ros.labels import ClassTable
from attendseg_ros.playback.bag import BagSource
from attendseg_ros.playback.bag_messages import message_types
from attendseg_ros.playback.frames import Image
from attendseg_ros.playback.label_journal import Labels
from attendseg_ros.playback.labelled_bag import LabelledBag

MASK = "/segmentation/mask"
CLASSES = ClassTable.load("camvid")


def raw(path: Path) -> list[tuple[str, int, bytes]]:
    """Topic, time and bytes of everything in a bag."""
    with AnyReader([path], default_typestore=bags.typestore_of("sqlite3")) as reader:
        return [(c.topic, time_ns, bytes(data)) for c, time_ns, data in reader.messages()]


def decoded(path: Path, topic: str) -> list[tuple[int, Any]]:
    """Times and messages of a topic."""
    with AnyReader([path], default_typestore=bags.typestore_of("sqlite3")) as reader:
        store = message_types(reader.is2)
        deserialize = store.deserialize_cdr if reader.is2 else store.deserialize_ros1
        connections = [c for c in reader.connections if c.topic == topic]
        return [
            (time_ns, deserialize(data, c.msgtype))
            for c, time_ns, data in reader.messages(connections=connections)
        ]


def drive(folder: Path, kind: str) -> Path:
    """A bag of texts and three images, the second of which is damaged."""
    store = bags.typestore_of(kind)
    images = [
        bags.raw_image(store, np.full((6, 8, 3), level, np.uint8), "rgb8", 1000 + level)
        for level in range(3)
    ]
    images[1].data = images[1].data[:-1]
    texts = [store.types[bags.STRING](data=f"text {number}") for number in range(5)]
    topics: bags.Topics = [
        ("/chat", bags.STRING, texts),
        ("/camera/image_raw", bags.IMAGE, images),
    ]
    return bags.write_bag(folder, kind, topics)


def out_name(kind: str) -> str:
    return "labelled.bag" if kind == "ros1" else "labelled"


def first_pixel(rgb: Image) -> Labels:
    """Stands for a network: the mask is the image's first channel, the confidence its double."""
    return Labels(rgb[..., 0].copy(), rgb[..., 0] * 2)


def label(
    path: Path, out: Path, outputs: Collection[str] = ("mask",), *, force: bool = False
) -> LabelledBag:
    bag = LabelledBag(BagSource(path), out, outputs, force=force)
    with bag.open_journal({}) as journal:
        deque(bag.label(journal, first_pixel), maxlen=0)
        deque(bag.write(journal, CLASSES), maxlen=0)
        journal.remove()
    return bag


@pytest.mark.parametrize("kind", bags.KINDS)
def test_every_message_is_kept_and_masks_are_added(tmp_path: Path, kind: str) -> None:
    path, out = drive(tmp_path, kind), tmp_path / "new" / out_name(kind)
    bag = label(path, out)
    before, after = raw(path), raw(out)
    assert sorted(m for m in after if m[0] != MASK) == sorted(before)
    times = [time_ns for topic, time_ns, _ in before if topic == "/camera/image_raw"]
    masks = decoded(out, MASK)
    assert [time_ns for time_ns, _ in masks] == [times[0], times[2]]
    for level, (_, mask) in zip((0, 2), masks, strict=True):
        assert (mask.width, mask.height, mask.step, mask.encoding) == (8, 6, 8, "mono8")
        assert (mask.header.stamp.nanosec, mask.header.frame_id) == (1000 + level, "camera")
        np.testing.assert_array_equal(mask.data, np.full(48, level, np.uint8))
    (line,) = bag.skipped
    assert line.startswith("image 1 on /camera/image_raw: image of 8x6, 'rgb8': short buffer")
    assert [entry.name for entry in out.parent.iterdir()] == [out.name]


@pytest.mark.parametrize("kind", bags.KINDS)
def test_topics_keep_what_the_recorder_noted_about_them(tmp_path: Path, kind: str) -> None:
    path, out = drive(tmp_path, kind), tmp_path / out_name(kind)
    label(path, out)

    def described(bag: Path) -> dict[str, Any]:
        with AnyReader([bag]) as reader:
            return {c.topic: (c.msgtype, c.msgdef, c.ext, c.msgcount) for c in reader.connections}

    before, after = described(path), described(out)
    assert {topic: after[topic] for topic in before} == before


@pytest.mark.parametrize("kind", bags.KINDS)
def test_every_output_of_the_node_can_be_chosen(tmp_path: Path, kind: str) -> None:
    path, out = drive(tmp_path, kind), tmp_path / out_name(kind)
    label(path, out, ("mask", "color_mask", "overlay", "confidence", "label_info"))
    palette = CLASSES.palette()
    colors = [m.data.reshape(6, 8, 3) for _, m in decoded(out, "/segmentation/color_mask")]
    np.testing.assert_array_equal(colors[1], np.broadcast_to(palette[2], (6, 8, 3)))
    overlays = [m for _, m in decoded(out, "/segmentation/overlay")]
    assert [overlay.encoding for overlay in overlays] == ["rgb8", "rgb8"]
    blended = (palette[2].astype(int) + 2) / 2
    assert np.abs(overlays[1].data.reshape(6, 8, 3) - blended).max() <= 0.5
    confidences = [m for _, m in decoded(out, "/segmentation/confidence")]
    assert [int(confidence.data[0]) for confidence in confidences] == [0, 4]
    ((time_ns, names),) = decoded(out, "/segmentation/label_info")
    assert time_ns == bags.START_NS
    assert [(n.class_id, n.class_name) for n in names.class_map] == [
        (info.id, info.name) for info in CLASSES.classes
    ]


@contextmanager
def full_disk(largest: int) -> Iterator[None]:
    """No file grows beyond so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("kind", bags.KINDS)
def test_a_full_disk_ends_in_one_line_and_leaves_no_bag(tmp_path: Path, kind: str) -> None:
    path, out = drive(tmp_path, kind), tmp_path / "new" / out_name(kind)
    bag = LabelledBag(BagSource(path), out)
    with bag.open_journal({}) as journal:
        deque(bag.label(journal, first_pixel), maxlen=0)
        with full_disk(1024), pytest.raises(DataError, match="cannot be written") as caught:
            deque(bag.write(journal, CLASSES), maxlen=0)
    assert "\n" not in str(caught.value)
    assert [entry.name for entry in out.parent.iterdir()] == [bag.journal_path.name]


def test_an_mcap_file_keeps_every_field_of_every_record(tmp_path: Path) -> None:
    path = bags.write_rich_mcap(tmp_path / "drive.mcap")
    out = tmp_path / "labelled.mcap"
    label(path, out)

    def content(bag: Path) -> dict[str, Any]:
        with bag.open("rb") as stream:
            reader = make_reader(stream, validate_crcs=True)
            summary = reader.get_summary()
            assert summary is not None
            header = reader.get_header()
            messages = [
                (
                    (s.name, s.encoding, s.data) if s else None,
                    (c.topic, c.message_encoding, c.metadata),
                    (m.log_time, m.publish_time, m.sequence, m.data),
                )
                for s, c, m in reader.iter_messages()
                if c.topic != MASK
            ]
            attachments = [(a.name, a.media_type, a.data) for a in reader.iter_attachments()]
            metadata = [(m.name, m.metadata) for m in reader.iter_metadata()]
            compressions = {index.compression for index in summary.chunk_indexes}
            return {
                "profile": header.profile,
                "messages": messages,
                "attachments": attachments,
                "metadata": metadata,
                "compressions": compressions,
            }

    before, after = content(path), content(out)
    # Counts of the input's messages would be wrong for the output.
    before["metadata"] = [entry for entry in before["metadata"] if entry[0] != "rosbag2"]
    assert len(before["messages"]) == 12
    assert before["compressions"] == {"lz4"}
    assert after == before
    assert len(decoded(out, MASK)) == 4


def test_a_folder_speaks_of_qos_as_its_recorder_did(tmp_path: Path) -> None:
    """In words from Jazzy on, which is version 9 of metadata.yaml, before that in numbers."""
    label(bags.write_rich_mcap(tmp_path / "new.mcap"), tmp_path / "new", ("mask", "label_info"))
    label(drive(tmp_path, "mcap"), tmp_path / "old", ("mask", "label_info"))
    for name, version in (("new", 9), ("old", 8)):
        text = (tmp_path / name / "metadata.yaml").read_text()
        information = yaml.safe_load(text)["rosbag2_bagfile_information"]
        assert information["version"] == version
        with AnyReader([tmp_path / name]) as reader:
            found: dict[str, Any] = {c.topic: c for c in reader.connections}
        assert information["message_count"] == sum(c.msgcount for c in found.values())
        (mask,) = found[MASK].ext.offered_qos_profiles
        (names,) = found["/segmentation/label_info"].ext.offered_qos_profiles
        assert (mask.reliability.name, mask.durability.name) == ("RELIABLE", "VOLATILE")
        assert (names.reliability.name, names.durability.name) == ("RELIABLE", "TRANSIENT_LOCAL")
        if name == "new":
            (camera,) = found["/camera"].ext.offered_qos_profiles
            assert (camera.reliability.name, camera.depth) == ("BEST_EFFORT", 5)


@pytest.mark.parametrize(
    ("kind", "name", "files"),
    [
        ("sqlite3", "labelled", ["labelled.db3", "metadata.yaml"]),
        ("mcap", "labelled", ["labelled.mcap", "metadata.yaml"]),
        ("mcap", "labelled.mcap", None),
        ("sqlite3", "labelled.mcap", None),
    ],
)
def test_the_name_decides_the_format(
    tmp_path: Path, kind: str, name: str, files: list[str] | None
) -> None:
    path, out = drive(tmp_path, kind), tmp_path / name
    label(path, out)
    if files is None:
        assert out.read_bytes().startswith(b"\x89MCAP0")
    else:
        assert sorted(file.name for file in out.iterdir()) == files
    assert sorted(m for m in raw(out) if m[0] != MASK) == sorted(raw(path))


def test_topic_of_a_type_nobody_knows_survives(tmp_path: Path) -> None:
    """Humble's recorder stores no definitions, so a robot's own types are bytes to us."""
    store = bags.typestore_of("sqlite3")
    path = tmp_path / "humble"
    image = bags.raw_image(store, np.zeros((2, 2, 3), np.uint8), "rgb8", 7)
    with Ros2Writer(path, version=8, storage_plugin=StoragePlugin.SQLITE3) as writer:
        writer.added_types.update({"robot_msgs/msg/Secret", bags.IMAGE})
        secret = writer.add_connection("/secret", "robot_msgs/msg/Secret", msgdef="", rihs01="x")
        images = writer.add_connection("/image_raw", bags.IMAGE, typestore=store)
        writer.write(secret, 1, b"\x00\x01\x00\x00secret")
        writer.write(images, 2, store.serialize_cdr(image, bags.IMAGE))
    for name in ("labelled", "labelled.mcap"):
        label(path, tmp_path / name)
        with AnyReader([tmp_path / "labelled"], default_typestore=store) as reader:
            found = {c.topic: (c.msgtype, data) for c, _, data in reader.messages()}
        assert found["/secret"] == ("robot_msgs/msg/Secret", b"\x00\x01\x00\x00secret")
        assert set(found) == {"/secret", "/image_raw", MASK}


def test_a_run_that_was_stopped_goes_on_and_ends_with_the_same_bytes(tmp_path: Path) -> None:
    path = drive(tmp_path, "mcap")
    label(path, tmp_path / "whole.mcap")
    bag = LabelledBag(BagSource(path), tmp_path / "resumed.mcap")
    with bag.open_journal({}) as journal:
        assert next(bag.label(journal, first_pixel))
    with bag.open_journal({}) as journal:
        # The first is there already, the second cannot be decoded.
        assert list(bag.label(journal, first_pixel)) == [False, False, True]
        writing = bag.write(journal, CLASSES)
        next(writing)
        writing.close()
    assert not (tmp_path / "resumed.mcap").exists()
    again = label(path, tmp_path / "resumed.mcap")
    assert again.messages == 8
    assert (tmp_path / "resumed.mcap").read_bytes() == (tmp_path / "whole.mcap").read_bytes()
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [
        "drive",
        "resumed.mcap",
        "whole.mcap",
    ]


@pytest.mark.parametrize(
    ("kind", "name", "reason"),
    [
        ("mcap", "x.bag", r"x\.bag: a ROS 2 bag is written as NAME\.mcap or as a folder"),
        ("sqlite3", "x.db3", r"x\.db3: a ROS 2 bag is written as"),
        ("ros1", "x.mcap", r"x\.mcap: a ROS 1 bag is written as NAME\.bag"),
        ("ros1", "x", r"x: a ROS 1 bag is written as NAME\.bag"),
        ("mcap", "drive", r"drive: is the bag that is read"),
        ("mcap", ".", r": is the bag that is read"),
        ("mcap", "there", r"there: exists already; name a bag that does not, or give --force"),
    ],
)
def test_outputs_that_cannot_be(tmp_path: Path, kind: str, name: str, reason: str) -> None:
    path = drive(tmp_path, kind)
    (tmp_path / "there").mkdir()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(DataError, match=reason):
        LabelledBag(BagSource(path), tmp_path / name)
    assert sorted(tmp_path.rglob("*")) == before


def test_force_replaces_a_bag_and_nothing_else(tmp_path: Path) -> None:
    path, out = drive(tmp_path, "mcap"), tmp_path / "labelled"
    label(path, out)
    label(path, out, ("color_mask",), force=True)
    assert {topic for topic, _, _ in raw(out)} >= {"/segmentation/color_mask"}
    assert MASK not in {topic for topic, _, _ in raw(out)}
    (tmp_path / "home").mkdir()
    with pytest.raises(DataError, match="home: is no bag, so it is not replaced"):
        LabelledBag(BagSource(path), tmp_path / "home", force=True)


def test_labelled_bag_is_labelled_again_under_other_names_only(tmp_path: Path) -> None:
    label(drive(tmp_path, "mcap"), tmp_path / "labelled")
    again = BagSource(tmp_path / "labelled", topic="/camera/image_raw")
    with pytest.raises(DataError, match=f"holds {MASK} already; choose other names"):
        LabelledBag(again, tmp_path / "twice")
    LabelledBag(again, tmp_path / "twice", prefix="/second/")
