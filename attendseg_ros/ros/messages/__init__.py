# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Between ROS messages and arrays, and the quality of service of every topic."""
