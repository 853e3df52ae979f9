# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which frames go on from those before them."""

from __future__ import annotations

import pytest

from attendseg_ros.frame_continuity import LONGEST_GAP_NS, FrameContinuity

SIZE = (640, 480)
START_NS = 5_000_000_000


@pytest.mark.parametrize(
    ("size", "step_ns", "continues"),
    [
        (SIZE, 33_000_000, True),
        (SIZE, 0, True),
        (SIZE, LONGEST_GAP_NS, True),
        (SIZE, LONGEST_GAP_NS + 1, False),
        (SIZE, -1, False),
        ((480, 640), 33_000_000, False),
    ],
)
def test_what_breaks_a_stream(size: tuple[int, int], step_ns: int, continues: bool) -> None:
    stream = FrameContinuity()
    assert not stream.continues(SIZE, START_NS)
    assert stream.continues(size, START_NS + step_ns) == continues


def test_a_new_stream_goes_on_from_its_first_frame() -> None:
    stream = FrameContinuity()
    stream.continues(SIZE, START_NS)
    assert not stream.continues(SIZE, 0)
    assert stream.continues(SIZE, 1)


def test_restart_takes_the_next_frame_for_a_first_one() -> None:
    stream = FrameContinuity()
    stream.continues(SIZE, START_NS)
    stream.restart()
    assert not stream.continues(SIZE, START_NS + 1)
