# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What `attendseg calibrate` would write into the tiny bundle, in round figures.

Its largest logits are 13 in the mean of all of CamVid's colours, and 0 of grey and of noise.
"""

from __future__ import annotations

from typing import Any

CALIBRATION: dict[str, Any] = {
    "temperature": 8.0,
    "ece_before": 0.2,
    "ece_after": 0.01,
    "bins": 15,
    "images": 10,
    "held_out": "val",
    "seen_in_training": False,
}

FAMILIARITY: dict[str, Any] = {
    "held_out": "val",
    "seen_in_training": False,
    "images": 10,
    "training_images": 20,
    "false_alarms": 0.0,
    "ranges": [{"input_size": [128, 64], "typical": 13.0, "least": 8.0}],
}
"""A limit between the two, for the input that the tiny bundle has."""
