# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What belongs to one camera: its names, its calibration, and the way of its frames."""
