# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Batches of augmented samples, the same for a seed however often training is interrupted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from attendseg_ros.prefetch import read_ahead
from attendseg_ros.training.augmentation import Augmentation, Pair, PairSource
from attendseg_ros.training.class_mix import mix_classes

# The loss compares at half size: a third less time a step, and still twice as fine as the
# network's own output.
LABEL_STRIDE = 2

Batch = tuple[torch.Tensor, torch.Tensor]


class InMemory:
    """Keeps what a slow source gave; a training set of this kind is a few hundred megabytes."""

    def __init__(self, source: PairSource) -> None:
        self._source = source
        self._pairs: dict[int, Pair] = {}

    def __len__(self) -> int:
        return len(self._source)

    def __getitem__(self, index: int) -> Pair:
        if index not in self._pairs:
            self._pairs[index] = self._source[index]
        return self._pairs[index]


def read_whole(source: PairSource) -> InMemory:
    """Reads every pair of a source, so that an unfit file shows now and not after hours.

    Raises:
        DataError: one is unfit.
    """
    kept = InMemory(source)
    for index in range(len(kept)):
        kept[index]
    return kept


class Batches:
    """The batches of one epoch after another.

    Every random choice is drawn from (seed, epoch, position), so an epoch is the same whether the
    ones before it ran in this process or in one that was killed.
    """

    def __init__(
        self,
        real: PairSource,
        scenes: PairSource | None,
        scene_share: float,
        augmentation: Augmentation,
        batch_size: int,
        seed: int,
        *,
        mix_share: float = 0.0,
        rare: NDArray[np.uint8] | None = None,
    ) -> None:
        self._real = real
        self._scenes = scenes
        self._scene_count = round(scene_share * len(real)) if scenes is not None else 0
        self._augmentation = augmentation
        # Batch normalisation needs company, and a set smaller than a batch is one batch.
        self._batch_size = min(batch_size, len(real) + self._scene_count)
        self._seed = seed
        self._mix_share = mix_share
        self._rare = np.empty(0, np.uint8) if rare is None else rare

    @property
    def batch_size(self) -> int:
        """Images per batch: those asked for, or as many as there are."""
        return self._batch_size

    def __len__(self) -> int:
        """Batches per epoch; a remainder smaller than a batch is left out of that epoch."""
        return (len(self._real) + self._scene_count) // self._batch_size

    def epoch(self, epoch: int) -> Iterator[Batch]:
        """Yields (images, labels) of an epoch.

        Images are float32 (N, 3, H, W), channels last in memory, normalised (value - 128) / 64;
        labels int64 (N, H / 2, W / 2) with 255 where unlabelled. The next batches are prepared in
        a thread while the current one is used.
        """
        random = np.random.default_rng((self._seed, epoch))
        picks = [(self._real, i) for i in range(len(self._real))]
        if self._scenes is not None:
            chosen = random.choice(len(self._scenes), self._scene_count)
            picks += [(self._scenes, int(i)) for i in chosen]
        order = random.permutation(len(picks))
        batches = (
            self._batch([picks[p] for p in order[start : start + self._batch_size]], epoch, start)
            for start in range(0, len(self) * self._batch_size, self._batch_size)
        )
        yield from read_ahead(batches, 1)

    def _sample(self, pair: Pair, random: np.random.Generator) -> Pair:
        """A random view, with the rare of a random view of another image in some."""
        view = self._augmentation(pair, random)
        if random.random() >= self._mix_share:
            return view
        other = self._real[int(random.integers(len(self._real)))]
        return mix_classes(view, self._augmentation(other, random), self._rare, random)

    def _batch(self, picks: Sequence[tuple[PairSource, int]], epoch: int, start: int) -> Batch:
        pairs = []
        for offset, (source, index) in enumerate(picks):
            random = np.random.default_rng((self._seed, epoch, start + offset))
            pairs.append(self._sample(source[index], random))
        images = np.stack([rgb for rgb, _ in pairs]).astype(np.float32)
        # A fixed pixel of each 2x2 would shift every edge by half a pixel; a random one does not.
        row, column = np.random.default_rng((self._seed, epoch, start)).integers(
            LABEL_STRIDE, size=2
        )
        labels = np.stack([ids for _, ids in pairs])[:, row::LABEL_STRIDE, column::LABEL_STRIDE]
        # A permuted view of (N, H, W, 3) is exactly torch's channels-last layout.
        return normalised(torch.from_numpy(images)), torch.from_numpy(labels.astype(np.int64))


def normalised(images: torch.Tensor) -> torch.Tensor:
    """Maps RGB (N, H, W, 3) in 0..255 to the network's float32 (N, 3, H, W) input."""
    return ((images.to(torch.float32) - 128.0) / 64.0).permute(0, 3, 1, 2)


def class_weights(counts: NDArray[np.int64], offset: float) -> torch.Tensor:
    """Weights that lift rare classes: 1 / ln(offset + share of pixels), float32 (C,), mean 1.

    After Paszke et al., ENet (arXiv 1606.02147), where the offset is 1.02.

    Args:
        counts: labelled pixels of each class, (C,).
        offset: above 1; the larger, the more alike the weights.
    """
    weights = 1.0 / np.log(offset + counts / max(int(counts.sum()), 1))
    return torch.from_numpy((weights / weights.mean()).astype(np.float32))
