# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Opens bags of every kind, whole ones and damaged ones; no ROS is needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from attendseg_ros.errors import DataError
from attendseg_ros.playback.bags.bag_files import BagFiles, find_files
from attendseg_ros.playback.bags.bag_reader import BagReader
from attendseg_ros.playback.bags.rosbags_reader import open_ros1, open_ros2
from attendseg_ros.playback.bags.salvage import salvage
from attendseg_ros.playback.bags.sqlite_reader import SqliteReader
from attendseg_ros.playback.file_kinds import MCAP, SQLITE, in_words


@contextmanager
def open_bag(path: Path) -> Iterator[BagReader]:
    """Opens a bag; what can be read of a damaged one, its reader's `damage` says what not.

    Args:
        path: a ROS 1 .bag; a ROS 2 bag's folder or its .mcap or .db3 file; any of them compressed.

    Raises:
        DataError: there is no bag, or nothing of it can be read.
    """
    with ExitStack() as stack:
        files = find_files(path)
        try:
            reader = _open(path, files, stack)
        except Exception as error:
            reason = in_words(error)
            named = reason.startswith(str(path))
            cannot = "" if "cannot be read as a bag" in reason else "cannot be read as a bag: "
            raise DataError(reason if named else f"{path}: {cannot}{reason}") from error
        _add_what_the_files_say(reader, files)
        yield reader


def _open(path: Path, files: BagFiles, stack: ExitStack) -> BagReader:
    if files.kind == MCAP:
        try:
            from attendseg_ros.playback.bags.mcap_reader import McapReader
        except ImportError:
            # A robot that plays whole bags does without the package mcap: rosbags reads them.
            return open_ros2(path, files.files, stack)
        return McapReader(files.files, files.in_order)
    if files.kind == SQLITE:
        return SqliteReader(files.files, files.in_order)
    (file,) = files.files
    try:
        return open_ros1(file, stack)
    except Exception as error:
        salvaged = salvage(file, in_words(error))
        if salvaged is None:
            raise
        return salvaged


def _add_what_the_files_say(reader: BagReader, files: BagFiles) -> None:
    reader.kind = files.kind
    reader.lost = list(files.damage)
    sentence = files.metadata
    if not files.missing:
        reader.notes += [sentence] if sentence else []
        return
    total = sum(connection.msgcount for connection in reader.connections)
    is_whole = 0 < files.counted <= total
    if files.counted:
        there = f"all {files.counted}" if is_whole else f"{total} of {files.counted}"
        sentence += f", with {there} messages that it counts"
    # Renamed parts are all there.
    (reader.notes if is_whole else reader.lost).append(sentence)
