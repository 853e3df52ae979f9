# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a label mask says about where a robot can go: free ground, and where to land on it."""

from attendseg_ros.navigation.disc import Disc, mean_inside
from attendseg_ros.navigation.ground import GroundView
from attendseg_ros.navigation.landing import LandingRules, LandingSearch, Verdict
from attendseg_ros.navigation.traversability import FREE, OCCUPIED, UNKNOWN, occupancy_of

__all__ = [
    "FREE",
    "OCCUPIED",
    "UNKNOWN",
    "Disc",
    "GroundView",
    "LandingRules",
    "LandingSearch",
    "Verdict",
    "mean_inside",
    "occupancy_of",
]
