# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The error for a segmented image that gets no points, and the reasons there are."""

from __future__ import annotations

from enum import Enum

from attendseg_ros.errors import AttendSegError


class NoPoints(Enum):
    """Why an image got no points; /diagnostics counts each by this name."""

    UNMATCHED = "no depth within tolerance"
    ENCODING = "unknown depth encoding"
    MALFORMED = "malformed depth"
    SIZE = "depth of another size"
    NO_CAMERA_INFO = "no camera_info"
    NO_INTRINSICS = "camera_info without intrinsics"
    CAMERA_INFO_SIZE = "camera_info of another size"
    INTERNAL = "processing failed"


class NoPointsError(AttendSegError):
    """Nothing can be placed in space; the message is one line."""

    def __init__(self, reason: NoPoints, detail: str) -> None:
        super().__init__(f"{reason.value}: {detail}")
        self.reason = reason
