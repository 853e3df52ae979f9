# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""ROS 1 and ROS 2 bags as a source, through rosbags; no ROS is needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice, pairwise
from pathlib import Path
from statistics import median
from typing import Any

from attendseg_ros.errors import DataError
from attendseg_ros.playback.frames import Frame

try:
    from rosbags.highlevel import AnyReader, AnyReaderError
    from rosbags.interfaces import Connection
    from rosbags.serde import SerdeError
    from rosbags.typesys import Stores, get_typestore

    from attendseg_ros.playback.bag_messages import COMPRESSED_TYPE, IMAGE_TYPES, to_rgb
except ImportError as error:
    raise DataError(
        f"bags are read with rosbags and rosbags-image ({error}): pip install rosbags rosbags-image"
    ) from error

FALLBACK_RATE_HZ = 10.0
"""For a bag with one image, or whose images all carry the same recording time."""

_IMAGES_FOR_RATE = 50


class BagSource:
    """The images of one topic of a bag."""

    def __init__(self, path: Path, topic: str = "") -> None:
        """Opens the bag once to learn its image topics.

        Args:
            path: A ROS 1 .bag; a ROS 2 bag's folder or its .mcap or .db3 file.
            topic: The image topic; empty for the first one there is.

        Raises:
            DataError: The bag cannot be read, or holds no such topic or no images at all; the
                message lists what it holds.
        """
        self._path = path
        self._skipped: list[str] = []
        with open_bag(path) as reader:
            connections = _image_connections(path, reader, topic)
            self._topic = connections[0].topic
            self._frame_count = sum(connection.msgcount for connection in connections)
            self._rate_hz = _usual_rate(reader, connections)

    @property
    def path(self) -> Path:
        """The bag's file or folder."""
        return self._path

    @property
    def topic(self) -> str:
        """The topic that is read."""
        return self._topic

    @property
    def description(self) -> str:
        """For example "bag drive.bag (300 images on /camera/image_raw)"."""
        return f"bag {self._path.name} ({self._frame_count} images on {self._topic})"

    @property
    def frame_count(self) -> int:
        """Number of images on the topic."""
        return self._frame_count

    @property
    def rate_hz(self) -> float:
        """Rate at which the images were recorded."""
        return self._rate_hz

    @property
    def skipped(self) -> list[str]:
        """The images that could not be decoded in the latest iteration, and why."""
        return self._skipped

    def __iter__(self) -> Iterator[Frame]:
        """Reads the images in the order they were recorded; the unreadable are skipped and named.

        Raises:
            DataError: The bag is damaged, or none of its images can be read.
        """
        self._skipped = []
        stem = self._topic.strip("/").replace("/", "_")
        with open_bag(self._path) as reader:
            connections = [c for c in reader.connections if c.topic == self._topic]
            messages = reader.messages(connections=connections)
            for index, (connection, time_ns, data) in enumerate(messages):
                try:
                    message: Any = reader.deserialize(data, connection.msgtype)
                    rgb = to_rgb(message, connection.msgtype)
                except (DataError, AnyReaderError, SerdeError) as error:
                    self._skipped.append(f"image {index} on {self._topic}: {error}")
                    continue
                stamp = message.header.stamp
                stamp_ns = stamp.sec * 1_000_000_000 + stamp.nanosec or time_ns
                yield Frame(rgb, stamp_ns, f"{stem}_{index:06d}", index)
        if len(self._skipped) == self._frame_count:
            raise DataError(f"{self._path}: no image can be read; first: {self._skipped[0]}")


@contextmanager
def open_bag(path: Path) -> Iterator[AnyReader]:
    """Opens a bag of any kind, and turns the ways of rosbags to fail into one.

    Raises:
        DataError: The bag is not there or damaged, noticed now or while it is read.
    """
    # Bags recorded before Iron hold no message definitions; the common types suffice for images.
    typestore = get_typestore(Stores.LATEST)
    try:
        with AnyReader([path], default_typestore=typestore) as reader:
            yield reader
    except DataError:
        raise
    except Exception as error:
        # Fed with damaged files, rosbags and what it builds on raised nearly everything: errors
        # of their own and of SQLite, and TypeError, AssertionError, MemoryError and more.
        one_line = " ".join(str(error).split()) or type(error).__name__
        raise DataError(f"{path}: cannot be read as a bag: {one_line}") from error


def _image_connections(path: Path, reader: AnyReader, topic: str) -> list[Connection]:
    # compressed_depth_image_transport sends distances behind a header of its own.
    images = [
        connection
        for connection in reader.connections
        if connection.msgtype in IMAGE_TYPES
        and connection.msgcount
        and not (
            connection.msgtype == COMPRESSED_TYPE and connection.topic.endswith("/compressedDepth")
        )
    ]
    if not images:
        held = ", ".join(sorted(f"{c.topic} ({c.msgtype})" for c in reader.connections)) or "none"
        raise DataError(f"{path}: no topic with images ({' or '.join(IMAGE_TYPES)}) in it: {held}")
    wanted = topic or images[0].topic
    chosen = [connection for connection in images if connection.topic == wanted]
    if not chosen:
        held = ", ".join(sorted({connection.topic for connection in images}))
        raise DataError(f"{path}: no images on topic {topic}; there are some on {held}")
    return chosen


def _usual_rate(reader: AnyReader, connections: list[Connection]) -> float:
    """Rate of the first images: a bag may start long before its camera, and pause."""
    messages = islice(reader.messages(connections=connections), _IMAGES_FOR_RATE)
    times_ns = [time_ns for _, time_ns, _ in messages]
    intervals_ns = [later - earlier for earlier, later in pairwise(times_ns)]
    interval_ns = median(intervals_ns) if intervals_ns else 0
    return 1e9 / interval_ns if interval_ns > 0 else FALLBACK_RATE_HZ
