# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which frames' pictures are recorded."""

from __future__ import annotations

import itertools
import struct

import pytest

from demo.budget import PictureBudget
from demo.recording import Message
from demo.topics import COLOR_MASK, CONFIDENCE, IMAGE, MASK, OVERLAY

IMAGE_BYTES = 3000
FRAME_BYTES = 10_000
"""With colours, overlay and confidence."""


def message(topic: str, number: int, rate_hz: float) -> Message:
    stamp_ns = 10**18 + round(number * 1e9 / rate_hz)
    head = b"\0\1\0\0" + struct.pack("<iI", *divmod(stamp_ns, 10**9))
    return Message(topic, "sensor_msgs/msg/Image", stamp_ns + 7, head.ljust(IMAGE_BYTES, b"\0"))


def admitted(budget: PictureBudget, topic: str, rate_hz: float, count: int) -> set[int]:
    return {n for n in range(count) if budget.admits(message(topic, n, rate_hz))}


def test_everything_is_recorded_within_the_budget() -> None:
    budget = PictureBudget(bytes_per_s=30.1 * FRAME_BYTES)
    assert admitted(budget, IMAGE, 30.0, 100) == set(range(100))
    assert budget.sent.frames == 100
    assert budget.sent.rate_hz == pytest.approx(30.0)


def test_beyond_it_frames_are_thinned_out_evenly() -> None:
    budget = PictureBudget(bytes_per_s=10 * FRAME_BYTES)
    kept = sorted(admitted(budget, IMAGE, 30.0, 300))
    # The first ten are a burst.
    assert len(kept) == pytest.approx(110, abs=2)
    steps = [later - earlier for earlier, later in itertools.pairwise(kept[20:])]
    assert set(steps) <= {2, 3, 4}
    assert budget.sent.frames == 300


def test_pictures_of_a_frame_stay_together_and_the_rest_is_always_kept() -> None:
    budget = PictureBudget(bytes_per_s=10 * FRAME_BYTES)
    kept = admitted(budget, IMAGE, 30.0, 100)
    for topic in (COLOR_MASK, OVERLAY, CONFIDENCE):
        assert admitted(budget, topic, 30.0, 100) == kept
    assert admitted(budget, MASK, 30.0, 100) == set(range(100))
