# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The field `format` of a `sensor_msgs/CompressedImage`: what the picture's samples mean.

image_transport's `compressed` plugin, of ROS 1 and of ROS 2, writes

    <encoding of the raw image>; <jpeg|png|tiff> compressed <encoding of the picture>

The last part is missing where the raw image's samples were put into the picture as they are, which
is so for bayer and grey, and for everything in TIFF. Others write only `jpeg`, `png` or nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from attendseg_ros.images.bad_image import BadImageError, Reason
from attendseg_ros.images.encodings import Encoding, Kind, find_encoding

_VIDEO = re.compile(
    r"\b(lib)?(x?h\.?26[3456]p?|x26[456]|hevc|hvc1|hev1|avc1?|vvc|av0?1|vp[89]|svtav1|theora|"
    r"mpeg-?[1245](video)?|ffmpeg)"
    r"(_\w+|rgb)?\b"
)
# Annex B of H.264 and H.265: a start code, and no picture begins so.
_START_CODES = (b"\x00\x00\x00\x01", b"\x00\x00\x01")

VIDEO_TYPES = frozenset(
    {
        "ffmpeg_image_transport_msgs/msg/FFMPEGPacket",
        "foxglove_msgs/msg/CompressedVideo",
        "theora_image_transport/msg/Packet",
    }
)
"""Messages that hold a part of a video."""


@dataclass(frozen=True)
class Meaning:
    """What a format says.

    Attributes:
        encoding: of the raw image, if the format names one.
        red_first: whether a decoder that expects BGR finds the colours in the order RGB.
    """

    encoding: Encoding | None
    red_first: bool


def meaning_of(message_format: str) -> Meaning:
    """Reads a format.

    Raises:
        BadImageError: it is depth or a video's packet, and so no picture to segment.
    """
    words = message_format.lower()
    if "compresseddepth" in words or re.search(r"\brvl\b", words):
        raise BadImageError(
            Reason.DEPTH, "compressedDepth holds distances, not colours: subscribe to an image"
        )
    if video := _VIDEO.search(words):
        raise _video(video.group())
    head, _, tail = message_format.partition(";")
    encoding = find_encoding(head)
    if encoding is None or encoding.kind is Kind.PICTURE:
        return Meaning(None, red_first=False)
    target = re.search(r"\b(bgr|rgb|mono)a?\d*\s*$", tail.lower())
    if encoding.kind is Kind.DEPTH and target is None:
        raise BadImageError(
            Reason.DEPTH,
            f"{encoding.name} is distances (REP 118), not brightness: subscribe to an image",
        )
    order = target.group(1) if target else encoding.order[:3] if tail else "bgr"
    return Meaning(encoding, red_first=order == "rgb")


def check_no_video(start: bytes) -> None:
    """Refuses the packets of a video, whatever their format calls them.

    Raises:
        BadImageError: the bytes begin like one.
    """
    if start.startswith(_START_CODES):
        raise _video("H.264 or H.265")


def _video(name: str) -> BadImageError:
    return BadImageError(
        Reason.VIDEO,
        f"{name} is a video, and its packets are not pictures: decode it first, as in "
        "ros2 run image_transport republish ffmpeg raw, and subscribe to that",
    )
