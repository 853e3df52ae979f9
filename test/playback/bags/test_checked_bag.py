# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A bag that was written is opened and counted before anyone is told that it is there."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from support import bags
from support.labelled_bags import drive, label, out_name

from attendseg_ros.errors import DataError
from attendseg_ros.playback.bags.bag_writer import BagWriter, Ros1Writer
from attendseg_ros.playback.bags.checked_bag import check_bag
from attendseg_ros.playback.bags.mcap_writer import McapWriter
from attendseg_ros.playback.bags.sqlite_writer import SqliteWriter

WRITTEN = {"/chat": 5, "/camera/image_raw": 3}
WRITERS: dict[str, type[BagWriter]] = {
    "ros1": Ros1Writer,
    "sqlite3": SqliteWriter,
    "mcap": McapWriter,
}


def file_of(bag: Path) -> Path:
    return bag if bag.is_file() else next(f for f in bag.iterdir() if f.suffix != ".yaml")


@pytest.mark.parametrize("kind", bags.KINDS)
def test_a_whole_bag_passes(tmp_path: Path, kind: str) -> None:
    check_bag(drive(tmp_path, kind), WRITTEN)


@pytest.mark.parametrize("kind", bags.KINDS)
def test_a_message_that_is_not_there_is_noticed(tmp_path: Path, kind: str) -> None:
    bag = drive(tmp_path, kind)
    with pytest.raises(DataError, match="6 messages were written to /chat, 5 are there"):
        check_bag(bag, {**WRITTEN, "/chat": 6})
    with pytest.raises(DataError, match="1 messages were written to /new, 0 are there"):
        check_bag(bag, {**WRITTEN, "/new": 1})


@pytest.mark.parametrize("kind", bags.KINDS)
def test_a_cut_off_bag_is_noticed(tmp_path: Path, kind: str) -> None:
    bag = drive(tmp_path, kind)
    file_of(bag).write_bytes(file_of(bag).read_bytes()[:-50])
    with pytest.raises(DataError, match=r"is not whole|cannot be read as a bag"):
        check_bag(bag, WRITTEN)


@pytest.mark.parametrize("kind", ["sqlite3", "mcap"])
def test_a_bag_whose_messages_lie_elsewhere_is_noticed(tmp_path: Path, kind: str) -> None:
    bag = drive(tmp_path, kind)
    file_of(bag).rename(tmp_path / "elsewhere")
    with pytest.raises(DataError, match="cannot be read as a bag"):
        check_bag(bag, WRITTEN)


def test_rows_that_vanished_are_noticed(tmp_path: Path) -> None:
    bag = drive(tmp_path, "sqlite3")
    with closing(sqlite3.connect(file_of(bag))) as database:
        database.execute("DELETE FROM messages WHERE id = 2")
        database.commit()
    with pytest.raises(DataError, match="messages were written to"):
        check_bag(bag, WRITTEN)


@pytest.mark.parametrize("kind", bags.KINDS)
def test_a_bag_that_is_not_whole_is_no_success_and_leaves_nothing(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The writer loses a message and says nothing, as a disk or a library may."""
    path, out = drive(tmp_path, kind), tmp_path / "new" / out_name(kind)
    writer = WRITERS[kind]
    write = writer.write
    lost: list[object] = []

    def forgetful(self: BagWriter, topic: object, time_ns: int, message: object) -> None:
        if lost:
            write(self, topic, time_ns, message)
        lost.append(topic)

    monkeypatch.setattr(writer, "write", forgetful)
    with pytest.raises(DataError, match="was written and is not whole: 2 messages were written to"):
        label(path, out)
    assert [entry.name for entry in out.parent.iterdir()] == [f".{out.name}.labels"]
    monkeypatch.undo()
    label(path, out)
    assert [entry.name for entry in out.parent.iterdir()] == [out.name]
