# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A slash before a frame's name is no part of it, and tf2 refuses it."""

from __future__ import annotations

from builtin_interfaces.msg import Time
from std_msgs.msg import Header

from attendseg_ros.ros.messages.frame_names import same_frame, to_be_placed


def test_a_slash_is_no_part_of_a_name() -> None:
    stamp = Time(sec=3, nanosec=4)
    plain, old = Header(stamp=stamp, frame_id="front"), Header(stamp=stamp, frame_id="/front")
    assert same_frame(plain, old)
    assert not same_frame(plain, Header(frame_id="rear"))
    assert to_be_placed(old) == plain
    assert old.frame_id == "/front"
    assert to_be_placed(plain) is plain
    assert to_be_placed(Header()) == Header()
