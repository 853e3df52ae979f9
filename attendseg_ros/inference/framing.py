# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which part of an image the network sees, and at which size its answer is wanted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.errors import ImageError

Pixels = NDArray[np.uint8]


class RoiError(ImageError):
    """A part of an image that is not inside it; the message is one line."""


@dataclass(frozen=True)
class Framing:
    """Takes a part out of an image, and puts what is known of it into an answer of any size.

    The answer is of the whole image, scaled; only the part is filled in.

    Attributes:
        roi: x, y, width and height in pixels of the image; None is all of it.
        size: width and height of the answer; None is the image's.
    """

    roi: tuple[int, int, int, int] | None = None
    size: tuple[int, int] | None = None

    def check(self, width: int, height: int) -> None:
        """Refuses a part that sticks out of an image of this size.

        Raises:
            RoiError: says so.
        """
        if self.roi is None:
            return
        x, y, part_width, part_height = self.roi
        if x + part_width > width or y + part_height > height:
            raise RoiError(
                f"roi {list(self.roi)} (x, y, width, height) is not inside the image of "
                f"{width}x{height}"
            )

    def part_of(self, rgb: Pixels) -> Pixels:
        """The part of an image (H, W, 3) that the network sees, as a view.

        Raises:
            RoiError: the part is not inside the image.
        """
        self.check(rgb.shape[1], rgb.shape[0])
        if self.roi is None:
            return rgb
        x, y, width, height = self.roi
        return rgb[y : y + height, x : x + width]

    def place(self, width: int, height: int) -> tuple[slice, slice]:
        """Where the part lies in the answer to an image of this size: rows and columns.

        Its edges are rounded to whole pixels, and it has at least one.
        """
        across, down = self.size or (width, height)
        if self.roi is None:
            return slice(0, down), slice(0, across)
        x, y, part_width, part_height = self.roi
        return (
            _scaled(y, y + part_height, height, down),
            _scaled(x, x + part_width, width, across),
        )

    def filled(self, part: Pixels, width: int, height: int, beside: int) -> Pixels:
        """The answer to an image of this size: uint8, with one value beside the part.

        Args:
            part: uint8, of the size of `place`.
            width: of the image.
            height: of the image.
            beside: the value.

        Returns:
            The part itself where that is all.
        """
        if self.roi is None:
            return part
        across, down = self.size or (width, height)
        whole = np.full((down, across), beside, np.uint8)
        whole[self.place(width, height)] = part
        return whole


WHOLE = Framing()
"""All of the image, at its own size."""


def _scaled(first: int, end: int, size: int, scaled: int) -> slice:
    # Whole numbers: halves are rounded up, the same everywhere.
    start = min((2 * first * scaled + size) // (2 * size), scaled - 1)
    stop = (2 * end * scaled + size) // (2 * size)
    return slice(start, max(stop, start + 1))
