# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What `output_size` and `roi` may be, as far as that is known before an image comes."""

from __future__ import annotations

from attendseg_ros.documents import shortened
from attendseg_ros.inference.resize import LARGEST_IMAGE_SIDE
from attendseg_ros.ros.parameters.parameter_values import ParameterError
from attendseg_ros.ros.parameters.settings import Settings


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
