# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Names of the topics in the demo's domain."""

from __future__ import annotations

NODE = "segmentation"

IMAGE = "/image_raw"
CAMERA_INFO = "/camera_info"
GROUND_TRUTH = "/ground_truth"
MASK = "/segmentation/mask"
COLOR_MASK = "/segmentation/color_mask"
OVERLAY = "/segmentation/overlay"
CONFIDENCE = "/segmentation/confidence"
TIMING = "/segmentation/timing"
