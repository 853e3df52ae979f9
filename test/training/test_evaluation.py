# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A network whose training has diverged gets no scores."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from attendseg_ros.errors import LogitsError
from attendseg_ros.training.evaluation import evaluate_network

PAIR = (np.full((8, 16, 3), 100, np.uint8), np.zeros((8, 16), np.uint8))


def network(bias: float) -> nn.Module:
    made = nn.Conv2d(3, 2, 4, stride=4)
    with torch.no_grad():
        made.weight.zero_()
        made.bias = nn.Parameter(torch.tensor([0.0, bias]))
    return made


@pytest.mark.parametrize("bias", [float("nan"), float("inf")])
def test_logits_that_are_not_finite_are_no_class(bias: float) -> None:
    assert evaluate_network(network(-1.0), [PAIR], 2, (16, 8)).pixel_accuracy == 1.0
    with pytest.raises(LogitsError, match="training has diverged"):
        evaluate_network(network(bias), [PAIR], 2, (16, 8))
