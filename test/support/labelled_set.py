# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A small labelled set in SegNet's layout that a network learns within seconds."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from attendseg_ros.labels import ClassTable

CLASSES = ClassTable.from_mapping(
    {
        "classes": [
            {"id": 0, "name": "ground", "color": [60, 60, 60]},
            {"id": 1, "name": "box", "color": [230, 200, 40]},
            {"id": 2, "name": "ball", "color": [40, 80, 220]},
        ],
        "ignored_ids": [9],
    }
)

WIDTH, HEIGHT = 128, 64


def write_labelled_set(root: Path, images: int = 8) -> Path:
    """Writes splits `train` and `val` of noisy pictures of boxes and balls.

    Returns:
        The folder.
    """
    for number, split in enumerate(("train", "val")):
        (root / split).mkdir(parents=True)
        (root / f"{split}annot").mkdir()
        random = np.random.default_rng(number)
        for index in range(images):
            labels = np.zeros((HEIGHT, WIDTH), np.uint8)
            x, y = (int(value) for value in random.integers((0, 0), (60, 30)))
            cv2.rectangle(labels, (x, y), (x + 36, y + 28), 1, -1)
            center = (int(random.integers(90, 112)), int(random.integers(18, 46)))
            cv2.circle(labels, center, 16, 2, -1)
            noise = random.integers(-20, 20, (HEIGHT, WIDTH, 3))
            rgb = np.clip(CLASSES.palette()[labels] + noise, 0, 255).astype(np.uint8)
            labels[:2] = 9
            cv2.imwrite(str(root / split / f"{index}.png"), rgb[..., ::-1])
            cv2.imwrite(str(root / f"{split}annot" / f"{index}.png"), labels)
    return root
