# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""ROS 1 and ROS 2 bags of every kind, read and written without ROS."""
