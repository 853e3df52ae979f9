# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Of a camera that is slower than the reports: what is wrong with its last mask is not over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from diagnostic_msgs.msg import DiagnosticStatus

from attendseg_ros.ros.depth.depth_errors import DepthFault
from attendseg_ros.ros.ground.ground_report import GroundReport, NoGround
from attendseg_ros.ros.health.input_source import InputSource
from attendseg_ros.ros.health.landing_report import LandingReport, WithoutMetres
from attendseg_ros.ros.health.points_report import PointsReport
from attendseg_ros.ros.lidar.painting_report import NotPainted, PaintingReport
from attendseg_ros.ros.parameters.settings import Settings

SOURCE = InputSource("/topic", 0.0, "1 publisher", 0)
SETTINGS: Settings = Settings()

Act = Callable[[], Any]
Case = tuple[Act, Act, Callable[[], DiagnosticStatus], str]


def ground() -> Case:
    report = GroundReport("ground")
    return (
        lambda: report.record_failure(NoGround.LATE),
        lambda: report.record_published("from above"),
        report.status,
        NoGround.LATE.value,
    )


def landing() -> Case:
    report = LandingReport("landing")

    def refuse() -> None:
        report.record_defect(WithoutMetres.REFUSED, DepthFault.STALE)
        report.record_frame(found=False)

    return refuse, lambda: report.record_frame(found=True), report.status, DepthFault.STALE.value


def points() -> Case:
    report = PointsReport("depth")
    return (
        lambda: report.record_unmatched(None),
        lambda: report.record_published(1, ""),
        lambda: report.status(SOURCE, SETTINGS, 1),
        DepthFault.UNMATCHED.value,
    )


def painting() -> Case:
    report = PaintingReport("painting")
    return (
        lambda: report.record_failure(NotPainted.POSE),
        report.record_published,
        lambda: report.status(SOURCE, SETTINGS),
        NotPainted.POSE.value,
    )


@pytest.mark.parametrize("case", [ground, landing, points, painting])
def test_what_is_wrong_stays_until_it_is_right(case: Callable[[], Case]) -> None:
    refuse, publish, status, reason = case()
    assert status().level == DiagnosticStatus.OK
    refuse()
    for _ in range(3):
        told = status()
        assert told.level == DiagnosticStatus.WARN
        assert reason in told.message
    publish()
    assert status().level == DiagnosticStatus.OK
