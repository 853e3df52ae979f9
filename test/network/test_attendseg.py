# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The whole network: shapes, budget, folding."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from attendseg_ros.network.attendseg import SIZE_MULTIPLE, AttendSeg, build_attendseg
from attendseg_ros.network.condenser import AttentionCondenser
from attendseg_ros.network.counting import count
from attendseg_ros.network.folding import folded

PAPER_PARAMETERS = 1_190_000


@pytest.fixture(scope="module")
def network() -> AttendSeg:
    torch.manual_seed(0)
    return build_attendseg(11).eval()


@pytest.mark.parametrize("size", [(64, 64), (128, 192), (512, 384)])
def test_logits_are_a_quarter_of_the_image(network: AttendSeg, size: tuple[int, int]) -> None:
    width, height = size
    assert width % SIZE_MULTIPLE == height % SIZE_MULTIPLE == 0
    with torch.no_grad():
        logits = network(torch.randn(2, 3, height, width))
    assert logits.shape == (2, 11, height // 4, width // 4)


def test_training_adds_auxiliary_logits(network: AttendSeg) -> None:
    network.train()
    logits, at_8, at_16 = network(torch.randn(2, 3, 64, 128))
    network.eval()
    assert logits.shape == (2, 11, 16, 32)
    assert at_8.shape == (2, 11, 8, 16)
    assert at_16.shape == (2, 11, 4, 8)


def test_stays_within_the_published_budget(network: AttendSeg) -> None:
    assert count(network, (512, 384)).parameters <= PAPER_PARAMETERS


def test_attention_condensers_carry_the_attention(network: AttendSeg) -> None:
    condensers = [m for m in network.modules() if isinstance(m, AttentionCondenser)]
    image = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        before = network(image)
        saved = [c.scale.clone() for c in condensers]
        for condenser in condensers:
            condenser.scale.zero_()
        without = network(image)
        for condenser, scale in zip(condensers, saved, strict=True):
            condenser.scale.copy_(scale)
    assert len(condensers) >= 10
    assert not torch.allclose(before, without)


def test_folding_changes_the_graph_and_not_the_function() -> None:
    torch.manual_seed(1)
    network = build_attendseg(5)
    # Statistics of real data differ from the initial 0 and 1, which would hide a wrong folding.
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            assert module.running_mean is not None
            assert module.running_var is not None
            nn.init.normal_(module.running_mean, std=0.1)
            nn.init.uniform_(module.running_var, 0.5, 2.0)
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, std=0.1)
    network.eval()
    image = torch.randn(1, 3, 64, 64)
    deployed = folded(network)
    with torch.no_grad():
        torch.testing.assert_close(deployed(image), network(image), rtol=1e-3, atol=1e-4)
    assert not any(isinstance(m, nn.BatchNorm2d) for m in deployed.modules())
    assert any(isinstance(m, nn.BatchNorm2d) for m in network.modules())


@pytest.mark.parametrize("classes", [0, 1, 256])
def test_refuses_a_number_of_classes_that_labels_cannot_hold(classes: int) -> None:
    with pytest.raises(ValueError, match=f"between 2 and 255, got {classes}"):
        build_attendseg(classes)
