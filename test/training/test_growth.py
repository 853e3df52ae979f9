# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Larger networks that compute what a smaller one does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from attendseg_ros.errors import DataError
from attendseg_ros.network.attendseg import AttendSeg, build_attendseg
from attendseg_ros.network.shape import Shape
from attendseg_ros.training.checkpoint import start_at
from attendseg_ros.training.growth import grown

SMALL = Shape()
DEEPER = replace(
    SMALL,
    stride_8=replace(SMALL.stride_8, blocks=4),
    stride_16=replace(SMALL.stride_16, blocks=5),
    stride_32=replace(SMALL.stride_32, blocks=6),
)
TEACHER = Shape.load("teacher")
WIDER_EXPANSION = replace(SMALL, stride_16=replace(SMALL.stride_16, expansion=6))
IMAGES = torch.randn(2, 3, 64, 128, generator=torch.Generator().manual_seed(3))


@pytest.fixture
def small() -> AttendSeg:
    """A network whose norms and scales are not those it was made with."""
    torch.manual_seed(0)
    network = build_attendseg(3, SMALL)
    for _ in range(3):
        network(torch.randn(2, 3, 64, 64))
    for parameter in network.parameters():
        if parameter.ndim == 1:
            torch.nn.init.uniform_(parameter, 0.2, 1.0)
    return network.eval()


def grown_to(shape: Shape, small: AttendSeg) -> AttendSeg:
    large = build_attendseg(3, shape)
    large.load_state_dict(grown(large, small.state_dict()))
    return large


@pytest.mark.parametrize("shape", [SMALL, DEEPER, TEACHER, WIDER_EXPANSION])
def test_a_grown_network_computes_the_same(small: AttendSeg, shape: Shape) -> None:
    large = grown_to(shape, small)
    torch.testing.assert_close(large.eval()(IMAGES), small(IMAGES), atol=1e-4, rtol=1e-4)


def test_copies_of_a_channel_are_trained_apart(small: AttendSeg) -> None:
    large = grown_to(TEACHER, small)
    large(IMAGES)[0].square().mean().backward()
    gradient = large.get_parameter("encoder.stem.conv.weight").grad
    assert isinstance(gradient, torch.Tensor)
    first, second = gradient[: SMALL.stem], gradient[SMALL.stem :]
    assert not torch.allclose(first, second, rtol=0.05)


def test_blocks_that_begin_as_the_identity_learn(small: AttendSeg) -> None:
    large = grown_to(DEEPER, small)
    large(IMAGES)[0].square().mean().backward()
    # Behind each block is a condenser: the sixth block is module 10.
    gradient = large.get_parameter("encoder.stride_32.10.project.norm.weight").grad
    assert isinstance(gradient, torch.Tensor)
    assert gradient.abs().sum() > 0


@pytest.mark.parametrize("shape", [Shape.load("small"), replace(SMALL, head=50)])
def test_a_shape_that_is_no_multiple_is_refused(small: AttendSeg, shape: Shape) -> None:
    with pytest.raises(DataError, match="here: holds another architecture"):
        start_at(build_attendseg(3, shape), small.state_dict(), Path("here"))
