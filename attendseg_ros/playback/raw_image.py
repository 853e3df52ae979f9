# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The fields of a `sensor_msgs/Image` to an RGB array; from a topic or from a bag alike.

The pixels are looked at where they lie in the message, padded rows included.

- rgb8, bgr8, rgba8, bgra8, mono8, and 8UC1, 8UC3, 8UC4 in OpenCV's channel order: a view, which the
  segmenter reads without a copy.
- rgb16, bgr16, rgba16, bgra16, mono16, bayer_*, yuv422, uyvy, yuv422_yuy2, yuyv: by a library that
  the caller hands in; 16 bits are scaled from 0..65535 to 0..255.
- 16UC1, 16UC3, 16UC4: scaled from 0..65535 to 0..255, then as 8UC.
- 32FC1, 32FC3, 32FC4: scaled from 0..1 to 0..255 and clipped, then as 8UC; an image with NaN or
  infinity in it is refused.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from attendseg_ros.playback.bad_image import BadImageError, Reason, check_size

RgbImage = NDArray[np.uint8]
Converter = Callable[[Any, str], "NDArray[Any]"]
FindConverter = Callable[[], "tuple[str, Converter | None]"]
"""Gives a library's name and its function; (why there is none, None) without one."""


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


# Without a colour order in the encoding's name, the order is OpenCV's.
_ORDER = {1: "mono8", 3: "bgr8", 4: "bgra8"}
_UNNAMED = {
    f"{depth}C{channels}": (dtype, channels)
    for depth, dtype in (("8U", "uint8"), ("16U", "uint16"), ("32F", "float32"))
    for channels in _ORDER
}
_SCALE = {"uint16": 255.0 / 65535.0, "float32": 255.0}
_BAYER = ("bayer_rggb", "bayer_bggr", "bayer_gbrg", "bayer_grbg")
_BY_LIBRARY = {
    "mono16": ("uint16", 1),
    **dict.fromkeys(("rgb16", "bgr16"), ("uint16", 3)),
    **dict.fromkeys(("rgba16", "bgra16"), ("uint16", 4)),
    **dict.fromkeys(("yuv422", "uyvy", "yuv422_yuy2", "yuyv"), ("uint8", 2)),
    **{f"{order}8": ("uint8", 1) for order in _BAYER},
    **{f"{order}16": ("uint16", 1) for order in _BAYER},
}
_LAYOUTS = {
    "rgb8": ("uint8", 3),
    "bgr8": ("uint8", 3),
    "rgba8": ("uint8", 4),
    "bgra8": ("uint8", 4),
    "mono8": ("uint8", 1),
    **_UNNAMED,
    **_BY_LIBRARY,
}
ENCODINGS = tuple(_LAYOUTS)
"""Every encoding that `to_rgb` takes."""


def to_rgb(message: ImageMessage, find_converter: FindConverter) -> RgbImage:
    """Gives the message's image in RGB.

    Args:
        message: the image; its data are any buffer of bytes.
        find_converter: asked for the library when the encoding needs one.

    Returns:
        uint8 (height, width, 3); often a view of the message's own bytes, of any strides: `packed`
        makes it contiguous.

    Raises:
        BadImageError: the message contradicts itself, or its encoding is not known.
    """
    pixels = view(message)
    encoding = message.encoding
    if encoding in _BY_LIBRARY:
        return _convert(pixels, encoding, find_converter)
    if encoding in _UNNAMED:
        pixels = _to_8_bits(pixels)
        encoding = _ORDER[_UNNAMED[encoding][1]]
    if encoding == "mono8":
        return np.broadcast_to(pixels, (*pixels.shape[:2], 3))
    if encoding.startswith("bgr"):
        return pixels[..., 2::-1]
    return pixels[..., :3]


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


def view(message: ImageMessage) -> NDArray[Any]:
    """Gives the pixels as they lie in the message.

    Returns:
        (H, W, C) of the encoding's type, in the message's byte order.

    Raises:
        BadImageError: the message contradicts itself, or its encoding is not known.
    """
    if message.encoding not in _LAYOUTS:
        raise BadImageError(
            Reason.ENCODING, f"{message.encoding!r} is none of {', '.join(sorted(ENCODINGS))}"
        )
    check_size(message.width, message.height)
    type_name, channels = _LAYOUTS[message.encoding]
    dtype = np.dtype(type_name).newbyteorder(">" if message.is_bigendian else "<")
    row = message.width * channels * dtype.itemsize
    if message.step < row:
        raise BadImageError(
            Reason.STEP, f"step {message.step} is shorter than a row of {row} bytes"
        )
    size = len(message.data)
    needed = message.step * message.height
    if size != needed:
        # More bytes than step says would come out as a slanted picture: refused all the same.
        reason = Reason.SHORT if size < needed else Reason.LONG
        raise BadImageError(reason, f"{size} bytes where step x height is {needed}")
    pixels: NDArray[Any] = np.ndarray(
        (message.height, message.width, channels),
        dtype,
        message.data,
        strides=(message.step, channels * dtype.itemsize, dtype.itemsize),
    )
    return pixels


def _to_8_bits(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    if pixels.dtype == np.uint8:
        return pixels
    native = np.ascontiguousarray(pixels, pixels.dtype.newbyteorder("="))
    if native.dtype.kind == "f":
        finite = np.isfinite(native)
        if not finite.all():
            count = finite.size - np.count_nonzero(finite)
            raise BadImageError(Reason.NOT_FINITE, f"{count} of {finite.size} are NaN or infinite")
    scale = _SCALE[native.dtype.name]
    # addWeighted rounds and clips at both ends; convertScaleAbs would mirror negative values.
    eight = cv2.addWeighted(native, scale, native, 0.0, 0.0, dtype=cv2.CV_8U)
    return np.asarray(eight, np.uint8).reshape(pixels.shape)


def _convert(pixels: NDArray[Any], encoding: str, find_converter: FindConverter) -> RgbImage:
    width = pixels.shape[1]
    if pixels.shape[2] == 2 and width % 2:
        raise BadImageError(
            Reason.UNDECODABLE,
            f"two pixels of {encoding} share a colour: the width must be even, got {width}",
        )
    name, converter = find_converter()
    if converter is None:
        raise BadImageError(Reason.CONVERTER, f"{encoding} needs a library ({name})")
    # Neither library reads every combination of padding and byte order: both get plain bytes.
    plain = np.ascontiguousarray(pixels, pixels.dtype.newbyteorder("="))
    height = plain.shape[0]
    image = SimpleNamespace(
        height=height,
        width=width,
        encoding=encoding,
        is_bigendian=sys.byteorder == "big",
        step=plain.nbytes // height,
        data=plain.tobytes(),
    )
    try:
        rgb = converter(image, "rgb8")
    except Exception as error:
        one_line = " ".join(str(error).split())
        raise BadImageError(
            Reason.UNDECODABLE, f"{name} refuses {encoding} of {width}x{height}: {one_line}"
        ) from error
    return np.ascontiguousarray(rgb, np.uint8)


@lru_cache(maxsize=1)
def rosbags_converter() -> tuple[str, Converter | None]:
    """rosbags-image as the library for 16-bit, bayer and YUV images.

    Returns:
        (name, function), or (why it does not import, None).
    """
    # What was built for another NumPy may raise anything while it is imported.
    try:
        from rosbags.image import message_to_cvimage

        return "rosbags-image", message_to_cvimage
    except Exception as error:
        return f"rosbags-image: {error}", None
