# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The node's outputs that a bag can get, by the last part of their topics' names."""

from __future__ import annotations

LABEL_INFO = "label_info"
IMAGE_OUTPUTS = ("mask", "color_mask", "overlay", "confidence")
OUTPUTS = (*IMAGE_OUTPUTS, LABEL_INFO)
