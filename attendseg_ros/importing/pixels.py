# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How a network wants its pixels: what the user says, as one multiplication and one addition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.errors import DataError

LIKES: dict[str, tuple[float, tuple[float, ...], tuple[float, ...]]] = {
    "imagenet": (1 / 255, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    "minus1to1": (1 / 255, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
    "0to1": (1 / 255, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)),
    "0to255": (1.0, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)),
}
"""Scale, mean and standard deviation of the usual ways; those of ImageNet are for R, G and B."""


@dataclass(frozen=True)
class Pixels:
    """`(value * scale - mean) / std` of each channel, 0 to 255, in the network's order.

    Attributes:
        scale: factor on the bytes of the camera.
        mean: of each channel.
        std: of each channel.
        is_bgr: whether the network's first channel is blue.
    """

    scale: float
    mean: tuple[float, ...]
    std: tuple[float, ...]
    is_bgr: bool = False

    @classmethod
    def of_options(
        cls,
        like: str | None,
        mean: Sequence[float] | None,
        std: Sequence[float] | None,
        scale: float | None,
        is_bgr: bool,
    ) -> Pixels | None:
        """What the options say; None where they say nothing.

        Without a scale, a mean and a standard deviation of at most 1 are those of 0 to 1, as
        PyTorch has them, and larger ones those of 0 to 255.

        Args:
            like: one of `LIKES`.
            mean: one value, or three in the network's order of channels.
            std: the same.
            scale: factor on the bytes.
            is_bgr: whether the network's first channel is blue.

        Raises:
            DataError: they contradict each other or cannot be.
        """
        given = [v for v in (mean, std, scale) if v is not None]
        if like is not None:
            if given:
                raise DataError(
                    "--like says all of --mean, --std and --scale: give it alone, or the three"
                )
            factor, means, deviations = LIKES[like]
            if is_bgr:
                means, deviations = means[::-1], deviations[::-1]
            return cls(factor, means, deviations, is_bgr)
        if not given:
            return None
        means, deviations = _three(mean, 0.0, "--mean"), _three(std, 1.0, "--std")
        if any(value <= 0.0 for value in deviations):
            raise DataError(f"--std must be above 0, got {list(deviations)}")
        if scale is None:
            numbers = [*means, *deviations]
            scale = 1 / 255 if all(abs(value) <= 1.0 for value in numbers) else 1.0
        if not np.isfinite(scale) or scale <= 0.0:
            raise DataError(f"--scale must be above 0, got {scale}")
        return cls(scale, means, deviations, is_bgr)

    def factors(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """float32 (3,) each: what a byte is multiplied with, and what is then added."""
        std = np.array(self.std, np.float64)
        factor = self.scale / std
        return factor.astype(np.float32), (-np.array(self.mean) / std).astype(np.float32)

    def __str__(self) -> str:
        order = "BGR" if self.is_bgr else "RGB"
        scale = f"{order} / 255" if self.scale == 1 / 255 else f"{order} * {self.scale:g}"
        if self.scale == 1.0:
            scale = order
        if set(self.mean) == {0.0} and set(self.std) == {1.0}:
            return scale
        mean, std = (", ".join(f"{v:g}" for v in values) for values in (self.mean, self.std))
        return f"({scale} - [{mean}]) / [{std}]"


def _three(values: Sequence[float] | None, default: float, option: str) -> tuple[float, ...]:
    if values is None:
        return (default,) * 3
    if len(values) not in (1, 3) or not np.isfinite(values).all():
        raise DataError(f"{option} takes one number or three, got {list(values)}")
    return tuple(values) * (3 if len(values) == 1 else 1)
