# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""ROS 1 and ROS 2 bags as a source, through rosbags; no ROS is needed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, pairwise
from pathlib import Path
from statistics import median

from attendseg_ros.errors import DataError, ImageError
from attendseg_ros.images.compressed_format import VIDEO_TYPES
from attendseg_ros.playback.bags.bag_reader import (
    CDR,
    ROS1_SERIALIZATION,
    BagReader,
    serialization_of,
)
from attendseg_ros.playback.bags.open_bag import open_bag
from attendseg_ros.playback.file_kinds import MCAP
from attendseg_ros.playback.frames import Frame, Source, is_numbered_name, numbered_name

try:
    from rosbags.interfaces import Connection

    from attendseg_ros.playback.bags.bag_messages import COMPRESSED_TYPE, IMAGE_TYPES, ImageDecoder
except ImportError as error:
    raise DataError(f"bags are read with rosbags ({error}): pip install rosbags") from error

FALLBACK_RATE_HZ = 10.0
"""For a bag with one image, or whose images all carry the same recording time."""

_IMAGES_FOR_RATE = 50


class BagSource(Source):
    """The images of one topic of a bag."""

    def __init__(self, path: Path, topic: str = "") -> None:
        """Opens the bag once to learn its image topics.

        Args:
            path: a ROS 1 .bag; a ROS 2 bag's folder or its .mcap or .db3 file.
            topic: the image topic; empty for the first one there is.

        Raises:
            DataError: the bag cannot be read, or holds no such topic or no images at all; the
                message lists what it holds.
        """
        super().__init__(path)
        with open_bag(path) as reader:
            images = _image_connections(path, reader)
            self._is_mcap = reader.kind == MCAP
            self._notes = list(reader.notes)
            self._image_topics = sorted({connection.topic for connection in images})
            self._topic = topic or images[0].topic
            if not topic and len(self._image_topics) > 1:
                others = ", ".join(t for t in self._image_topics if t != self._topic)
                self._notes.append(
                    f"images on several topics: {self._topic} is read, as no topic was named, and "
                    f"not {others}"
                )
            if self._topic not in self._image_topics:
                held = ", ".join(self._image_topics)
                foreign = "".join(
                    f" that can be read (it holds {_described(c)})"
                    for c in reader.connections
                    if c.topic == topic and c.msgcount
                )
                raise DataError(
                    f"{path}: no images on topic {topic}{foreign}; there are some on {held}"
                )
            self._notes += [
                f"{c.msgcount} messages on {_described(c)} are no images that can be read, and "
                "are not looked at"
                for c in reader.connections
                if c.topic == self._topic and c.msgcount and not holds_images(c, reader.is_ros2)
            ]
            self._frame_count = sum(c.msgcount for c in images if c.topic == self._topic)
            self._message_count = sum(c.msgcount for c in reader.connections)
            self._rate_hz = _usual_rate(reader, self._topic)

    @property
    def topic(self) -> str:
        """The topic that is read."""
        return self._topic

    @property
    def image_topics(self) -> list[str]:
        """All topics with images."""
        return self._image_topics

    @property
    def description(self) -> str:
        """For example "bag drive.bag (300 images on /camera/image_raw)"."""
        return f"bag {self._path.name} ({self._frame_count} images on {self._topic})"

    @property
    def frame_count(self) -> int:
        """Number of images on the topic."""
        return self._frame_count

    @property
    def message_count(self) -> int:
        """Number of messages of all topics."""
        return self._message_count

    @property
    def is_mcap(self) -> bool:
        """Whether the bag is in MCAP."""
        return self._is_mcap

    @property
    def notes(self) -> list[str]:
        """One line for each thing about the bag that is odd and costs no message."""
        return self._notes

    @property
    def rate_hz(self) -> float:
        """Rate at which the images were recorded."""
        return self._rate_hz

    @property
    def _stem(self) -> str:
        return self._topic.strip("/").replace("/", "_")

    def may_name(self, name: str) -> bool:
        """Whether it is one that an image of the topic has; a damaged bag may hold more of them."""
        return is_numbered_name(name, self._stem, None)

    def __iter__(self) -> Iterator[Frame]:
        """Reads the images as far as the bag can be read; the unreadable are skipped and named.

        Raises:
            DataError: the bag cannot be opened, or none of its images can be read.
        """
        self._skipped = []
        count = 0
        with open_bag(self._path) as reader:
            decoder = ImageDecoder(reader.is_ros2)
            images = (
                recorded
                for recorded in reader.messages(self._topic)
                if holds_images(recorded.connection, reader.is_ros2)
            )
            for index, recorded in enumerate(images):
                try:
                    image = decoder.decode(recorded.data, recorded.connection.msgtype)
                except ImageError as error:
                    self._skipped.append(f"image {index} on {self._topic}: {error}")
                    continue
                stamp = image.header.stamp
                stamp_ns = stamp.sec * 1_000_000_000 + stamp.nanosec or recorded.time_ns
                count += 1
                yield Frame(image.rgb, stamp_ns, numbered_name(self._stem, index), index)
            self._skipped += [f"{self._path.name}: {line}" for line in reader.damage]
        if not count:
            reasons = "; first: " + self._skipped[0] if self._skipped else ""
            raise DataError(f"{self._path}: no image can be read{reasons}")


def holds_images(connection: Connection, is_ros2: bool) -> bool:
    """Whether a connection's messages are images of ROS 1 or ROS 2: a topic may have others too."""
    # compressed_depth_image_transport sends distances behind its own header.
    return (
        connection.msgtype in IMAGE_TYPES
        and serialization_of(connection) == (CDR if is_ros2 else ROS1_SERIALIZATION)
        and not (
            connection.msgtype == COMPRESSED_TYPE and connection.topic.endswith("/compressedDepth")
        )
    )


def _image_connections(path: Path, reader: BagReader) -> list[Connection]:
    readable = CDR if reader.is_ros2 else ROS1_SERIALIZATION
    images = [c for c in reader.connections if c.msgcount and holds_images(c, reader.is_ros2)]
    if images:
        return images
    held = ", ".join(sorted(_described(c) for c in reader.connections)) or "none"
    what = f"no topic with images ({' or '.join(IMAGE_TYPES)}) in it: {held}"
    videos = sorted({c.msgtype for c in reader.connections} & VIDEO_TYPES)
    if videos:
        what += f"; {videos[0]} is a video, decode it to images first"
    foreign = sorted({serialization_of(c) for c in reader.connections} - {readable})
    if foreign:
        what += (
            f"; what is written in {' or '.join(foreign)} is not a ROS message and cannot be read: "
            "record or convert the images as one of these types"
        )
    raise DataError("; ".join([f"{path}: {what}", *dict.fromkeys([*reader.lost, *reader.damage])]))


def _described(connection: Connection) -> str:
    """A topic with its type; with its encoding too where that is foreign, and if it is empty."""
    serialization = serialization_of(connection)
    written = "" if serialization in (CDR, ROS1_SERIALIZATION) else f" in {serialization}"
    empty = "" if connection.msgcount else ", no messages"
    return f"{connection.topic} ({connection.msgtype or 'no type'}{written}{empty})"


def _usual_rate(reader: BagReader, topic: str) -> float:
    """Rate of the first images: a bag may start long before its camera, and pause."""
    times_ns = [recorded.time_ns for recorded in islice(reader.messages(topic), _IMAGES_FOR_RATE)]
    intervals_ns = [later - earlier for earlier, later in pairwise(times_ns)]
    interval_ns = median(intervals_ns) if intervals_ns else 0
    return 1e9 / interval_ns if interval_ns > 0 else FALLBACK_RATE_HZ
