# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""SQLite bags are read as SQLite reads them, and no byte of them is changed."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from support import bags
from support.labelled_bags import MASK, drive, label, raw

from attendseg_ros.errors import DataError
from attendseg_ros.playback import open_source
from attendseg_ros.playback.bags.open_bag import open_bag

ODD_NAMES = (
    "run #5",
    "run?mode=memory",
    "run%413",
    "%03d",
    "a b",
    "Fahrt grün 走",
    "12:30:05",
    "file:run",
    'it\'s "quoted" & $HOME;',
    "-run",
    "[a]*",
    "back\\slash",
    # A folder from another system: no UTF-8, and so no text that metadata.yaml can hold.
    os.fsdecode(b"stra\xdfe"),
)


def database_of(bag: Path) -> Path:
    return next(bag.glob("*.db3"))


def content_of(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def read(bag: Path) -> list[tuple[str, int, bytes]]:
    """Everything in a bag, which must be whole."""
    with open_bag(bag) as reader:
        messages = [(m.connection.topic, m.time_ns, m.data) for m in reader.messages()]
        assert reader.damage == []
        assert sum(c.msgcount for c in reader.connections) == len(messages)
    return messages


@contextmanager
def recording(bag: Path, journal_mode: str) -> Iterator[sqlite3.Connection]:
    """A recorder that has written the later half of a bag's messages again, and still runs."""
    with closing(sqlite3.connect(database_of(bag), isolation_level=None)) as database:
        database.execute(f"PRAGMA journal_mode={journal_mode}")
        database.execute("PRAGMA wal_autocheckpoint=0")
        rows = database.execute("SELECT * FROM messages ORDER BY timestamp").fetchall()[4:]
        database.executemany("DELETE FROM messages WHERE id=?", [row[:1] for row in rows])
        if journal_mode == "wal":
            database.execute("PRAGMA wal_checkpoint(truncate)")
        database.execute("BEGIN")
        database.executemany("INSERT INTO messages VALUES (?, ?, ?, ?)", rows)
        if journal_mode == "wal":
            database.execute("COMMIT")
        yield database


@pytest.mark.parametrize("kept", [("-wal", "-shm"), ("-wal",)])
def test_messages_that_are_only_in_the_wal_are_read(tmp_path: Path, kept: tuple[str, ...]) -> None:
    whole, killed = drive(tmp_path, "sqlite3"), tmp_path / "killed"
    expected = read(whole)
    killed.mkdir()
    with recording(whole, "wal"):
        for suffix in ("", *kept):
            shutil.copy(f"{database_of(whole)}{suffix}", killed / f"drive.db3{suffix}")
    before = content_of(killed)
    assert len(before["drive.db3-wal"]) > 0
    assert read(killed) == expected
    assert content_of(killed) == before
    label(killed, tmp_path / "labelled")
    assert sorted(m for m in raw(tmp_path / "labelled") if m[0] != MASK) == sorted(expected)


def test_a_bag_is_read_while_its_recorder_lives(tmp_path: Path) -> None:
    bag = drive(tmp_path, "sqlite3")
    expected = read(bag)
    with recording(bag, "wal"):
        assert read(bag) == expected


def test_what_was_not_committed_is_rolled_back_as_sqlite_does(tmp_path: Path) -> None:
    """The recorder was killed in the middle of a transaction that had reached the file."""
    whole, killed = drive(tmp_path, "sqlite3"), tmp_path / "killed"
    killed.mkdir()
    with closing(sqlite3.connect(database_of(whole), isolation_level=None)) as database:
        database.execute("PRAGMA cache_size=1")
        expected = read(whole)
        database.execute("BEGIN")
        database.execute("UPDATE messages SET data = zeroblob(9000)")
        shutil.copy(f"{database_of(whole)}", killed / "drive.db3")
        shutil.copy(f"{database_of(whole)}-journal", killed / "drive.db3-journal")
        database.execute("ROLLBACK")
    before = content_of(killed)
    assert read(killed) == expected
    assert content_of(killed) == before


def test_a_wal_without_its_database_is_named(tmp_path: Path) -> None:
    bag = drive(tmp_path, "sqlite3")
    database_of(bag).rename(bag / "monday.db3")
    (bag / "drive.db3-wal").write_bytes(b"messages")
    with open_bag(bag) as reader:
        assert len(list(reader.messages())) == 8
        assert reader.damage == [
            "drive.db3-wal belongs to no file that is there: what is only in it is not read"
        ]


def test_a_bag_that_has_grown_is_copied_anew(tmp_path: Path) -> None:
    bag, copied = drive(tmp_path, "sqlite3"), tmp_path / "copied"
    copied.mkdir()
    with recording(bag, "wal") as recorder:
        for _ in range(2):
            for suffix in ("", "-wal"):
                shutil.copy(f"{database_of(bag)}{suffix}", copied / f"drive.db3{suffix}")
            (count,) = recorder.execute("SELECT count(*) FROM messages").fetchone()
            assert len(read(copied)) == count
            recorder.execute("DELETE FROM messages WHERE id = 1")
    assert count == 7


def test_a_copy_that_finds_no_room_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bag, killed = drive(tmp_path, "sqlite3"), tmp_path / "killed"
    killed.mkdir()
    with recording(bag, "wal"):
        for suffix in ("", "-wal"):
            shutil.copy(f"{database_of(bag)}{suffix}", killed / f"drive.db3{suffix}")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(DataError, match=r"drive\.db3: SQLite needs a copy.*No space.*TMPDIR"):
        open_source(killed)


@pytest.mark.parametrize("name", ODD_NAMES)
def test_any_name_of_a_folder_goes_in_and_out(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = drive(tmp_path, "sqlite3")
    expected = read(original)
    (tmp_path / name).mkdir()
    bag = tmp_path / name / name
    shutil.copytree(original, bag)
    # As paths relative to the current folder, which is where a colon or a dash hurts.
    monkeypatch.chdir(tmp_path / name)
    assert read(Path(name)) == expected
    label(Path(name), Path(f"{name} out"))
    assert sorted(m for m in read(Path(f"{name} out")) if m[0] != MASK) == sorted(expected)
    out = tmp_path / name / f"{name} out"
    stem = f"{name} out".encode(errors="replace").decode()
    assert {file.name for file in out.iterdir()} == {f"{stem}.db3", "metadata.yaml"}
    assert sorted(entry.name for entry in out.parent.iterdir()) == sorted([name, out.name])


def test_a_cut_off_bag_with_an_odd_name_is_salvaged(tmp_path: Path) -> None:
    for name in ("run 3", "run#3", "run%413", "run?3"):
        bag = tmp_path / name
        shutil.copytree(drive(tmp_path, "sqlite3"), bag)
        shutil.rmtree(tmp_path / "drive")
        database = database_of(bag)
        database.write_bytes(database.read_bytes()[:-4096])
        with open_bag(bag) as reader:
            assert len(list(reader.messages())) >= 3
            assert "the file is shorter than its header says" in reader.damage[0]


@pytest.mark.parametrize("version", [1, 2, 3])
def test_tables_of_every_rosbag2_are_read(tmp_path: Path, version: int) -> None:
    """1: Dashing, without QoS; 2: Foxy, with it; 3: Humble, with a table of versions."""
    bag = drive(tmp_path, "sqlite3")
    expected = read(bag)
    with closing(sqlite3.connect(database_of(bag))) as database:
        database.execute("DROP TABLE message_definitions")
        database.execute("ALTER TABLE topics DROP COLUMN type_description_hash")
        if version < 2:
            database.execute("ALTER TABLE topics DROP COLUMN offered_qos_profiles")
        if version < 3:
            database.execute("DROP TABLE schema")
            database.execute("DROP TABLE metadata")
            database.execute("DROP INDEX timestamp_idx")
        database.commit()
    assert read(bag) == expected
    label(bag, tmp_path / "labelled")
    assert sorted(m for m in read(tmp_path / "labelled") if m[0] != MASK) == sorted(expected)


def test_qos_that_nobody_understands_costs_no_message(tmp_path: Path) -> None:
    bag = drive(tmp_path, "sqlite3")
    expected = read(bag)
    with closing(sqlite3.connect(database_of(bag))) as database:
        database.execute("UPDATE topics SET offered_qos_profiles = '- {new: [1'")
        database.commit()
    assert read(bag) == expected


def test_an_index_that_lacks_messages_is_not_trusted(tmp_path: Path) -> None:
    bag = drive(tmp_path, "sqlite3")
    expected = read(bag)
    with closing(sqlite3.connect(database_of(bag), isolation_level=None)) as database:
        database.execute("DROP INDEX timestamp_idx")
        database.execute("CREATE INDEX timestamp_idx ON messages(timestamp)")
        rows = database.execute("SELECT * FROM messages").fetchall()
        (page,) = database.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'timestamp_idx'"
        ).fetchone()
        (size,) = database.execute("PRAGMA page_size").fetchone()
    content = bytearray(database_of(bag).read_bytes())
    cells = int.from_bytes(content[(page - 1) * size + 3 : (page - 1) * size + 5], "big")
    assert cells == len(rows)
    content[(page - 1) * size + 3 : (page - 1) * size + 5] = (cells - 2).to_bytes(2, "big")
    database_of(bag).write_bytes(content)
    with open_bag(bag) as reader:
        messages = [(m.connection.topic, m.time_ns, m.data) for m in reader.messages()]
        assert "its index does not fit its messages" in reader.damage[0]
    assert sorted(messages) == sorted(expected)


@pytest.mark.parametrize("index", [True, False], ids=["index", "no index"])
@pytest.mark.parametrize("page", ["of one message", "of several"])
def test_a_damaged_page_costs_no_more_than_its_messages(
    tmp_path: Path, page: str, index: bool
) -> None:
    """Each of the later messages fills two pages, and three begin in each of the table's."""
    bag = drive(tmp_path, "sqlite3")
    with closing(sqlite3.connect(database_of(bag))) as database:
        later = [(1, 10**9 + number, bytes([number]) * 9000) for number in range(1, 31)]
        database.executemany(
            "INSERT INTO messages(topic_id, timestamp, data) VALUES (?, ?, ?)", later
        )
        if not index:
            database.execute("DROP INDEX timestamp_idx")
        database.commit()
        (size,) = database.execute("PRAGMA page_size").fetchone()
    whole = read(bag)
    content = database_of(bag).read_bytes()
    pages = [content[start : start + size] for start in range(0, len(content), size)]
    # Leaves of a table begin with 13; other pages of it with the number of the next.
    is_hit = [
        bytes([15]) * 99 in each and (each[0] == 13) == (page == "of several") for each in pages
    ]
    hit = is_hit.index(True)
    pages[hit] = bytes(size)
    database_of(bag).write_bytes(b"".join(pages))
    with open_bag(bag) as reader:
        messages = [(m.connection.topic, m.time_ns, m.data) for m in reader.messages()]
        (damage,) = reader.damage
    assert set(messages) < set(whole)
    if page == "of several" and not index:
        assert damage.startswith(f"cut off or damaged behind message {len(messages)}: ")
    else:
        assert damage == (
            f"{len(whole) - len(messages)} messages lie in damaged parts of the file and are left "
            "out"
        )
        assert len(whole) - len(messages) == 1 if page == "of one message" else 3


def test_messages_of_a_topic_that_is_gone_are_counted(tmp_path: Path) -> None:
    bag = drive(tmp_path, "sqlite3")
    with closing(sqlite3.connect(database_of(bag))) as database:
        database.execute("DELETE FROM topics WHERE name = '/chat'")
        database.commit()
    with open_bag(bag) as reader:
        assert len(list(reader.messages())) == 3
        assert reader.damage == ["5 messages belong to no topic of the file and are left out"]


def test_a_database_that_is_no_bag_is_named(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "books.db3")) as database:
        database.execute("CREATE TABLE books(title)")
        database.commit()
    with pytest.raises(DataError, match="it is an SQLite database, but not a bag"):
        open_source(tmp_path / "books.db3")


def test_parts_with_names_of_their_own_are_read_in_the_order_of_their_times(
    tmp_path: Path,
) -> None:
    bag = drive(tmp_path, "sqlite3")
    expected = read(bag)
    (bag / "metadata.yaml").unlink()
    first, second = bag / "zebra.db3", bag / "ant.db3"
    shutil.copy(database_of(bag), second)
    (bag / "drive.db3").rename(first)
    times = sorted({time_ns for _, time_ns, _ in expected})
    for file, condition in ((first, ">"), (second, "<=")):
        with closing(sqlite3.connect(file)) as database:
            database.execute(f"DELETE FROM messages WHERE timestamp {condition} {times[1]}")
            database.commit()
    assert read(bag) == expected
    with open_bag(bag) as reader:
        assert len(reader.connections) == 2


@pytest.mark.parametrize("kind", bags.KINDS)
def test_bags_of_other_kinds_have_odd_names_too(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = drive(tmp_path, kind)
    expected = read(path)
    monkeypatch.chdir(tmp_path)
    for name in ODD_NAMES:
        named = Path(name + path.suffix)
        path.rename(tmp_path / named)
        path = tmp_path / named
        out = Path(f"{name} out{path.suffix}")
        label(named, out)
        assert sorted(m for m in read(out) if m[0] != MASK) == sorted(expected)


@pytest.mark.parametrize(
    "change",
    [
        "CREATE VIEW messages AS SELECT * FROM old",
        "CREATE TABLE messages(id INTEGER PRIMARY KEY, topic_id INTEGER, timestamp INTEGER, "
        "data BLOB) WITHOUT ROWID; INSERT INTO messages SELECT * FROM old",
        # As a tool wrote it that knows numbers of one kind only; halves of a second fit exactly.
        "CREATE TABLE messages(id INTEGER PRIMARY KEY, topic_id, timestamp REAL, data); "
        "INSERT INTO messages SELECT * FROM old",
    ],
)
def test_messages_may_lie_in_any_kind_of_table(tmp_path: Path, change: str) -> None:
    bag = drive(tmp_path, "sqlite3")
    expected = read(bag)
    with closing(sqlite3.connect(database_of(bag))) as database:
        database.executescript(f"ALTER TABLE messages RENAME TO old; {change};")
    found = read(bag)
    assert [(m[0], m[2]) for m in found] == [(m[0], m[2]) for m in expected]
    # What a float of that size holds.
    assert all(abs(a[1] - b[1]) <= 256 for a, b in zip(found, expected, strict=True))


def test_messages_without_a_time_are_said_to_have_none(tmp_path: Path) -> None:
    bag = drive(tmp_path, "sqlite3")
    count = len(read(bag))
    with closing(sqlite3.connect(database_of(bag))) as database:
        database.executescript(
            "CREATE TABLE other AS SELECT * FROM messages; DROP TABLE messages;"
            "ALTER TABLE other RENAME TO messages;"
            "UPDATE messages SET timestamp = NULL WHERE rowid = 2"
        )
    with open_bag(bag) as reader:
        assert len(list(reader.messages())) == count - 1
        assert "1 messages have no time and are left out" in reader.damage


def test_a_definition_that_is_null_is_none(tmp_path: Path) -> None:
    bag = drive(tmp_path, "sqlite3")
    expected = read(bag)
    with closing(sqlite3.connect(database_of(bag))) as database:
        database.executescript(
            "CREATE TABLE other AS SELECT * FROM message_definitions;"
            "DROP TABLE message_definitions; ALTER TABLE other RENAME TO message_definitions;"
            "UPDATE message_definitions SET encoded_message_definition = NULL"
        )
    label(bag, tmp_path / "labelled")
    assert sorted(m for m in read(tmp_path / "labelled") if m[0] != MASK) == sorted(expected)


def test_a_time_before_1970_is_kept_where_it_can_be(tmp_path: Path) -> None:
    bag = drive(tmp_path, "sqlite3")
    with closing(sqlite3.connect(database_of(bag))) as database:
        database.execute("UPDATE messages SET timestamp = -5 WHERE id = 1")
        database.commit()
    expected = read(bag)
    label(bag, tmp_path / "labelled")
    assert [m for m in read(tmp_path / "labelled") if m[0] != MASK] == expected
    with pytest.raises(DataError, match=r"a message on /.* at -5 ns, before 1970, which MCAP cann"):
        label(bag, tmp_path / "labelled.mcap")
    assert not (tmp_path / "labelled.mcap").exists()
