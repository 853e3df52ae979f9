# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How a node starts, survives what nobody expected, and ends."""
