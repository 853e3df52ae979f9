# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""New ROS 2 bags in SQLite, laid out as rosbag2 does it from Iron on; Humble reads them as well."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import yaml
from rosbags.interfaces import Connection, ConnectionExtRosbag2, MessageDefinitionFormat
from rosbags.rosbag2.metadata import dump_qos_v8
from rosbags.typesys.store import Typestore

from attendseg_ros.playback.bags.bag_metadata import NO_HASH, BagMetadata, TopicMetadata
from attendseg_ros.playback.bags.bag_reader import CDR, Recorded
from attendseg_ros.playback.bags.bag_writer import BagWriter, file_stem, offered_qos

# rosbag2 of Humble reads metadata up to 8, where QoS is written as numbers.
_VERSION = 8

_TABLES = """
CREATE TABLE schema(schema_version INTEGER PRIMARY KEY, ros_distro TEXT NOT NULL);
CREATE TABLE metadata(
    id INTEGER PRIMARY KEY, metadata_version INTEGER NOT NULL, metadata TEXT NOT NULL);
CREATE TABLE topics(
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, type TEXT NOT NULL,
    serialization_format TEXT NOT NULL, offered_qos_profiles TEXT NOT NULL,
    type_description_hash TEXT NOT NULL);
CREATE TABLE message_definitions(
    id INTEGER PRIMARY KEY, topic_type TEXT NOT NULL, encoding TEXT NOT NULL,
    encoded_message_definition TEXT NOT NULL, type_description_hash TEXT NOT NULL);
CREATE TABLE messages(
    id INTEGER PRIMARY KEY, topic_id INTEGER NOT NULL, timestamp INTEGER NOT NULL,
    data BLOB NOT NULL);
CREATE INDEX timestamp_idx ON messages (timestamp ASC);
INSERT INTO schema(schema_version, ros_distro) VALUES (4, 'unknown');
"""
_ENCODINGS = {MessageDefinitionFormat.MSG: "ros2msg", MessageDefinitionFormat.IDL: "ros2idl"}


class SqliteWriter(BagWriter):
    """A ROS 2 bag's folder with its messages in SQLite."""

    def __init__(self, path: Path, connections: list[Connection], store: Typestore) -> None:
        """Starts the folder with the other bag's topics.

        Args:
            path: the folder, which is made.
            connections: the other bag's topics.
            store: types of the new topics.
        """
        path.mkdir(parents=True)
        self._folder = path
        self._store = store
        file = path / f"{file_stem(path)}.db3"
        self._metadata = BagMetadata("sqlite3", file.name)
        self._described: set[tuple[str, str]] = set()
        # An absolute path is no URI to SQLite, whatever characters it holds.
        self._database = sqlite3.connect(file.absolute())
        try:
            self._database.executescript(_TABLES)
            self._copies = {topic.id: self._take_over(topic) for topic in connections}
        except BaseException:
            self._database.close()
            raise

    def add_topic(self, name: str, message_type: str, *, latched: bool = False) -> Any:
        """Adds a new topic."""
        definition, _ = self._store.generate_msgdef(message_type, ros_version=2)
        digest = self._store.hash_rihs01(message_type)
        qos = dump_qos_v8([offered_qos(latched)])
        number = self._add(
            TopicMetadata(name, message_type, CDR, qos, digest), "ros2msg", definition
        )
        return number, message_type

    def copy(self, recorded: Recorded) -> None:
        """Adds a message of the other bag, unchanged."""
        self._insert(self._copies[recorded.connection.id], recorded.time_ns, recorded.data)

    def write(self, topic: Any, time_ns: int, message: Any) -> None:
        """Adds a new message."""
        number, message_type = topic
        self._insert(number, time_ns, bytes(self._store.serialize_cdr(message, message_type)))

    def close(self) -> None:
        """Completes the bag."""
        information = yaml.safe_dump(self._metadata.information(_VERSION), sort_keys=False)
        self._database.execute(
            "INSERT INTO metadata(metadata_version, metadata) VALUES (?, ?)",
            (_VERSION, information),
        )
        self._database.commit()
        self._database.close()
        self._metadata.write(self._folder, _VERSION)

    def discard(self) -> None:
        """Closes the files."""
        self._database.close()

    def _take_over(self, connection: Connection) -> int:
        extra = connection.ext
        assert isinstance(extra, ConnectionExtRosbag2)
        metadata = TopicMetadata(
            connection.topic,
            connection.msgtype,
            extra.serialization_format,
            dump_qos_v8(extra.offered_qos_profiles),
            connection.digest or NO_HASH,
        )
        encoding = _ENCODINGS.get(connection.msgdef.format, "")
        return self._add(metadata, encoding, connection.msgdef.data)

    def _add(self, topic: TopicMetadata, encoding: str, definition: str) -> int:
        """Adds a topic, and with the first of a type the type's definition where it is known."""
        number = len(self._metadata.topics) + 1
        self._metadata.topics[number] = topic
        self._database.execute("INSERT INTO topics VALUES (?, ?, ?, ?, ?, ?)", (number, *topic))
        key = (topic.message_type, topic.type_hash)
        if encoding and key not in self._described:
            self._described.add(key)
            self._database.execute(
                "INSERT INTO message_definitions(topic_type, encoding, encoded_message_definition,"
                " type_description_hash) VALUES (?, ?, ?, ?)",
                (topic.message_type, encoding, definition, topic.type_hash),
            )
        return number

    def _insert(self, topic: int, time_ns: int, data: bytes) -> None:
        self._database.execute(
            "INSERT INTO messages(topic_id, timestamp, data) VALUES (?, ?, ?)",
            (topic, time_ns, data),
        )
        self._metadata.count(topic, time_ns)
