# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""ROS 2 bags in SQLite: topics and messages as the database has them, of every rosbag2."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from rosbags.interfaces import (
    Connection,
    ConnectionExtRosbag2,
    MessageDefinition,
    MessageDefinitionFormat,
    Qos,
)
from rosbags.rosbag2.metadata import parse_qos

from attendseg_ros.errors import DataError
from attendseg_ros.playback.bags.bag_files import by_time
from attendseg_ros.playback.bags.bag_reader import BagReader, Recorded, behind_its_end
from attendseg_ros.playback.bags.sqlite_files import SqliteFile
from attendseg_ros.playback.bags.unpacked import is_packed_message, unpack_message
from attendseg_ros.playback.file_kinds import in_words

_DEFINITIONS = {"ros2msg": MessageDefinitionFormat.MSG, "ros2idl": MessageDefinitionFormat.IDL}
_NO_DEFINITION = MessageDefinition(MessageDefinitionFormat.NONE, "")


class SqliteReader(BagReader):
    """One database or several that were split off one recording.

    Messages come in the order of their times; those of a damaged file in the order in which they
    were stored, as far as that goes.
    """

    def __init__(self, files: list[Path], in_order: bool) -> None:
        """Learns the topics and how many messages each has.

        Args:
            files: the databases.
            in_order: whether that is known to be the order of recording.

        Raises:
            DataError: nothing of any of the files can be read.
        """
        super().__init__()
        self._known: dict[tuple[Any, ...], Connection] = {}
        self._several = len(files) > 1
        self._broken: dict[str, str] = {}
        opened = {file: SqliteFile(file) for file in files}
        if not in_order:
            files = by_time(files, lambda file: _first_time(opened[file]))
        self._files = [opened[file] for file in files]
        counts: Counter[int] = Counter()
        for file in self._files:
            counts.update(self._counts(file))
        self.connections = [c._replace(msgcount=counts[c.id]) for c in self._known.values()]
        if not self.connections:
            reason = "; ".join(self._broken.values()) or "it holds no topics"
            raise DataError(f"cannot be read as a bag: {reason}")

    def messages(self, topic: str = "") -> Iterator[Recorded]:
        """Reads the messages, file after file."""
        self.damage = list(self.lost)
        for file in self._files:
            yield from self._messages_of(file, topic)

    def _counts(self, file: SqliteFile) -> Counter[int]:
        """Counts a file's messages, and finds out whether it must be read as a damaged one."""
        try:
            with closing(file.open()) as database:
                topics = self._topics(database)
                rows = database.execute("SELECT topic_id, count(*) FROM messages GROUP BY topic_id")
                counted = dict(rows.fetchall())
                if not file.is_cut_off and _in_index(database) == sum(counted.values()):
                    return Counter({topics[k].id: n for k, n in counted.items() if k in topics})
                self._broken[file.name] = "its index does not fit its messages"
        except sqlite3.Error as error:
            reason = in_words(error)
            if reason.startswith("no such table"):
                reason = f"it is an SQLite database, but not a bag ({reason})"
            self._broken[file.name] = reason
        if file.is_cut_off:
            self._broken[file.name] = "the file is shorter than its header says"
        return Counter(message.connection.id for message in self._messages_of(file, ""))

    def _messages_of(self, file: SqliteFile, topic: str) -> Iterator[Recorded]:
        count = strangers = timeless = unreadable = 0
        broken, stopped = self._broken.get(file.name, ""), file.is_cut_off
        try:
            with closing(file.open()) as database:
                topics = self._topics(database)
                for row in _rows_of_messages(database, not broken):
                    if row is None:
                        unreadable += 1
                        continue
                    topic_id, time_ns, data = row
                    connection = topics.get(topic_id)
                    time_ns = int(time_ns) if isinstance(time_ns, float) else time_ns
                    if connection is None or not isinstance(time_ns, int):
                        strangers += connection is None
                        timeless += connection is not None
                        continue
                    count += 1
                    if topic in ("", connection.topic):
                        yield self._recorded(file, connection, time_ns, data)
        except sqlite3.Error as error:
            broken, stopped = in_words(error), True
        left_out = f"{unreadable} messages lie in damaged parts of the file and are left out"
        if stopped or (broken and not unreadable):
            more = f"; {left_out}" if unreadable else ""
            self.damage.append(
                f"{self._which(file)}cut off or damaged behind message {count}: {broken}{more}"
            )
        elif unreadable:
            self.damage.append(self._which(file) + left_out)
        if file.bytes_behind:
            self.damage.append(self._which(file) + behind_its_end(file.bytes_behind))
        if strangers:
            self.damage.append(
                f"{self._which(file)}{strangers} messages belong to no topic of the file and are "
                "left out"
            )
        if timeless:
            self.damage.append(
                f"{self._which(file)}{timeless} messages have no time and are left out"
            )

    def _recorded(
        self, file: SqliteFile, connection: Connection, time_ns: int, data: Any
    ) -> Recorded:
        data = data if isinstance(data, bytes) else str(data or "").encode()
        if is_packed_message(data):
            try:
                data = unpack_message(data)
            except DataError as error:
                self.damage.append(f"{self._which(file)}on {connection.topic}: {error}")
        return Recorded(connection, time_ns, data, time_ns, 0)

    def _which(self, file: SqliteFile) -> str:
        return f"{file.name}: " if self._several else ""

    def _topics(self, database: sqlite3.Connection) -> dict[int, Connection]:
        """The topics by their number in this file; the parts of a recording share them."""
        definitions = {}
        for row in _rows(database, "message_definitions"):
            definitions[row.get("topic_type")] = row
            definitions[row.get("topic_type"), row.get("type_description_hash")] = row
        found = {}
        for topic in _rows(database, "topics"):
            if not {"id", "name", "type"} <= topic.keys():
                raise sqlite3.DatabaseError("it is an SQLite database, but not a bag")
            digest = topic.get("type_description_hash") or ""
            of_type = definitions.get(topic["type"], {})
            described = definitions.get((topic["type"], digest), of_type)
            form = _DEFINITIONS.get(described.get("encoding", ""))
            text = described.get("encoded_message_definition") or ""
            connection = Connection(
                id=len(self._known),
                topic=topic["name"],
                msgtype=topic["type"],
                msgdef=MessageDefinition(form, text) if form else _NO_DEFINITION,
                digest=digest,
                msgcount=0,
                ext=ConnectionExtRosbag2(
                    topic.get("serialization_format") or "cdr",
                    _qos(topic.get("offered_qos_profiles") or ""),
                ),
                owner=None,
            )
            key = (topic["name"], topic["type"], text, digest, repr(connection.ext))
            found[topic["id"]] = self._known.setdefault(key, connection)
        return found


def _rows(database: sqlite3.Connection, table: str) -> list[dict[str, Any]]:
    """A table's rows by the names of their columns, which grew with rosbag2; none without it."""
    columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
    if not columns:
        return []
    rows = database.execute(f"SELECT * FROM {table}")
    return [dict(zip(columns, row, strict=True)) for row in rows]


def _rows_of_messages(
    database: sqlite3.Connection, by_time: bool
) -> Iterator[tuple[Any, ...] | None]:
    """Topic, time and data of each message; None for one that lies in a damaged part."""
    wanted = "SELECT topic_id, timestamp, data FROM messages"
    if not _has_row_numbers(database):
        yield from database.execute(f"{wanted} ORDER BY timestamp" if by_time else wanted)
        return
    # Not with the data: without an index SQLite would sort it all in a temporary file, and of
    # what is damaged one after the other can be tried.
    for row in _row_numbers(database, by_time):
        found: list[tuple[Any, ...] | None] = [None]
        try:
            found = database.execute(f"{wanted} WHERE rowid = ?", row).fetchall()
        except sqlite3.DatabaseError as error:
            if "locked" in str(error):
                raise
        yield from found


def _row_numbers(database: sqlite3.Connection, by_time: bool) -> Iterator[tuple[int]]:
    numbers = "SELECT rowid FROM messages"
    sorted_by_time = f"{numbers} ORDER BY timestamp, rowid"
    if by_time:
        yield from database.execute(sorted_by_time)
        return
    last = (-(2**63),)
    try:
        for last in database.execute(f"{numbers} NOT INDEXED ORDER BY rowid"):
            yield last
    except sqlite3.DatabaseError:
        # What comes behind the damage only an index tells; without one this raises the same.
        yield from (row for row in database.execute(sorted_by_time) if row > last)


def _has_row_numbers(database: sqlite3.Connection) -> bool:
    """Whether messages have SQLite's own numbers: those of a view, or of some tables, do not."""
    try:
        row = database.execute("SELECT rowid FROM messages NOT INDEXED LIMIT 1").fetchone()
    except sqlite3.DatabaseError as error:
        # Damage at the table's start does not change what the table is.
        return not isinstance(error, sqlite3.OperationalError)
    return row is None or row[0] is not None


def _in_index(database: sqlite3.Connection) -> int:
    """The number of messages that reading by time will give."""
    (count,) = database.execute("SELECT count(timestamp) FROM messages").fetchone()
    return int(count)


def _qos(text: str) -> list[Qos]:
    try:
        return parse_qos(text)
    # What another rosbag2 writes otherwise than all so far must not cost the messages.
    except Exception:
        return []


def _first_time(file: SqliteFile) -> int | None:
    try:
        with closing(file.open()) as database:
            (time_ns,) = database.execute("SELECT min(timestamp) FROM messages").fetchone()
    except sqlite3.Error:
        return None
    return time_ns if isinstance(time_ns, int) else None
