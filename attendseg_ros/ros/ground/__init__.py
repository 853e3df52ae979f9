# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Masks to the ground around the robot: ~/ground_grid and ~/ground_scan."""
