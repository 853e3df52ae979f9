# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The ROS 2 shell: nodes that carry messages to the ROS-free core and back."""
