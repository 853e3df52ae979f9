# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a file is by its first bytes, whatever its name says, and errors about files in words."""

from __future__ import annotations

import re
from pathlib import Path

from attendseg_ros.errors import one_line
from attendseg_ros.files import POINTERS

MCAP, SQLITE, ROS1 = "mcap", "sqlite3", "ros1"

_HEAD = 4096

_BAGS = (
    (b"\x89MCAP", MCAP),
    (b"SQLite format 3\0", SQLITE),
    (b"#ROSBAG V2.0\n", ROS1),
)
_COMPRESSIONS = (
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\x04\x22\x4d\x18", "lz4"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\0", "xz"),
)
_FOREIGN = (
    *POINTERS,
    (b"#ROSBAG V1", "a ROS 1 bag of the old version 1: `rosbag fix` makes a new one of it"),
    (b"PK\x03\x04", "a ZIP archive: unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive: unpack it first"),
    (b"Rar!", "a RAR archive: unpack it first"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"ID3", "sound without pictures"),
    (b"fLaC", "sound without pictures"),
    (b"%PDF", "a PDF document"),
    (b"\x7fELF", "a program"),
)
_SOUND_IN_OGG = (b"\x01vorbis", b"OpusHead", b"\x7fFLAC", b"Speex   ")
_PAGES = (b"<!doctype", b"<html", b"<head", b"<body")


def head_of(path: Path) -> bytes:
    """A file's first bytes; none where it cannot be read, or is a pipe, which would wait."""
    try:
        if not path.is_file():
            return b""
        with path.open("rb") as stream:
            return stream.read(_HEAD)
    except OSError:
        return b""


def bag_kind(head: bytes) -> str:
    """`MCAP`, `SQLITE` or `ROS1` for the first bytes of such a file, else ""."""
    return next((kind for magic, kind in _BAGS if head.startswith(magic)), "")


def compression_of(head: bytes) -> str:
    """How a file's or a message's first bytes say that it is compressed; "" for not at all."""
    return next((name for magic, name in _COMPRESSIONS if head.startswith(magic)), "")


def what_it_is(path: Path) -> str:
    """What a file is that is neither bag nor video, for a sentence "it is ..."; "" if unknown."""
    if path.is_symlink() and not path.exists():
        return f"a link to {path.readlink()}, which is not there"
    if path.is_dir():
        return "a folder"
    head = head_of(path)
    if not head:
        return "empty (0 bytes)" if path.is_file() and not path.stat().st_size else ""
    for magic, name in _FOREIGN:
        if head.startswith(magic):
            return name
    if head[257:262] == b"ustar":
        return "a tar archive: unpack it first"
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return "sound without pictures"
    if head.startswith(b"OggS") and any(sound in head for sound in _SOUND_IN_OGG):
        return "sound without pictures"
    if not head.strip(b"\0"):
        return "nothing but zeros at its start: its data never reached the disk"
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith(_PAGES):
        return "a web page, most likely that of a download that failed"
    if start.startswith(b"<?xml"):
        return "an XML text, most likely the answer to a download that failed"
    return "a text" if _is_text(head) else ""


def in_words(error: BaseException) -> str:
    """An error about a file on one line, without what only a programmer reads.

    Errors of the operating system, of SQLite and of the readers' own kinds say something to a
    user; what Python and the codecs raise on damaged bytes does not.
    """
    text = one_line(error)
    if isinstance(error, OSError):
        return error.strerror or text or "the system refuses to read it"
    module = type(error).__module__.partition(".")[0]
    name = type(error).__name__
    if module == "sqlite3" or isinstance(error, EOFError):
        return text or "the file ends early"
    if name == "SerdeError":
        # rosbags passes on the text of struct and NumPy, or names an offset.
        return "its bytes are not laid out as such a message is, or end early"
    if module in ("attendseg_ros", "rosbags") or name == "UnsupportedCompressionError":
        # rosbags puts one error's arguments into another's text.
        return re.sub(r"\(['\"](.*)['\"],\)", r"\1", text)
    if name in ("EndOfFile", "error") or ("end" in text and module == "zstandard"):
        # mcap's and struct's: fewer bytes than a record needs.
        return "the file ends in the middle of a record, or a record's length is wrong"
    if "CRC" in name:
        return "its checksum does not fit"
    if isinstance(error, MemoryError):
        return "a record is longer than the memory: its length must be wrong"
    return "its bytes are not laid out as the format demands"


def _is_text(head: bytes) -> bool:
    try:
        # The last character may be cut.
        text = head[:-4].decode() if len(head) == _HEAD else head.decode()
    except UnicodeDecodeError:
        return False
    return all(character.isprintable() or character.isspace() for character in text)
