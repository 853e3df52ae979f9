# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import struct
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from attendseg_ros.images.bad_image import BadImageError
from attendseg_ros.images.encoded import decode_message, decode_rgb, decode_stored

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


GREY, RGB, CMYK, LAB, MOSAIC = 1, 2, 5, 8, 32803
WIDTH, HEIGHT = 32, 16


def colours() -> NDArray[np.uint8]:
    """RGB."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    return np.dstack([x * 8, y * 16, np.full_like(x, 40)]).astype(np.uint8)


def with_alpha() -> NDArray[np.uint8]:
    """RGB that can be seen less and less."""
    return np.dstack([colours(), 255 - colours()[..., 0]])


def of_16_bits(pixels: NDArray[np.uint8]) -> NDArray[np.uint16]:
    return pixels.astype(np.uint16) * 257


def tiff(
    pixels: NDArray[Any],
    photometric: int,
    *,
    planar: bool = False,
    bits: int = 0,
    floats: int = 0,
    turn: int = 1,
    extra: int = 0,
) -> bytes:
    """A TIFF of one strip, or one a plane, without compression."""
    samples = 1 if pixels.ndim == 2 else pixels.shape[2]
    planes = [pixels[..., i] for i in range(samples)] if planar else [pixels]
    strips = [np.ascontiguousarray(plane).tobytes() for plane in planes]
    tags: dict[int, tuple[str, list[int]]] = {
        256: ("H", [WIDTH]),
        257: ("H", [HEIGHT]),
        258: ("H", [bits or pixels.itemsize * 8] * samples),
        259: ("H", [1]),
        262: ("H", [photometric]),
        274: ("H", [turn]),
        277: ("H", [samples]),
        278: ("H", [HEIGHT]),
        284: ("H", [1 + planar]),
        339: ("H", [3 if floats else 1] * samples),
    }
    if extra:
        tags[338] = ("H", [extra])
    start = 8 + 2 + 12 * (len(tags) + 2) + 4
    places = [start + sum(map(len, strips[:index])) for index in range(len(strips))]
    tags |= {273: ("I", places), 279: ("I", list(map(len, strips)))}
    body = b"".join(strips)
    entries = b""
    for tag, (form, values) in sorted(tags.items()):
        content = struct.pack(f"<{len(values)}{form}", *values)
        entries += struct.pack("<HHI", tag, 3 if form == "H" else 4, len(values))
        if len(content) > 4:
            entries += struct.pack("<I", start + len(body))
            body += content
        else:
            entries += content.ljust(4, b"\0")
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(tags)) + entries + bytes(4) + body


@pytest.mark.parametrize(
    "data",
    [
        tiff(colours(), RGB),
        tiff(colours(), RGB, planar=True),
        tiff(of_16_bits(colours()), RGB),
        tiff(np.dstack([255 - colours(), np.zeros((HEIGHT, WIDTH), np.uint8)]), CMYK),
        tiff((colours() / 255).astype(np.float32), RGB, floats=1),
        tiff(with_alpha(), RGB, extra=1),
        tiff(with_alpha(), RGB, extra=2),
        tiff(with_alpha(), RGB, extra=2, planar=True),
        tiff(of_16_bits(with_alpha()), RGB, extra=2),
    ],
    ids=["rgb", "planes", "16 bits", "cmyk", "floats", "a", "a 2", "a 2 planes", "a 2 16 bits"],
)
def test_colours_are_those_that_viewers_show(data: bytes) -> None:
    np.testing.assert_allclose(decode_rgb(data).astype(int), colours(), atol=1)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (tiff(of_16_bits(colours()), RGB, planar=True), "16-bit colours lie in planes"),
        (tiff(of_16_bits(colours()[..., 0]), 0), "16-bit samples count from white to black"),
        (tiff(np.dstack([colours()] * 2), RGB), "has 6 channels, and pictures have up to 4"),
        (tiff(colours(), GREY), "has 3 channels and does not say that these are colours"),
        (tiff(of_16_bits(np.dstack([colours()] * 2)[..., :4]), GREY), "has 4 channels and does"),
        (tiff(of_16_bits(np.dstack([colours()] * 2)[..., :4]), CMYK), "not red, green and blue"),
        (tiff(colours(), LAB), "its colours are CIELab"),
        (tiff(colours()[..., 0], MOSAIC), "a camera's raw picture"),
        (tiff(colours()[:, ::2, 0], GREY, bits=4), "samples are of 4 bits"),
        (tiff(colours()[..., 0].astype(np.uint32), GREY), "samples are numbers of 32 bits"),
        (tiff((colours() / 255).astype(np.float16), RGB, floats=1), "are floats of 16 bits"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_would_come_out_as_something_else_is_refused_by_its_kind(
    data: bytes, what: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(BadImageError, match=rf"the TIFF is of a kind that is not read: .*{what}"):
        decode_rgb(data)
    assert capfd.readouterr().err == ""


def test_floats_of_another_scale_are_not_taken_for_white() -> None:
    data = tiff(colours().astype(np.float32) + 2, RGB, floats=1)
    with pytest.raises(BadImageError, match=r"most floats are above 1, up to 250: .*from 0 to 1"):
        decode_rgb(data)


@pytest.mark.parametrize("turn", [0, 9])
def test_a_decoders_words_reach_no_terminal(turn: int, capfd: pytest.CaptureFixture[str]) -> None:
    """An orientation that there is not is none."""
    data = tiff(colours(), RGB, turn=turn)
    np.testing.assert_array_equal(decode_rgb(data), colours())
    stored, orientation = decode_stored(data)
    np.testing.assert_array_equal(stored, colours())
    assert orientation == 1
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("compression", [5, 7, 60000], ids=["LZW", "JPEG", "none that there is"])
def test_pixels_that_nobody_decoded_are_no_picture(
    compression: int, capfd: pytest.CaptureFixture[str]
) -> None:
    """OpenCV gives the memory that they were to be written to."""
    data = bytearray(tiff(colours(), RGB))
    place = data.index(struct.pack("<HHIH", 259, 3, 1, 1)) + 8
    data[place : place + 2] = struct.pack("<H", compression)
    with pytest.raises(BadImageError, match=r"the TIFF is damaged|reads no picture in these .*: "):
        decode_rgb(bytes(data))
    with pytest.raises(BadImageError, match=r"the TIFF is damaged|reads no picture in these"):
        decode_message(bytes(data), "tiff")
    assert capfd.readouterr().err == ""
