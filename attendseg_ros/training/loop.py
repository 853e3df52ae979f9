# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The training loop: resumable at any moment, with the same result as if never interrupted.

Same means bit for bit, on the same machine with the same number of threads.
"""

from __future__ import annotations

import copy
import itertools
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel
from tqdm import tqdm

from attendseg_ros.errors import DataError
from attendseg_ros.files import write_atomically
from attendseg_ros.json_text import to_json
from attendseg_ros.locks import held_alone
from attendseg_ros.network.attendseg import SIZE_MULTIPLE, AttendSeg, build_attendseg
from attendseg_ros.placing import real_place
from attendseg_ros.progress import progress_of
from attendseg_ros.terms import Source
from attendseg_ros.training.ancestry import seen_before
from attendseg_ros.training.arithmetic import fast_arithmetic
from attendseg_ros.training.augmentation import Augmentation
from attendseg_ros.training.backbone import backbone_network
from attendseg_ros.training.bundle_weights import BATCHES_MEASURED, spread_normalisation
from attendseg_ros.training.changed_settings import differences
from attendseg_ros.training.checkpoint import (
    BEST_FILE,
    LAST_FILE,
    load_checkpoint,
    restore,
    save_checkpoint,
    start_at,
)
from attendseg_ros.training.checks import check_settings
from attendseg_ros.training.class_mix import rare_classes
from attendseg_ros.training.config import TrainingConfig
from attendseg_ros.training.descent import descent, recorded_descent, unknown_terms
from attendseg_ros.training.distillation import Teacher, distillation_loss, trained_network
from attendseg_ros.training.evaluation import check_finite, score_network
from attendseg_ros.training.fitting import channel_importance, fits_as_it_is, fitted
from attendseg_ros.training.losses import segmentation_loss
from attendseg_ros.training.optimization import adamw, learning_rate_at, mixed, moved_average
from attendseg_ros.training.origins import is_bundle
from attendseg_ros.training.samples import Batches, InMemory, class_weights, read_whole
from attendseg_ros.training.scenes import training_scenes
from attendseg_ros.training.splits import check_labels, splits_of
from attendseg_ros.training.unlabelled import Joined

LOG_FILE = "log.jsonl"
LAST_EPOCHS_EVALUATED = 10

_STATE = frozenset({"network", "average", "optimizer", "epoch", "best", "history"})
"""What a checkpoint to go on from must hold."""


def run(config: TrainingConfig, terms: Sequence[Source] | None = None) -> dict[str, Any]:
    """Trains, or goes on where a run of the same settings was stopped.

    Args:
        config: settings of the run.
        terms: of the set; None for what the set's `terms.yaml` says.

    Returns:
        The best validation scores: ``epoch``, ``mean_iou``, ``pixel_accuracy`` and
        ``per_class_iou``, shares in 0..1, means over the groups where some are held out, then with
        ``groups``, each one's; and ``notes``, what there is to say about the set.

    Raises:
        DataError: if the data or a checkpoint is unfit, or the folder holds a run of other
            settings.
    """
    check_settings(config)
    ancestors = descent(config, terms)
    trainer = _Trainer(config, unknown_terms(ancestors))
    # Only now: what is unfit leaves no folder behind that would refuse the corrected command.
    with held_alone(real_place(config.run)):
        # Another run may have been here while the set was read.
        check_settings(config)
        trainer.resume()
        if recorded_descent(config.run) != ancestors:
            config.save([each.to_mapping() for each in ancestors])
        return trainer.train()


class _Trainer:
    """The state of a run between epochs, which is what a checkpoint holds."""

    def __init__(self, config: TrainingConfig, notes: Sequence[str]) -> None:
        self._config = config
        torch.manual_seed(config.seed)
        num_classes = len(config.classes)
        self._splits = splits_of(config)
        self._set = self._splits.fingerprint()
        train = InMemory(self._splits.train)
        # Read whole now: an unfit file must not show after the first hours of training.
        counts, self._notes = check_labels(self._splits, train, config.classes.names)
        unlabelled = self._splits.unlabelled
        pictures = [train] if unlabelled is None else [train, read_whole(unlabelled)]
        if self._splits.groups:
            self._notes += seen_before(config, self._splits.val.images)
        self._notes += notes
        for line in self._notes:
            tqdm.write(f"note: {line}", file=sys.stderr)
        scenes = InMemory(training_scenes(config.classes)) if config.scene_share > 0 else None
        self._batches = Batches(
            Joined(pictures),
            scenes,
            config.scene_share,
            Augmentation(
                config.input_size,
                config.crop_size,
                min_zoom=config.min_zoom,
                max_zoom=config.max_zoom,
                max_colour_shift=config.max_colour_shift,
                max_rotation_deg=config.max_rotation_deg,
            ),
            config.batch_size,
            config.seed,
            mix_share=config.mix_share,
            rare=rare_classes(counts),
        )
        if self._batches.batch_size == 1 and config.crop_size == (SIZE_MULTIPLE, SIZE_MULTIPLE):
            # Of which the coarsest layer makes a single value, and its variance is none.
            raise DataError(
                f"one crop of {SIZE_MULTIPLE}x{SIZE_MULTIPLE} at a time is too little for batch "
                "normalisation: give a larger crop_size, or a batch_size of 2 or more and as many "
                "images"
            )
        self._weights = class_weights(counts, config.class_weight_offset)
        self._teacher = Teacher(config) if config.teacher else None
        network: nn.Module
        if config.backbone is not None:
            network = backbone_network(num_classes, config.backbone)
        else:
            network = build_attendseg(num_classes, config.shape)
            if config.start_from is not None:
                self._start(network, config.start_from)
        self._network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._kept: dict[str, torch.Tensor] = {}
        if config.keep_start > 0:
            self._kept = {name: value.clone() for name, value in network.state_dict().items()}
        self._average = AveragedModel(
            self._network,
            avg_fn=partial(moved_average, config.ema_decay),
            use_buffers=True,
        )
        self._optimizer = adamw(self._network, config.learning_rate, config.weight_decay)
        self._epoch = 0
        self._best: dict[str, Any] = {"mean_iou": -1.0}
        self._history: list[dict[str, Any]] = []

    def _start(self, network: AttendSeg, origin: Path) -> None:
        """Loads the best weights of a run, or those of a bundle, grown or cut to the shape."""
        trained, _ = trained_network(origin)
        if is_bundle(origin):
            spread_normalisation(trained, self._first_images())
        weights = trained.state_dict()
        if not fits_as_it_is(network, weights):
            weights = fitted(network, weights, channel_importance(trained, self._first_images()))
        start_at(network, weights, origin)

    def _first_images(self) -> Iterator[torch.Tensor]:
        batches = itertools.islice(self._batches.epoch(0), BATCHES_MEASURED)
        return (images for images, _ in batches)

    def resume(self) -> None:
        """Takes up what an earlier run left; raises DataError where that is unfit."""
        path = self._config.run / LAST_FILE
        if not path.exists():
            return
        state = load_checkpoint(path)
        missing = _STATE - set(state)
        if missing:
            lacking = ", ".join(sorted(missing))
            raise DataError(
                f"{path}: cannot be resumed, since it lacks {lacking}; remove it to start again"
            )
        # Runs of before did not note it.
        if changed := differences(state.get("set", self._set), self._set):
            raise DataError(
                f"{path}: the set in {self._config.data} has changed since ({changed}), and scores "
                "of before and after do not compare: bring it back, or go on from its weights in "
                f"another folder (--start-from {self._config.run})"
            )
        restore(self._network, state["network"], path)
        restore(self._average, state["average"], path)
        try:
            self._optimizer.load_state_dict(state["optimizer"])
            self._epoch, self._best = int(state["epoch"]), dict(state["best"])
            self._history = list(state["history"])
        except Exception as error:
            # torch trusts what it is given, and raises whatever comes of that.
            raise DataError(
                f"{path}: cannot be resumed: what it holds beside the weights is damaged, or of "
                "another program; remove it to start again"
            ) from error

    def train(self) -> dict[str, Any]:
        """Trains the epochs that are left; returns what `run` does."""
        while self._epoch < self._config.epochs:
            loss = self._train_epoch()
            self._epoch += 1
            # Before the checkpoint: that of the epoch before is still of use.
            check_finite(loss, self._epoch)
            scores = self._evaluate() if self._evaluation_due() else {}
            self._record({"epoch": self._epoch, "loss": loss, **scores})
            self._save()
        return {**self._best, "notes": self._notes}

    def _train_epoch(self) -> float:
        """Trains one epoch and returns its mean loss."""
        self._network.train()
        steps = len(self._batches)
        total = 0.0
        progress = progress_of(
            self._batches.epoch(self._epoch),
            total=steps,
            desc=f"epoch {self._epoch + 1}/{self._config.epochs}",
            leave=False,
        )
        for step, (images, labels) in enumerate(progress):
            rate = learning_rate_at(
                self._epoch * steps + step, self._config.epochs * steps, self._config.learning_rate
            )
            for group in self._optimizer.param_groups:
                group["lr"] = rate
            loss = self._loss(images, labels)
            self._optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(self._network.parameters(), 5.0)
            self._optimizer.step()
            self._average.update_parameters(self._network)
            total += loss.item()
            progress.set_postfix(loss=f"{total / (step + 1):.3f}", refresh=False)
        return total / steps

    def _loss(self, images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        with fast_arithmetic():
            outputs = self._network(images)
        loss = segmentation_loss(outputs, labels, self._weights, self._config.jaccard_weight)
        if self._teacher is not None:
            opinion = distillation_loss(outputs[0], self._teacher(images))
            loss = loss + self._config.distillation_weight * opinion
        return loss

    def _evaluation_due(self) -> bool:
        remaining = self._config.epochs - self._epoch
        return remaining < LAST_EPOCHS_EVALUATED or self._epoch % self._config.evaluate_every == 0

    def _evaluate(self) -> dict[str, Any]:
        """Scores the averaged weights, and keeps them if they are the best so far."""
        network = self._average.module
        if self._kept:
            network = copy.deepcopy(network)
            network.load_state_dict(
                mixed(self._kept, network.state_dict(), self._config.keep_start)
            )
        scores = {
            "epoch": self._epoch,
            **score_network(network, self._splits, self._config.classes, self._config.input_size),
        }
        if scores["mean_iou"] > self._best["mean_iou"]:
            self._best = scores
            save_checkpoint(
                self._config.run / BEST_FILE,
                {"model": network.state_dict(), **scores},
            )
        return scores

    def _save(self) -> None:
        save_checkpoint(
            self._config.run / LAST_FILE,
            {
                "network": self._network.state_dict(),
                "average": self._average.state_dict(),
                "optimizer": self._optimizer.state_dict(),
                "epoch": self._epoch,
                "best": self._best,
                "history": self._history,
                "set": self._set,
            },
        )
        # Written from the checkpoint's history, so that an epoch run twice is logged once.
        lines = "".join(to_json(entry) + "\n" for entry in self._history)
        write_atomically(self._config.run / LOG_FILE, lines.encode())

    def _record(self, entry: dict[str, Any]) -> None:
        self._history.append(entry)
        tqdm.write(
            "  ".join(f"{k} {v:.4g}" for k, v in entry.items() if isinstance(v, (int, float)))
        )
