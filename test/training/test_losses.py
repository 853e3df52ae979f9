# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The loss: what it ignores and what it rewards."""

from __future__ import annotations

import torch

from attendseg_ros.labels import UNLABELLED
from attendseg_ros.training.losses import segmentation_loss

WEIGHTS = torch.ones(2)


def outputs_for(labels: torch.Tensor, confidence: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits at half the labels' size, and auxiliary ones at a quarter, that favour the labels."""

    def logits(step: int) -> torch.Tensor:
        wanted = labels[:, ::step, ::step].clamp(max=1)
        return confidence * torch.stack([1.0 - wanted, 1.0 * wanted], dim=1)

    return logits(2), logits(4)


def test_right_answers_cost_less_than_wrong_ones() -> None:
    labels = torch.zeros(1, 8, 8, dtype=torch.int64)
    labels[:, :, 4:] = 1
    right = segmentation_loss(outputs_for(labels, 10.0), labels, WEIGHTS)
    wrong = segmentation_loss(outputs_for(labels, -10.0), labels, WEIGHTS)
    assert float(right) < 0.8
    assert float(wrong) > 8.0


def test_unlabelled_pixels_do_not_matter() -> None:
    labels = torch.zeros(1, 8, 8, dtype=torch.int64)
    outputs = outputs_for(labels, 3.0)
    expected = segmentation_loss(outputs, labels, WEIGHTS)
    labels[:, 4:] = UNLABELLED
    torch.testing.assert_close(segmentation_loss(outputs, labels, WEIGHTS), expected)


def test_a_batch_without_labels_costs_nothing() -> None:
    labels = torch.full((1, 8, 8), UNLABELLED)
    assert float(segmentation_loss(outputs_for(labels, 3.0), labels, WEIGHTS)) == 0.0


def test_heavier_classes_count_more() -> None:
    labels = torch.zeros(1, 8, 8, dtype=torch.int64)
    labels[:, :, 4:] = 1
    all_zero = (torch.tensor([4.0, 0.0])[None, :, None, None].expand(1, 2, 4, 4),)
    light = segmentation_loss(all_zero, labels, torch.tensor([1.0, 0.1]))
    heavy = segmentation_loss(all_zero, labels, torch.tensor([1.0, 10.0]))
    assert float(heavy) > float(light)


def corner() -> torch.Tensor:
    """Class 1 has 4 of 64 pixels."""
    labels = torch.zeros(1, 8, 8, dtype=torch.int64)
    labels[:, :2, :2] = 1
    return labels


def test_the_jaccard_loss_is_one_minus_the_mean_iou_of_sure_answers() -> None:
    labels = corner()
    # All pixels are said to be class 0: its IoU is 60 / 64, that of class 1 is 0.
    all_zero = (torch.tensor([50.0, -50.0])[None, :, None, None].expand(1, 2, 4, 4),)
    cross_entropy = segmentation_loss(all_zero, labels, WEIGHTS)
    both = segmentation_loss(all_zero, labels, WEIGHTS, jaccard_weight=2.0)
    expected = 1.0 - (61.0 / 65.0 + 1.0 / 5.0) / 2.0
    torch.testing.assert_close(both - cross_entropy, torch.tensor(2.0 * expected))


def test_a_class_that_the_batch_lacks_is_not_held_against_it() -> None:
    labels = torch.zeros(1, 8, 8, dtype=torch.int64)
    right = outputs_for(labels, 50.0)
    assert float(segmentation_loss(right, labels, WEIGHTS, jaccard_weight=1.0)) < 1e-4


def test_the_jaccard_loss_of_a_batch_without_labels_is_nothing_and_has_a_gradient() -> None:
    labels = torch.full((1, 8, 8), UNLABELLED)
    logits = torch.zeros(1, 2, 4, 4, requires_grad=True)
    loss = segmentation_loss((logits,), labels, WEIGHTS, jaccard_weight=1.0)
    loss.backward()  # type: ignore[no-untyped-call]
    assert float(loss.detach()) == 0.0
    assert logits.grad is not None
    assert not logits.grad.isnan().any()
