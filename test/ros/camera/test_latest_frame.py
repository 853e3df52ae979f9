# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A camera faster than the network: always the newest frame, never a queue."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.ros_client import wait_until
from support.segmentation_rig import Rig

SLOW_SIDE = 4096
"""The largest input size makes even the tiny network slow."""

FASTER = 4.0
"""Frames of the camera for each that the network can do."""


@pytest.fixture(scope="module")
def rig(folder: Path, tiny_path: Path) -> Iterator[Rig]:
    with Rig(folder, tiny_path, {"input_size": f"[{SLOW_SIDE}, {SLOW_SIDE}]"}) as rig:
        yield rig


def test_age_is_bounded_and_drops_are_counted(rig: Rig, camera: Any) -> None:
    timing = rig.timing()
    # The first frame is a slow one, and any may be on a busy machine.
    alone = [rig.client.ask(camera, rig.painted(64, 48), timing)[0] for _ in range(5)]
    period_s = min(frame.processing_time_ms for frame in alone) / 1e3 / FASTER
    timing.clear()
    done = threading.Event()

    def run() -> None:
        while not done.wait(period_s):
            message = rig.painted(64, 48)
            message.header.stamp = rig.client.node.get_clock().now().to_msg()
            camera.publish(message)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        wait_until(lambda: len(timing.messages) >= 25, "25 frames from a slow network")
    finally:
        done.set()
        thread.join()
    frames = timing.messages
    first, last = frames[0], frames[-1]
    assert last.frames_dropped > first.frames_dropped
    # Every frame that came is accounted for; the newest may still wait for its turn.
    came = last.frames_received - first.frames_received
    gone = last.frames_processed - first.frames_processed
    gone += last.frames_dropped - first.frames_dropped
    assert abs(came - gone) <= 2
    stamps = [frame.header.stamp.sec * 10**9 + frame.header.stamp.nanosec for frame in frames]
    assert stamps == sorted(stamps)
    # A frame waits for at most the one before it. A queue of 10 would make it 10 times as old.
    slowest = max(frame.processing_time_ms for frame in frames)
    ages = sorted(frame.pipeline_latency_ms for frame in frames)
    assert ages[len(ages) // 2] <= 2.0 * slowest + 50.0


def test_after_a_burst_the_newest_frame_is_what_comes_out(rig: Rig, camera: Any) -> None:
    timing = rig.timing()
    (before,) = rig.client.ask(camera, rig.painted(64, 48), timing)
    burst = [rig.painted(64, 48) for _ in range(30)]
    for message in burst:
        camera.publish(message)
        time.sleep(0.002)
    (answer,) = rig.client.ask(camera, burst[-1], timing)
    assert answer.frames_processed - before.frames_processed < 30
