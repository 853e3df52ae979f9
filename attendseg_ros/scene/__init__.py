# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A rendered street with exact labels: NumPy and OpenCV only."""

from attendseg_ros.scene.street import SceneFrame, StreetScene

__all__ = ["SceneFrame", "StreetScene"]
