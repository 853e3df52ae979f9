# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Convolutions of blocks of pixels compute what those of pixels do."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from attendseg_ros.network.pixel_blocks import blocked, unblocked


@pytest.mark.parametrize(
    ("kernel", "stride", "padding"), [(3, 2, 1), (4, 4, 0), (8, 4, 2), (12, 4, 4)]
)
def test_blocks_give_what_pixels_give(kernel: int, stride: int, padding: int) -> None:
    torch.manual_seed(0)
    weight, image = torch.randn(5, 3, kernel, kernel), torch.randn(1, 3, 16, 24)
    expected = functional.conv2d(image, weight, stride=stride, padding=padding)
    of_blocks, (left, right) = blocked(weight.numpy(), stride, padding)
    # Bytes as a camera sends them, read as fewer and longer pixels.
    rows = image.permute(0, 2, 3, 1).reshape(1, 16, 24 // stride, 3 * stride).permute(0, 3, 1, 2)
    padded = functional.pad(rows, (left, right, padding, padding))
    found = functional.conv2d(padded, torch.from_numpy(of_blocks), stride=(stride, 1))
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)
    np.testing.assert_array_equal(unblocked(of_blocks), weight.numpy())
