# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Samples of 16 bits and floats to 8 bits, by the bits that a camera really uses."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from attendseg_ros.images.bad_image import BadImageError, Reason

_DEPTHS = (10, 12, 14, 16)


class SampleBits:
    """How many of 16 bits the samples of one stream use; one object for each stream.

    Cameras of 10, 12 and 14 bits put their values into the lower bits of 16 and call it mono16 or
    bayer_rggb16, and no field says so. The stream's largest value so far decides: the fewest of 10,
    12, 14 and 16 bits that hold it. That only ever grows, so the brightness does not flicker when a
    scene becomes dark; it changes at most three times in the life of a stream.

    Attributes:
        wide: whether the last picture had samples of 16 bits; whoever looks at another sets it to
            false.
    """

    def __init__(self) -> None:
        self._bits = _DEPTHS[0]
        self._used = False
        self.wide = False

    @property
    def in_use(self) -> bool:
        """Whether the stream has had samples whose bits only their values tell."""
        return self._used

    def to_8_bits(self, pixels: NDArray[Any], bits: int = 0) -> NDArray[np.uint8]:
        """Scales samples to 0..255.

        Args:
            pixels: (H, W, C) or (H, W); uint8, which stays as it is; uint16 of either byte order;
                or float32 from 0 to 1, which is clipped.
            bits: what the encoding's name says samples of uint16 use; 0 where it says nothing.

        Raises:
            BadImageError: a value is not finite, or larger than `bits` allow, most floats are above
                1, or the type is another.
        """
        self.wide = pixels.dtype.kind == "u" and pixels.dtype.itemsize == 2
        if pixels.dtype == np.uint8:
            return pixels
        native = np.ascontiguousarray(pixels, pixels.dtype.newbyteorder("="))
        if native.dtype == np.uint16:
            return _scaled(native, 255.0 / (2 ** self._bits_of(int(native.max()), bits) - 1))
        if native.dtype != np.float32:
            raise BadImageError(
                Reason.UNDECODABLE, f"samples are {native.dtype}, not uint8, uint16 or float32"
            )
        finite = np.isfinite(native)
        if not finite.all():
            count = finite.size - np.count_nonzero(finite)
            raise BadImageError(Reason.NOT_FINITE, f"{count} of {finite.size} are NaN or infinite")
        if 2 * np.count_nonzero(native > 1.0) > native.size:
            raise BadImageError(
                Reason.UNDECODABLE,
                f"most floats are above 1, up to {native.max():g}: they are read as shares from 0 "
                "to 1, and all would be white; divide them by what white is",
            )
        return _scaled(native, 255.0)

    def _bits_of(self, largest: int, named: int) -> int:
        if named:
            if largest >= 2**named:
                raise BadImageError(
                    Reason.UNDECODABLE,
                    f"a value of {largest} is more than {named} bits hold; values that fill all 16 "
                    "bits are named by 16, as in mono16",
                )
            return named
        self._used = True
        needed = next(bits for bits in _DEPTHS if largest < 2**bits)
        self._bits = max(self._bits, needed)
        return self._bits


def _scaled(pixels: NDArray[Any], scale: float) -> NDArray[np.uint8]:
    # addWeighted rounds and clips at both ends; convertScaleAbs would mirror negative values.
    eight = cv2.addWeighted(pixels, scale, pixels, 0.0, 0.0, dtype=cv2.CV_8U)
    return np.asarray(eight, np.uint8).reshape(pixels.shape)
