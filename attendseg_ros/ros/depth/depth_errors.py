# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The error where pixels cannot be placed in space, and the reasons there are."""

from __future__ import annotations

from enum import Enum

from attendseg_ros.errors import AttendSegError


class DepthFault(Enum):
    """Why an image got no points or no metres; /diagnostics counts each by this name."""

    UNMATCHED = "no depth within tolerance"
    BLIND = "image shows nothing"
    UNSTAMPED = "stamp not set"
    NO_DEPTH = "no depth"
    STALE = "depth of another moment"
    FRAME = "depth in another frame"
    ENCODING = "unknown depth encoding"
    MALFORMED = "malformed depth"
    SIZE = "depth of another size"
    NO_GROUND = "free ground not measured"
    NOT_LEVEL = "free ground not level"
    NO_HEIGHT = "no height"
    NO_CAMERA_INFO = "no camera_info"
    NO_INTRINSICS = "camera_info without intrinsics"
    CAMERA_INFO_SIZE = "camera_info of another size"
    LENS = "camera_info with an unknown lens"
    INTERNAL = "processing failed"


OF_LANDING_ONLY = frozenset(
    {
        DepthFault.NO_DEPTH,
        DepthFault.STALE,
        DepthFault.FRAME,
        DepthFault.NO_GROUND,
        DepthFault.NOT_LEVEL,
        DepthFault.NO_HEIGHT,
    }
)
"""What keeps a landing zone from its metres, and no cloud from being published."""

OF_POINTS_ONLY = frozenset({DepthFault.UNMATCHED, DepthFault.BLIND})
"""What keeps a cloud from being published, and no landing zone from its metres."""


class DepthError(AttendSegError):
    """Nothing can be placed in space; the message is one line."""

    def __init__(self, reason: DepthFault, detail: str) -> None:
        super().__init__(f"{reason.value}: {detail}")
        self.reason = reason
