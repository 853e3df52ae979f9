# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""JPEGs as libjpeg reads them: oddities are decoded, pictures with parts missing are refused."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from attendseg_ros.images.bad_image import BadImageError, Reason
from attendseg_ros.images.encoded import decode_message, decode_rgb, decode_stored
from attendseg_ros.scene import StreetScene

KINDS = {
    "usual": (),
    "tables of its own": (cv2.IMWRITE_JPEG_OPTIMIZE, 1),
    "restarts": (cv2.IMWRITE_JPEG_RST_INTERVAL, 20),
    "progressive": (cv2.IMWRITE_JPEG_PROGRESSIVE, 1),
    "low quality": (cv2.IMWRITE_JPEG_QUALITY, 30),
}
BASELINE = tuple(kind for kind in KINDS if kind != "progressive")

# What a camera turned by 90 degrees writes.
EXIF_TURNED = (
    b"\xff\xe1\x00\x22Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00"
    b"\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00\x00\x00\x00\x00"
)


@pytest.fixture(scope="module")
def street() -> NDArray[np.uint8]:
    """BGR."""
    return np.ascontiguousarray(StreetScene(3, 640, 480).render(1.0).rgb[..., ::-1])


def jpeg(street: NDArray[np.uint8], kind: str = "usual", *, grey: bool = False) -> bytes:
    pixels = street[..., 1] if grey else street
    return cv2.imencode(".jpg", np.ascontiguousarray(pixels), list(KINDS[kind]))[1].tobytes()


def expected(data: bytes) -> NDArray[np.uint8]:
    flags = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    bgr = np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), flags), np.uint8)
    return bgr[..., ::-1]


def refused(data: bytes) -> bool:
    try:
        decode_message(data, "jpeg")
    except BadImageError as error:
        return error.reason is Reason.TRUNCATED
    return False


def segment_at(data: bytes, number: int) -> int:
    """Where the so-many-th segment after the start begins."""
    position = 2
    for _ in range(number):
        position += 2 + int.from_bytes(data[position + 2 : position + 4], "big")
    return position


@pytest.mark.parametrize("grey", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_oddities_are_decoded(street: NDArray[np.uint8], kind: str, grey: bool) -> None:
    data = jpeg(street, kind, grey=grey)
    second = segment_at(data, 2)
    comment = b"\xff\xfe\x00\x06\xff\xd9\xff\xda"
    odd = {
        "stray bytes": data[:20] + b"\0\0\0" + data[20:],
        "a stray 0xFF": data[:20] + b"\xff\0\x17" + data[20:],
        "fill bytes": data[:second] + b"\xff" * 7 + data[second:],
        "a comment with markers": data[:2] + comment + data[2:],
        "leading bytes": b"\r\n\r\n--frame\r\n" + data,
        "a leading zero": b"\0" + data,
        "no end marker": data[:-2],
        "half an end marker": data[:-1],
        "no end marker, and the rest of a buffer": data[:-2] + bytes(4096),
        "zeros after it": data + bytes(4096),
        "another after it": data + data,
        "fill bytes before the end": data[:-2] + b"\xff\xff" + data[-2:],
    }
    for what, bytes_ in odd.items():
        shown = decode_message(bytes_, "jpeg")
        np.testing.assert_array_equal(shown, expected(data), err_msg=what)


@pytest.mark.parametrize("grey", [False, True])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_what_is_cut_off_is_refused(
    street: NDArray[np.uint8], kind: str, grey: bool, share: float
) -> None:
    data = jpeg(street, kind, grey=grey)
    place = int(len(data) * share)
    assert refused(data[:place])
    assert refused(data[:place] + bytes(len(data) - place))
    assert refused(data[:place] + b"\xff\xd9")
    assert refused(data[:place] + b"\xff\xd9" + bytes(2000))


@pytest.mark.parametrize("grey", [False, True])
@pytest.mark.parametrize("kind", BASELINE)
@pytest.mark.parametrize("share", [0.15, 0.5, 0.8])
def test_a_hole_is_refused(street: NDArray[np.uint8], kind: str, grey: bool, share: float) -> None:
    data = jpeg(street, kind, grey=grey)
    place, size = int(len(data) * share), 1400
    assert refused(data[:place] + bytes(size) + data[place + size :])
    assert refused(data[:place] + data[place + size :])


def test_a_scan_without_its_last_bytes_is_refused(street: NDArray[np.uint8]) -> None:
    data = jpeg(street)
    assert refused(data[:-30])
    assert refused(data[:-300] + data[-2:])


def scans_of(data: bytes) -> list[int]:
    """Where the headers of the scans begin; 0xFFDA stands nowhere else in these pictures."""
    return [found.start() for found in re.finditer(rb"\xff\xda\x00", data)]


@pytest.mark.parametrize("grey", [False, True])
def test_a_progressive_picture_cut_between_its_scans_is_refused(
    street: NDArray[np.uint8], grey: bool
) -> None:
    # What is there of such a picture decodes without a warning, but coarsely.
    data = jpeg(street, "progressive", grey=grey)
    starts = scans_of(data)
    assert len(starts) > 3
    for start in starts[1:]:
        table = data.rfind(b"\xff\xc4", 0, start)
        for place in (table, table + 1, table + 9, start, start + 5):
            assert refused(data[:place]), place
    # Others send no more on purpose, and end what they send.
    table = data.rfind(b"\xff\xc4", 0, starts[-1])
    assert not refused(data[:table] + b"\xff\xd9")


def test_a_component_that_is_missing_is_refused(street: NDArray[np.uint8]) -> None:
    # Baseline with a scan for each component: as the three planes of a grey picture each.
    grey = jpeg(street, grey=True)
    frame, scan = grey.index(b"\xff\xc0"), grey.index(b"\xff\xda")
    size = grey[frame + 5 : frame + 9]
    planes = b"".join(bytes([number, 0x11, 0]) for number in (1, 2, 3))
    header = grey[:frame] + b"\xff\xc0\x00\x11\x08" + size + b"\x03" + planes
    tables = grey[frame + 13 : scan]
    scans = [
        b"\xff\xda\x00\x08\x01" + bytes([number, 0]) + grey[scan + 7 : -2] for number in (1, 2, 3)
    ]
    whole = header + tables + b"".join(scans)
    np.testing.assert_array_equal(decode_message(whole, "jpeg"), expected(whole + b"\xff\xd9"))
    for count in (1, 2):
        assert refused(header + tables + b"".join(scans[:count]))
        assert refused(header + tables + b"".join(scans[:count]) + b"\xff\xd9")


def test_a_restart_lost_or_out_of_order_is_refused(street: NDArray[np.uint8]) -> None:
    data = jpeg(street, "restarts")
    first, second, third = (data.index(b"\xff" + bytes([0xD0 + n])) for n in range(3))
    assert refused(data[:first] + data[second:])
    assert refused(data[:first] + data[second:third] + data[first:second] + data[third:])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("level", [0, 127, 128, 129, 255])
def test_flat_pictures_are_whole(kind: str, level: int) -> None:
    # Mid-grey is what a decoder makes of nothing; zeros are what its own tables make of flat ones.
    for shape in ((480, 640, 3), (480, 640), (9, 7, 3), (1, 1, 3)):
        pixels = np.full(shape, level, np.uint8)
        data = cv2.imencode(".jpg", pixels, list(KINDS[kind]))[1].tobytes()
        np.testing.assert_array_equal(decode_message(data, "jpeg"), expected(data))


@pytest.mark.parametrize("kind", KINDS)
def test_pictures_that_end_in_mid_grey_are_whole(street: NDArray[np.uint8], kind: str) -> None:
    for rows in (8, 100, 479):
        pixels = street.copy()
        pixels[-rows:] = 128
        data = jpeg(pixels, kind)
        np.testing.assert_array_equal(decode_message(data, "jpeg"), expected(data))


@pytest.mark.parametrize("seed", range(6))
def test_no_whole_picture_is_refused(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for kind in KINDS.values():
        height, width = rng.integers(1, 90, 2)
        noise = rng.integers(0, 256, (height, width, 3), np.uint8)
        sampling = (cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(1, 101)))
        data = cv2.imencode(".jpg", noise, [*kind, *sampling])[1].tobytes()
        np.testing.assert_array_equal(decode_message(data, "jpeg"), expected(data))


def test_exif_turns_a_file_and_not_a_message(street: NDArray[np.uint8]) -> None:
    data = jpeg(street)
    turned = data[:2] + EXIF_TURNED + data[2:]
    np.testing.assert_array_equal(decode_message(turned, "jpeg"), expected(data))
    np.testing.assert_array_equal(decode_rgb(turned), np.rot90(expected(data), -1))
    stored, orientation = decode_stored(turned)
    np.testing.assert_array_equal(stored, expected(data))
    assert orientation == 6
    # Where the tag stands behind stray bytes, or in front of which there are some.
    for odd in (data[:2] + b"\0\0" + EXIF_TURNED + data[2:], b"\r\n" + turned):
        np.testing.assert_array_equal(decode_rgb(odd), np.rot90(expected(data), -1))


CMYK = (
    "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwADAgIDAgIDAwMDBAMDBAUIBQUEBAUKBwcGCAwKDAwLCgsLDQ4SEA0OEQ4LCx"
    "AWEBETFBUVFQwPFxgWFBgSFBUU/8AAFAgAEAAQBEMRAE0RAFkRAEsRAP/EAB8AAAEFAQEBAQEBAAAAAAAAAAABAgME"
    "BQYHCAkKC//EALUQAAIBAwMCBAMFBQQEAAABfQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJCh"
    "YXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqi"
    "o6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+v/aAA4EQwBNAFkASw"
    "AAPwD9K6yq+FK/VOiiiiiiiiiiiiv/2Q=="
)
"""16x16 of one orange, as Pillow writes CMYK."""


def test_cmyk() -> None:
    shown = decode_message(base64.b64decode(CMYK), "jpeg")
    assert shown.shape == (16, 16, 3)
    assert np.abs(shown.astype(int) - (240, 120, 40)).max() <= 20


@pytest.mark.parametrize("kind", ["usual", "progressive"])
def test_of_a_sound_picture_nothing_is_printed(
    street: NDArray[np.uint8], kind: str, capfd: pytest.CaptureFixture[str]
) -> None:
    whole = jpeg(street, kind)
    # Without its end marker the usual one is looked at closely, too.
    for data in (whole, whole[:-2]):
        decode_rgb(data)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda data: data.replace(b"\xff\xc0\x00\x11\x08", b"\xff\xc1\x00\x11\x0c"),
            "12 bits a sample",
        ),
        (lambda data: data.replace(b"\xff\xc0\x00\x11", b"\xff\xcb\x00\x11"), "a lossless JPEG"),
        (lambda data: data.replace(b"\xff\xc0\x00\x11", b"\xff\xf7\x00\x11"), "a JPEG-LS"),
    ],
)
def test_a_kind_that_is_not_read_is_named(
    street: NDArray[np.uint8], change: Callable[[bytes], bytes], words: str
) -> None:
    with pytest.raises(BadImageError, match=f"it is .*{words}.* save it as PNG") as caught:
        decode_rgb(change(jpeg(street)))
    assert caught.value.reason is Reason.UNDECODABLE
