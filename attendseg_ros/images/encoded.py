# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Encoded images (JPEG, PNG, ...) to RGB, refusing those that were cut off."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from attendseg_ros.errors import one_line
from attendseg_ros.images.bad_image import BadImageError, Reason, check_size
from attendseg_ros.images.bmp import with_windows_header
from attendseg_ros.images.channels import RgbImage
from attendseg_ros.images.colours import demosaic
from attendseg_ros.images.compressed_format import Meaning, check_no_video, meaning_of
from attendseg_ros.images.encodings import Kind
from attendseg_ros.images.iso_pictures import avif_orientation, is_avif
from attendseg_ros.images.jpeg import Jpeg
from attendseg_ros.images.jpeg_damage import DecodedJpeg
from attendseg_ros.images.picture_files import check_picture
from attendseg_ros.images.pnm import decode_pnm
from attendseg_ros.images.sample_bits import SampleBits
from attendseg_ros.images.tiff import with_plain_alpha
from attendseg_ros.labels.exif import TIFF_STARTS, picture_orientation, turned
from attendseg_ros.overhearing import PICTURES, Overhearing
from attendseg_ros.pictures import MAX_PIXELS
from attendseg_ros.shortening import shortened_text

_AS_IT_LIES = cv2.IMREAD_ANYDEPTH | cv2.IMREAD_ANYCOLOR | cv2.IMREAD_IGNORE_ORIENTATION
# Decoders turn a TIFF or do not, by its kind, whatever they are told.
_TIFF_UPRIGHT = cv2.IMREAD_ANYDEPTH | cv2.IMREAD_ANYCOLOR
_OF_LIBTIFF, _OF_A_TAG = "TIFF_Error", "Bad value"
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
    pixels, _ = _decode(data, max_pixels)
    return _to_rgb(pixels, meaning, bits or SampleBits())


def decode_rgb(
    content: Any, *, bits: SampleBits | None = None, max_pixels: int = MAX_PIXELS
) -> RgbImage:
    """Decodes an image file's content, turned the way viewers show it.

    Args:
        content: the whole file, any buffer of bytes. 16-bit images are scaled to 8 bits, grey
            ones become RGB, and an alpha channel is dropped.
        bits: what is known of the samples of 16 bits of the file's like; None for one alone.
        max_pixels: most pixels of a picture.

    Returns:
        uint8 (H, W, 3) RGB.

    Raises:
        BadImageError: empty, cut off, too large, or not an image that OpenCV reads.
    """
    if bytes(memoryview(content)[:4]) in TIFF_STARTS:
        pixels, _ = _decode(content, max_pixels, _TIFF_UPRIGHT)
        return _to_rgb(pixels, _ANY_PICTURE, bits or SampleBits())
    stored, orientation = decode_stored(content, bits=bits, max_pixels=max_pixels)
    return np.ascontiguousarray(turned(stored, orientation))


def decode_stored(
    content: Any, *, bits: SampleBits | None = None, max_pixels: int = MAX_PIXELS
) -> tuple[RgbImage, int]:
    """Decodes an image file's content and leaves its pixels where they lie.

    Args:
        content: as for `decode_rgb`.
        bits: likewise.
        max_pixels: likewise.

    Returns:
        uint8 (H, W, 3) RGB, and how it is to be turned: 1 to 8 as EXIF counts, 1 for not at all.

    Raises:
        BadImageError: as from `decode_rgb`.
    """
    pixels, picture = _decode(content, max_pixels)
    turn_of = avif_orientation if is_avif(picture) else picture_orientation
    return _to_rgb(pixels, _ANY_PICTURE, bits or SampleBits()), turn_of(picture)


def _decode(content: Any, max_pixels: int, flags: int = _AS_IT_LIES) -> tuple[NDArray[Any], bytes]:
    """A picture as OpenCV decodes it, (H, W) or (H, W, 3) in BGR, and the bytes that it read."""
    picture = bytes(memoryview(content))
    if not picture:
        raise BadImageError(Reason.EMPTY, "the image holds no data")
    check_no_video(picture[:4])
    # OpenCV fills up what is missing of a cut-off picture with grey and calls it decoded, and
    # reserves memory for any size that a header claims: both are looked at before.
    jpeg = Jpeg.find(picture)
    if jpeg is None:
        check_picture(picture, max_pixels)
        picture = with_plain_alpha(picture) if _is_tiff(picture) else with_windows_header(picture)
        of_pnm = decode_pnm(picture)
        pixels = _imdecode_heard(picture, flags)[0] if of_pnm is None else of_pnm
    else:
        picture = jpeg.picture
        check_size(jpeg.width, jpeg.height, max_pixels)
        pixels = _decode_jpeg(jpeg, flags)
    check_size(pixels.shape[1], pixels.shape[0], max_pixels)
    return pixels, picture


def _decode_jpeg(jpeg: Jpeg, flags: int) -> NDArray[Any]:
    """The same of a JPEG, of which nothing is missing or made up."""

    def decode(picture: bytes) -> NDArray[Any]:
        return _imdecode_heard(picture, flags)[0]

    try:
        pixels, said = _imdecode_heard(jpeg.picture, flags)
    except BadImageError as error:
        if not jpeg.kind:
            raise
        detail = f"it is {jpeg.kind}, which OpenCV does not read: save it as PNG"
        raise BadImageError(error.reason, detail) from error
    decoded = DecodedJpeg(jpeg, pixels, decode)
    decoded.check_whole()
    decoded.check_heard(said)
    return pixels


def imdecode(picture: bytes, flags: int) -> NDArray[Any]:
    """`cv2.imdecode` that raises.

    Raises:
        BadImageError: OpenCV reads no picture in it.
    """
    try:
        pixels = cv2.imdecode(np.frombuffer(picture, np.uint8), flags)
    except cv2.error as error:
        raise BadImageError(Reason.UNDECODABLE, one_line(error)) from error
    if pixels is None:
        raise BadImageError(
            Reason.UNDECODABLE, f"OpenCV reads no picture in these {len(picture)} bytes"
        )
    return pixels


def _is_tiff(picture: bytes) -> bool:
    return picture[:2] in (b"II", b"MM")


def _imdecode_heard(picture: bytes, flags: int) -> tuple[NDArray[Any], list[str]]:
    """The same, with what decoders said of it: that is for the refusal, and for no terminal.

    One picture at a time, in all threads: a node decodes those of all its cameras in one anyway.

    Raises:
        BadImageError: OpenCV reads no picture, or one of memory that nobody wrote.
    """
    try:
        with closing(Overhearing(PICTURES)) as ear:
            with ear:
                outcome = _tried(picture, flags)
            said = ear.heard()
    except OSError as error:
        # The process may open no more files. Most pictures are seen without a word on them, too.
        if _is_tiff(picture):
            raise BadImageError(
                Reason.UNDECODABLE, f"whether the TIFF is damaged cannot be heard: {error.strerror}"
            ) from error
        outcome, said = _tried(picture, flags), []
    if isinstance(outcome, BadImageError):
        if not said:
            raise outcome
        detail = str(outcome).removeprefix(f"{outcome.reason.value}: ")
        raise BadImageError(outcome.reason, f"{detail}: {shortened_text(said[0])}") from outcome
    # What libtiff could not decode OpenCV takes as it lies; a tag of no value counts as none.
    damage = [line for line in said if _OF_LIBTIFF in line and _OF_A_TAG not in line]
    if _is_tiff(picture) and damage:
        raise BadImageError(
            Reason.UNDECODABLE,
            f"the TIFF is damaged, or of a kind that is not read: {shortened_text(damage[0])}",
        )
    return outcome, said


def _tried(picture: bytes, flags: int) -> NDArray[Any] | BadImageError:
    try:
        return imdecode(picture, flags)
    except BadImageError as error:
        return error


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
