# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What of a picture shows nothing, for all who make something of its mask."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from attendseg_ros.images.lost_blocks import lost_blocks
from attendseg_ros.images.repeated_rows import repeated_rows
from attendseg_ros.images.unlit import unlit
from attendseg_ros.images.unwritten import unwritten
from attendseg_ros.labels import UNLABELLED

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Unseen:
    """Where a picture shows nothing, which is free nowhere.

    Attributes:
        blind: that all of it shows nothing, in words; empty where it shows something.
        parts: uint8 (H, W) of the mask's size, above 0 where a part shows nothing; None where none
            does, and where all does.
    """

    blind: str = ""
    parts: Pixels | None = None

    def known(self, labels: Pixels, free: Collection[int]) -> Pixels:
        """What is known of a mask.

        Nothing is, where the whole picture shows nothing. In parts that do, nothing is free: what
        the network calls an obstacle there, as a black car, stays one.

        Args:
            labels: uint8 (H, W), as ~/mask.
            free: the ids of the classes that are free.

        Returns:
            uint8 (H, W), 255 where no class is known; the labels themselves where all is.
        """
        if self.blind:
            return np.full_like(labels, UNLABELLED)
        if self.parts is None or not free:
            return labels
        table = np.zeros(256, np.uint8)
        table[list(free)] = 255
        hidden = cv2.bitwise_and(cv2.LUT(labels, table), self.parts)
        known: Pixels = labels.copy()
        known[np.asarray(hidden) > 0] = UNLABELLED
        return known


def undelivered(rgb: Pixels) -> list[Pixels]:
    """Which parts of a picture no lens made: what was lost between it and us.

    Args:
        rgb: uint8 (H, W, 3), of any strides.

    Returns:
        Of `unwritten`, `lost_blocks` and `repeated_rows` those that found something.
    """
    found = (unwritten(rgb), lost_blocks(rgb), repeated_rows(rgb))
    return [parts for parts in found if parts is not None]


def unseen_parts(rgb: Pixels, lost: Sequence[Pixels], size: tuple[int, int]) -> Pixels | None:
    """Where parts of a picture show nothing: black areas, and what was not delivered.

    Args:
        rgb: uint8 (H, W, 3), of any strides.
        lost: of `undelivered`.
        size: width and height of the answer.

    Returns:
        uint8 of that size, above 0 there and 0 elsewhere; None where all of it shows something.
    """
    parts = unlit(rgb, size)
    for one in lost:
        more = np.asarray(cv2.resize(one, size, interpolation=cv2.INTER_NEAREST), np.uint8)
        parts = more if parts is None else parts | more
    return parts
