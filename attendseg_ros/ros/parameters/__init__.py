# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The parameters of every node: one table, declared, checked and kept as snapshots."""
