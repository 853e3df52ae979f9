# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What carries frames between threads and judges their times; nothing here needs ROS."""
