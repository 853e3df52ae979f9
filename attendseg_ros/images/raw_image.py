# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The fields of a `sensor_msgs/Image` to an RGB array; from a topic or from a bag alike.

The pixels are looked at where they lie in the message, padded rows included: rgb8, bgr8, rgba8,
bgra8, mono8 and 8UC* become views, which the segmenter reads without a copy. The others are
converted; `encodings.py` holds the table of all.
"""

from __future__ import annotations

from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from attendseg_ros.images.bad_image import BadImageError, Reason, check_size
from attendseg_ros.images.channels import RgbImage
from attendseg_ros.images.colours import demosaic, from_packed, from_planes
from attendseg_ros.images.encoded import decode_message
from attendseg_ros.images.encodings import ENCODINGS, Encoding, Kind, find_encoding
from attendseg_ros.images.sample_bits import SampleBits
from attendseg_ros.pictures import MAX_PIXELS
from attendseg_ros.shortening import shortened

_PAGE = 4096
_LARGEST_TAIL = 65536
_MOST_ROWS_OVER = 31
_MULTIPLES = (8, 16, 32, 64)


class ImageMessage(Protocol):
    """`sensor_msgs/Image`, as rclpy or rosbags make it."""

    @property
    def height(self) -> int: ...  # noqa: D102 (the message's own fields)
    @property
    def width(self) -> int: ...  # noqa: D102
    @property
    def encoding(self) -> str: ...  # noqa: D102
    @property
    def is_bigendian(self) -> int: ...  # noqa: D102
    @property
    def step(self) -> int: ...  # noqa: D102
    @property
    def data(self) -> Any: ...  # noqa: D102


def to_rgb(
    message: ImageMessage, bits: SampleBits | None = None, max_pixels: int = MAX_PIXELS
) -> RgbImage:
    """Gives the message's image in RGB.

    Args:
        message: the image; its data are any buffer of bytes.
        bits: what is known of the stream's samples of 16 bits; None for an image alone.
        max_pixels: most pixels of an image.

    Returns:
        uint8 (height, width, 3); often a view of the message's own bytes, of any strides: `packed`
        makes it contiguous.

    Raises:
        BadImageError: the message contradicts itself, it is too large, it is depth, or its encoding
            is not known.
    """
    encoding = _encoding_of(message)
    if encoding.kind is Kind.DEPTH:
        raise BadImageError(
            Reason.DEPTH,
            f"{encoding.name} is distances (REP 118), not brightness: an image goes here; "
            "brightness of 16 bits is named mono16",
        )
    if encoding.kind is Kind.PICTURE:
        return _picture(message, encoding, max_pixels)
    check_size(message.width, message.height, max_pixels)
    if encoding.kind is Kind.YUV_PLANES:
        return from_planes(*_planes(message, encoding))
    pixels = _view(message, encoding)
    if encoding.kind is Kind.YUV_PACKED:
        return from_packed(pixels, encoding.order)[:, : message.width]
    bits = bits or SampleBits()
    eight = bits.to_8_bits(pixels, encoding.bits)
    if encoding.kind is Kind.BAYER:
        return demosaic(eight[..., 0], encoding.order)
    if encoding.kind is Kind.GREY:
        return np.broadcast_to(eight, (*eight.shape[:2], 3))
    return eight[..., 2::-1] if encoding.order.startswith("bgr") else eight[..., :3]


def packed(rgb: RgbImage) -> RgbImage:
    """Makes a view of `to_rgb` contiguous along its channels, for readers of every pixel.

    Returns:
        uint8 (H, W, 3), the view itself where that can be; rows may still be padded.
    """
    # NumPy would take 3.5 to 4 ms for each of these at 1280x720, OpenCV takes 0.05.
    whole = rgb.base
    backwards = rgb.strides[2] < 0
    if isinstance(whole, np.ndarray) and whole.shape == (*rgb.shape[:2], 4):
        code = cv2.COLOR_BGRA2RGB if backwards else cv2.COLOR_RGBA2RGB
        return np.asarray(cv2.cvtColor(whole, code), np.uint8)
    if rgb.strides[2] == 0:
        return np.asarray(cv2.cvtColor(rgb[..., 0], cv2.COLOR_GRAY2RGB), np.uint8)
    if backwards:
        return np.asarray(cv2.cvtColor(rgb[..., ::-1], cv2.COLOR_BGR2RGB), np.uint8)
    return rgb


def view(message: ImageMessage, max_pixels: int = MAX_PIXELS) -> NDArray[Any]:
    """Gives the pixels as they lie in the message.

    Returns:
        (H, W, C) of the encoding's type, in the message's byte order.

    Raises:
        BadImageError: the message contradicts itself, or its encoding is not known or has no
            pixels that lie one beside the other.
    """
    encoding = _encoding_of(message)
    if encoding.kind in (Kind.PICTURE, Kind.YUV_PLANES):
        raise BadImageError(Reason.ENCODING, f"{encoding.name} has no pixels to look at")
    check_size(message.width, message.height, max_pixels)
    return _view(message, encoding)


def _encoding_of(message: ImageMessage) -> Encoding:
    encoding = find_encoding(message.encoding)
    if encoding is None:
        raise BadImageError(
            Reason.ENCODING, f"{shortened(message.encoding)} is none of {', '.join(ENCODINGS)}"
        )
    return encoding


def _view(message: ImageMessage, encoding: Encoding) -> NDArray[Any]:
    dtype = np.dtype(encoding.dtype).newbyteorder(">" if message.is_bigendian else "<")
    channels, width = encoding.channels, message.width
    if encoding.kind is Kind.YUV_PACKED:
        # Two pixels share a colour, so rows hold whole pairs.
        width += width % 2
    _check_step(message, width * channels * dtype.itemsize)
    _check_length(message, message.step * message.height)
    pixels: NDArray[Any] = np.ndarray(
        (message.height, width, channels),
        dtype,
        message.data,
        strides=(message.step, channels * dtype.itemsize, dtype.itemsize),
    )
    return pixels


def _planes(
    message: ImageMessage, encoding: Encoding
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Luma, and chroma as (h, w, 2) in the order U, V."""
    height, width, step = message.height, message.width, message.step
    layout, size = encoding.order, len(message.data)
    columns = width if layout == "nv24" else (width + 1) // 2
    _check_step(message, width)
    if step in (width * 3 // 2, width * 2, width * 3) and size < sum(_sizes(layout, step, height)):
        # Some drivers write the bytes of a row of all planes: 12, 16 or 24 bits a pixel; or two
        # bytes, as many as sensor_msgs/image_encodings.hpp counts channels.
        step = width
    held = _rows_held(layout, step, height, size)
    luma_bytes, plane_bytes, *others = _sizes(layout, step, held)
    _check_length(message, luma_bytes + plane_bytes + sum(others))
    data = np.frombuffer(message.data, np.uint8)
    luma = np.ndarray((height, width), np.uint8, data, 0, (step, 1))
    rows, chroma_step = _chroma_rows(layout, height), _chroma_step(layout, step)
    if not others:
        chroma = np.ndarray((rows, columns, 2), np.uint8, data, luma_bytes, (chroma_step, 2, 1))
        return luma, chroma[..., ::-1] if layout == "nv21" else chroma
    first, second = (
        np.ndarray((rows, columns), np.uint8, data, start, (chroma_step, 1))
        for start in (luma_bytes, luma_bytes + plane_bytes)
    )
    return luma, np.dstack([second, first] if layout == "yv12" else [first, second])


def _chroma_rows(layout: str, height: int) -> int:
    return height if layout in ("nv16", "nv24", "i422") else (height + 1) // 2


def _chroma_step(layout: str, step: int) -> int:
    if layout == "nv24":
        return 2 * step
    return step + step % 2 if layout.startswith("nv") else -(-step // 2)


def _sizes(layout: str, step: int, height: int) -> list[int]:
    """Bytes of each plane, of so many rows of luma."""
    chroma = _chroma_step(layout, step) * _chroma_rows(layout, height)
    return [step * height, *([chroma] if layout.startswith("nv") else [chroma, chroma])]


def _rows_held(layout: str, step: int, height: int, size: int) -> int:
    """Rows of luma in the buffer: video hardware fills up each plane, as 1080 rows to 1088."""
    for multiple in _MULTIPLES:
        held = -(-height // multiple) * multiple
        if held > height and sum(_sizes(layout, step, held)) == size:
            return held
    return height


def _check_step(message: ImageMessage, row: int) -> None:
    if message.step < row:
        raise BadImageError(
            Reason.STEP,
            f"step {message.step} is shorter than a row of {row} bytes of {message.encoding}",
        )


def _check_length(message: ImageMessage, needed: int) -> None:
    size = len(message.data)
    if size < needed:
        raise BadImageError(
            Reason.SHORT,
            f"{size} bytes where {message.encoding} of step {message.step} takes {needed}",
        )
    if size > needed and not _is_padding(message, needed, size):
        raise BadImageError(
            Reason.LONG,
            f"{size} bytes where {message.encoding} of step {message.step} takes {needed}",
        )


def _is_padding(message: ImageMessage, needed: int, size: int) -> bool:
    """Whether what follows the pixels is what drivers leave there.

    Buffers end at a page, or hold rows up to a multiple of 16 or 32.
    """
    over = size - needed
    whole_rows = over % message.step == 0 and over // message.step <= _MOST_ROWS_OVER
    to_a_page = over <= _PAGE or (size % _PAGE == 0 and over < _LARGEST_TAIL)
    if not (whole_rows or to_a_page) or over >= needed:
        return False
    # Where another step fits all bytes, they may be a picture that would come out slanted.
    tail = np.frombuffer(message.data, np.uint8)[needed:]
    return bool(over % message.height != 0 or (tail == tail[0]).all())


def _picture(message: ImageMessage, encoding: Encoding, max_pixels: int) -> RgbImage:
    """A JPEG or PNG that a driver put into an Image as it came from the camera."""
    rgb = decode_message(message.data, encoding.name, max_pixels=max_pixels)
    height, width = rgb.shape[:2]
    if (message.width or width, message.height or height) != (width, height):
        raise BadImageError(
            Reason.UNDECODABLE,
            f"the {encoding.name} is {width}x{height}, the message says "
            f"{message.width}x{message.height}",
        )
    return rgb
