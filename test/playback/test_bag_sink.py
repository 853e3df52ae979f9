# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Labelled bags."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rosbags.highlevel import AnyReader
from rosbags.rosbag2 import StoragePlugin
from rosbags.rosbag2 import Writer as Ros2Writer
from support import bags

from attendseg_ros.errors import DataError
from attendseg_ros.playback.bag import BagSource
from attendseg_ros.playback.bag_sink import MASK_TOPIC, LabelledBagSink


def read(path: Path) -> list[tuple[str, int, Any]]:
    """Topic, time and message of everything in a bag."""
    with AnyReader([path], default_typestore=bags.typestore_of("sqlite3")) as reader:
        return [
            (connection.topic, time_ns, reader.deserialize(data, connection.msgtype))
            for connection, time_ns, data in reader.messages()
        ]


def drive(tmp_path: Path, kind: str) -> Path:
    """A bag of texts and three images, the second of which is damaged."""
    store = bags.typestore_of(kind)
    rgb = np.full((6, 8, 3), 50, np.uint8)
    images = [bags.raw_image(store, rgb, "rgb8", 1000 + number) for number in range(3)]
    images[1].data = images[1].data[:-1]
    texts = [store.types[bags.STRING](data=f"text {number}") for number in range(5)]
    topics: bags.Topics = [
        ("/chat", bags.STRING, texts),
        ("/camera/image_raw", bags.IMAGE, images),
    ]
    return bags.write_bag(tmp_path, kind, topics)


def label(source: BagSource, output: Path) -> None:
    """Writes a labelled bag with masks of the frame's index."""
    with LabelledBagSink(source, output) as sink:
        for frame in source:
            sink.write(frame, np.full(frame.rgb.shape[:2], frame.index, np.uint8))


@pytest.mark.parametrize("kind", bags.KINDS)
def test_everything_is_kept_and_masks_are_added(tmp_path: Path, kind: str) -> None:
    path = drive(tmp_path, kind)
    output = tmp_path / "out" / ("labelled.bag" if kind == "ros1" else "labelled")
    label(BagSource(path), output)
    before, after = read(path), read(output)
    kept = [(topic, time_ns) for topic, time_ns, _ in after if topic != MASK_TOPIC]
    assert kept == [(topic, time_ns) for topic, time_ns, _ in before]
    assert [m.data for topic, _, m in after if topic == "/chat"] == [f"text {n}" for n in range(5)]
    masks = [(time_ns, mask) for topic, time_ns, mask in after if topic == MASK_TOPIC]
    image_times = [time_ns for topic, time_ns, _ in before if topic == "/camera/image_raw"]
    assert [time_ns for time_ns, _ in masks] == [image_times[0], image_times[2]]
    for index, (_, mask) in zip((0, 2), masks, strict=True):
        assert (mask.width, mask.height, mask.step, mask.encoding) == (8, 6, 8, "mono8")
        assert (mask.header.stamp.nanosec, mask.header.frame_id) == (1000 + index, "camera")
        np.testing.assert_array_equal(mask.data, np.full(48, index, np.uint8))


@pytest.mark.parametrize(("kind", "suffix"), [("sqlite3", ".db3"), ("mcap", ".mcap")])
def test_storage_stays_what_it_was(tmp_path: Path, kind: str, suffix: str) -> None:
    path = drive(tmp_path, kind)
    label(BagSource(path), tmp_path / "labelled")
    names = sorted(file.name for file in (tmp_path / "labelled").iterdir())
    assert names == [f"labelled{suffix}", "metadata.yaml"]


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
    label(BagSource(path), tmp_path / "labelled")
    with AnyReader([tmp_path / "labelled"], default_typestore=store) as reader:
        found = {c.topic: (c.msgtype, data) for c, _, data in reader.messages()}
    assert found["/secret"] == ("robot_msgs/msg/Secret", b"\x00\x01\x00\x00secret")
    assert set(found) == {"/secret", "/image_raw", MASK_TOPIC}


def test_existing_output_is_not_touched(tmp_path: Path) -> None:
    path = drive(tmp_path, "mcap")
    (tmp_path / "labelled").mkdir()
    with pytest.raises(DataError, match="labelled: exists already"):
        LabelledBagSink(BagSource(path), tmp_path / "labelled")


def test_labelled_bag_is_not_labelled_again(tmp_path: Path) -> None:
    label(BagSource(drive(tmp_path, "mcap")), tmp_path / "labelled")
    again = BagSource(tmp_path / "labelled", topic="/camera/image_raw")
    with pytest.raises(DataError, match=f"holds {MASK_TOPIC} already"):
        LabelledBagSink(again, tmp_path / "twice")


@pytest.mark.parametrize("kind", bags.KINDS)
def test_nothing_is_left_of_an_interrupted_run(tmp_path: Path, kind: str) -> None:
    source = BagSource(drive(tmp_path, kind))
    before = sorted(tmp_path.iterdir())
    sink = LabelledBagSink(source, tmp_path / "labelled")
    with contextlib.suppress(KeyboardInterrupt), sink:
        frame = next(iter(source))
        sink.write(frame, frame.rgb[..., 0])
        assert sorted(tmp_path.iterdir()) != before
        raise KeyboardInterrupt
    assert sorted(tmp_path.iterdir()) == before
