# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Networks that AttendSeg is compared with, all with random weights: for size and speed only."""

from benchmark.rivals.networks import RIVALS, Accuracy, Rival

__all__ = ["RIVALS", "Accuracy", "Rival"]
