# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether a camera's last masks fit to where it is said to be."""

from __future__ import annotations

from math import isnan

from attendseg_ros.navigation.horizon import MOST_ABOVE

FEW = 5
"""Masks in a row that do not: no longer a bump, or a ceiling that was taken for a floor."""


class HorizonWatch:
    """How many masks in a row had free ground above the horizon."""

    def __init__(self) -> None:
        self._in_a_row = 0

    def doubt(self, share_above: float) -> str:
        """Notes a mask; what speaks against its map, in words, and empty if nothing does.

        Args:
            share_above: of `Horizon.free_above`; NaN tells nothing.
        """
        if isnan(share_above):
            return ""
        self._in_a_row = self._in_a_row + 1 if share_above > MOST_ABOVE else 0
        if self._in_a_row < FEW:
            return ""
        return (
            f"{share_above:.0%} of the free ground is seen above the horizon: places are wrong. Is "
            "the image upside down, the camera's pose wrong (its pitch or roll, TF, the frame of "
            "its body in place of the optical one), or the ground no plane?"
        )
