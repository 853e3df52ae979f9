# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Compressed images through the real node, good and bad."""

from __future__ import annotations

import struct
import threading
import time
import zlib
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from sensor_msgs.msg import CompressedImage
from std_srvs.srv import SetBool
from support.encodings import encode
from support.segmentation_rig import HEIGHT, WIDTH, Rig
from support.tiny_bundle import painted, stripes
from support.waiting import wait_until

TRUTH = stripes(WIDTH, HEIGHT)
EXIF_UPSIDE_DOWN = (
    b"\xff\xe1\x00\x22Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01"
    b"\x01\x12\x00\x03\x00\x00\x00\x01\x00\x03\x00\x00\x00\x00\x00\x00"
)


def encoded(extension: str, rgb: Any = None, *options: int) -> bytes:
    rgb = painted(TRUTH) if rgb is None else rgb
    bgr = rgb[..., ::-1] if rgb.ndim == 3 else rgb
    done, data = cv2.imencode(extension, np.ascontiguousarray(bgr), list(options))
    assert done
    return data.tobytes()


@pytest.fixture(scope="module")
def rig(folder: Path, tiny_path: Path) -> Iterator[Rig]:
    with Rig(folder, tiny_path, {"image_transport": "compressed"}) as rig:
        yield rig


@pytest.fixture(scope="module")
def camera(rig: Rig) -> Any:
    return rig.client.camera(CompressedImage, "image/compressed")


def compressed(rig: Rig, data: bytes, form: str = "jpeg") -> CompressedImage:
    return CompressedImage(header=rig.client.header(), format=form, data=array("B", data))


def test_jpeg(rig: Rig, camera: Any) -> None:
    data = encoded(".jpg", None, cv2.IMWRITE_JPEG_QUALITY, 95)
    mask = rig.mask(camera, compressed(rig, data, "rgb8; jpeg compressed bgr8"), rig.output("mask"))
    # A block of a JPEG smears a border over 8 pixels.
    assert (mask == TRUTH).mean() > 0.9
    middles = np.arange(WIDTH // 22, WIDTH, WIDTH // 11)
    np.testing.assert_array_equal(mask[:, middles], TRUTH[:, middles])


@pytest.mark.parametrize("form", ["png", "rgb8; png compressed bgr8"])
def test_png(rig: Rig, camera: Any, form: str) -> None:
    mask = rig.mask(camera, compressed(rig, encoded(".png"), form), rig.output("mask"))
    np.testing.assert_array_equal(mask, TRUTH)


def test_grey_jpeg(rig: Rig, camera: Any) -> None:
    grey = np.full((48, 64), 128, np.uint8)
    mask = rig.mask(camera, compressed(rig, encoded(".jpg", grey)), rig.output("mask"))
    # Sky is (128, 128, 128).
    np.testing.assert_array_equal(mask, np.zeros((48, 64), np.uint8))


def test_jpeg_with_trailing_bytes(rig: Rig, camera: Any) -> None:
    plain = rig.mask(camera, compressed(rig, encoded(".jpg")), rig.output("mask"))
    padded = compressed(rig, encoded(".jpg") + bytes(100))
    np.testing.assert_array_equal(rig.mask(camera, padded, rig.output("mask")), plain)


def test_the_mask_fits_the_pixels_not_the_exif_orientation(rig: Rig, camera: Any) -> None:
    data = encoded(".jpg")
    plain = rig.mask(camera, compressed(rig, data), rig.output("mask"))
    turned = compressed(rig, data[:2] + EXIF_UPSIDE_DOWN + data[2:])
    np.testing.assert_array_equal(rig.mask(camera, turned, rig.output("mask")), plain)


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
@pytest.mark.parametrize("order", ["rggb", "gbrg"])
def test_a_mosaic_gets_its_colours(rig: Rig, camera: Any, order: str, suffix: str) -> None:
    mosaic = np.asarray(encode(painted(TRUTH), f"bayer_{order}8"), np.uint8)
    codec = suffix.replace("jpg", "jpeg")[1:]
    done, data = cv2.imencode(suffix, mosaic, [cv2.IMWRITE_JPEG_QUALITY, 100])
    assert done
    message = compressed(rig, data.tobytes(), f"bayer_{order}8; {codec} compressed ")
    mask = rig.mask(camera, message, rig.output("mask"))
    middles = np.arange(WIDTH // 22, WIDTH, WIDTH // 11)
    np.testing.assert_array_equal(mask[:, middles], TRUTH[:, middles])


def test_jpegs_with_oddities(rig: Rig, camera: Any) -> None:
    data = encoded(".jpg")
    plain = rig.mask(camera, compressed(rig, data), rig.output("mask"))
    for odd in (data[:20] + bytes(3) + data[20:], b"\r\n" + data, data[:-1], data[:-2]):
        shown = rig.mask(camera, compressed(rig, odd), rig.output("mask"))
        np.testing.assert_array_equal(shown, plain)


def huge_png() -> bytes:
    """A PNG whose header claims 20000x20000 pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + check

    header = struct.pack(">IIBBBBB", 20000, 20000, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1000))
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def huge_jpeg() -> bytes:
    """A JPEG whose frame header claims 20000x20000 pixels."""
    data = bytearray(encoded(".jpg"))
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", 20000, 20000)
    return bytes(data)


BAD = {
    "nothing": (b"", "jpeg", "empty image"),
    "half a JPEG": (encoded(".jpg")[: len(encoded(".jpg")) // 2], "jpeg", "truncated"),
    "a JPEG without its last bytes": (encoded(".jpg")[:-40], "jpeg", "truncated"),
    "a JPEG with a hole": (encoded(".jpg")[:1000] + encoded(".jpg")[1150:], "jpeg", "truncated"),
    "the start of a JPEG": (encoded(".jpg")[:9], "jpeg", "truncated"),
    "half a PNG": (encoded(".png")[: len(encoded(".png")) // 2], "png", "truncated"),
    "the start of a PNG": (encoded(".png")[:12], "png", "truncated"),
    "text": (b"this is no picture", "jpeg", "cannot be decoded"),
    "a huge PNG": (huge_png(), "png", "too large image"),
    "a huge JPEG": (huge_jpeg(), "jpeg", "too large image"),
    "distances": (encoded(".png"), "16UC1; compressedDepth png", "depth is not an image"),
    "a video": (b"\x00\x00\x00\x01\x67" + bytes(100), "h264", "packet of a video"),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_picture_is_named_counted_and_survived(rig: Rig, camera: Any, kind: str) -> None:
    data, form, reason = BAD[kind]
    good = compressed(rig, encoded(".png"), "png")
    line = rig.refuses(camera, compressed(rig, data, form), good, reason)
    assert f"{rig.process.namespace}/image/compressed" in line
    assert "format '" in line
    assert "bytes" in line


def test_a_jpeg_that_was_damaged_is_refused_in_our_words(rig: Rig, camera: Any) -> None:
    whole = encoded(".jpg", None, cv2.IMWRITE_JPEG_RST_INTERVAL, 4)
    start, end = whole.index(b"\xff\xd1"), whole.index(b"\xff\xd2")
    damaged = whole[: start + 4] + whole[end:]
    rig.refuses(camera, compressed(rig, damaged), compressed(rig, whole), "cannot be decoded")
    said = "the JPEG's data are damaged on their way: data end before the blocks"

    def told() -> bool:
        # A reason is logged once in a few seconds, the last time perhaps for another test.
        camera.publish(compressed(rig, damaged))
        time.sleep(0.1)
        return said in rig.process.log()

    wait_until(told, "a line of the log")
    assert "Corrupt JPEG" not in rig.process.log()


def test_no_line_of_the_log_is_lost_while_pictures_are_decoded(rig: Rig, camera: Any) -> None:
    """What decoders print is heard on the standard error of all, where the log goes."""
    noise = np.random.default_rng(1).integers(0, 255, (720, 1280, 3), np.uint8)
    message = compressed(rig, encoded(".jpg", noise))
    rig.output("mask")
    stop = threading.Event()

    def stream() -> None:
        while not stop.wait(0.005):
            message.header = rig.client.header()
            camera.publish(message)

    thread = threading.Thread(target=stream)
    said = "enabled by ~/set_enabled"
    before = rig.process.log().count(said)
    thread.start()
    try:
        for _ in range(150):
            rig.client.call(SetBool, "segmentation/set_enabled", SetBool.Request(data=True))
    finally:
        stop.set()
        thread.join()
    wait_until(lambda: rig.process.log().count(said) >= before + 150, "every line of the log")
