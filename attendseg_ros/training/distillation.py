# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Learning from a larger, trained network beside the labels.

The teacher sees the very crop that the network sees, with its colours and its noise: after Beyer
et al., Knowledge Distillation: A Good Teacher Is Patient and Consistent (arXiv 2106.05237). It has
an opinion on unlabelled pixels too.
"""

from __future__ import annotations

import math
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from attendseg_ros.errors import DataError
from attendseg_ros.labels import ClassTable
from attendseg_ros.network.attendseg import AttendSeg
from attendseg_ros.training.arithmetic import fast_arithmetic
from attendseg_ros.training.backbone import trained_backbone
from attendseg_ros.training.bundle_weights import network_of_bundle
from attendseg_ros.training.checkpoint import load_trained
from attendseg_ros.training.config import TrainingConfig
from attendseg_ros.training.origins import is_bundle, read_bundle


class Teacher:
    """The best networks of finished runs, or of bundles, of any shape, which are not trained.

    Several speak as one, by the mean of their probabilities: what each of them knows better than
    the others is in it (Hinton et al., arXiv 1503.02531).
    """

    def __init__(self, config: TrainingConfig) -> None:
        """Loads the teachers of a run.

        Args:
            config: of the run that is taught, with one teacher or more.

        Raises:
            DataError: if there is no trained network, or it is of other classes.
        """
        self._size = config.teacher_size
        self._networks = []
        for run in config.teacher:
            network, classes = _teaching_network(run)
            if classes.names != config.classes.names:
                raise DataError(
                    f"{run}: was trained on other classes ({', '.join(classes.names)}) than the "
                    f"data's ({', '.join(config.classes.names)})"
                )
            self._networks.append(network.to(memory_format=torch.channels_last))  # type: ignore[call-overload]

    @torch.no_grad()
    def __call__(self, images: torch.Tensor) -> torch.Tensor:
        """Maps normalised images, float (N, 3, H, W), to probabilities on the finest grid."""
        seen = images
        if self._size is not None:
            seen = functional.interpolate(images, size=self._size[::-1], mode="bilinear")
        with fast_arithmetic():
            answers = [network(seen).float().softmax(dim=1) for network in self._networks]
        finest = max((answer.shape[-2:] for answer in answers), key=math.prod)
        on_it = [
            answer
            if answer.shape[-2:] == finest
            else functional.interpolate(answer, size=finest, mode="bilinear")
            for answer in answers
        ]
        return torch.stack(on_it).mean(dim=0)


def trained_network(origin: Path) -> tuple[AttendSeg, ClassTable]:
    """The best network of a run, or that of a bundle, in evaluation mode; and its classes.

    Raises:
        DataError: there is none, or it has a backbone of others.
    """
    if is_bundle(origin):
        return network_of_bundle(origin), read_bundle(origin).classes
    config = TrainingConfig.load(origin)
    config.check_is_attendseg()
    return load_trained(origin, len(config.classes), config.shape), config.classes


def _teaching_network(origin: Path) -> tuple[nn.Module, ClassTable]:
    if not is_bundle(origin):
        config = TrainingConfig.load(origin)
        if config.backbone is not None:
            return trained_backbone(config), config.classes
    return trained_network(origin)


def distillation_loss(logits: torch.Tensor, probabilities: torch.Tensor) -> torch.Tensor:
    """Kullback-Leibler divergence of the logits' probabilities from a teacher's, mean over pixels.

    Args:
        logits: float (N, C, h, w).
        probabilities: the teacher's, float (N, C, any height, any width).
    """
    if probabilities.shape[-2:] != logits.shape[-2:]:
        # Each of the pupil's cells takes the mean of those that lie in it.
        probabilities = functional.interpolate(probabilities, size=logits.shape[-2:], mode="area")
    own = functional.log_softmax(logits.float(), dim=1)
    return functional.kl_div(own, probabilities, reduction="none").sum(dim=1).mean()
