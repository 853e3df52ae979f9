# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Scores of a torch network on a labelled set."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from torch import nn
from torch.nn import functional
from tqdm import tqdm

from attendseg_ros.errors import LogitsError
from attendseg_ros.training.metrics import ConfusionMatrix
from attendseg_ros.training.samples import PairSource, normalised


def evaluate_network(
    network: nn.Module, source: PairSource, num_classes: int, input_size: tuple[int, int]
) -> ConfusionMatrix:
    """Evaluates a network image by image, at each image's own size.

    Args:
        network: Maps float32 (1, 3, H, W) to logits; its mode is set to evaluation and restored.
        source: Labelled images.
        num_classes: Number of classes C.
        input_size: Width and height that images are resized to for the network.

    Returns:
        The confusion matrix over all images.

    Raises:
        LogitsError: The network's result is not finite: its training has diverged.
    """
    confusion = ConfusionMatrix(num_classes)
    was_training = network.training
    network.eval()
    with torch.inference_mode():
        for index in tqdm(range(len(source)), desc="evaluating", leave=False):
            rgb, truth = source[index]
            resized = cv2.resize(rgb, input_size, interpolation=cv2.INTER_LINEAR)
            logits = network(normalised(torch.from_numpy(resized)[None]))
            if not torch.isfinite(logits).all():
                raise LogitsError(
                    f"image {index} of the set: the network's logits are NaN or infinite, so its "
                    "training has diverged: lower the learning rate and train anew"
                )
            upsampled = functional.interpolate(
                logits, size=truth.shape, mode="bilinear", align_corners=False
            )
            confusion.update(upsampled[0].argmax(dim=0).numpy().astype(np.uint8), truth)
    network.train(was_training)
    return confusion
