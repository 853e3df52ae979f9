# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Encoded images (JPEG, PNG, ...) to RGB, refusing those that were cut off."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from attendseg_ros.images.bad_image import MAX_PIXELS, BadImageError, Reason, check_size
from attendseg_ros.images.channels import RgbImage
from attendseg_ros.images.colours import demosaic
from attendseg_ros.images.compressed_format import Meaning, check_no_video, meaning_of
from attendseg_ros.images.encodings import Kind
from attendseg_ros.images.jpeg import Jpeg
from attendseg_ros.images.picture_files import check_picture
from attendseg_ros.images.sample_bits import SampleBits

_AS_IT_LIES = cv2.IMREAD_ANYDEPTH | cv2.IMREAD_ANYCOLOR | cv2.IMREAD_IGNORE_ORIENTATION
_UPRIGHT = cv2.IMREAD_ANYDEPTH | cv2.IMREAD_ANYCOLOR
_ANY_PICTURE = Meaning(None, red_first=False)


def decode_message(
    data: Any,
    message_format: str,
    bits: SampleBits | None = None,
    max_pixels: int = MAX_PIXELS,
) -> RgbImage:
    """Decodes the picture of a `sensor_msgs/CompressedImage`, from a topic or from a bag.

    Args:
        data: any buffer of bytes.
        message_format: the message's own word on it: a mosaic is given its colours, samples of 10
            and 12 bits are scaled, and channels are put in order, so that the result is that of
            the raw image.
        bits: what is known of the stream's samples of 16 bits; None for a picture alone.
        max_pixels: most pixels of a picture.

    Returns:
        uint8 (H, W, 3) RGB, as it was sent: a mask must fit these pixels, so an EXIF tag does
        not turn them.

    Raises:
        BadImageError: empty, cut off, too large, distances, a video's packet, or not a picture
            that OpenCV reads.
    """
    meaning = meaning_of(message_format)
    pixels = _decode(data, max_pixels, upright=False)
    return _to_rgb(pixels, meaning, bits or SampleBits())


def decode_rgb(
    content: Any,
    *,
    upright: bool = True,
    bits: SampleBits | None = None,
    max_pixels: int = MAX_PIXELS,
) -> RgbImage:
    """Decodes an image file's content.

    Args:
        content: the whole file, any buffer of bytes. 16-bit images are scaled to 8 bits, grey
            ones become RGB, and an alpha channel is dropped.
        upright: turns a photo the way its EXIF data say, as viewers do; False leaves the pixels
            where they are.
        bits: what is known of the samples of 16 bits of the file's like; None for one alone.
        max_pixels: most pixels of a picture.

    Returns:
        uint8 (H, W, 3) RGB.

    Raises:
        BadImageError: empty, cut off, too large, or not an image that OpenCV reads.
    """
    pixels = _decode(content, max_pixels, upright=upright)
    return _to_rgb(pixels, _ANY_PICTURE, bits or SampleBits())


def _decode(content: Any, max_pixels: int, *, upright: bool) -> NDArray[Any]:
    """A picture as OpenCV decodes it: (H, W), or (H, W, 3) in BGR."""
    picture = bytes(memoryview(content))
    if not picture:
        raise BadImageError(Reason.EMPTY, "the image holds no data")
    check_no_video(picture[:4])
    # OpenCV fills up what is missing of a cut-off picture with grey and calls it decoded, and
    # reserves memory for any size that a header claims: both are looked at before.
    jpeg = Jpeg.find(picture)
    if jpeg is None:
        check_picture(picture, max_pixels)
        pixels = imdecode(picture, _UPRIGHT if upright else _AS_IT_LIES)
    else:
        check_size(jpeg.width, jpeg.height, max_pixels)
        pixels = imdecode(jpeg.picture, _AS_IT_LIES)
        jpeg.check_whole(pixels, lambda other: imdecode(other, _AS_IT_LIES))
        if upright and jpeg.has_exif:
            pixels = imdecode(jpeg.picture, _UPRIGHT)
    check_size(pixels.shape[1], pixels.shape[0], max_pixels)
    return pixels


def imdecode(picture: bytes, flags: int) -> NDArray[Any]:
    """`cv2.imdecode` that raises.

    Raises:
        BadImageError: OpenCV reads no picture in it.
    """
    try:
        pixels = cv2.imdecode(np.frombuffer(picture, np.uint8), flags)
    except cv2.error as error:
        raise BadImageError(Reason.UNDECODABLE, " ".join(str(error).split())) from error
    if pixels is None:
        raise BadImageError(
            Reason.UNDECODABLE, f"OpenCV reads no picture in these {len(picture)} bytes"
        )
    return pixels


def _to_rgb(pixels: NDArray[Any], meaning: Meaning, bits: SampleBits) -> RgbImage:
    encoding = meaning.encoding
    grey = pixels.ndim == 2 or pixels.shape[2] == 1
    if grey and pixels.dtype == np.float32:
        raise BadImageError(Reason.DEPTH, "one float for each pixel is distances, not colours")
    eight = bits.to_8_bits(pixels, encoding.bits if encoding else 0)
    if not grey:
        code = cv2.COLOR_BGR2RGB
        if meaning.red_first:
            return np.ascontiguousarray(eight[..., :3])
        if eight.shape[:2] == (1, 1):
            # OpenCV 4.5.4 (Ubuntu 22.04) takes an array (1, 1, 3) for something else and fails.
            return np.ascontiguousarray(eight[..., 2::-1])
        return np.asarray(cv2.cvtColor(eight, code), np.uint8)
    mosaic = eight.reshape(pixels.shape[:2])
    if encoding is not None and encoding.kind is Kind.BAYER:
        return demosaic(mosaic, encoding.order)
    return np.asarray(cv2.cvtColor(mosaic, cv2.COLOR_GRAY2RGB), np.uint8)
