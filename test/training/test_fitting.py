# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Weights cut or filled up to another shape."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from attendseg_ros.network.attendseg import AttendSeg, build_attendseg
from attendseg_ros.network.shape import Shape
from attendseg_ros.training.checkpoint import start_at
from attendseg_ros.training.fitting import channel_importance, fits_as_it_is, fitted
from attendseg_ros.training.growth import grown

LARGE = Shape()
COMPACT = Shape.load("compact")
NOT_LARGER = replace(
    COMPACT, stride_32=replace(COMPACT.stride_32, channels=LARGE.stride_32.channels)
)
FEWER_BLOCKS = replace(NOT_LARGER, stride_16=replace(NOT_LARGER.stride_16, blocks=3))
IMAGES = torch.randn(2, 3, 64, 128, generator=torch.Generator().manual_seed(3))


def random_network(shape: Shape) -> AttendSeg:
    """Its norms and condensers' scales are not those that it was made with."""
    torch.manual_seed(0)
    network = build_attendseg(3, shape)
    for parameter in network.parameters():
        if parameter.ndim == 1:
            nn.init.uniform_(parameter, 0.2, 1.0)
    for _ in range(3):
        network(torch.randn(2, 3, 64, 64))
    return network.eval()


def silent_beyond(network: AttendSeg, smaller: AttendSeg) -> None:
    """Makes the first channels of every layer zero, as many as the smaller network lacks."""
    outputs = [f"{n}." for n, m in network.named_modules() if isinstance(m, nn.BatchNorm2d)]
    with torch.no_grad():
        for layer in [*outputs, "decoder.context.1."]:
            for name in (f"{layer}weight", f"{layer}bias"):
                values = network.get_parameter(name)
                values[: len(values) - len(smaller.get_parameter(name))] = 0.0


def fitted_to(shape: Shape, network: AttendSeg) -> AttendSeg:
    torch.manual_seed(1)
    result = build_attendseg(3, shape)
    importance = channel_importance(network, [IMAGES])
    result.load_state_dict(grown(result, fitted(result, network.state_dict(), importance)))
    return result.eval()


def test_the_same_shape_gets_the_same_weights() -> None:
    network = random_network(LARGE)
    same = fitted_to(LARGE, network).state_dict()
    for name, tensor in network.state_dict().items():
        assert torch.equal(same[name], tensor), name


def test_what_does_nothing_is_cut_away() -> None:
    network = random_network(LARGE)
    silent_beyond(network, build_attendseg(3, NOT_LARGER))
    torch.testing.assert_close(
        fitted_to(NOT_LARGER, network)(IMAGES), network(IMAGES), atol=1e-4, rtol=1e-4
    )


def test_what_matters_most_is_kept() -> None:
    network = random_network(LARGE)
    name = "encoder.stem.norm.weight"
    with torch.no_grad():
        network.get_parameter(name)[5] = 40.0
    kept = fitted_to(NOT_LARGER, network).get_parameter(name)
    assert kept.max() == 40.0
    assert len(kept) == NOT_LARGER.stem


def test_new_channels_change_nothing_and_learn() -> None:
    network = random_network(NOT_LARGER)
    wider = fitted_to(COMPACT, network)
    torch.testing.assert_close(wider(IMAGES), network(IMAGES), atol=1e-4, rtol=1e-4)
    wider.train()(IMAGES)[0].square().mean().backward()
    gradient = wider.get_parameter("decoder.lateral_32.conv.weight").grad
    assert gradient is not None
    new = gradient[:, NOT_LARGER.stride_32.channels :]
    assert new.abs().sum() > 0


def test_blocks_that_are_too_many_are_left_out() -> None:
    network = random_network(LARGE)
    fewer = fitted_to(FEWER_BLOCKS, network)
    assert torch.isfinite(fewer(IMAGES)).all()
    expand = fewer.get_parameter("encoder.stride_16.5.expand.weight")
    assert expand.shape[0] == FEWER_BLOCKS.stride_16.channels


def test_blocks_that_are_missing_begin_as_the_identity() -> None:
    network = random_network(NOT_LARGER)
    fewer = fitted_to(FEWER_BLOCKS, network)
    again = fitted_to(NOT_LARGER, fewer)
    torch.testing.assert_close(again(IMAGES), fewer(IMAGES), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(
    "change",
    [
        {"stem": 0, "patch_kernel": 8},
        {"head": 0},
        {"depthwise_kernel": 3},
        {"condensers": "stages"},
        {"stem": 0, "patch_kernel": 4, "head": 0, "depthwise_kernel": 3, "condensers": "stages"},
    ],
)
def test_a_network_of_other_choices_starts_from_it_and_back(change: dict[str, Any]) -> None:
    network = random_network(LARGE)
    other = fitted_to(replace(COMPACT, **change), network)
    assert torch.isfinite(other(IMAGES)).all()
    assert torch.isfinite(fitted_to(LARGE, other)(IMAGES)).all()


def test_condensers_that_come_back_begin_as_the_identity() -> None:
    network = random_network(replace(LARGE, condensers="stages"))
    assert fits_as_it_is(build_attendseg(3, LARGE), network.state_dict())
    again = fitted_to(LARGE, network)
    torch.testing.assert_close(again(IMAGES), network(IMAGES), atol=1e-4, rtol=1e-4)


def test_a_larger_kernel_computes_the_same() -> None:
    network = random_network(replace(LARGE, stem=0, patch_kernel=4, depthwise_kernel=3))
    larger = fitted_to(replace(LARGE, stem=0, patch_kernel=8, depthwise_kernel=5), network)
    torch.testing.assert_close(larger(IMAGES), network(IMAGES), atol=1e-4, rtol=1e-4)


def test_importance_leaves_a_network_as_it_was() -> None:
    network = random_network(LARGE)
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    importance = channel_importance(network, [IMAGES, IMAGES])
    assert importance["stem"].shape == (LARGE.stem,)
    assert all((values >= 0).all() for values in importance.values())
    assert all(parameter.grad is None for parameter in network.parameters())
    for name, tensor in network.state_dict().items():
        assert torch.equal(before[name], tensor), name


@pytest.mark.parametrize(
    ("shape", "fits"),
    [
        (LARGE, True),
        (Shape.load("teacher"), True),
        (COMPACT, False),
        (replace(LARGE, head=50), False),
        (replace(LARGE, head=0), False),
        (replace(LARGE, depthwise_kernel=3), False),
        (replace(LARGE, stem=0), False),
        (replace(LARGE, stride_32=replace(LARGE.stride_32, blocks=2)), False),
    ],
)
def test_what_grows_is_not_fitted(shape: Shape, fits: bool) -> None:
    weights = build_attendseg(5, LARGE).state_dict()
    assert fits_as_it_is(build_attendseg(3, shape), weights) is fits


def test_output_layers_of_other_classes_are_new() -> None:
    network = build_attendseg(5, LARGE).eval()
    result = build_attendseg(3, COMPACT)
    head = result.head.weight.clone()
    weights = fitted(result, network.state_dict(), channel_importance(network, [IMAGES]))
    start_at(result, weights, Path("here"))
    assert torch.equal(result.head.weight, head)
