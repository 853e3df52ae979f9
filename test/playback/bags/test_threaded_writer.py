# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Bags written in a thread: errors reach the caller, and neither thread nor open file is left."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from support import bags
from support.full_disk import full_disk
from support.labelled_bags import drive, out_name, raw

from attendseg_ros.playback.bags.bag_messages import message_types
from attendseg_ros.playback.bags.bag_reader import BagReader
from attendseg_ros.playback.bags.bag_writer import Ros1Writer
from attendseg_ros.playback.bags.open_bag import open_bag
from attendseg_ros.playback.bags.sqlite_writer import SqliteWriter
from attendseg_ros.playback.bags.threaded_writer import ThreadedWriter, open_writer


@contextmanager
def opened(folder: Path, kind: str) -> Iterator[tuple[BagReader, Path, Path]]:
    """A bag that can be read, its path, and a path for a new one of its kind."""
    path = drive(folder, kind)
    with open_bag(path) as reader:
        yield reader, path, folder / "new" / out_name(kind)


def copy_all(reader: BagReader, writer: ThreadedWriter) -> None:
    for recorded in reader.messages():
        writer.copy(recorded)


def threads() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name.startswith("in_order")]


def open_below(folder: Path) -> list[str]:
    """The files below a folder that this process holds open."""
    held = [entry.readlink() for entry in Path("/proc/self/fd").iterdir() if entry.is_symlink()]
    return [file.name for file in held if folder in file.parents]


@pytest.mark.parametrize("kind", bags.KINDS)
def test_a_copy_holds_what_the_original_does(tmp_path: Path, kind: str) -> None:
    with opened(tmp_path, kind) as (reader, path, out):
        out.parent.mkdir()
        with open_writer(out, reader) as writer:
            copy_all(reader, writer)
            assert threads()
    assert raw(out) == raw(path)
    assert not threads()
    assert not open_below(out.parent)


@pytest.mark.parametrize("kind", bags.KINDS)
def test_what_is_given_up_is_closed(tmp_path: Path, kind: str) -> None:
    with opened(tmp_path, kind) as (reader, _, out):
        out.parent.mkdir()
        writer = open_writer(out, reader)
        copy_all(reader, writer)
        assert open_below(out.parent)
        writer.discard()
    assert not threads()
    assert not open_below(out.parent)


@pytest.mark.parametrize("kind", bags.KINDS)
def test_a_bag_that_cannot_be_started_leaves_no_thread(tmp_path: Path, kind: str) -> None:
    with opened(tmp_path, kind) as (reader, _, out):
        out.parent.write_text("no folder")
        with pytest.raises(NotADirectoryError):
            open_writer(out, reader)
    assert not threads()


@pytest.mark.parametrize("kind", bags.KINDS)
def test_an_error_of_the_thread_reaches_the_caller(tmp_path: Path, kind: str) -> None:
    with opened(tmp_path, kind) as (reader, _, out):
        out.parent.mkdir()
        writer = open_writer(out, reader)
        copy_all(reader, writer)
        with full_disk(1000), pytest.raises((OSError, sqlite3.Error)):
            writer.close()
    assert not threads()


@pytest.mark.parametrize("kind", ["ros1", "sqlite3"])
def test_a_writer_that_cannot_take_a_topic_leaves_no_file_open(tmp_path: Path, kind: str) -> None:
    with opened(tmp_path, kind) as (reader, _, out):
        store = message_types(reader.is_ros2)
        make: type[SqliteWriter | Ros1Writer] = SqliteWriter if reader.is_ros2 else Ros1Writer
        unfit: list[Any] = [reader.connections[0], None]
        out.parent.mkdir(exist_ok=True)
        # While the error is held, so is what was half made.
        with pytest.raises(AttributeError) as caught:
            make(out, unfit, store)
        assert not open_below(out.parent)
        assert caught.value
