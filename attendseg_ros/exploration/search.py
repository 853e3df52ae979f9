# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The search: networks drawn, measured, trained briefly, and the best of them kept.

After the idea of generative synthesis, by which the paper found its network for a target device
(Wong et al., arXiv 1809.05989): a generator of architectures, an inquisitor that measures them
under limits, and a loop. Here Optuna's multi-objective TPE generates, and this machine inquires.
"""

from __future__ import annotations

import hashlib
import json
import math
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import optuna
from optuna.trial import TrialState
from tqdm import tqdm

from attendseg_ros.documents import parse_json, read_small_file
from attendseg_ros.errors import DataError, LogitsError
from attendseg_ros.exploration.candidate import (
    Candidate,
    candidates_of,
    pareto_front,
)
from attendseg_ros.exploration.latency import latency_ms
from attendseg_ros.exploration.space import NEAR_THE_SHIPPED, size_name, suggest, suggest_size
from attendseg_ros.exploration.study import open_study
from attendseg_ros.files import write_atomically
from attendseg_ros.json_text import to_json
from attendseg_ros.locks import held_alone
from attendseg_ros.network.attendseg import SIZE_MULTIPLE, build_attendseg
from attendseg_ros.network.counting import Counts, count
from attendseg_ros.network.shape import Shape
from attendseg_ros.placing import real_place
from attendseg_ros.progress import progress_to
from attendseg_ros.together import write_together
from attendseg_ros.training import loop
from attendseg_ros.training.changed_settings import differences
from attendseg_ros.training.checks import check_run
from attendseg_ros.training.config import TrainingConfig
from attendseg_ros.training.splits import splits_of
from attendseg_ros.yaml_text import to_yaml

SETTINGS_FILE = "exploration.json"
FRONT_FILE = "front.json"
PICK_FILE = "shape.yaml"

_DRAWS_PER_CANDIDATE = 100

Size = tuple[int, int]
"""Width and height, pixels."""


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
            # Infinity is none either: the folder's JSON could not tell it from nothing.
            if not 0 < value < math.inf:
                raise DataError(f"{name} must be a number above 0, got {value}")


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
    training: TrainingConfig,
    limits: Limits,
    candidates: int,
    engine: str,
    threads: int,
    input_sizes: Sequence[Size] = (),
) -> Exploration:
    """Searches for the most accurate network within the limits; goes on where it was stopped.

    Args:
        training: how each candidate is trained; `run` is the folder of the whole exploration and
            `shape` is ignored. Its crop is for its input size; others get one in proportion.
        limits: what candidates must keep to.
        candidates: how many are trained in all, those of earlier sittings included.
        engine: that latency is measured on; "auto" for the fastest installed one.
        threads: of the engine; 0 lets it choose.
        input_sizes: that candidates may have besides the training's.

    Raises:
        DataError: a size or the data are unfit, the folder holds an exploration of other settings,
            or no network keeps to the limits.
    """
    if candidates < 1:
        raise DataError(f"the number of candidates must be above 0, got {candidates}")
    sizes = list(dict.fromkeys([training.input_size, *input_sizes]))
    for width, height in sizes:
        if min(width, height) < 1 or width % SIZE_MULTIPLE or height % SIZE_MULTIPLE:
            raise DataError(
                f"input sizes must be multiples of {SIZE_MULTIPLE}, got {width}x{height}"
            )
    # First: what is unfit leaves no folder behind that would refuse the corrected command.
    check_run(training)
    with held_alone(real_place(training.run)):
        _claim(training, limits, sizes)
        search = _Search(training, limits, engine, threads, sizes)
        found = search.run(candidates)
        front = pareto_front(found)
        exploration = Exploration(front, front[-1], len(found))
        _write(training.run, exploration)
    return exploration


class _Search:
    """Optuna's study and what it is asked and told."""

    def __init__(
        self,
        training: TrainingConfig,
        limits: Limits,
        engine: str,
        threads: int,
        sizes: Sequence[Size],
    ) -> None:
        self._training = training
        self._limits = limits
        self._engine = engine
        self._threads = threads
        self._sizes = sizes
        self._study = open_study(training.run, training.seed)

    def run(self, candidates: int) -> list[Candidate]:
        """Trains candidates until there are so many; returns all."""
        self._take_up_what_was_stopped()
        found = {(c.shape, c.input_size): c for c in candidates_of(self._study)}
        with progress_to(total=candidates, initial=len(found), desc="candidates") as progress:
            while len(found) < candidates:
                trial, shape, size, counts, milliseconds = self._fitting()
                candidate = found.get((shape, size)) or Candidate(
                    shape, size, counts, milliseconds, self._trained(shape, size)
                )
                candidate.write_to(trial)
                self._study.tell(trial, [candidate.mean_iou, candidate.latency_ms])
                progress.update((shape, size) not in found)
                found[shape, size] = candidate
        return list(found.values())

    def _take_up_what_was_stopped(self) -> None:
        trials = self._study.get_trials(deepcopy=False)
        if not trials:
            first = {**NEAR_THE_SHIPPED, "input_size": size_name(self._sizes[0])}
            self._study.enqueue_trial(first)
        for trial in trials:
            if trial.state == TrialState.RUNNING:
                # Its training resumes at its checkpoint, under a new number.
                self._study.tell(trial.number, state=TrialState.FAIL)
                self._study.enqueue_trial(trial.params)

    def _fitting(self) -> tuple[optuna.Trial, Shape, Size, Counts, float]:
        """Draws shapes until one is within the limits, the cheapest check first."""
        why = ""
        for _ in range(_DRAWS_PER_CANDIDATE):
            trial = self._study.ask()
            shape, size = suggest(trial), suggest_size(trial, self._sizes)
            counts = count(build_attendseg(len(self._training.classes), shape), size)
            why = self._limits_broken(counts)
            milliseconds = 0.0
            if not why:
                milliseconds = latency_ms(
                    shape,
                    counts,
                    self._training.classes,
                    size,
                    self._engine,
                    self._threads,
                )
                if milliseconds > self._limits.target_latency_ms:
                    why = f"takes {milliseconds:.2f} ms"
            if not why:
                return trial, shape, size, counts, milliseconds
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

    def _trained(self, shape: Shape, size: Size) -> float:
        text = json.dumps([shape.to_mapping(), size], sort_keys=True)
        name = hashlib.sha256(text.encode()).hexdigest()[:12]
        run = self._training.run / "candidates" / name
        try:
            config = replace(
                self._training,
                shape=shape,
                run=run,
                input_size=size,
                crop_size=_crop_for(size, self._training),
            )
            return float(loop.run(config)["mean_iou"])
        except LogitsError as error:
            # One whose training diverges is of no use, and no reason to end the search.
            tqdm.write(f"{run}: counts as 0 % mean IoU: {error}", file=sys.stderr)
            return 0.0


def _crop_for(size: Size, training: TrainingConfig) -> Size:
    """A crop that is as much of the whole image as the training's is at its own size."""

    def side(axis: int) -> int:
        exact = training.crop_size[axis] * size[axis] / training.input_size[axis]
        return max(1, round(exact / SIZE_MULTIPLE)) * SIZE_MULTIPLE

    return side(0), side(1)


def _claim(training: TrainingConfig, limits: Limits, sizes: Sequence[Size]) -> None:
    """Makes the folder this exploration's, or checks that it already is."""

    def plain(config: TrainingConfig) -> dict[str, Any]:
        of_candidates = ("run", "shape")
        return {k: v for k, v in config.to_mapping().items() if k not in of_candidates}

    settings = {
        "limits": asdict(limits),
        "training": plain(training),
        "input_sizes": [list(size) for size in sizes],
        # Candidates that are judged on other images do not compare.
        "set": splits_of(training).fingerprint(),
    }
    path = training.run / SETTINGS_FILE
    if path.exists():
        there = parse_json(read_small_file(path), str(path))
        if isinstance(there, dict) and isinstance(there.get("training"), dict):
            # Of an earlier version, perhaps, which had fewer settings.
            made_with = TrainingConfig.from_mapping(there["training"], training.run, path)
            there["training"] = plain(made_with)
            there.setdefault("set", settings["set"])
        if changed := differences(there, json.loads(json.dumps(settings))):
            raise DataError(
                f"{path}: the folder holds an exploration of other settings ({changed}); "
                "give another folder, or the same settings to go on"
            )
        return
    write_atomically(path, to_json(settings, indent=2).encode())


def _write(run: Path, exploration: Exploration) -> None:
    front = [candidate.to_mapping() for candidate in exploration.front]
    write_together(
        {
            run / FRONT_FILE: to_json(front, indent=2).encode(),
            run / PICK_FILE: to_yaml(exploration.pick.shape.to_mapping()),
        }
    )
