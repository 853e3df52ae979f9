# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""CompressedImages show what the raw image shows; distances and videos are refused as such."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from support.encodings import encode, encode_grey
from support.pictures import picture, refusal

from attendseg_ros.images.bad_image import Reason
from attendseg_ros.images.encoded import decode_message
from attendseg_ros.images.sample_bits import SampleBits

COLOURS = np.array([(200, 90, 30), (20, 180, 60), (70, 40, 210), (230, 220, 40)], np.uint8)
WIDTH, HEIGHT = 96, 64


def blocks() -> NDArray[np.uint8]:
    rows, columns = np.indices((HEIGHT, WIDTH)) // 16
    return np.asarray(COLOURS[(rows + columns) % len(COLOURS)], np.uint8)


def middles() -> NDArray[np.bool_]:
    rows, columns = np.indices((HEIGHT, WIDTH)) % 16
    return np.asarray((np.abs(rows - 7.5) < 6) & (np.abs(columns - 7.5) < 6), np.bool_)


BEST = (cv2.IMWRITE_JPEG_QUALITY, 100)


def bgr(rgb: NDArray[Any]) -> NDArray[Any]:
    return np.ascontiguousarray(rgb[..., ::-1])


@pytest.mark.parametrize(
    ("form", "suffix", "pixels"),
    [
        ("rgb8; jpeg compressed bgr8", ".jpg", bgr(blocks())),
        ("bgr8; jpeg compressed bgr8", ".jpg", bgr(blocks())),
        ("rgb8; png compressed bgr8", ".png", bgr(blocks())),
        ("rgb16; png compressed bgr16", ".png", bgr(blocks()).astype(np.uint16) * 257),
        ("rgb8;jpeg compressed bgr8", ".jpg", bgr(blocks())),
        ("yuv422; jpeg compressed bgr8", ".jpg", bgr(blocks())),
        # Without the picture's own encoding the samples are as they were.
        ("rgb8; tiff compressed ", ".tiff", blocks()),
        ("rgba8; tiff compressed ", ".tiff", np.dstack([blocks(), blocks()[..., :1]])),
        ("bgr8; tiff compressed ", ".tiff", bgr(blocks())),
        ("bgra8; tiff compressed ", ".tiff", np.dstack([bgr(blocks()), blocks()[..., :1]])),
        ("rgb8; jpeg compressed rgb8", ".jpg", blocks()),
        *((form, ".jpg", bgr(blocks())) for form in ("jpeg", "jpg", "JPEG", "", "image/jpeg")),
        *((form, ".png", bgr(blocks())) for form in ("png", "jpeg", "")),
        ("webp", ".webp", bgr(blocks())),
        *(
            (
                f"bayer_{order}{bits}; {codec} compressed ",
                suffix,
                encode(blocks(), f"bayer_{order}{bits}"),
            )
            for order in ("rggb", "bggr", "gbrg", "grbg")
            for bits, codec, suffix in (
                *((8, "jpeg", ".jpg"), (8, "png", ".png"), (8, "tiff", ".tiff")),
                *((16, "png", ".png"), (12, "png", ".png"), (10, "tiff", ".tiff")),
            )
        ),
        ("bayer_rggb8; jpeg compressed bgr8", ".jpg", bgr(blocks())),
    ],
)
def test_the_format_says_what_the_colours_are(form: str, suffix: str, pixels: NDArray[Any]) -> None:
    options = BEST if suffix == ".jpg" else ()
    shown = decode_message(picture(suffix, pixels, options), form)
    inside = middles()
    tolerance = 40 if suffix == ".jpg" and "bayer" in form else 12
    assert np.abs(shown[inside].astype(int) - blocks()[inside]).mean() < tolerance / 4
    assert np.abs(shown[inside].astype(int) - blocks()[inside]).max() <= tolerance


@pytest.mark.parametrize(
    ("form", "encoding"),
    [
        ("mono8; jpeg compressed ", "mono8"),
        ("mono8; png compressed ", "mono8"),
        ("mono16; png compressed ", "mono16"),
        ("mono16; png", "mono16"),
        ("mono12; png compressed ", "mono12"),
        ("mono10; tiff compressed ", "mono10"),
        ("png", "mono16"),
    ],
)
def test_the_format_says_what_the_brightness_is(form: str, encoding: str) -> None:
    grey = blocks()[..., 0]
    suffix = ".jpg" if "jpeg" in form else ".tiff" if "tiff" in form else ".png"
    shown = decode_message(picture(suffix, encode_grey(grey, encoding)), form)
    inside = middles()
    assert np.abs(shown[..., 1][inside].astype(int) - grey[inside]).max() <= 4
    assert (shown[..., 0] == shown[..., 2]).all()


@pytest.mark.parametrize("encoding", ["mono16", "bayer_grbg16"])
def test_12_bits_in_16_are_scaled_as_in_raw_images(encoding: str) -> None:
    whole: NDArray[Any] = (
        encode_grey(blocks()[..., 0], "mono12")
        if encoding == "mono16"
        else encode(blocks(), "bayer_grbg12")
    )
    shown = decode_message(picture(".png", whole), f"{encoding}; png compressed ")
    expected = decode_message(
        picture(".png", np.rint(whole * (65535 / 4095)).astype(np.uint16)),
        f"{encoding}; png compressed ",
    )
    assert np.abs(shown.astype(int) - expected).max() <= 1
    bits = SampleBits()
    decode_message(picture(".png", whole), f"{encoding}; png compressed ", bits)
    dark = decode_message(picture(".png", whole // 8), f"{encoding}; png compressed ", bits)
    assert dark.max() <= 32


@pytest.mark.parametrize(
    "form",
    [
        "16UC1; png compressed ",
        "16UC1; png",
        "32FC1; tiff compressed ",
        "16UC1; compressedDepth png",
        "16UC1; compressedDepth rvl",
        "32FC1; compressedDepth",
        "16uc1; compresseddepth",
        "compressedDepth",
    ],
)
def test_depth_is_refused_as_such(form: str) -> None:
    error = refusal(picture(".png", np.full((48, 64), 3000, np.uint16)), form)
    assert error.reason is Reason.DEPTH
    assert "distances" in str(error)


@pytest.mark.parametrize(
    "form",
    [
        *("h264", "H264", "h.264", "hevc", "h265", "H.265", "av1", "vp9", "x264", "libx264"),
        *("h264_nvenc", "hevc_vaapi", "bgr8; h264", "ffmpeg", "h264;bgr8;yuv420p", "libsvtav1"),
        *("theora", "mpeg2video", "av01", "hvc1.1.6", "vvc", "h266"),
    ],
)
def test_packets_of_a_video_are_refused_as_such(form: str) -> None:
    error = refusal(bytes(100), form)
    assert error.reason is Reason.VIDEO
    assert "republish" in str(error)


@pytest.mark.parametrize("start", [b"\x00\x00\x00\x01\x67", b"\x00\x00\x01\x40"])
def test_packets_of_a_video_are_known_by_their_start(start: bytes) -> None:
    assert refusal(start + bytes(100), "jpeg").reason is Reason.VIDEO
