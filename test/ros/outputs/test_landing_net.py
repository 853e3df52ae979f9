# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What nobody expected of a landing zone costs the zone, and never the mask that it is made of."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import rclpy
from rclpy.context import Context
from rclpy.lifecycle import LifecycleNode
from std_msgs.msg import Header
from support.ros_client import values

from attendseg_ros.ros.camera.camera_name import CameraName
from attendseg_ros.ros.health.landing_report import LandingReport
from attendseg_ros.ros.outputs.landing import LandingZones
from attendseg_ros.ros.parameters.settings import Settings


class Broken:
    """Stands for whatever a library may raise over numbers of a camera or of depth."""

    def is_asked_for(self, _settings: Settings) -> bool:
        raise np.linalg.LinAlgError("Array must not contain\ninfs or NaNs")


def test_it_fails_closed_and_raises_nothing() -> None:
    context = Context()
    rclpy.init(context=context)
    node = LifecycleNode("landing_net", context=context)
    try:
        report = LandingReport("landing")
        zones = LandingZones(node, CameraName(), cast(Any, Broken()), report)
        settings = Settings(landing_min_radius_m=1.0, traversable_classes=("road",))
        free = np.zeros((48, 64), np.uint8)
        zone = zones.find(free, None, settings, None, (64, 48), Header())
        assert not zone.found
        why = "processing failed: LinAlgError: Array must not contain infs or NaNs"
        assert zone.reason == why
        status = report.status()
        assert status.level == status.WARN
        key = "refused because metres are unknown: processing failed"
        assert key in status.message
        assert values(status)[key] == "1"
    finally:
        node.destroy_node()
        context.try_shutdown()
