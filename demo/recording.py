# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The MCAP recording: written by a thread during the run, read afterwards."""

from __future__ import annotations

import contextlib
import os
import queue
import shutil
import struct
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from rosbags.highlevel import AnyReader
from rosbags.interfaces import Connection
from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin, Writer

from demo.definitions import register, ros_typestore

_NICENESS = 10


class Message(NamedTuple):
    """A message as it came: nothing of it is decoded."""

    topic: str
    type: str
    time_ns: int
    data: bytes


class RecordingWriter:
    """Writes a bag from a thread, so that whoever receives messages never waits for the disk.

    A context manager: leaving it completes the bag, leaving it through an exception removes it.
    """

    def __init__(self, path: Path, max_waiting_bytes: int = 512 * 1024 * 1024) -> None:
        """Starts the thread; the bag appears at its path when it is complete.

        Args:
            path: the bag's folder, which must not exist.
            max_waiting_bytes: more is not kept waiting for the disk, but dropped and counted.
        """
        self._path = path
        # rosbag2 names a bag's file after its folder, so the final name lies in a temporary folder.
        self._temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
        # Version 8 is the newest that rosbag2 of Humble reads as well.
        self._writer = Writer(
            self._temporary / path.name, version=8, storage_plugin=StoragePlugin.MCAP
        )
        # Raw pictures are 110 MB a second at 640x480 and 30 Hz; zstd makes that about 20.
        self._writer.set_compression(CompressionMode.STORAGE, CompressionFormat.ZSTD)
        self._writer.open()
        self._typestore = ros_typestore()
        self._connections: dict[str, Connection] = {}
        self._waiting: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._waiting_bytes = 0
        self._lock = threading.Lock()
        self._max_waiting_bytes = max_waiting_bytes
        self._dropped = 0
        self._given_up = False
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="recording", daemon=True)
        self._thread.start()

    @property
    def path(self) -> Path:
        """The bag's folder."""
        return self._path

    @property
    def dropped(self) -> int:
        """Number of messages that are missing because the disk was too slow."""
        return self._dropped

    def put(self, message: Message) -> None:
        """Adds a message; never waits.

        Raises:
            Exception: what went wrong in the thread, for example a full disk.
        """
        if self._error is not None:
            raise self._error
        with self._lock:
            if self._waiting_bytes + len(message.data) > self._max_waiting_bytes:
                self._dropped += 1
                return
            self._waiting_bytes += len(message.data)
        self._waiting.put(message)

    def close(self) -> None:
        """Writes what waits and puts the bag in its place.

        Raises:
            Exception: what went wrong in the thread.
        """
        self._end_thread()
        if self._error is not None:
            self._remove()
            raise self._error
        try:
            self._writer.close()
        except OSError:
            self._remove()
            raise
        (self._temporary / self._path.name).replace(self._path)
        self._temporary.rmdir()

    def __enter__(self) -> RecordingWriter:
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if exception_type is None:
            self.close()
        else:
            # What waits would be written to be removed.
            self._given_up = True
            self._end_thread()
            self._remove()

    def _remove(self) -> None:
        # On a full disk nothing can be flushed; what is there goes all the same.
        with contextlib.suppress(OSError):
            self._writer.abort()
        shutil.rmtree(self._temporary)

    def _end_thread(self) -> None:
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        # Compressing takes a third of a core: on a small machine the node comes first. On Linux
        # the priority is the thread's own.
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
        try:
            while (message := self._waiting.get()) is not None and not self._given_up:
                self._write(message)
                with self._lock:
                    self._waiting_bytes -= len(message.data)
        except Exception as error:  # handed to whoever puts or closes
            self._error = error

    def _write(self, message: Message) -> None:
        connection = self._connections.get(message.topic)
        if connection is None:
            register(self._typestore, message.type)
            connection = self._writer.add_connection(
                message.topic, message.type, typestore=self._typestore
            )
            self._connections[message.topic] = connection
        self._writer.write(connection, message.time_ns, message.data)


def read(path: Path, topics: Sequence[str] = ()) -> Iterator[tuple[str, int, Any]]:
    """Reads a recording.

    Args:
        path: the bag's folder.
        topics: those to read; empty for all.

    Yields:
        Topic, time of arrival in nanoseconds, and message, in the order of arrival.
    """
    with AnyReader([path]) as reader:
        connections = [c for c in reader.connections if not topics or c.topic in topics]
        for connection, time_ns, data in reader.messages(connections=connections):
            yield connection.topic, time_ns, reader.deserialize(data, connection.msgtype)


def stamps(path: Path, topic: str) -> Iterator[int]:
    """Yields the header stamps on a topic of a recording, in nanoseconds."""
    with AnyReader([path]) as reader:
        connections = [connection for connection in reader.connections if connection.topic == topic]
        # Given none, the reader would take all.
        if connections:
            for _, _, data in reader.messages(connections=connections):
                yield header_stamp_ns(data)


def topic_counts(path: Path) -> dict[str, int]:
    """The number of messages of every topic in a recording."""
    with AnyReader([path]) as reader:
        return {connection.topic: connection.msgcount for connection in reader.connections}


def header_stamp_ns(data: bytes) -> int:
    """The stamp of a serialized message that begins with a std_msgs/Header, in nanoseconds.

    The first four bytes are CDR's own header, whose second byte tells the byte order (OMG
    DDSI-RTPS 2.3, 10.5); then come the stamp's seconds and nanoseconds.
    """
    order = "<" if data[1] & 1 else ">"
    seconds, nanoseconds = struct.unpack_from(f"{order}iI", data, 4)
    return int(seconds) * 1_000_000_000 + int(nanoseconds)
