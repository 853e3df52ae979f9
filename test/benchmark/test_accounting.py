# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Every frame is accounted for, and its milliseconds too."""

from __future__ import annotations

from typing import Any

import pytest

from attendseg_ros.benchmark.accounting import STAGES, Recording, account, stages_of
from attendseg_ros.benchmark.summary import summary

MS = 1_000_000
SECOND = 1_000_000_000


def test_nothing_measured_is_no_fast_result() -> None:
    assert summary([]) == {"n": 0, "min": None, "p50": None, "p95": None, "p99": None, "max": None}


def timing(**counts: int) -> dict[str, Any]:
    return {
        "conversion_ms": 1.0,
        "resize_ms": 2.0,
        "network_ms": 5.0,
        "decode_ms": 3.0,
        "masks_ms": 0.5,
        "publish_ms": 1.5,
        "processing_time_ms": 13.25,
        "pipeline_latency_ms": 17.25,
        **counts,
    }


def test_stages_add_up_to_the_latency() -> None:
    handed_over = (SECOND + 17 * MS, SECOND + 18 * MS)
    stages = stages_of(SECOND, SECOND + 20 * MS, timing(), SECOND + MS, handed_over)
    assert tuple(sorted(stages)) == tuple(sorted(STAGES))
    assert sum(stages.values()) == pytest.approx(20.0)
    assert stages["camera"] == pytest.approx(1.0)
    assert stages["transport_in"] == pytest.approx(3.0)
    assert stages["other"] == pytest.approx(0.25)
    # The mask is finished after 15.75 ms.
    assert stages["publish"] == pytest.approx(1.25, abs=1e-3)
    assert stages["transport_out"] == pytest.approx(1.0, abs=1e-3)
    assert stages["listener"] == pytest.approx(2.0, abs=1e-3)


def test_a_middleware_that_tells_no_times_leaves_the_way_out_whole() -> None:
    stages = stages_of(SECOND, SECOND + 20 * MS, timing(), SECOND + MS, (SECOND + 17 * MS, 0))
    assert stages["publish"] == stages["listener"] == 0.0
    assert stages["transport_out"] == pytest.approx(4.25, abs=1e-3)
    assert sum(stages.values()) == pytest.approx(20.0)


@pytest.fixture
def recording() -> Recording:
    """Ten images at 10 Hz, the first two of them warm-up.

    The node never gets the 4th, drops the 6th, cannot segment the 7th, and the mask of the 9th is
    lost on its way out; every other mask takes 20 ms.
    """
    sent = [SECOND + index * 100 * MS for index in range(10)]
    processed = [0, 1, 2, 4, 7, 8, 9]
    report = timing(frames_received=9, frames_processed=7, frames_dropped=1, frames_failed=1)
    return Recording(
        sent=sent,
        measured_from=sent[2],
        measured_to=sent[2] + 800 * MS,
        arrived={sent[index]: sent[index] + 20 * MS for index in processed if index != 8},
        timings={sent[index]: report for index in processed},
    )


def test_every_frame_is_counted_once(recording: Recording) -> None:
    frames = account(recording)["frames"]
    assert frames == {
        "sent": 10,
        "masks": 6,
        "unanswered": 4,
        "received": 9,
        "processed": 7,
        "dropped": 1,
        "failed": 1,
        "lost": 1,
        "lost_masks": 1,
    }
    ways = ("lost", "dropped", "failed", "lost_masks", "masks")
    assert sum(frames[way] for way in ways) == frames["sent"]


def test_warm_up_is_not_measured(recording: Recording) -> None:
    found = account(recording)
    assert found["seconds"] == 0.8
    assert found["camera_hz"] == 10.0
    assert found["mask_hz"] == 5.0
    assert found["latency_ms"]["n"] == 4
    assert found["latency_ms"]["p95"] == pytest.approx(20.0)
    assert found["stages_ms"]["network"] == {"p50": 5.0, "p95": 5.0, "mean": 5.0}


def test_a_queue_that_fills_shows_as_drift() -> None:
    sent = [SECOND + index * 100 * MS for index in range(20)]
    late = {stamp: stamp + (20 + 10 * index) * MS for index, stamp in enumerate(sent)}
    found = account(Recording(sent, sent[0], sent[-1] + 100 * MS, late))
    assert found["drift_ms"] == pytest.approx(160.0)


def test_a_node_without_reports_has_no_stages(recording: Recording) -> None:
    plain = Recording(
        recording.sent, recording.measured_from, recording.measured_to, recording.arrived
    )
    found = account(plain)
    assert found["stages_ms"] is None
    assert found["frames"]["dropped"] is None
    assert found["frames"]["lost"] is None
    assert found["frames"]["unanswered"] == 4
    assert found["latency_ms"]["p50"] == pytest.approx(20.0)
