# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Labelled bags: what was there stays as it was, what is added is what the node publishes."""

from __future__ import annotations

import shutil
from collections import deque
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rosbags.highlevel import AnyReader
from rosbags.rosbag2 import StoragePlugin
from rosbags.rosbag2 import Writer as Ros2Writer
from support import bags
from support.full_disk import full_disk
from support.labelled_bags import (
    CLASSES,
    MASK,
    decoded,
    drive,
    first_pixel,
    label,
    label_some,
    out_name,
    raw,
)

from attendseg_ros.errors import DataError
from attendseg_ros.playback.bags.bag_source import BagSource
from attendseg_ros.playback.bags.label_journal import ImageKey, Labels
from attendseg_ros.playback.bags.labelled_bag import LabelledBag
from attendseg_ros.playback.frames import Image


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


def names_in(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def content_of(bag: Path) -> list[bytes]:
    """The bytes of a bag's files."""
    files = [bag] if bag.is_file() else sorted(bag.iterdir())
    return [file.read_bytes() for file in files]


@pytest.mark.parametrize("kind", bags.KINDS)
def test_a_full_disk_ends_in_one_line_and_leaves_no_bag(tmp_path: Path, kind: str) -> None:
    path, out = drive(tmp_path, kind), tmp_path / "new" / out_name(kind)
    bag = LabelledBag(BagSource(path), out)
    label_some(bag, 1)
    with (
        bag.open_journal({}) as journal,
        full_disk(1024),
        pytest.raises(DataError, match="cannot be written") as caught,
    ):
        deque(bag.make(journal, first_pixel, CLASSES), maxlen=0)
    assert "\n" not in str(caught.value)
    assert names_in(out.parent) == [bag.journal_path.name]


@pytest.mark.parametrize("kind", bags.KINDS)
def test_a_topic_may_change_its_type(tmp_path: Path, kind: str) -> None:
    store = bags.typestore_of(kind)
    topics: bags.Topics = [
        ("/camera", bags.STRING, [store.types[bags.STRING](data="text")] * 2),
        (
            "/camera",
            bags.IMAGE,
            [bags.raw_image(store, np.full((6, 8, 3), 7, np.uint8), "rgb8", 1)],
        ),
    ]
    path, out = bags.write_bag(tmp_path, kind, topics), tmp_path / out_name(kind)
    bag = label(path, out)
    assert (bag.frames, bag.messages, bag.skipped) == (1, 3, [])
    assert sorted(m for m in raw(out) if m[0] != MASK) == sorted(raw(path))
    ((_, mask),) = decoded(out, MASK)
    np.testing.assert_array_equal(mask.data, np.full(48, 7, np.uint8))


def test_images_are_counted_whatever_else_the_journal_holds(tmp_path: Path) -> None:
    bag = LabelledBag(BagSource(drive(tmp_path, "mcap")), tmp_path / "labelled.mcap")
    with bag.open_journal({}) as journal:
        # Of another topic, or of a bag that has been replaced.
        journal.record(ImageKey(1, 2), Labels(np.zeros((6, 8), np.uint8), None))
        deque(bag.make(journal, first_pixel, CLASSES), maxlen=0)
        assert (bag.frames, len(journal)) == (2, 3)


def test_an_image_that_comes_twice_is_from_no_earlier_run(tmp_path: Path) -> None:
    store = bags.typestore_of("mcap")
    image = bags.raw_image(store, np.full((6, 8, 3), 7, np.uint8), "rgb8", 1000)
    topics: bags.Topics = [("/camera", bags.IMAGE, [image])]
    bag_path = bags.write_bag(tmp_path, "mcap", topics)
    (first,) = bag_path.glob("*.mcap")
    shutil.copy(first, first.with_name("drive_1.mcap"))
    (bag_path / "metadata.yaml").unlink()
    bag = LabelledBag(BagSource(bag_path), tmp_path / "labelled.mcap")
    with bag.open_journal({}) as journal:
        assert sum(bag.make(journal, first_pixel, CLASSES)) == bag.frames == 2


@pytest.mark.parametrize("prefix", ["bad name!", "~/x", "/2nd", "a//b", "/" + 245 * "a", "grün"])
def test_a_prefix_that_makes_no_topic_is_refused(tmp_path: Path, prefix: str) -> None:
    source = BagSource(drive(tmp_path, "mcap"))
    with pytest.raises(DataError, match=r"--prefix .*makes the topic .*letters, digits"):
        LabelledBag(source, tmp_path / "new", ("mask",), prefix)


@pytest.mark.parametrize(
    ("prefix", "topic"), [("seg", "/seg/mask"), ("/a/b/", "/a/b/mask"), ("", "/mask")]
)
def test_a_prefix_makes_full_names(tmp_path: Path, prefix: str, topic: str) -> None:
    bag = LabelledBag(BagSource(drive(tmp_path, "mcap")), tmp_path / "new", ("mask",), prefix)
    with bag.open_journal({}) as journal:
        deque(bag.make(journal, first_pixel, CLASSES), maxlen=0)
    assert len(decoded(tmp_path / "new", topic)) == 2


def test_a_journal_that_outgrows_the_disk_ends_in_one_line(tmp_path: Path) -> None:
    path, out = drive(tmp_path, "mcap"), tmp_path / "new" / "labelled.mcap"
    bag = LabelledBag(BagSource(path), out)
    with (
        bag.open_journal({}) as journal,
        full_disk(30),
        pytest.raises(DataError, match=r"labelled\.mcap: cannot be written"),
    ):
        deque(bag.make(journal, first_pixel, CLASSES), maxlen=0)
    assert names_in(out.parent) == []


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


@pytest.mark.parametrize("kind", bags.KINDS)
def test_a_run_that_was_stopped_goes_on_and_ends_with_the_same_bag(
    tmp_path: Path, kind: str
) -> None:
    path = drive(tmp_path, kind)
    whole, resumed = (tmp_path / name / out_name(kind) for name in ("whole", "resumed"))
    label(path, whole)
    bag = LabelledBag(BagSource(path), resumed)
    label_some(bag, 1)
    assert names_in(resumed.parent) == [bag.journal_path.name]
    newly: list[int] = []

    def noted(rgb: Image) -> Labels:
        newly.append(int(rgb[0, 0, 0]))
        return first_pixel(rgb)

    with bag.open_journal({}) as journal:
        # A text and an image by turns; the first is there already, the second cannot be decoded.
        made = list(bag.make(journal, noted, CLASSES))
        journal.remove()
    assert made == [False] * 5 + [True] + [False] * 2
    assert newly == [2]
    assert bag.messages == 8
    assert names_in(resumed.parent) == [resumed.name]
    assert content_of(resumed) == content_of(whole)


@pytest.mark.parametrize("kind", bags.KINDS)
def test_an_image_is_labelled_as_its_message_is_reached(tmp_path: Path, kind: str) -> None:
    """What makes one pass of it, in bounded memory: nothing is labelled or copied in advance."""
    bag = LabelledBag(BagSource(drive(tmp_path, kind)), tmp_path / out_name(kind))
    counts: list[tuple[int, int]] = []
    with bag.open_journal({}) as journal:
        for _ in bag.make(journal, first_pixel, CLASSES):
            counts.append((bag.messages, len(journal)))
        journal.remove()
    assert counts == [(1, 0), (2, 1), (3, 1), (4, 1), (5, 1), (6, 2), (7, 2), (8, 2)]


@pytest.mark.parametrize("kind", bags.KINDS)
def test_a_bag_with_no_image_that_can_be_labelled_is_refused(tmp_path: Path, kind: str) -> None:
    store = bags.typestore_of(kind)
    broken = bags.raw_image(store, np.zeros((6, 8, 3), np.uint8), "rgb8", 7)
    broken.data = broken.data[:-1]
    text = store.types[bags.STRING](data="hello")
    topics: bags.Topics = [("/chat", bags.STRING, [text]), ("/camera", bags.IMAGE, [broken] * 2)]
    path, out = bags.write_bag(tmp_path, kind, topics), tmp_path / "new" / out_name(kind)
    with pytest.raises(DataError, match="no image can be labelled; first: image 0 on /camera: "):
        label(path, out)
    assert names_in(out.parent) == []


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
    for name in ("calibration.yaml", "notes.mcap.txt"):
        (out / name).write_text("mine")
    for name in ("labelled.mcap-journal", "labelled_0.db3-wal"):
        (out / name).write_text("of the old one")
    others = ("monday.mcap", "tuesday.db3.zstd", "x.db3.active")
    for name in others:
        (out / name).write_text("another recording")
    label(path, out, ("color_mask",), force=True)
    assert sorted(file.name for file in out.iterdir()) == sorted(
        ["calibration.yaml", "labelled.mcap", "metadata.yaml", "notes.mcap.txt", *others]
    )
    assert (out / "calibration.yaml").read_text() == "mine"
    assert all((out / name).read_text() == "another recording" for name in others)
    for name in others:
        (out / name).unlink()
    assert {topic for topic, _, _ in raw(out)} >= {"/segmentation/color_mask"}
    assert MASK not in {topic for topic, _, _ in raw(out)}
    (tmp_path / "home").mkdir()
    with pytest.raises(DataError, match="home: is not a bag, so it is not replaced"):
        LabelledBag(BagSource(path), tmp_path / "home", force=True)
    (tmp_path / "home" / "monday.mcap").write_text("another recording")
    with pytest.raises(DataError, match=r"home: holds recordings and no metadata.yaml that makes"):
        LabelledBag(BagSource(path), tmp_path / "home", force=True)


def test_a_bag_that_another_run_has_made_since_the_start_is_not_replaced(tmp_path: Path) -> None:
    path, out = drive(tmp_path, "mcap"), tmp_path / "new" / "labelled"
    late = LabelledBag(BagSource(path), out, ("color_mask",))
    label(path, out)
    made = content_of(out)
    with pytest.raises(DataError, match="labelled: exists already"):
        label_some(late, 1)
    assert content_of(out) == made
    assert names_in(out.parent) == ["labelled"]


@pytest.mark.parametrize("kind", ["mcap", "ros1"])
def test_a_folder_is_not_replaced_by_a_file(tmp_path: Path, kind: str) -> None:
    # ros2 bag record -o day.mcap makes a folder of that name, and people put notes into it.
    name = "day.bag" if kind == "ros1" else "day.mcap"
    (tmp_path / "other").mkdir()
    drive(tmp_path / "other", "mcap").rename(tmp_path / name)
    (tmp_path / name / "notes.txt").write_text("mine")
    source = BagSource(drive(tmp_path, kind))
    with pytest.raises(DataError, match=rf"{name}: is a folder, so the file {name} cannot replace"):
        LabelledBag(source, tmp_path / name, force=True)


@pytest.mark.parametrize("kind", ["sqlite3", "mcap", "ros1"])
def test_a_name_may_be_as_long_as_names_can_be(tmp_path: Path, kind: str) -> None:
    ending = {"sqlite3": "", "mcap": ".mcap", "ros1": ".bag"}[kind]
    out = tmp_path / ("n" * (255 - len(ending)) + ending)
    path = drive(tmp_path, kind)
    label(path, out)
    assert {topic for topic, _, _ in raw(out)} > {MASK}
    assert {entry.name for entry in tmp_path.iterdir()} == {path.name, out.name}
    if kind == "mcap":
        label(path, tmp_path / ("f" * 255))
        assert MASK in {topic for topic, _, _ in raw(tmp_path / ("f" * 255))}


def test_labelled_bag_is_labelled_again_under_other_names_only(tmp_path: Path) -> None:
    label(drive(tmp_path, "mcap"), tmp_path / "labelled")
    again = BagSource(tmp_path / "labelled", topic="/camera/image_raw")
    with pytest.raises(DataError, match=f"holds {MASK} already; choose other names"):
        LabelledBag(again, tmp_path / "twice")
    LabelledBag(again, tmp_path / "twice", prefix="/second/")
