# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What is known of how well a model's confidence holds, as model.yaml has it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

TEMPERATURES = (0.1, 10.0)
"""The least and the largest that logits are divided by: beyond them nothing is left to tell."""


@dataclass(frozen=True)
class ConfidenceCalibration:
    """A temperature with what it was fitted on and what it did.

    Attributes:
        temperature: what logits are divided by before the softmax of the confidence.
        ece_before: expected calibration error without it, 0 to 1.
        ece_after: the same with it.
        bins: of the confidence, that both are of.
        images: that both were measured on.
        held_out: the split of these.
        seen_in_training: whether the training saw them after all, so that the figures flatter.
        temperature_of: the model that all of this was measured of; empty for this one.
    """

    temperature: float
    ece_before: float
    ece_after: float
    bins: int
    images: int
    held_out: str
    seen_in_training: bool
    temperature_of: str = ""

    def to_mapping(self) -> dict[str, Any]:
        """As model.yaml has it."""
        return asdict(self)
