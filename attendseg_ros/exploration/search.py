# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The search: shapes drawn, measured, trained briefly, and the best of them kept.

After the idea of generative synthesis, by which the paper found its network for a target device
(Wong et al., arXiv 1809.05989): a generator of architectures, an inquisitor that measures them
under limits, and a loop. Here Optuna's multi-objective TPE generates, and this machine inquires.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import optuna
import yaml
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState
from tqdm import tqdm

from attendseg_ros.documents import parse_json, read_small_file
from attendseg_ros.errors import DataError, LogitsError
from attendseg_ros.exploration.latency import latency_ms
from attendseg_ros.exploration.space import NEAR_THE_SHIPPED, suggest
from attendseg_ros.files import write_atomically
from attendseg_ros.network.attendseg import build_attendseg
from attendseg_ros.network.counting import Counts, count
from attendseg_ros.network.shape import Shape
from attendseg_ros.training import loop
from attendseg_ros.training.config import TrainingConfig

STUDY_FILE = "study.journal"
SETTINGS_FILE = "exploration.json"
FRONT_FILE = "front.json"
PICK_FILE = "shape.yaml"

_DRAWS_PER_CANDIDATE = 100


@dataclass(frozen=True)
class Limits:
    """What a candidate must keep to.

    Attributes:
        target_latency_ms: median time of a frame on this machine, in 8 bits.
        max_parameters: number of weights.
        max_macs: multiply-accumulates at the input size.
    """

    target_latency_ms: float
    max_parameters: int = 1_190_000
    max_macs: int = 2_000_000_000

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if not value > 0:
                raise DataError(f"{name} must be above 0, got {value}")


@dataclass(frozen=True)
class Candidate:
    """A shape that kept to the limits, and what was measured of it.

    Attributes:
        shape: channels and blocks.
        counts: parameters and MACs.
        latency_ms: median time of a frame on this machine.
        mean_iou: on the validation split after the short training, 0..1.
    """

    shape: Shape
    counts: Counts
    latency_ms: float
    mean_iou: float

    def to_mapping(self) -> dict[str, Any]:
        """Returns plain values for JSON."""
        return {
            "mean_iou": self.mean_iou,
            "latency_ms": self.latency_ms,
            **asdict(self.counts),
            "shape": self.shape.to_mapping(),
        }


@dataclass(frozen=True)
class Exploration:
    """What was found.

    Attributes:
        front: candidates that none other beats in both accuracy and latency, fastest first.
        pick: the most accurate one.
        tried: how many candidates were trained.
    """

    front: list[Candidate]
    pick: Candidate
    tried: int


def explore(
    training: TrainingConfig, limits: Limits, candidates: int, engine: str, threads: int
) -> Exploration:
    """Searches for the most accurate shape within the limits; goes on where it was stopped.

    Args:
        training: how each candidate is trained; `run` is the folder of the whole exploration and
            `shape` is ignored.
        limits: what candidates must keep to.
        candidates: how many are trained in all, those of earlier sittings included.
        engine: that latency is measured on; "auto" for the fastest installed one.
        threads: of the engine; 0 lets it choose.

    Raises:
        DataError: the data are unfit, the folder holds an exploration of other settings, or no
            shape keeps to the limits.
    """
    if candidates < 1:
        raise DataError(f"the number of candidates must be above 0, got {candidates}")
    _claim(training, limits)
    search = _Search(training, limits, engine, threads)
    found = search.run(candidates)
    front = pareto_front(found)
    exploration = Exploration(front, front[-1], len(found))
    _write(training.run, exploration)
    return exploration


def pareto_front(candidates: list[Candidate]) -> list[Candidate]:
    """Those that none other equals or beats in both accuracy and latency, fastest first."""
    front: list[Candidate] = []
    for candidate in sorted(candidates, key=lambda c: (c.latency_ms, -c.mean_iou)):
        if not front or candidate.mean_iou > front[-1].mean_iou:
            front.append(candidate)
    return front


class _Search:
    """Optuna's study and what it is asked and told."""

    def __init__(self, training: TrainingConfig, limits: Limits, engine: str, threads: int) -> None:
        self._training = training
        self._limits = limits
        self._engine = engine
        self._threads = threads
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._study = optuna.create_study(
            study_name="exploration",
            directions=["maximize", "minimize"],
            storage=JournalStorage(JournalFileBackend(str(training.run / STUDY_FILE))),
            sampler=optuna.samplers.TPESampler(seed=training.seed, multivariate=True),
            load_if_exists=True,
        )

    def run(self, candidates: int) -> list[Candidate]:
        """Trains candidates until there are so many; returns all."""
        self._take_up_what_was_stopped()
        found = {c.shape: c for c in self._finished()}
        with tqdm(total=candidates, initial=len(found), desc="candidates") as progress:
            while len(found) < candidates:
                trial, shape, counts, milliseconds = self._fitting()
                candidate = found.get(shape) or Candidate(
                    shape, counts, milliseconds, self._trained(shape)
                )
                trial.set_user_attr("candidate", candidate.to_mapping())
                self._study.tell(trial, [candidate.mean_iou, candidate.latency_ms])
                progress.update(shape not in found)
                found[shape] = candidate
        return list(found.values())

    def _take_up_what_was_stopped(self) -> None:
        trials = self._study.get_trials(deepcopy=False)
        if not trials:
            self._study.enqueue_trial(NEAR_THE_SHIPPED)
        for trial in trials:
            if trial.state == TrialState.RUNNING:
                # Its training resumes at its checkpoint, under a new number.
                self._study.tell(trial.number, state=TrialState.FAIL)
                self._study.enqueue_trial(trial.params)

    def _finished(self) -> Iterator[Candidate]:
        for trial in self._study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,)):
            values = trial.user_attrs["candidate"]
            yield Candidate(
                Shape.from_mapping(values["shape"]),
                Counts(values["parameters"], values["macs"]),
                values["latency_ms"],
                values["mean_iou"],
            )

    def _fitting(self) -> tuple[optuna.Trial, Shape, Counts, float]:
        """Draws shapes until one is within the limits, the cheapest check first."""
        why = ""
        for _ in range(_DRAWS_PER_CANDIDATE):
            trial = self._study.ask()
            shape = suggest(trial)
            counts = count(
                build_attendseg(len(self._training.classes), shape), self._training.input_size
            )
            why = self._limits_broken(counts)
            milliseconds = 0.0
            if not why:
                milliseconds = latency_ms(
                    shape,
                    counts,
                    self._training.classes,
                    self._training.input_size,
                    self._engine,
                    self._threads,
                )
                if milliseconds > self._limits.target_latency_ms:
                    why = f"takes {milliseconds:.2f} ms"
            if not why:
                return trial, shape, counts, milliseconds
            trial.set_user_attr("refused", why)
            self._study.tell(trial, state=TrialState.FAIL)
        raise DataError(
            f"{_DRAWS_PER_CANDIDATE} shapes in a row broke the limits, the last one since it "
            f"{why}: allow a longer latency or more parameters"
        )

    def _limits_broken(self, counts: Counts) -> str:
        if counts.parameters > self._limits.max_parameters:
            return f"has {counts.parameters:,} parameters"
        if counts.macs > self._limits.max_macs:
            return f"takes {counts.macs:,} MACs"
        return ""

    def _trained(self, shape: Shape) -> float:
        text = json.dumps(shape.to_mapping(), sort_keys=True)
        name = hashlib.sha256(text.encode()).hexdigest()[:12]
        run = self._training.run / "candidates" / name
        try:
            return float(loop.run(replace(self._training, shape=shape, run=run))["mean_iou"])
        except LogitsError as error:
            # One whose training diverges is of no use, and no reason to end the search.
            tqdm.write(f"{run}: counts as 0 % mean IoU: {error}", file=sys.stderr)
            return 0.0


def _claim(training: TrainingConfig, limits: Limits) -> None:
    """Makes the folder this exploration's, or checks that it already is."""
    settings = {"limits": asdict(limits), "training": training.to_mapping()}
    del settings["training"]["run"], settings["training"]["shape"]
    path = training.run / SETTINGS_FILE
    if path.exists():
        if parse_json(read_small_file(path), str(path)) != json.loads(json.dumps(settings)):
            raise DataError(
                f"{path}: the folder holds an exploration of other settings; "
                "give another folder, or the same settings to go on"
            )
        return
    training.run.mkdir(parents=True, exist_ok=True)
    write_atomically(path, json.dumps(settings, indent=2).encode())


def _write(run: Path, exploration: Exploration) -> None:
    front = [candidate.to_mapping() for candidate in exploration.front]
    write_atomically(run / FRONT_FILE, json.dumps(front, indent=2).encode())
    pick = yaml.safe_dump(exploration.pick.shape.to_mapping(), sort_keys=False)
    write_atomically(run / PICK_FILE, pick.encode())
