# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How many pixels two machines label alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEAST = {"network": 0.999, "whole": 0.9}
"""Share of an image's pixels that must be labelled alike, by way.

Network: where two classes are as good as equal, the last digit of a sum may decide. Whole: before,
OpenCV brings the image to the network's size, and rounds some values up that it rounds down on x86.
On pictures of a kind that a model was not made for, of which it is unsure, that shows.
"""


@dataclass(frozen=True)
class Agreement:
    """Of one model in one way, over all images.

    Attributes:
        model: its name.
        way: a key of `LEAST`.
        share: of all pixels that are labelled alike.
        fewest: the same of the image where they are fewest.
        images: how many.
    """

    model: str
    way: str
    share: float
    fewest: float
    images: int

    @property
    def is_enough(self) -> bool:
        """Whether every image keeps the bound."""
        return self.fewest >= LEAST[self.way]


def agreements(
    here: Mapping[str, NDArray[np.uint8]], there: Mapping[str, NDArray[np.uint8]]
) -> list[Agreement]:
    """Compares label maps by model and way.

    Args:
        here: uint8 (H, W) by `model/way/image`; of a model's path the last part is its name.
        there: the same of the other machine.

    Raises:
        ValueError: they are not of the same images and sizes.
    """
    if here.keys() != there.keys():
        raise ValueError(f"label maps of {sorted(here)} and of {sorted(there)} cannot be compared")
    alike: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for key, mine in here.items():
        theirs = there[key]
        if mine.shape != theirs.shape:
            raise ValueError(f"{key}: label maps of {mine.shape} and {theirs.shape}")
        folder, way, _ = key.rsplit("/", 2)
        alike[folder.rpartition("/")[2], way].append((int((mine == theirs).sum()), mine.size))
    return [
        Agreement(
            model=model,
            way=way,
            share=sum(same for same, _ in found) / sum(size for _, size in found),
            fewest=min(same / size for same, size in found),
            images=len(found),
        )
        for (model, way), found in alike.items()
    ]
