# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A lidar beside the camera: its clouds painted with what the masks say."""
