# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What `output_size`, `roi` and `ahead_region` may be, as far as no image has to tell."""

from __future__ import annotations

from math import isfinite

from attendseg_ros.inference.resize import LARGEST_IMAGE_SIDE
from attendseg_ros.ros.parameters.parameter_values import ParameterError
from attendseg_ros.ros.parameters.settings import Settings
from attendseg_ros.shortening import shortened


def check_framing(settings: Settings) -> None:
    """Refuses what fits no image.

    Raises:
        ParameterError: says which parameter is wrong, and what would be right.
    """
    size, roi = settings.output_size, settings.roi
    if size not in ((), (0, 0)):
        if len(size) != 2 or not all(0 < side <= LARGEST_IMAGE_SIDE for side in size):
            raise ParameterError(
                f"output_size must be [width, height] from 1 to {LARGEST_IMAGE_SIDE}, or [0, 0] "
                f"for the image's, got {shortened(list(size))}",
                "output_size",
            )
        if size[0] * size[1] > settings.max_pixels:
            raise ParameterError(
                f"output_size {list(size)} is {size[0] * size[1]} pixels, more than max_pixels "
                f"({settings.max_pixels})",
                "output_size",
            )
    _check_ahead(settings.ahead_region)
    if roi not in ((), (0, 0, 0, 0)) and not (
        len(roi) == 4
        and min(roi[:2]) >= 0
        and min(roi[2:]) > 0
        and max(roi[0] + roi[2], roi[1] + roi[3]) <= LARGEST_IMAGE_SIDE
    ):
        raise ParameterError(
            "roi must be [x, y, width, height] in pixels of the image, width and height above 0, "
            f"or [0, 0, 0, 0] for all of it, got {shortened(list(roi))}",
            "roi",
        )


def _check_ahead(region: tuple[float, ...]) -> None:
    if not region:
        return
    fits = len(region) == 4 and all(map(isfinite, region))
    if not fits or min(region[:2]) < 0.0 or min(region[2:]) <= 0.0 or _end(region) > 1.0 + 1e-9:
        raise ParameterError(
            "ahead_region must be [x, y, width, height] as shares of the image, inside 0 to 1 and "
            f"not empty, got {shortened(list(region))}",
            "ahead_region",
        )


def _end(region: tuple[float, ...]) -> float:
    """The right or lower edge, whichever is farther."""
    x, y, width, height = region
    return max(x + width, y + height)
