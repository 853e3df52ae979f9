# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether a camera's image is rectified: by what the user says, or by the name of its topic."""

from __future__ import annotations

import re

RECTIFIED, RAW = "yes", "no"
CHOICES = ("auto", RECTIFIED, RAW)
"""What `image_is_rectified` may be; auto goes by the topic's name."""

_RECT = re.compile(r"rect(ified)?\d*")
_DENIALS = frozenset({"no", "non", "not", "un"})


def is_rectified(topic: str, choice: str) -> bool:
    """Whether the pixels of a topic follow P, the matrix of the rectified image, rather than K.

    By its name an image is rectified as image_proc and camera drivers call it: image_rect,
    image_rect_color, infra1/image_rect_raw, left_rectified, rgb/color/rect/image. Any other name is
    that of a raw image: taking a raw image for rectified would hide its distortion.

    Args:
        topic: the images' full name, after remapping.
        choice: the parameter `image_is_rectified`, one of `CHOICES`.
    """
    if choice != CHOICES[0]:
        return choice == RECTIFIED
    *namespace, name = topic.lower().strip("/").split("/")
    return _says_so(name) or any(map(_holds_rectified, namespace))


def _says_so(name: str) -> bool:
    words = name.split("_")
    return any(map(_RECT.fullmatch, words)) and not _DENIALS.intersection(words)


def _holds_rectified(part: str) -> bool:
    # A node or a robot may be called camera_rect, too: in a namespace only the whole word counts,
    # and the name of a base topic with its transports below it.
    return _RECT.fullmatch(part) is not None or (part.startswith("image_") and _says_so(part))
