# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Depth images: received, paired with masks, and turned into points and distances."""
