# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The space of shapes: it holds the shipped one's neighbour, and only what networks are made of."""

from __future__ import annotations

import optuna
import pytest

from attendseg_ros.exploration.space import NEAR_THE_SHIPPED, suggest, suggest_size
from attendseg_ros.network.attendseg import build_attendseg
from attendseg_ros.network.counting import count
from attendseg_ros.network.shape import Shape


def parameters(shape: Shape) -> int:
    return count(build_attendseg(11, shape), (128, 64)).parameters


def test_the_start_is_near_the_shipped_shape() -> None:
    near = suggest(optuna.trial.FixedTrial(NEAR_THE_SHIPPED))
    assert parameters(near) == pytest.approx(parameters(Shape.load("compact")), rel=0.02)


def test_every_draw_is_a_shape_with_condensers_in_every_stage() -> None:
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    shapes = [suggest(study.ask()) for _ in range(60)]
    assert len(set(shapes)) > 50
    for shape in shapes:
        stages = (shape.stride_4, shape.stride_8, shape.stride_16, shape.stride_32)
        assert all(stage.embedding >= 8 for stage in stages)
        assert shape.decoder_embedding >= 8
    for name in ("stem", "patch_kernel", "depthwise_kernel", "condensers", "output_stride"):
        assert len({getattr(shape, name) for shape in shapes}) > 1


def test_an_input_size_is_one_of_those_given() -> None:
    trial = optuna.trial.FixedTrial({"input_size": "384x256"})
    assert suggest_size(trial, [(576, 384), (384, 256)]) == (384, 256)
