# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What of a picture shows nothing, for all who make something of its mask."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from attendseg_ros.images.unlit import unlit
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


def unseen_parts(rgb: Pixels, rows: Pixels | None, size: tuple[int, int]) -> Pixels | None:
    """Where parts of a picture show nothing: black areas, and rows that nobody wrote.

    Args:
        rgb: uint8 (H, W, 3), of any strides.
        rows: of `unwritten`.
        size: width and height of the answer.

    Returns:
        uint8 of that size, 255 there and 0 elsewhere; None where all of it shows something.
    """
    black = unlit(rgb, size)
    if rows is None:
        return black
    parts = np.asarray(cv2.resize(rows, size, interpolation=cv2.INTER_NEAREST), np.uint8)
    return parts if black is None else parts | black
