# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The attention condenser against its definition."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from attendseg_ros.network.condenser import AttentionCondenser


@pytest.fixture
def condenser() -> AttentionCondenser:
    torch.manual_seed(0)
    module = AttentionCondenser(channels=8, embedding_channels=4).eval()
    with torch.no_grad():
        module.scale.copy_(torch.randn_like(module.scale))
    return module


def test_equals_the_published_formula(condenser: AttentionCondenser) -> None:
    values = torch.randn(2, 8, 12, 16)
    with torch.no_grad():
        attention = functional.interpolate(condenser.attention(values), scale_factor=2.0)
        expected = values * attention * condenser.scale + values
        torch.testing.assert_close(condenser(values), expected)


def test_zero_scale_passes_the_values_through(condenser: AttentionCondenser) -> None:
    values = torch.randn(1, 8, 4, 4)
    with torch.no_grad():
        condenser.scale.zero_()
        torch.testing.assert_close(condenser(values), values)


def test_attention_is_condensed_and_bounded(condenser: AttentionCondenser) -> None:
    with torch.no_grad():
        attention = condenser.attention(100.0 * torch.randn(1, 8, 12, 16))
    assert attention.shape == (1, 8, 6, 8)
    assert float(attention.min()) >= 0.0
    assert float(attention.max()) <= 1.0


def test_attention_relates_channels_and_neighbours(condenser: AttentionCondenser) -> None:
    values = torch.rand(1, 8, 12, 16)
    changed = values.clone()
    changed[0, 0, 6, 8] += 10.0
    with torch.no_grad():
        difference = (condenser.attention(changed) - condenser.attention(values)).abs()[0]
    touched = difference > 1e-7
    assert touched[1:].any(), "a change in one channel must reach others"
    rows, columns = touched.any(dim=0).nonzero(as_tuple=True)
    assert len(rows) > 1, "a change at one place must reach its neighbours"
    assert int((rows - 3).abs().max()) <= 1
    assert int((columns - 4).abs().max()) <= 1


def test_the_scale_is_learned(condenser: AttentionCondenser) -> None:
    condenser(torch.randn(1, 8, 4, 4)).square().sum().backward()
    assert condenser.scale.grad is not None
    assert float(condenser.scale.grad.abs().sum()) > 0.0
