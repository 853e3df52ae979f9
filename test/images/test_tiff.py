# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import struct

import pytest

from attendseg_ros.images.bad_image import BadImageError
from attendseg_ros.images.encoded import decode_rgb

LARGEST = 2**64 - 1


def big_tiff(order: str, start: int, entries: bytes = b"", count: int = 0) -> bytes:
    """A BigTIFF whose first directory lies at `start`, padded to a plausible length."""
    mark = b"II+\0" if order == "<" else b"MM\0+"
    header = mark + struct.pack(f"{order}HHQ", 8, 0, start)
    return header + struct.pack(f"{order}Q", count) + entries + bytes(64)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("start", [LARGEST, 2**63, 2**40])
def test_a_directory_beyond_all_bytes_is_refused(order: str, start: int) -> None:
    with pytest.raises(BadImageError, match="ends in its header"):
        decode_rgb(big_tiff(order, start))


@pytest.mark.parametrize("order", ["<", ">"])
def test_values_beyond_all_bytes_are_refused(order: str) -> None:
    # Tag 273, where the rows are: three numbers of 8 bytes, which lie elsewhere.
    entry = struct.pack(f"{order}HHQQ", 273, 16, 3, LARGEST)
    with pytest.raises(BadImageError, match="ends in its header"):
        decode_rgb(big_tiff(order, 16, entry, count=1))


@pytest.mark.parametrize("order", ["<", ">"])
def test_rows_beyond_all_bytes_are_refused(order: str) -> None:
    entries = b"".join(
        struct.pack(f"{order}HHQQ", tag, 16, 1, value)
        for tag, value in ((256, 4), (257, 4), (273, LARGEST), (279, LARGEST))
    )
    with pytest.raises(BadImageError, match="a part of its picture ends at"):
        decode_rgb(big_tiff(order, 16, entries, count=4))
