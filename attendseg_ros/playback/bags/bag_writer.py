# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""New bags that take over another bag's messages as they are, and new messages."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from rosbags.interfaces import (
    Connection,
    ConnectionExtRosbag1,
    Qos,
    QosDurability,
    QosHistory,
    QosLiveliness,
    QosReliability,
    QosTime,
)
from rosbags.rosbag1 import Writer as Ros1FileWriter
from rosbags.typesys.store import Typestore

from attendseg_ros.playback.bags.bag_reader import Recorded
from attendseg_ros.playback.frames import fitting_name
from attendseg_ros.playback.sink import Output


class BagWriter(Output, ABC):
    """A bag that is being written; discarded, it leaves its files closed and incomplete."""

    @abstractmethod
    def add_topic(self, name: str, message_type: str, *, latched: bool = False) -> Any:
        """Adds a new topic; returns what `write` wants for it."""

    @abstractmethod
    def copy(self, recorded: Recorded) -> None:
        """Adds a message of the other bag, unchanged."""

    @abstractmethod
    def write(self, topic: Any, time_ns: int, message: Any) -> None:
        """Adds a new message."""


class Ros1Writer(BagWriter):
    """A ROS 1 bag."""

    def __init__(self, path: Path, connections: list[Connection], store: Typestore) -> None:
        """Starts the file with the other bag's topics."""
        self._writer = Ros1FileWriter(path)
        self._writer.open()
        self._store = store
        self._taken: dict[tuple[Any, ...], Connection] = {}
        with ExitStack() as undo:
            undo.callback(self._writer.abort)
            self._copies = {
                connection.id: self._take_over(connection) for connection in connections
            }
            undo.pop_all()

    def add_topic(self, name: str, message_type: str, *, latched: bool = False) -> Connection:
        """Adds a new topic."""
        return self._writer.add_connection(
            name, message_type, typestore=self._store, latching=int(latched)
        )

    def _take_over(self, connection: Connection) -> Connection:
        extra = connection.ext
        assert isinstance(extra, ConnectionExtRosbag1)
        definition = connection.msgdef.data
        key = (connection.topic, connection.msgtype, definition, connection.digest, extra)
        if key not in self._taken:
            # Merged bags hold connections twice, which rosbags refuses.
            self._taken[key] = self._writer.add_connection(
                connection.topic,
                connection.msgtype,
                msgdef=definition,
                md5sum=connection.digest,
                callerid=extra.callerid,
                latching=extra.latching,
            )
        return self._taken[key]

    def copy(self, recorded: Recorded) -> None:
        """Adds a message of the other bag, unchanged."""
        self._writer.write(self._copies[recorded.connection.id], recorded.time_ns, recorded.data)

    def write(self, topic: Connection, time_ns: int, message: Any) -> None:
        """Adds a new message."""
        self._writer.write(topic, time_ns, self._store.serialize_ros1(message, topic.msgtype))

    def close(self) -> None:
        """Completes the bag."""
        self._writer.close()

    def discard(self) -> None:
        """Closes the file."""
        self._writer.abort()


def file_stem(path: Path) -> str:
    """The name of the file in a bag's folder: the folder's, as text, with room for an ending."""
    # Not all of a long one: SQLite takes paths of up to 512 bytes.
    return fitting_name(path.name.encode(errors="replace").decode(), 80)


def offered_qos(latched: bool) -> Qos:
    """What the node offers for its outputs: reliable, and for names kept for late subscribers."""
    forever = QosTime(2147483647, 4294967295)
    return Qos(
        history=QosHistory.KEEP_LAST,
        depth=1 if latched else 2,
        reliability=QosReliability.RELIABLE,
        durability=QosDurability.TRANSIENT_LOCAL if latched else QosDurability.VOLATILE,
        deadline=forever,
        lifespan=forever,
        liveliness=QosLiveliness.AUTOMATIC,
        liveliness_lease_duration=forever,
        avoid_ros_namespace_conventions=False,
    )
