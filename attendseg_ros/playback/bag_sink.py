# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A bag with everything that was in the input bag, and the masks."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

from rosbags.interfaces import Connection, ConnectionExtRosbag1, ConnectionExtRosbag2
from rosbags.rosbag1 import Writer as Ros1Writer
from rosbags.rosbag2 import StoragePlugin
from rosbags.rosbag2 import Writer as Ros2Writer
from rosbags.typesys import Stores, get_typestore
from rosbags.typesys.store import Typestore

from attendseg_ros.errors import DataError
from attendseg_ros.playback.bag import BagSource, open_bag
from attendseg_ros.playback.bag_messages import RAW_TYPE, mask_message
from attendseg_ros.playback.frames import Frame, Image
from attendseg_ros.playback.image_sinks import make_folder
from attendseg_ros.playback.sink import Sink

MASK_TOPIC = "/segmentation/mask"

# rosbag2's mark for a type whose hash the recorder did not know.
_NO_HASH = "RIHS01_" + "0" * 64


class LabelledBagSink(Sink):
    """Copies a bag message by message and puts each mask right after the image it belongs to.

    The output is a ROS 1 bag for a ROS 1 bag, and for a ROS 2 bag one of the same storage. What
    is copied is not decoded, so topics of unknown types survive.
    """

    def __init__(self, source: BagSource, path: Path, mask_topic: str = MASK_TOPIC) -> None:
        """Starts the output under a temporary name.

        Args:
            source: The bag whose frames will be written.
            path: The new bag: a .bag file for ROS 1, else a folder. It must not exist.
            mask_topic: Topic of the masks.

        Raises:
            DataError: The output exists or cannot be written, or the input has the mask topic.
        """
        if path.exists():
            raise DataError(f"{path}: exists already; name a bag that does not")
        with open_bag(source.path) as reader:
            connections = list(reader.connections)
            typestore = reader.typestore
            is_ros2 = reader.is2
        if any(connection.topic == mask_topic for connection in connections):
            raise DataError(f"{source.path}: holds {mask_topic} already")
        self._path = path
        self._image_topic = source.topic
        self._images_copied = 0
        self._messages = _read(source.path)
        # rosbag2 names a bag's file after its folder, so the final name lies in a temporary folder.
        make_folder(path.parent)
        self._temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
        unfinished = self._temporary / path.name
        self._output: _Ros1Output | _Ros2Output
        if is_ros2:
            self._output = _Ros2Output(unfinished, connections, typestore, source.path)
        else:
            self._output = _Ros1Output(unfinished, connections, typestore)
        self._output.add_mask_topic(mask_topic)

    def write(self, frame: Frame, labels: Image) -> None:
        """Copies up to the frame's image and puts the mask behind it."""
        while self._images_copied <= frame.index:
            connection, time_ns, data = next(self._messages)
            self._output.copy(connection, time_ns, data)
            self._images_copied += connection.topic == self._image_topic
        self._output.write_mask(labels, connection.msgtype, time_ns, data)

    def close(self) -> None:
        """Copies the rest and puts the new bag in its place."""
        for connection, time_ns, data in self._messages:
            self._output.copy(connection, time_ns, data)
        self._output.writer.close()
        (self._temporary / self._path.name).replace(self._path)
        self._temporary.rmdir()

    def discard(self) -> None:
        """Removes the incomplete bag."""
        self._messages.close()
        self._output.writer.abort()
        shutil.rmtree(self._temporary)


class _Ros2Output:
    """Writes a ROS 2 bag."""

    def __init__(
        self, path: Path, connections: list[Connection], typestore: Typestore, source: Path
    ) -> None:
        known = {c.msgtype for c in connections if c.msgtype in typestore.fielddefs}
        # Before Iron bags held no definitions, and MCAP cannot hold a topic without one.
        is_mcap = _is_mcap(source) and all(c.msgtype in known for c in connections)
        storage = StoragePlugin.MCAP if is_mcap else StoragePlugin.SQLITE3
        # Version 8: rosbag2 of Humble reads it as well, and 9 not.
        self.writer = Ros2Writer(path, version=8, storage_plugin=storage)
        self.writer.open()
        self._input_types = typestore
        self._types = get_typestore(Stores.LATEST)
        self._copies: dict[int, Connection] = {}
        for connection in connections:
            self._copies[connection.id] = self._add(connection, connection.msgtype in known)

    def _add(self, connection: Connection, is_known: bool) -> Connection:
        extra = connection.ext
        assert isinstance(extra, ConnectionExtRosbag2)
        definition: dict[str, Any] = {"typestore": self._input_types}
        if not is_known:
            # The writer stores a definition with the first topic of a type; here there is none.
            self.writer.added_types.add(connection.msgtype)
            definition = {"msgdef": "", "rihs01": connection.digest or _NO_HASH}
        return self.writer.add_connection(
            connection.topic,
            connection.msgtype,
            serialization_format=extra.serialization_format,
            offered_qos_profiles=extra.offered_qos_profiles,
            **definition,
        )

    def add_mask_topic(self, topic: str) -> None:
        self._masks = self.writer.add_connection(topic, RAW_TYPE, typestore=self._types)

    def copy(self, connection: Connection, time_ns: int, data: bytes) -> None:
        self.writer.write(self._copies[connection.id], time_ns, data)

    def write_mask(self, labels: Image, image_type: str, time_ns: int, image_data: bytes) -> None:
        image: Any = self._input_types.deserialize_cdr(image_data, image_type)
        mask = mask_message(labels, image.header, self._types.types)
        self.writer.write(self._masks, time_ns, self._types.serialize_cdr(mask, RAW_TYPE))


class _Ros1Output:
    """Writes a ROS 1 bag."""

    def __init__(self, path: Path, connections: list[Connection], typestore: Typestore) -> None:
        self.writer = Ros1Writer(path)
        self.writer.open()
        self._input_types = typestore
        self._types = get_typestore(Stores.ROS1_NOETIC)
        self._copies: dict[int, Connection] = {}
        for connection in connections:
            extra = connection.ext
            assert isinstance(extra, ConnectionExtRosbag1)
            self._copies[connection.id] = self.writer.add_connection(
                connection.topic,
                connection.msgtype,
                msgdef=connection.msgdef.data,
                md5sum=connection.digest,
                callerid=extra.callerid,
                latching=extra.latching,
            )

    def add_mask_topic(self, topic: str) -> None:
        self._masks = self.writer.add_connection(topic, RAW_TYPE, typestore=self._types)

    def copy(self, connection: Connection, time_ns: int, data: bytes) -> None:
        self.writer.write(self._copies[connection.id], time_ns, data)

    def write_mask(self, labels: Image, image_type: str, time_ns: int, image_data: bytes) -> None:
        image: Any = self._input_types.deserialize_ros1(image_data, image_type)
        mask = mask_message(labels, image.header, self._types.types)
        self.writer.write(self._masks, time_ns, self._types.serialize_ros1(mask, RAW_TYPE))


def _read(path: Path) -> Generator[tuple[Connection, int, bytes], None, None]:
    with open_bag(path) as reader:
        yield from reader.messages()


def _is_mcap(path: Path) -> bool:
    return path.suffix == ".mcap" or (path.is_dir() and any(path.glob("*.mcap")))
