# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the parameters of the ground map may be together."""

from __future__ import annotations

from attendseg_ros.ros.parameters.parameter_values import ParameterError
from attendseg_ros.ros.parameters.settings import Settings

MOST_CELLS = 2000
"""Along one side of a grid: four million cells are 4 MB a map."""


def check_ground(settings: Settings) -> None:
    """Refuses grids without measure and ranges that hold nothing.

    Raises:
        ParameterError: says which parameter is wrong, and what would be right.
    """
    cells = settings.ground_size_m / settings.ground_resolution_m
    if not 1.0 <= cells <= MOST_CELLS:
        raise ParameterError(
            f"ground_size_m / ground_resolution_m must be from 1 to {MOST_CELLS} cells, got "
            f"{settings.ground_size_m:g} / {settings.ground_resolution_m:g}",
            "ground_size_m",
        )
    if settings.ground_max_range_m <= settings.ground_min_range_m:
        raise ParameterError(
            f"ground_max_range_m must be above ground_min_range_m, got "
            f"{settings.ground_max_range_m:g} and {settings.ground_min_range_m:g}",
            "ground_max_range_m",
        )
    if not settings.ground_frame.strip("/ "):
        raise ParameterError("ground_frame must be the name of a frame, got none", "ground_frame")
