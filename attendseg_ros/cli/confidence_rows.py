# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What is known of a model's confidence and of its own images, for a person to read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attendseg_ros.cli.verb import percent


def rows(
    calibration: Mapping[str, Any] | None, familiarity: Mapping[str, Any] | None
) -> dict[str, str]:
    """Rows of a table, from the sections of model.yaml of these names; None: it has none."""
    found = {"confidence": "not calibrated", "own images": "not measured: foreignness is unknown"}
    if calibration:
        whose = calibration["temperature_of"] and f" of {calibration['temperature_of']}"
        found["confidence"] = (
            f"temperature {calibration['temperature']:g}{whose}; expected "
            f"calibration error {percent(calibration['ece_before'])} before, "
            f"{percent(calibration['ece_after'])} after ({calibration['images']} images of split "
            f"'{calibration['held_out']}'{_seen(calibration)})"
        )
    if familiarity:
        found["own images"] = (
            f"{percent(familiarity['false_alarms'])} of {familiarity['images']} images of split "
            f"'{familiarity['held_out']}'{_seen(familiarity)} count as foreign"
        )
    return found


def _seen(section: Mapping[str, Any]) -> str:
    return ", which the training saw" if section["seen_in_training"] else ""
