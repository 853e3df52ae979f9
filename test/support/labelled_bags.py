# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Labels small bags without a network, and reads what came of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from rosbags.highlevel import AnyReader
from support import bags

from attendseg_ros.labels import ClassTable
from attendseg_ros.playback.bags.bag_messages import message_types
from attendseg_ros.playback.bags.bag_source import BagSource
from attendseg_ros.playback.bags.label_journal import Labels
from attendseg_ros.playback.bags.labelled_bag import LabelledBag
from attendseg_ros.playback.frames import Image

MASK = "/segmentation/mask"
CLASSES = ClassTable.load("camvid")


def drive(folder: Path, kind: str) -> Path:
    """A bag of texts and three images, the second of which is damaged: eight messages."""
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
    """A name for the new bag."""
    return "labelled.bag" if kind == "ros1" else "labelled"


def first_pixel(rgb: Image) -> Labels:
    """Stands for a network: the mask is the image's first channel, the confidence its double."""
    return Labels(rgb[..., 0].copy(), rgb[..., 0] * 2)


def label(
    path: Path, out: Path, outputs: Collection[str] = ("mask",), *, force: bool = False
) -> LabelledBag:
    """Labels a whole bag."""
    bag = LabelledBag(BagSource(path), out, outputs, force=force)
    with bag.open_journal({}) as journal:
        deque(bag.make(journal, first_pixel, CLASSES), maxlen=0)
        journal.remove()
    return bag


def label_some(bag: LabelledBag, images: int) -> None:
    """Starts to make a bag, and stops after so many images."""
    with (
        bag.open_journal({}) as journal,
        closing(bag.make(journal, first_pixel, CLASSES)) as making,
    ):
        while images:
            images -= next(making)


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
