# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""New MCAP files, and the metadata.yaml that makes a ROS 2 bag's folder of one."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import yaml
from mcap.records import Attachment
from mcap.writer import CompressionType, Writer
from rosbags.interfaces import Connection, ConnectionExtRosbag2, MessageDefinitionFormat
from rosbags.rosbag2.metadata import dump_qos_v8, dump_qos_v9
from rosbags.typesys.store import Typestore

from attendseg_ros.documents import parse_yaml
from attendseg_ros.errors import DataError
from attendseg_ros.playback.bags.bag_metadata import BagMetadata, TopicMetadata
from attendseg_ros.playback.bags.bag_reader import CDR, ROS1_SERIALIZATION, BagReader, Recorded
from attendseg_ros.playback.bags.bag_writer import BagWriter, file_stem, offered_qos
from attendseg_ros.playback.bags.mcap_reader import McapReader

_COMPRESSIONS = {
    "": CompressionType.NONE,
    "lz4": CompressionType.LZ4,
    "zstd": CompressionType.ZSTD,
}
_ENCODINGS = {MessageDefinitionFormat.MSG: "ros2msg", MessageDefinitionFormat.IDL: "ros2idl"}
_QOS = "offered_qos_profiles"
_HASH = "topic_type_hash"


class McapWriter(BagWriter):
    """An MCAP file; what comes from another one keeps its records' every field."""

    def __init__(self, path: Path, source: BagReader, store: Typestore) -> None:
        """Starts the file with the other bag's topics.

        Args:
            path: the new .mcap file; else a ROS 2 bag's folder, which is made.
            source: the other bag, at its end or not yet read.
            store: types of the new topics.
        """
        self._folder = None if path.suffix.lower() == ".mcap" else path
        if self._folder is not None:
            self._folder.mkdir()
            path = self._folder / f"{file_stem(path)}.mcap"
        self._metadata = BagMetadata("mcap", path.name)
        self._store = store
        self._is_ros2 = source.is_ros2
        self._stream = path.open("xb")
        with ExitStack() as undo:
            undo.callback(self._stream.close)
            self._start(source)
            undo.pop_all()

    def _start(self, source: BagReader) -> None:
        self._mcap = source if isinstance(source, McapReader) else None
        compression = self._mcap.compression if self._mcap else "zstd"
        # A damaged chunk may name any compression.
        self._writer = Writer(
            self._stream, compression=_COMPRESSIONS.get(compression, CompressionType.ZSTD)
        )
        self._writer.start((self._mcap and self._mcap.profile) or "ros2", "attendseg_ros")
        # Recorders from Jazzy on write policies of QoS as words, those before as numbers.
        self._in_words = self._mcap is not None and any(
            isinstance(qos.get("history"), str)
            for topic in source.connections
            for qos in _profiles(self._mcap.described(topic)[1].metadata)
        )
        self._schemas: dict[tuple[str, str, bytes], int] = {}
        self._copies = {topic.id: self._take_over(topic) for topic in source.connections}

    def add_topic(self, name: str, message_type: str, *, latched: bool = False) -> Any:
        """Adds a new topic."""
        if not self._is_ros2:
            return self._add_ros1_topic(name, message_type, latched), message_type
        definition, _ = self._store.generate_msgdef(message_type, ros_version=2)
        qos = [offered_qos(latched)]
        profiles = yaml.safe_dump(dump_qos_v9(qos)) if self._in_words else dump_qos_v8(qos)
        metadata = {_QOS: profiles, _HASH: self._store.hash_rihs01(message_type)}
        schema = (message_type, "ros2msg", definition.encode())
        return self._register(name, CDR, schema, metadata), message_type

    def _add_ros1_topic(self, name: str, message_type: str, latched: bool) -> int:
        """As the `mcap` command writes what it converts from a ROS 1 bag."""
        definition, digest = self._store.generate_msgdef(message_type, ros_version=1)
        schema = (message_type.replace("/msg/", "/"), "ros1msg", definition.encode())
        metadata = {"md5sum": digest, "latching": str(int(latched))}
        return self._register(name, ROS1_SERIALIZATION, schema, metadata)

    def copy(self, recorded: Recorded) -> None:
        """Adds a message of the other bag, unchanged.

        Raises:
            DataError: its time is before 1970, which other kinds of bags can hold.
        """
        if recorded.time_ns < 0:
            raise DataError(
                f"a message on {recorded.connection.topic} was recorded at {recorded.time_ns} ns, "
                "before 1970, which MCAP cannot hold: write a bag's folder"
            )
        self._add(
            self._copies[recorded.connection.id],
            recorded.time_ns,
            recorded.data,
            recorded.publish_ns,
            recorded.sequence,
        )

    def write(self, topic: Any, time_ns: int, message: Any) -> None:
        """Adds a new message."""
        channel, message_type = topic
        serialize = self._store.serialize_cdr if self._is_ros2 else self._store.serialize_ros1
        data = bytes(serialize(message, message_type))
        self._add(channel, time_ns, data, time_ns, 0)

    def close(self) -> None:
        """Takes over what is no message and completes the file."""
        for extra in self._mcap.extras if self._mcap else []:
            if isinstance(extra, Attachment):
                self._writer.add_attachment(
                    extra.create_time, extra.log_time, extra.name, extra.media_type, extra.data
                )
            # rosbag2's own record counts the messages of the other bag.
            elif extra.name != "rosbag2":
                self._writer.add_metadata(extra.name, extra.metadata)
        self._writer.finish()  # type: ignore[no-untyped-call]
        self._stream.close()
        if self._folder is not None:
            # Version 9 is the one with words; Humble reads up to 8 only.
            self._metadata.write(self._folder, 9 if self._in_words else 8)

    def discard(self) -> None:
        """Closes the file."""
        self._stream.close()

    def _take_over(self, topic: Connection) -> int:
        if self._mcap:
            schema, channel = self._mcap.described(topic)
            described = (schema.name, schema.encoding, schema.data) if schema else None
            return self._register(
                channel.topic, channel.message_encoding, described, channel.metadata
            )
        extra = topic.ext
        assert isinstance(extra, ConnectionExtRosbag2)
        metadata = {_QOS: dump_qos_v8(extra.offered_qos_profiles), _HASH: topic.digest}
        encoding = _ENCODINGS.get(topic.msgdef.format, "")
        text = topic.msgdef.data
        if not encoding and topic.msgtype in self._store.fielddefs:
            # Recorders before Iron stored no definitions, and viewers of MCAP need them.
            encoding, text = "ros2msg", self._store.generate_msgdef(topic.msgtype, ros_version=2)[0]
        schema_key = (topic.msgtype, encoding, text.encode())
        return self._register(topic.topic, extra.serialization_format, schema_key, metadata)

    def _register(
        self,
        topic: str,
        encoding: str,
        schema: tuple[str, str, bytes] | None,
        metadata: dict[str, str],
    ) -> int:
        if schema is not None and schema not in self._schemas:
            self._schemas[schema] = self._writer.register_schema(*schema)
        schema_id = self._schemas[schema] if schema is not None else 0
        number = self._writer.register_channel(topic, encoding, schema_id, metadata)
        self._metadata.topics[number] = TopicMetadata(
            topic,
            schema[0] if schema else "",
            # rosbag2 plays no bag at all whose topics differ in this; the file has what is true.
            CDR,
            _profiles(metadata) if self._in_words else metadata.get(_QOS, ""),
            metadata.get(_HASH, ""),
        )
        return number

    def _add(self, channel: int, time_ns: int, data: bytes, publish_ns: int, sequence: int) -> None:
        self._writer.add_message(channel, time_ns, data, publish_ns, sequence)
        self._metadata.count(channel, time_ns)


def _profiles(metadata: dict[str, str]) -> list[dict[str, Any]]:
    try:
        profiles = parse_yaml(metadata.get(_QOS, ""), _QOS)
    # Whatever another recorder wrote there is copied as it is, and not understood.
    except DataError:
        return []
    if not isinstance(profiles, list):
        return []
    return [profile for profile in profiles if isinstance(profile, dict)]
