# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The error for an image message that cannot be segmented, and the sizes that can."""

from __future__ import annotations

from enum import Enum

from attendseg_ros.errors import ImageError
from attendseg_ros.inference.resize import LARGEST_IMAGE_SIDE
from attendseg_ros.pictures import MAX_PIXELS


class Reason(Enum):
    """Why an image is refused; /diagnostics counts each by this name."""

    EMPTY = "empty image"
    TOO_LARGE = "too large image"
    STEP = "wrong step"
    SHORT = "short buffer"
    LONG = "long buffer"
    ENCODING = "unknown encoding"
    DEPTH = "depth is not an image"
    VIDEO = "packet of a video"
    NOT_FINITE = "values not finite"
    UNDECODABLE = "cannot be decoded"
    TRUNCATED = "truncated"
    ROI = "roi outside the image"
    LOGITS = "network result not finite"
    HANGING = "engine hangs"
    INTERNAL = "processing failed"


OF_THE_NETWORK = frozenset((Reason.LOGITS, Reason.HANGING, Reason.INTERNAL))
"""Reasons that lie with the network or the node, and not with the image."""


class BadImageError(ImageError):
    """An image message nothing can be made of; the message is one line."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason.value}: {detail}")
        self.reason = reason


def check_size(width: int, height: int, max_pixels: int = MAX_PIXELS) -> None:
    """Refuses an image without pixels and one that is larger than the segmenter takes.

    Args:
        width: pixels.
        height: pixels.
        max_pixels: most pixels of an image.

    Raises:
        BadImageError: says so.
    """
    if width < 1 or height < 1:
        raise BadImageError(Reason.EMPTY, f"{width}x{height} has no pixels")
    if max(width, height) > LARGEST_IMAGE_SIDE:
        raise BadImageError(
            Reason.TOO_LARGE,
            f"{width}x{height} is more than {LARGEST_IMAGE_SIDE} pixels wide or high",
        )
    if width * height > max_pixels:
        raise BadImageError(
            Reason.TOO_LARGE,
            f"{width}x{height} is {width * height} pixels, more than max_pixels ({max_pixels})",
        )


def check_length(kind: str, data: bytes, needed: int) -> None:
    """Refuses a picture file that ends before its header says.

    Args:
        kind: of the file, as messages name it.
        data: the file.
        needed: bytes that the header and what it tells of take.

    Raises:
        BadImageError: says so.
    """
    if len(data) < needed:
        raise BadImageError(
            Reason.TRUNCATED, f"the {kind} has {len(data)} bytes where its header takes {needed}"
        )
