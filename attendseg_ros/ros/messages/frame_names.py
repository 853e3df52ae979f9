# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Names of frames as drivers write them, and as tf2 takes them."""

from __future__ import annotations

from std_msgs.msg import Header


def same_frame(one: Header, other: Header) -> bool:
    """Whether two headers name one frame.

    A leading slash of a frame's name is no part of it.
    """
    return bool(one.frame_id.lstrip("/") == other.frame_id.lstrip("/"))


def to_be_placed(header: Header) -> Header:
    """The header of what is to be placed in space: tf2 refuses a name with a slash before it.

    Returns:
        The header itself where its frame's name has none.
    """
    if not header.frame_id.startswith("/"):
        return header
    return Header(stamp=header.stamp, frame_id=header.frame_id.lstrip("/"))
