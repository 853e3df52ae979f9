# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The aggregator's file and the page for operators, against what the node really says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from sensor_msgs.msg import PointCloud2
from support import markdown
from support.segmentation_rig import Rig

from attendseg_ros.msg import LandingZone
from attendseg_ros.ros.parameters.parameter_table import SCHEMA

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "diagnostics.md").read_text()
CONTENT = yaml.safe_load((ROOT / "config" / "diagnostic_aggregator.yaml").read_text())
PARAMETERS: dict[str, Any] = CONTENT["/**"]["ros__parameters"]
ANALYZER: dict[str, Any] = PARAMETERS["segmentation"]


def matches(name: str) -> bool:
    """As GenericAnalyzer::match of diagnostic_aggregator does it with `contains`."""
    return any(part in name for part in ANALYZER["contains"])


def wait_for(rig: Rig, part: str, message: str) -> Any:
    return rig.status(part, lambda status: message in status.message)


def test_the_analyzer_is_one_that_the_aggregator_loads() -> None:
    assert isinstance(PARAMETERS["path"], str)
    assert ANALYZER["type"] == "diagnostic_aggregator/GenericAnalyzer"
    assert ANALYZER["path"] == "Segmentation"
    # Declared as a double there: an integer would be refused.
    assert isinstance(ANALYZER["timeout"], float)
    period = next(spec for spec in SCHEMA if spec.name == "diagnostics_period_s")
    assert ANALYZER["timeout"] > 3 * period.default


@pytest.mark.parametrize("namespace", [None, "/robot_1/front"])
def test_every_status_of_the_node_is_matched_in_every_state(
    tmp_path: Path, tiny_path: Path, namespace: str | None
) -> None:
    with Rig(tmp_path, tiny_path, {"autostart": "false"}, namespace=namespace) as rig:
        own = f"{rig.process.namespace.strip('/')}/segmentation: "
        for message, transition in (
            ("not configured", Transition.TRANSITION_CONFIGURE),
            ("inactive", Transition.TRANSITION_ACTIVATE),
        ):
            for part in ("camera", "network"):
                status = wait_for(rig, part, message)
                assert status.level == status.STALE
            request = ChangeState.Request(transition=Transition(id=transition))
            assert rig.client.call(ChangeState, "segmentation/change_state", request).success
        status = wait_for(rig, "camera", "no image yet")
        assert status.level == status.STALE
        rig.status("network", lambda status: status.level == status.OK)
        rig.output("points", PointCloud2)
        rig.output("landing_zone", LandingZone)
        parts = ("camera", "network", "depth", "landing")
        for part in parts:
            rig.status(part)
        names = {status.name for report in rig.reports.messages for status in report.status}
        assert {own + part for part in parts} <= names
        assert all(matches(name) for name in names if name.startswith(own))
    assert not matches("drivers: camera")


def test_the_page_quotes_messages_that_the_node_has() -> None:
    sources = " ".join(
        path.read_text()
        for room in ("geometry", "ros", "streaming")
        for path in sorted((ROOT / "attendseg_ros" / room).rglob("*.py"))
    )
    rows = markdown.table(PAGE, "message", "status", "level", "meaning", "what to do")
    for message, *_ in rows:
        text = message.strip("`")
        # The lifecycle's messages are put together of a state and a common end.
        for part in text.split(": waits") if ": waits" in text else [text]:
            assert part in sources, text


def test_the_page_names_every_limit() -> None:
    limits = [spec.name for spec in SCHEMA if "_warn" in spec.name or "_error" in spec.name]
    assert all(f"`{name}`" in PAGE for name in limits)
