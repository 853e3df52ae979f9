# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A network whose training has diverged gets no scores; large images are scored as on a robot."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from attendseg_ros.errors import LogitsError
from attendseg_ros.inference.decode import Decoder
from attendseg_ros.inference.resize import Resizer
from attendseg_ros.training.evaluation import evaluate_network
from attendseg_ros.training.samples import normalised

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


def test_of_a_large_image_no_pixel_is_skipped() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (512, 1024, 3), np.uint8)
    seen: list[torch.Tensor] = []
    watched = network(-1.0)
    watched.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0].clone()))
    evaluate_network(watched, [(rgb, np.zeros((512, 1024), np.uint8))], 2, (128, 64))
    expected = Resizer((128, 64)).resize(rgb)
    assert torch.equal(seen[0], normalised(torch.from_numpy(expected)[None]))


def test_a_large_image_has_the_labels_that_a_robot_gives_it() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (300, 500, 3), np.uint8)
    torch.manual_seed(0)
    mixed = nn.Conv2d(3, 4, 4, stride=4)
    with torch.inference_mode():
        logits = mixed(normalised(torch.from_numpy(Resizer((128, 64)).resize(rgb))[None]))
    labels, _ = Decoder(range(4), (128, 64)).decode(logits[0].numpy(), (500, 300))
    assert len(np.unique(labels)) > 1
    scores = evaluate_network(mixed, [(rgb, labels)], 4, (128, 64))
    assert scores.pixel_accuracy == 1.0
