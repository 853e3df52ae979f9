# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How long no mask has come while one was wanted, and what /diagnostics makes of it."""

from __future__ import annotations

from dataclasses import replace
from math import isnan
from pathlib import Path
from typing import Any

import pytest
import yaml
from diagnostic_msgs.msg import DiagnosticStatus

from attendseg_ros.images.bad_image import Reason
from attendseg_ros.ros.camera.camera_name import CameraName
from attendseg_ros.ros.health.frame_counts import FrameCounts
from attendseg_ros.ros.health.network_status import FEW, NetworkStatus
from attendseg_ros.ros.health.observed import NetworkReport
from attendseg_ros.ros.parameters.parameter_table import SCHEMA
from attendseg_ros.ros.parameters.settings import Settings
from attendseg_ros.streaming.timing import FrameTimes

OK, WARN, ERROR = DiagnosticStatus.OK, DiagnosticStatus.WARN, DiagnosticStatus.ERROR

CONFIG = Path(__file__).parents[3] / "config"
SECOND = 1_000_000_000
START = 1_000 * SECOND
TIMES = FrameTimes(processing_time_ms=20.0, pipeline_latency_ms=30.0)
NETWORK = NetworkReport(
    engine="onnxruntime",
    model="tiny",
    input_size=(704, 64),
    refusal="",
    loading="",
    fallback="",
    enabled=True,
    size_by="input_size",
    too_slow="",
)


def preset(name: str) -> Settings:
    """The parameters of a file in config/."""
    values: dict[str, Any] = yaml.safe_load((CONFIG / name).read_text())["/**"]["ros__parameters"]
    defaults = {spec.name: spec.default for spec in SCHEMA}
    return Settings(
        **{**defaults, **{k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}}
    )


PRESETS = ["segmentation.yaml", "drone.yaml", "ground_robot.yaml"]


def levels(counts: FrameCounts, settings: Settings, *seconds: float) -> list[bytes]:
    status_of = NetworkStatus(CameraName(), counts).report
    return [status_of(NETWORK, 0, settings, START + round(s * SECOND)).level for s in seconds]


def with_masks(until_s: float, rate_hz: float = 10.0) -> FrameCounts:
    """A counts of a camera whose frames all got masks, until that moment."""
    counts = FrameCounts()
    for number in range(round(until_s * rate_hz) + 1):
        now = START + round(number / rate_hz * SECOND)
        counts.record_arrival(now)
        counts.record_processed(TIMES, now)
    return counts


@pytest.mark.parametrize("name", PRESETS)
def test_nothing_that_comes_out_is_an_error_in_every_preset(name: str) -> None:
    settings = preset(name)
    counts = with_masks(4.0)
    limit = settings.max_age_error_s
    assert levels(counts, settings, 4.0) == [OK]
    # Frames keep coming, and what becomes of them is never told: the engine hangs.
    for number in range(41, 200):
        counts.record_arrival(START + number * SECOND // 10)
    assert levels(counts, settings, 4.0 + limit + 0.2, 60.0, 3600.0) == [ERROR] * 3


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("reason", list(Reason))
def test_refusing_every_frame_from_the_first_is_an_error(name: str, reason: Reason) -> None:
    counts = FrameCounts()
    for number in range(100):
        counts.record_arrival(START + number * SECOND // 10)
        counts.record_failure(reason, "it is broken")
    assert levels(counts, preset(name), 10.0) == [ERROR]


def test_failures_after_a_frame_that_nobody_wanted_are_failures() -> None:
    counts = with_masks(1.0)
    counts.record_arrival(START + SECOND)
    counts.record_idle()
    assert levels(counts, Settings(), 1.1, 100.0) == [OK, OK]
    for number in range(100):
        counts.record_arrival(START + 2 * SECOND + number * SECOND // 10)
        counts.record_failure(Reason.ENCODING, "unknown")
    assert levels(counts, Settings(), 3.5, 12.0) == [WARN, ERROR]


def test_masks_wanted_without_images_are_missed_too() -> None:
    counts = FrameCounts()
    counts.record_wanted(START)
    assert levels(counts, Settings(), 0.5, 3.0, 6.0) == [OK, WARN, ERROR]
    counts.record_unwanted()
    assert levels(counts, Settings(), 7.0) == [OK]
    # A new subscriber has not waited before.
    counts.record_wanted(START + 8 * SECOND)
    assert levels(counts, Settings(), 8.5) == [OK]


def test_limits_of_0_are_off() -> None:
    counts = with_masks(1.0)
    assert levels(counts, Settings(max_age_error_s=0.0, max_age_warn_s=0.0), 500.0) == [OK]
    assert levels(counts, Settings(max_age_error_s=0.0), 500.0) == [WARN]


def test_a_limit_on_the_rate_lets_masks_be_as_far_apart() -> None:
    counts = with_masks(10.0, rate_hz=0.2)
    settings = Settings(max_rate_hz=0.2)
    assert levels(counts, settings, 14.9, 16.5, 21.0) == [OK, WARN, ERROR]


@pytest.mark.parametrize(
    "limit",
    ["min_rate_warn_hz", "min_rate_error_hz", "max_latency_warn_ms", "max_latency_error_ms"],
)
def test_unknown_is_not_ok_where_there_is_a_limit(limit: str) -> None:
    counts = FrameCounts()
    counts.record_arrival(START)
    settings = replace(Settings(), **{limit: 1.0})  # type: ignore[arg-type]
    status = NetworkStatus(CameraName(), counts).report(NETWORK, 0, settings, START + SECOND // 10)
    assert status.level == WARN
    assert "unknown (limit 1)" in status.message
    # Nobody who wants masks, nothing to judge.
    counts.record_idle()
    assert levels(counts, settings, 0.2) == [OK]


def test_a_latency_without_stamps_is_unknown_though_masks_come() -> None:
    counts = FrameCounts()
    for number in range(30):
        counts.record_arrival(START + number * SECOND // 10)
        counts.record_processed(
            FrameTimes(processing_time_ms=20.0, since_receipt_ms=21.0),
            START + number * SECOND // 10,
        )
    settings = Settings(max_latency_error_ms=500.0)
    status = NetworkStatus(CameraName(), counts).report(NETWORK, 0, settings, START + 3 * SECOND)
    assert status.level == WARN
    assert "p95 of camera to mask unknown (limit 500)" in status.message
    # What the node takes alone is too long: worse than unknown.
    assert levels(counts, Settings(max_latency_error_ms=10.0), 3.0) == [ERROR]


def test_latencies_of_long_ago_say_nothing_of_now() -> None:
    counts = with_masks(1.0)
    settings = Settings(max_latency_warn_ms=200.0, max_age_warn_s=0.0, max_age_error_s=0.0)
    assert levels(counts, settings, 1.1, 30.0) == [OK, WARN]


def test_a_few_failures_in_a_row_of_the_network_are_an_error_at_once() -> None:
    counts = with_masks(1.0)
    status_of = NetworkStatus(CameraName(), counts).report
    now = START + SECOND
    for number in range(1, FEW + 1):
        counts.record_failure(Reason.LOGITS, "engine 'x' with model 'y': 3 NaN")
        status = status_of(NETWORK, 0, Settings(), now)
        assert status.level == (ERROR if number == FEW else WARN)
        assert "engine 'x' with model 'y'" in status.message
    # As long as no mask comes, also without another failure.
    assert status_of(NETWORK, 0, Settings(), now).level == ERROR
    counts.record_processed(TIMES, now)
    assert status_of(NETWORK, 0, Settings(), now).level == OK
    values = {entry.key: entry.value for entry in status_of(NETWORK, 0, Settings(), now).values}
    assert values["frames failed: network result not finite"] == str(FEW)


def test_the_camera_s_faults_are_not_the_network_s() -> None:
    counts = with_masks(1.0)
    for _ in range(10):
        counts.record_failure(Reason.ENCODING, "unknown")
    assert levels(counts, Settings(), 1.0) == [OK]


def test_age_by_a_clock_that_jumps() -> None:
    counts = with_masks(1.0)
    back = 5 * SECOND
    assert isnan(counts.mask_age_s(back))
    counts.record_wanted(back)
    assert counts.mask_age_s(back) == 0.0
    assert counts.mask_age_s(back + 7 * SECOND) == 7.0
    counts.record_processed(TIMES, back + 7 * SECOND)
    assert counts.mask_age_s(back + 8 * SECOND) == 1.0


def test_a_frame_that_is_stuck_and_a_thread_that_is_gone_are_said() -> None:
    counts = with_masks(1.0)
    status_of, now = NetworkStatus(CameraName(), counts).report, START + 9 * SECOND
    stuck = replace(NETWORK, busy_s=8.0)
    status = status_of(stuck, 0, Settings(), now)
    assert status.level == ERROR
    assert "one has been in hand for 8.0 s" in status.message
    gone = replace(NETWORK, worker_alive=False)
    status = status_of(gone, 0, Settings(), START + SECOND)
    assert status.level == ERROR
    assert "has ended: restart the node" in status.message


def test_a_hang_is_an_error_while_it_lasts_and_once_when_it_is_over() -> None:
    counts = with_masks(1.0)
    status_of, now = NetworkStatus(CameraName(), counts).report, START + SECOND
    hang = replace(NETWORK, hang="engine 'x' hangs", hangs=1, last_hang="engine 'x' hung at 10:00")
    for _ in range(2):
        status = status_of(hang, 0, Settings(), now)
        assert (status.level, status.message) == (ERROR, "engine 'x' hangs")
    over = replace(hang, hang="")
    assert status_of(over, 0, Settings(), now).level == OK
    # Begun and ended between two reports.
    again = replace(over, hangs=2)
    status = status_of(again, 0, Settings(), now)
    assert (status.level, status.message) == (
        ERROR,
        "engine 'x' hung at 10:00 and has been replaced",
    )
    assert status_of(again, 0, Settings(), now).level == OK


def test_errors_of_the_thread_warn_once() -> None:
    counts = with_masks(1.0)
    status_of = NetworkStatus(CameraName(), counts).report
    failing = replace(NETWORK, worker_errors=2)
    found = [status_of(failing, 0, Settings(), START + SECOND).level for _ in range(2)]
    assert found == [WARN, OK]
