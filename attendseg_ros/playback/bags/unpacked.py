# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Files and messages that were compressed as a whole, as rosbag2 and people compress them."""

from __future__ import annotations

import bz2
import gzip
import lzma
import shutil
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from attendseg_ros.errors import DataError
from attendseg_ros.playback.file_kinds import compression_of, head_of, in_words

SUFFIXES = frozenset({".zstd", ".zst", ".lz4", ".gz", ".bz2", ".xz"})
"""Of compressed files, behind the suffix of what is in them."""

# For what is not in Python's own library.
_COMMANDS = {"zstd": "zstd -d", "lz4": "lz4 -d"}
_LIBRARIES = {"zstd": "zstandard", "lz4": "lz4"}

# A message that unpacks to more than this is a damaged one.
_LONGEST_MESSAGE = 2**31


def unpack_file(path: Path, target: Path) -> str:
    """Unpacks a file that was compressed as a whole.

    Args:
        path: the compressed file.
        target: the new file.

    Returns:
        Why not all of it could be unpacked; "" where all was.

    Raises:
        DataError: the library for it is not installed, or there is no room for the file.
    """
    try:
        with _opened(path, compression_of(head_of(path))) as packed, target.open("xb") as plain:
            try:
                shutil.copyfileobj(packed, plain, 1 << 20)
            except OSError as error:
                if error.errno is not None:
                    raise
                return "the compressed file is cut off or damaged"
            # The codecs raise their own errors, of zlib and EOFError.
            except Exception:
                return "the compressed file is cut off or damaged"
    except OSError as error:
        raise DataError(
            f"{path}: cannot be unpacked into {target.parent}: {in_words(error)}; "
            "the environment variable TMPDIR names another folder"
        ) from error
    return ""


def unpack_message(data: bytes) -> bytes:
    """A message of rosbag2's compression mode "message" as it was sent.

    Raises:
        DataError: it is damaged, or the library for it is not installed.
    """
    opened = _zstd()(BytesIO(data))
    try:
        plain = bytes(opened.read(_LONGEST_MESSAGE + 1))
    except Exception as error:
        raise DataError("a compressed message is damaged") from error
    if len(plain) > _LONGEST_MESSAGE:
        raise DataError("a compressed message is longer than any message can be")
    return plain


def is_packed_message(data: bytes) -> bool:
    """Whether a message is compressed: CDR, which it would be else, starts with a zero."""
    return data[:4] == b"\x28\xb5\x2f\xfd"


def _opened(path: Path, compression: str) -> Any:
    if compression == "gzip":
        return gzip.open(path)
    if compression == "bzip2":
        return bz2.open(path)
    if compression == "xz":
        return lzma.open(path)
    try:
        if compression == "lz4":
            import lz4.frame

            return lz4.frame.open(path)
        return _zstd()(path.open("rb"))
    except ImportError as error:
        raise DataError(
            f"{path}: is compressed with {compression}, and no library for that is installed: "
            f"unpack it with `{_COMMANDS[compression]}`, or pip install {_LIBRARIES[compression]}"
        ) from error


def _zstd() -> Callable[[BinaryIO], Any]:
    """What reads a stream of zstd; rosbags brings the one or the other library."""
    try:
        # First, as zstandard takes a stream that is cut off for one that ends.
        from backports import zstd

        return lambda stream: zstd.open(stream, "rb")
    except ImportError:
        import zstandard
    return lambda stream: zstandard.ZstdDecompressor().stream_reader(
        stream, read_across_frames=True, closefd=True
    )
