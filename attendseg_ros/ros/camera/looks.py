# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What an image is to the eye, before any network sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.images.contrast import contrast
from attendseg_ros.images.unseen import Unseen, undelivered, unseen_parts
from attendseg_ros.inference import Framing
from attendseg_ros.ros.health.contrast_watch import nothing_in_words
from attendseg_ros.ros.health.still_watch import fingerprint

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Looks:
    """What an image is to the eye.

    Attributes:
        contrast: of 255 grey levels, of the part that the network sees.
        lost: what of it was lost on its way, as `undelivered` gives it.
        picture: its fingerprint.
    """

    contrast: float
    lost: Sequence[Pixels]
    picture: int

    @classmethod
    def of(cls, rgb: Pixels, framing: Framing, *, wide: bool) -> Looks:
        """Looks at an image.

        Args:
            rgb: uint8 (H, W, 3), of any strides.
            framing: which part of it the network sees.
            wide: whether it came in 16 bits, as `contrast` takes it.
        """
        return cls(contrast(framing.part_of(rgb), wide=wide), undelivered(rgb), fingerprint(rgb))

    def unseen(self, rgb: Pixels, size: tuple[int, int], *, in_parts: bool) -> Unseen:
        """Where the image shows nothing.

        Args:
            rgb: the image, uint8 (H, W, 3).
            size: width and height of its mask.
            in_parts: whether it matters which parts show nothing; that all does is always told.
        """
        blind = nothing_in_words(self.contrast)
        if blind or not in_parts:
            return Unseen(blind)
        return Unseen(parts=unseen_parts(rgb, self.lost, size))
