# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The first convolution's weight for an image whose neighbours in a row are channels.

A camera's row is RGBRGB...: the same bytes are pixels of 3 channels, or half as many blocks of 6. A
convolution of stride 2 may as well read blocks of 2 and take one step a block. Engines want 4
channels or more side by side in memory, as these are, and need not lay the image out anew.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RGB = 3

BLOCKS_SHAPE = "blocks_shape"
"""The name of the constant in a graph that tells that its image is read in blocks."""


def blocked(
    weight: NDArray[np.generic], stride: int, padding: int
) -> tuple[NDArray[np.generic], tuple[int, int]]:
    """Makes a convolution of pixels read blocks of as many pixels as its stride.

    Its output must be smaller than the image by the stride alone, as `padding` makes it.

    Args:
        weight: (outputs, 3, height, width); columns that a block has beyond them become 0.
        stride: along both sides.
        padding: on all four sides, pixels.

    Returns:
        The weight, (outputs, 3 * stride, height, blocks), for steps of the stride down and of 1 to
        the right; and the blocks of padding to the left and to the right.
    """
    outputs, channels, height, width = weight.shape
    left, before = _before(stride, padding)
    blocks = -(-(before + width) // stride)
    wide = np.zeros((outputs, channels, height, blocks * stride), weight.dtype)
    wide[..., before : before + width] = weight
    parts = wide.reshape(outputs, channels, height, blocks, stride).transpose(0, 4, 1, 2, 3)
    reshaped = parts.reshape(outputs, stride * channels, height, blocks)
    return np.ascontiguousarray(reshaped), (left, blocks - 1 - left)


def unblocked(weight: NDArray[np.generic]) -> NDArray[np.generic]:
    """The inverse of `blocked`, for a kernel as wide as high: (outputs, 3, height, height).

    Its padding is what makes the output smaller than the image by the stride alone.
    """
    outputs, channels, height, blocks = weight.shape
    stride = channels // RGB
    _, before = _before(stride, padding=(height - stride + 1) // 2)
    parts = weight.reshape(outputs, stride, RGB, height, blocks).transpose(0, 2, 3, 4, 1)
    wide = parts.reshape(outputs, RGB, height, blocks * stride)
    return np.ascontiguousarray(wide[..., before : before + height])


def _before(stride: int, padding: int) -> tuple[int, int]:
    """The blocks that hold the padding to the left, and the columns in them that do not."""
    left = -(-padding // stride)
    return left, left * stride - padding
