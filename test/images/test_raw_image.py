# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Fields of Image messages to RGB: every encoding by its definition, spellings, padding, bounds."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from support.encodings import (
    COLOUR_ENCODINGS,
    DEPTH_ENCODINGS,
    GREY_ENCODINGS,
    encode,
    encode_grey,
)

from attendseg_ros.images.bad_image import BadImageError, Reason
from attendseg_ros.images.raw_image import packed, to_rgb
from attendseg_ros.images.sample_bits import SampleBits

COLOURS = np.array(
    [(200, 90, 30), (20, 180, 60), (70, 40, 210), (128, 128, 128), (230, 220, 40)], np.uint8
)
BLOCK = 12


def blocks(width: int = 60, height: int = 36) -> NDArray[np.uint8]:
    """Blocks of one colour each, uint8 (H, W, 3)."""
    rows, columns = np.indices((height, width)) // BLOCK
    return np.asarray(COLOURS[(rows + 2 * columns) % len(COLOURS)], np.uint8)


def middles(width: int, height: int) -> NDArray[np.bool_]:
    """Where no neighbour of another block has a share in a colour."""
    rows, columns = np.indices((height, width)) % BLOCK
    return np.asarray((np.abs(rows - 5.5) < 4) & (np.abs(columns - 5.5) < 4), np.bool_)


def message(
    data: NDArray[Any], encoding: str, width: int, height: int, **fields: Any
) -> SimpleNamespace:
    """An Image; its step is that of rows that are not padded."""
    step = data.nbytes // height if data.ndim > 1 else width
    content = {"step": step, "is_bigendian": 0, "data": data.tobytes(), **fields}
    return SimpleNamespace(encoding=encoding, width=width, height=height, **content)


def written(rgb: NDArray[np.uint8], encoding: str, **fields: Any) -> SimpleNamespace:
    height, width = rgb.shape[:2]
    return message(encode(rgb, encoding), encoding, width, height, **fields)


@pytest.mark.parametrize("size", [(60, 36), (59, 35), (24, 12)])
@pytest.mark.parametrize("encoding", COLOUR_ENCODINGS)
def test_every_colour_encoding_shows_its_colours(encoding: str, size: tuple[int, int]) -> None:
    rgb = blocks(*size)
    shown = packed(to_rgb(written(rgb, encoding)))
    assert shown.shape == rgb.shape
    inside = middles(*size)
    assert np.abs(shown[inside].astype(int) - rgb[inside]).max() <= 3


@pytest.mark.parametrize("encoding", GREY_ENCODINGS)
def test_every_grey_encoding_shows_its_brightness(encoding: str) -> None:
    grey = blocks()[..., 0]
    shown = packed(to_rgb(message(encode_grey(grey, encoding), encoding, 60, 36)))
    np.testing.assert_array_equal(shown, np.repeat(grey[..., None], 3, axis=2))


@pytest.mark.parametrize("size", [(1, 1), (2, 1), (1, 2), (3, 3), (2, 5)])
@pytest.mark.parametrize("encoding", COLOUR_ENCODINGS)
def test_the_smallest_images_do_no_harm(encoding: str, size: tuple[int, int]) -> None:
    rgb = np.full((size[1], size[0], 3), 90, np.uint8)
    shown = packed(to_rgb(written(rgb, encoding)))
    assert shown.shape == rgb.shape
    assert np.abs(shown.astype(int) - rgb).max() <= 3


@pytest.mark.parametrize(
    ("spelled", "encoding"),
    [
        *(("rgb", "rgb8"), ("RGB8", "rgb8"), (" rgb8 ", "rgb8"), ("rgb24", "rgb8")),
        ("rgb8\0", "rgb8"),
        *(("bgr", "bgr8"), ("BGR", "bgr8"), ("bgr24", "bgr8"), ("bgra", "bgra8")),
        *(("8uc3", "8UC3"), ("CV_8UC3", "8UC3"), ("RGBA", "rgba8")),
        *(("RGB3", "rgb8"), ("BGR8Packed", "bgr8"), ("BGRx", "bgra8"), ("rgb0", "rgba8")),
        *(("YUYV", "yuyv"), ("YUY2", "yuyv"), ("yuyv422", "yuyv"), ("UYVY", "uyvy")),
        *(("NV12", "nv12"), ("yuv420", "i420"), ("YU12", "i420"), ("I420", "i420")),
        *(("BayerRG8", "bayer_rggb8"), ("bayer_rggb_8", "bayer_rggb8"), ("SRGGB8", "bayer_rggb8")),
        *(("BayerGB12", "bayer_gbrg12"), ("BAYER_GRBG16", "bayer_grbg16")),
    ],
)
def test_other_spellings_are_the_same(spelled: str, encoding: str) -> None:
    image = written(blocks(), encoding)
    expected = packed(to_rgb(image))
    image.encoding = spelled
    np.testing.assert_array_equal(packed(to_rgb(image)), expected)


@pytest.mark.parametrize("encoding", DEPTH_ENCODINGS)
def test_depth_is_no_image(encoding: str) -> None:
    depth = np.ones((4, 6), np.float32 if encoding.startswith("32") else np.uint16)
    with pytest.raises(BadImageError, match="REP 118") as caught:
        to_rgb(message(depth, encoding, 6, 4))
    assert caught.value.reason is Reason.DEPTH


@pytest.mark.parametrize("encoding", ["rgb888", "", "64FC1", "8UC2", "32FC2", "BayerRG12p", "x"])
def test_what_is_not_in_the_table_is_named_with_what_is(encoding: str) -> None:
    with pytest.raises(BadImageError, match=r"bayer_rggb12.*nv12.*rgb8.*yuyv") as caught:
        to_rgb(message(np.zeros((4, 6, 3), np.uint8), encoding, 6, 4))
    assert caught.value.reason is Reason.ENCODING


@pytest.mark.parametrize("encoding", ["rgb8", "mono12", "yuyv", "bayer_gbrg10", "16UC3", "bgra16"])
def test_padded_rows(encoding: str) -> None:
    grey = encoding in GREY_ENCODINGS
    pixels = encode_grey(blocks()[..., 1], encoding) if grey else encode(blocks(), encoding)
    plain = message(pixels, encoding, 60, 36)
    rows = np.frombuffer(plain.data, np.uint8).reshape(36, -1)
    padded = np.pad(rows, ((0, 0), (0, 22)), constant_values=0xAB)
    wide = message(padded, encoding, 60, 36)
    np.testing.assert_array_equal(packed(to_rgb(wide)), packed(to_rgb(plain)))


@pytest.mark.parametrize("encoding", ["nv12", "nv21", "i420", "yv12", "nv16", "nv24"])
def test_padded_rows_of_planes(encoding: str) -> None:
    rgb = blocks()
    plain = written(rgb, encoding)
    expected = to_rgb(plain)
    data, step = np.frombuffer(plain.data, np.uint8), 64
    parts = [np.pad(data[: 60 * 36].reshape(36, 60), ((0, 0), (0, 4))).reshape(-1)]
    chroma_width = 30 if encoding in ("i420", "yv12") else 120 if encoding == "nv24" else 60
    chroma = data[60 * 36 :].reshape(-1, chroma_width)
    parts.append(
        np.pad(chroma, ((0, 0), (0, chroma_width * step // 60 - chroma_width))).reshape(-1)
    )
    wide = message(np.concatenate(parts), encoding, 60, 36, step=step)
    np.testing.assert_array_equal(to_rgb(wide), expected)


def test_a_step_of_twelve_bits_a_pixel() -> None:
    plain = written(blocks(), "nv12")
    expected = to_rgb(plain)
    plain.step = 90
    np.testing.assert_array_equal(to_rgb(plain), expected)


@pytest.mark.parametrize(
    ("encoding", "bytes_of_a_pixel"),
    [("nv12", 2), ("nv21", 2), ("i420", 2), ("nv16", 2), ("i422", 2), ("nv24", 2), ("nv24", 3)],
)
def test_a_step_of_all_planes_together(encoding: str, bytes_of_a_pixel: int) -> None:
    plain = written(blocks(), encoding)
    expected = to_rgb(plain)
    plain.step = 60 * bytes_of_a_pixel
    np.testing.assert_array_equal(to_rgb(plain), expected)
    plain.data = plain.data[:-1]
    with pytest.raises(BadImageError, match="short buffer"):
        to_rgb(plain)


@pytest.mark.parametrize("encoding", ["nv12", "nv21", "i420", "yv12", "nv16", "nv24", "i422"])
@pytest.mark.parametrize(("height", "held"), [(36, 48), (36, 40), (36, 64)])
def test_planes_may_be_filled_up_with_rows(encoding: str, height: int, held: int) -> None:
    """As 1080 rows to 1088: the chroma then begins behind rows that no image has."""
    plain = written(blocks(), encoding)
    expected = to_rgb(plain)
    data, luma = np.frombuffer(plain.data, np.uint8), 60 * height
    of_chroma = 1 if encoding.startswith("nv") else 2
    parts = [(data[:luma], held - height)]
    rest = data[luma:].reshape(of_chroma, -1)
    rows = height if encoding in ("nv16", "nv24", "i422") else height // 2
    parts += [(plane, (held - height) * rows // height) for plane in rest]
    filled = [
        np.pad(plane.reshape(height if n == 0 else rows, -1), ((0, more), (0, 0)), "edge").ravel()
        for n, (plane, more) in enumerate(parts)
    ]
    plain.data = np.concatenate(filled).tobytes()
    np.testing.assert_array_equal(to_rgb(plain), expected)


@pytest.mark.parametrize(
    "encoding", ["mono10", "mono16", "bayer_rggb12", "bayer_grbg16", "rgb16", "16UC4", "32FC3"]
)
def test_big_endian(encoding: str) -> None:
    grey = encoding in GREY_ENCODINGS
    pixels = encode_grey(blocks()[..., 1], encoding) if grey else encode(blocks(), encoding)
    plain = message(pixels, encoding, 60, 36)
    swapped = pixels.astype(pixels.dtype.newbyteorder(">"))
    other = message(swapped, encoding, 60, 36, is_bigendian=1)
    np.testing.assert_array_equal(packed(to_rgb(other)), packed(to_rgb(plain)))


@pytest.mark.parametrize(
    ("encoding", "size", "tail"),
    [
        # To the end of a page; rows up to 1088; what a driver appends.
        ("rgb8", (1920, 1080), -1920 * 1080 * 3 % 4096),
        ("yuyv", (1920, 1080), 8 * 1920 * 2),
        ("nv12", (1920, 1080), 4096),
        ("mono8", (640, 470), 10 * 640),
        ("bgr8", (61, 37), 100),
    ],
)
def test_bytes_after_the_pixels_are_padding(
    encoding: str, size: tuple[int, int], tail: int
) -> None:
    width, height = size
    rgb = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    grey = encoding == "mono8"
    pixels = rgb[..., 0] if grey else encode(rgb, encoding)
    image = message(pixels, encoding, width, height)
    expected = packed(to_rgb(image))
    image.data += bytes(tail)
    np.testing.assert_array_equal(packed(to_rgb(image)), expected)


@pytest.mark.parametrize(("width", "step"), [(63, 189), (60, 180)])
def test_more_bytes_than_a_wrong_step_explains_are_refused(width: int, step: int) -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    with pytest.raises(BadImageError) as caught:
        to_rgb(message(rgb, "rgb8", width, 64, step=step))
    assert caught.value.reason is Reason.LONG


def test_two_images_in_one_are_refused() -> None:
    rgb = np.zeros((72, 60, 3), np.uint8)
    with pytest.raises(BadImageError, match="long buffer"):
        to_rgb(message(rgb, "rgb8", 60, 36, step=180))


@pytest.mark.parametrize("encoding", ["nv12", "i420", "nv16", "yuyv", "bayer_rggb12", "rgb8"])
def test_a_byte_too_few_is_refused(encoding: str) -> None:
    image = written(blocks(), encoding)
    image.data = image.data[:-1]
    with pytest.raises(BadImageError, match="short buffer"):
        to_rgb(image)


def test_odd_rows_of_shared_colours_must_hold_whole_pairs() -> None:
    with pytest.raises(BadImageError, match="step 10 is shorter than a row of 12 bytes"):
        to_rgb(message(np.zeros((3, 10), np.uint8), "yuv422", 5, 3))


@pytest.mark.parametrize("name", ["jpeg", "mjpeg", "MJPG", "jpg", "png"])
def test_a_picture_within_an_image(name: str) -> None:
    bgr = np.ascontiguousarray(blocks()[..., ::-1])
    data = cv2.imencode(".png" if name == "png" else ".jpg", bgr)[1]
    expected = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR))[..., ::-1]
    for fields in ({"width": 60, "height": 36}, {"width": 0, "height": 0}):
        image = SimpleNamespace(
            encoding=name, step=0, is_bigendian=0, data=data.tobytes(), **fields
        )
        np.testing.assert_array_equal(to_rgb(image), expected)
    image.width, image.height = 59, 36
    with pytest.raises(BadImageError, match=r"is 60x36, the message says 59x36"):
        to_rgb(image)


def test_images_are_bounded_by_their_pixels() -> None:
    image = written(blocks(), "rgb8")
    to_rgb(image, max_pixels=60 * 36)
    with pytest.raises(BadImageError, match="2160 pixels, more than max_pixels"):
        to_rgb(image, max_pixels=60 * 36 - 1)
    huge = SimpleNamespace(
        encoding="nv12", width=16000, height=16000, step=16000, is_bigendian=0, data=b""
    )
    with pytest.raises(BadImageError, match="max_pixels"):
        to_rgb(huge)


@pytest.mark.parametrize("encoding", ["mono16", "bayer_rggb16", "rgb16", "16UC3"])
@pytest.mark.parametrize("bits", [10, 12, 14, 16])
def test_samples_in_the_lower_of_16_bits_are_scaled_by_what_they_hold(
    encoding: str, bits: int
) -> None:
    grey = encoding == "mono16"
    rgb = blocks()
    pixels = encode_grey(rgb[..., 0], encoding) if grey else encode(rgb, encoding)
    full = packed(to_rgb(message(pixels, encoding, 60, 36)))
    lower = np.rint(pixels.astype(float) * (2**bits - 1) / 65535).astype(np.uint16)
    shown = packed(to_rgb(message(lower, encoding, 60, 36)))
    assert np.abs(shown.astype(int) - full).max() <= 1


def test_a_dark_image_after_a_bright_one_stays_dark() -> None:
    bits = SampleBits()
    bright = np.full((4, 6), 4000, np.uint16)
    dark = np.full((4, 6), 400, np.uint16)
    assert to_rgb(message(bright, "mono16", 6, 4), bits).max() == 249
    assert to_rgb(message(dark, "mono16", 6, 4), bits).max() == 25
    assert to_rgb(message(dark, "bayer_rggb16", 6, 4), bits).max() == 25
    # Alone, it is a picture of 10 bits.
    assert to_rgb(message(dark, "mono16", 6, 4)).max() == 100


def test_a_value_that_the_name_does_not_allow_is_refused() -> None:
    with pytest.raises(BadImageError, match=r"65520 is more than 12 bits hold.*mono16"):
        to_rgb(message(np.full((4, 6), 65520, np.uint16), "mono12", 6, 4))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_floats_must_be_finite(value: float) -> None:
    pixels = np.full((4, 6, 3), 0.5, np.float32)
    pixels[1, 2, 0] = value
    with pytest.raises(BadImageError, match="1 of 72 are NaN or infinite"):
        to_rgb(message(pixels, "32FC3", 6, 4))
