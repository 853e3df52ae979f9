# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Scores of semantic segmentation from a confusion matrix."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


class ConfusionMatrix:
    """Counts pixels by true class (rows) and predicted class (columns).

    Pixels whose truth is no class id (255: unlabelled) do not count. A labelled pixel that was
    predicted as no class counts as wrong: it has its own column.
    """

    def __init__(self, num_classes: int) -> None:
        self._num_classes = num_classes
        self._counts: NDArray[np.int64] = np.zeros((num_classes, num_classes + 1), dtype=np.int64)

    @property
    def counts(self) -> NDArray[np.int64]:
        """int64 (C, C + 1): rows are true classes; the last column is "predicted no class"."""
        return np.array(self._counts, np.int64)

    def update(self, labels: NDArray[np.uint8], truth: NDArray[np.uint8]) -> None:
        """Adds one image.

        Args:
            labels: predicted class ids, uint8 (H, W).
            truth: true class ids, uint8 (H, W), 255 where unlabelled.

        Raises:
            ValueError: if the two differ in shape.
        """
        if labels.shape != truth.shape:
            raise ValueError(f"labels have shape {labels.shape}, the truth has {truth.shape}")
        columns = self._num_classes + 1
        labelled = truth < self._num_classes
        predicted = np.minimum(labels[labelled], self._num_classes).astype(np.int64)
        cells = truth[labelled].astype(np.int64) * columns + predicted
        self._counts += np.bincount(cells, minlength=self._counts.size).reshape(self._counts.shape)

    def add(self, other: ConfusionMatrix) -> None:
        """Adds what another matrix of the same classes counted."""
        self._counts += other._counts

    @property
    def per_class_iou(self) -> NDArray[np.float64]:
        """float64 (C,): intersection over union in 0..1; NaN for a class that the truth has not.

        A pixel that is taken for such a class counts against its true one. IoU = true positives /
        (true positives + false positives + false negatives), as in the PASCAL VOC challenge
        (Everingham et al., IJCV 2010), over all images together.
        """
        hits = np.diagonal(self._counts).astype(np.float64)
        true = self._counts.sum(axis=1)
        union = true + self._counts[:, :-1].sum(axis=0) - hits
        iou: NDArray[np.float64] = np.full_like(hits, np.nan)
        np.divide(hits, union, out=iou, where=true > 0)
        return iou

    @property
    def mean_iou(self) -> float:
        """Mean of the IoU over the classes that the truth has, 0..1; NaN if it has none.

        Otherwise a single pixel of a class that a set lacks would cost a whole class's share.
        """
        iou = self.per_class_iou
        present = iou[~np.isnan(iou)]
        return float(present.mean()) if present.size else float("nan")

    @property
    def pixel_accuracy(self) -> float:
        """Share of labelled pixels predicted right, 0..1; NaN if none is labelled."""
        total = int(self._counts.sum())
        return float(np.trace(self._counts)) / total if total else float("nan")
