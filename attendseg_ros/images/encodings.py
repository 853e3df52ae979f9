# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The table of image encodings: what the node and the bag reader take, and under which names.

Names are those of `sensor_msgs/image_encodings`; ROS has more than one for some, and drivers write
those of V4L2, GenICam, FFmpeg and OpenCV. Case, spaces, `_` and `-` make no difference.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto


class Kind(Enum):
    """How an encoding's bytes become colours."""

    GREY = auto()
    COLOUR = auto()
    BAYER = auto()
    YUV_PACKED = auto()
    YUV_PLANES = auto()
    PICTURE = auto()
    DEPTH = auto()


@dataclass(frozen=True)
class Encoding:
    """A row of the table.

    Attributes:
        name: as messages of errors name it.
        kind: how its bytes become colours.
        dtype: NumPy's name of a sample's type.
        channels: samples of a pixel that lie together.
        order: of the channels, or of a bayer pattern's four pixels by rows, or of YUV's planes.
        bits: that samples use of their 16; 0 where only the values tell.
    """

    name: str
    kind: Kind
    dtype: str = "uint8"
    channels: int = 1
    order: str = ""
    bits: int = 0


_NAMES_OF_PATTERNS = {
    # GenICam names a pattern by its first two pixels.
    "rggb": ("bayer_rggb", "bayerrg", "srggb", "rggb"),
    "bggr": ("bayer_bggr", "bayerbg", "sbggr", "bggr"),
    "gbrg": ("bayer_gbrg", "bayergb", "sgbrg", "gbrg"),
    "grbg": ("bayer_grbg", "bayergr", "sgrbg", "grbg"),
}


def _rows() -> list[tuple[Encoding, tuple[str, ...]]]:
    """Every encoding with its other names."""
    colour, grey = Kind.COLOUR, Kind.GREY
    rows = [
        (Encoding("mono8", grey), ("mono", "gray", "grey", "gray8", "grey8", "y8", "y800")),
        (Encoding("mono16", grey, "uint16"), ("gray16", "grey16", "gray16le", "y16")),
        (Encoding("8UC1", grey), ()),
        (
            Encoding("rgb8", colour, "uint8", 3, "rgb"),
            ("rgb", "rgb24", "r8g8b8", "rgb3", "rgb8packed"),
        ),
        (
            Encoding("bgr8", colour, "uint8", 3, "bgr"),
            ("bgr", "bgr24", "b8g8r8", "bgr3", "bgr8packed"),
        ),
        (_colour("rgba8", "rgba"), ("rgba", "rgba32", "rgbx", "rgb0")),
        (_colour("bgra8", "bgra"), ("bgra", "bgra32", "bgrx", "bgr0")),
        (Encoding("rgb16", colour, "uint16", 3, "rgb"), ("rgb48", "rgb48le")),
        (Encoding("bgr16", colour, "uint16", 3, "bgr"), ("bgr48", "bgr48le")),
        (Encoding("rgba16", colour, "uint16", 4, "rgba"), ("rgba64", "rgba64le")),
        (Encoding("bgra16", colour, "uint16", 4, "bgra"), ("bgra64", "bgra64le")),
        # ROS's yuv422 is UYVY, as OpenCV's COLOR_YUV2RGB_Y422 is.
        (_packed("yuv422", "uyvy"), ()),
        (_packed("uyvy", "uyvy"), ("uyvy422", "y422")),
        (_packed("yuv422_yuy2", "yuyv"), ()),
        (_packed("yuyv", "yuyv"), ("yuyv422", "yuy2")),
        (_packed("yvyu", "yvyu"), ("yvyu422",)),
        (_planes("nv12"), ()),
        (_planes("nv21"), ()),
        (_planes("nv16"), ()),
        (_planes("nv24"), ()),
        (_planes("i420"), ("iyuv", "yu12", "yuv420", "yuv420p")),
        (_planes("yv12"), ("yvu420",)),
        (_planes("i422"), ("yuv422p",)),
        (Encoding("jpeg", Kind.PICTURE), ("jpg", "mjpeg", "mjpg")),
        (Encoding("png", Kind.PICTURE), ()),
        # REP 118: metres, or millimetres.
        (Encoding("32FC1", Kind.DEPTH, "float32"), ("32f",)),
        (Encoding("16UC1", Kind.DEPTH, "uint16"), ("16u", "z16")),
    ]
    for bits in (10, 12, 14):
        names = (f"gray{bits}", f"grey{bits}", f"y{bits}")
        rows.append((Encoding(f"mono{bits}", grey, "uint16", bits=bits), names))
    # Without a colour order in the encoding's name, the order is OpenCV's.
    for depth, dtype in (("8U", "uint8"), ("16U", "uint16"), ("32F", "float32")):
        for channels, order in ((3, "bgr"), (4, "bgra")):
            name = f"{depth}C{channels}"
            rows.append((Encoding(name, colour, dtype, channels, order), ()))
    for order, stems in _NAMES_OF_PATTERNS.items():
        for bits in (8, 10, 12, 14, 16):
            dtype = "uint8" if bits == 8 else "uint16"
            used = bits if bits in (10, 12, 14) else 0
            row = Encoding(f"bayer_{order}{bits}", Kind.BAYER, dtype, 1, order, used)
            rows.append((row, tuple(f"{stem}{bits}" for stem in stems)))
    return rows


def _colour(name: str, order: str) -> Encoding:
    return Encoding(name, Kind.COLOUR, "uint8", len(order), order)


def _packed(name: str, order: str) -> Encoding:
    return Encoding(name, Kind.YUV_PACKED, "uint8", 2, order)


def _planes(name: str) -> Encoding:
    return Encoding(name, Kind.YUV_PLANES, "uint8", 1, name)


def _key(name: str) -> str:
    return re.sub(r"[\s_\-\0]", "", name.lower()).removeprefix("cv")


_TABLE = {_key(name): row for row, others in _rows() for name in (row.name, *others)}

ENCODINGS = tuple(sorted({row.name for row in _TABLE.values() if row.kind is not Kind.DEPTH}))
"""The name of every encoding that becomes colours."""


def find_encoding(name: str) -> Encoding | None:
    """The encoding of a name, however it is spelled; None for one that is not in the table."""
    return _TABLE.get(_key(name))
