# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Pictures are bounded, and whole or refused."""

from __future__ import annotations

import resource
import struct
import time
import zlib

import cv2
import numpy as np
import pytest
from support.pictures import photo, picture, refusal

from attendseg_ros.images.bad_image import BadImageError, Reason
from attendseg_ros.images.encoded import decode_message, decode_rgb, decode_stored


def written_by(suffix: str) -> bytes:
    try:
        return picture(suffix, photo())
    except cv2.error:
        pytest.skip(f"this OpenCV writes no {suffix}")


SUFFIXES = (".png", ".bmp", ".tiff", ".webp", ".ppm", ".jp2", ".gif", ".avif")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_whole_pictures_are_read(suffix: str) -> None:
    data = written_by(suffix)
    shown = decode_message(data, "")
    expected = np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR))[..., ::-1]
    np.testing.assert_array_equal(shown, expected)
    np.testing.assert_array_equal(decode_rgb(data), expected)


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def turned_avif(avif: bytes, boxes: bytes) -> bytes:
    """An AVIF with further boxes among its properties."""
    size = len(boxes)
    data_at = avif.index(b"mdat") + 4
    # What says where the data are: they move.
    avif = avif.replace(struct.pack(">I", data_at), struct.pack(">I", data_at + size))
    for kind in (b"meta", b"iprp", b"ipco"):
        at = avif.index(kind) - 4
        (length,) = struct.unpack_from(">I", avif, at)
        avif = avif[:at] + struct.pack(">I", length + size) + avif[at + 4 :]
    end = avif.index(b"ipco") - 4 + length
    return avif[:end] + boxes + avif[end:]


@pytest.mark.parametrize(
    ("quarters", "mirror", "orientation"),
    [
        (None, None, 1),
        (None, 1, 2),
        (2, None, 3),
        (None, 0, 4),
        (1, 0, 5),
        (3, None, 6),
        (3, 0, 7),
        (1, None, 8),
        (2, 1, 4),
        (3, 1, 5),
    ],
)
def test_an_avif_is_turned_as_its_boxes_say(
    quarters: int | None, mirror: int | None, orientation: int
) -> None:
    avif = written_by(".avif")
    stored = decode_message(avif, "")
    boxes = b"" if quarters is None else box(b"irot", bytes([quarters]))
    boxes += b"" if mirror is None else box(b"imir", bytes([mirror]))
    turned = turned_avif(avif, boxes)
    # Against the clock, and then rows (0) or columns (1) in the other order.
    expected = np.rot90(stored, quarters or 0)
    if mirror is not None:
        expected = np.flip(expected, mirror)
    np.testing.assert_array_equal(decode_rgb(turned), expected)
    np.testing.assert_array_equal(decode_message(turned, ""), stored)
    pixels, told = decode_stored(turned)
    np.testing.assert_array_equal(pixels, stored)
    assert told == orientation


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("share", [0.02, 0.3, 0.5, 0.9, 0.999])
def test_pictures_that_are_cut_off_are_refused(suffix: str, share: float) -> None:
    data = written_by(suffix)
    error = refusal(data[: int(len(data) * share)], "")
    assert error.reason in (Reason.TRUNCATED, Reason.UNDECODABLE)


@pytest.mark.parametrize("share", [0.3, 0.7])
def test_a_png_with_a_hole_is_refused(share: float) -> None:
    data = picture(".png", photo())
    place = int(len(data) * share)
    assert refusal(data[:place] + bytes(500) + data[place + 500 :]).reason is Reason.TRUNCATED
    assert refusal(data[:place] + data[place + 500 :]).reason is Reason.TRUNCATED


def chunk(kind: bytes, content: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + check


def png_bomb(side: int) -> bytes:
    """A black PNG: a few hundred kilobytes hold any number of pixels."""
    pack = zlib.compressobj(9)
    body = b"".join(pack.compress(bytes(side * 3 + 1)) for _ in range(side)) + pack.flush()
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def replaced(data: bytes, old: bytes, new: bytes) -> bytes:
    assert old in data
    return data.replace(old, new)


def claims(suffix: str, side: int) -> bytes:
    """A small picture whose header claims another size."""
    data = picture(suffix, photo(64, 48))
    if suffix == ".jpg":
        return replaced(data, struct.pack(">HH", 48, 64), struct.pack(">HH", side, side))
    if suffix in (".jp2", ".avif"):
        return replaced(data, struct.pack(">II", 64, 48), struct.pack(">II", side, side))
    if suffix == ".bmp":
        return replaced(data, struct.pack("<ii", 64, 48), struct.pack("<ii", side, side))
    if suffix == ".gif":
        return replaced(data, struct.pack("<HH", 64, 48), struct.pack("<HH", side, side))
    if suffix == ".ppm":
        return replaced(data, b"64 48", b"%d %d" % (side, side))
    if suffix == ".tiff":
        data = replaced(
            data, struct.pack("<HHIHH", 256, 3, 1, 64, 0), struct.pack("<HHIHH", 256, 3, 1, side, 0)
        )
        return replaced(
            data, struct.pack("<HHIHH", 257, 3, 1, 48, 0), struct.pack("<HHIHH", 257, 3, 1, side, 0)
        )
    assert suffix == ".webp"
    place = data.index(b"VP8 ") + 14 if b"VP8 " in data else data.index(b"VP8L") + 9
    if b"VP8 " in data:
        return data[:place] + struct.pack("<HH", side, side) + data[place + 4 :]
    (bits,) = struct.unpack_from("<I", data, place)
    bits = bits & 0xF0000000 | (side - 1) << 14 | side - 1
    return data[:place] + struct.pack("<I", bits) + data[place + 4 :]


@pytest.mark.parametrize(
    "suffix", [".jpg", ".jp2", ".avif", ".bmp", ".gif", ".ppm", ".tiff", ".webp"]
)
def test_the_size_is_read_before_memory_is_taken(suffix: str) -> None:
    try:
        data = claims(suffix, 16000)
    except cv2.error:
        pytest.skip(f"this OpenCV writes no {suffix}")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    error = refusal(data)
    assert error.reason is Reason.TOO_LARGE
    assert "16000x16000 is 256000000 pixels, more than max_pixels (50000000)" in str(error)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 10_000


def test_a_bomb_costs_neither_memory_nor_time() -> None:
    bomb = png_bomb(9000)
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    assert refusal(bomb).reason is Reason.TOO_LARGE
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 10_000
    assert time.monotonic() - started < 5.0


def test_the_limit_can_be_another() -> None:
    data = picture(".jpg", photo(100, 80))
    assert decode_message(data, "jpeg", max_pixels=8000).shape == (80, 100, 3)
    with pytest.raises(BadImageError, match=r"8000 pixels, more than max_pixels \(7999\)"):
        decode_message(data, "jpeg", max_pixels=7999)


@pytest.mark.parametrize(
    "data",
    [b"BM", b"RIFF", b"GIF89a", b"P6 ", b"II*\x00", b"\x89PNG\r\n\x1a\n", b"P7\n", b"\xff\xd8"],
)
def test_the_first_bytes_alone_are_refused(data: bytes) -> None:
    assert refusal(data).reason in (Reason.TRUNCATED, Reason.UNDECODABLE, Reason.EMPTY)


def test_what_is_no_picture_is_refused_with_what_would_be_one() -> None:
    assert "JPEG, PNG, TIFF" in str(refusal(b"this is no picture"))
    heic = b"\x00\x00\x00\x18ftypheic" + bytes(100)
    assert "HEIC" in str(refusal(heic))


def test_a_pointer_in_place_of_a_picture_is_named() -> None:
    with pytest.raises(BadImageError, match="it is a Git LFS pointer in place of the file"):
        decode_rgb(b"version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 9\n")
