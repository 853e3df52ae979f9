# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Counts against hand-computed ones."""

from __future__ import annotations

import torch
from torch import nn

from attendseg_ros.network.attendseg import build_attendseg
from attendseg_ros.network.counting import count
from attendseg_ros.network.folding import folded


def test_counts_a_strided_grouped_convolution_and_a_linear_layer() -> None:
    class Small(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 6, 3, stride=2, padding=1, groups=3, bias=False)
            self.norm = nn.BatchNorm2d(6)
            self.linear = nn.Linear(6, 4)
            self.unused = nn.Conv2d(3, 100, 1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            result: torch.Tensor = self.linear(self.norm(self.conv(x)).mean(dim=(2, 3)))
            return result

    counts = count(Small(), (16, 8))
    assert counts.parameters == (6 * 9 + 6) + (6 * 4 + 4)
    assert counts.macs == (8 * 4) * 6 * 9 + 6 * 4


def test_counts_are_those_of_the_folded_network() -> None:
    network = build_attendseg(11)
    assert count(network, (128, 64)) == count(folded(network), (128, 64))
    assert network.training, "counting must leave the mode as it was"
