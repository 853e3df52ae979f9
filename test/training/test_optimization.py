# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Schedule, decay and average of a training step."""

from __future__ import annotations

import pytest
import torch

from attendseg_ros.network.attendseg import build_attendseg
from attendseg_ros.training.optimization import adamw, learning_rate_at, moved_average


def test_the_learning_rate_rises_and_falls() -> None:
    rates = [learning_rate_at(step, 100, peak=1.0) for step in range(100)]
    assert max(rates) == rates[5] == 1.0
    assert rates[:5] == sorted(rates[:5])
    assert rates[5:] == sorted(rates[5:], reverse=True)
    assert rates[-1] < 0.01


def test_decay_pulls_on_convolutions_only() -> None:
    network = build_attendseg(2)
    decayed, free = adamw(network, 1e-3, 0.5).param_groups
    assert (decayed["weight_decay"], free["weight_decay"]) == (0.5, 0.0)
    names = {id(parameter): name for name, parameter in network.named_parameters()}
    of_decayed = {names[id(p)] for p in decayed["params"]}
    assert of_decayed
    assert not [n for n in of_decayed if n.endswith((".bias", ".scale")) or ".norm." in n]


def test_the_average_forgets_its_first_weights_fast() -> None:
    first, current = torch.zeros(1), torch.ones(1)
    assert moved_average(0.998, first, current, 0).item() == pytest.approx(0.9)
    assert moved_average(0.998, first, current, 10**6).item() == pytest.approx(0.002, rel=1e-3)
