# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A network that exploration has tried, as the study keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import optuna
from optuna.trial import TrialState

from attendseg_ros.errors import DataError
from attendseg_ros.exploration.study import STUDY_FILE
from attendseg_ros.network.counting import Counts
from attendseg_ros.network.shape import Shape

_ATTRIBUTE = "candidate"


@dataclass(frozen=True)
class Candidate:
    """A shape and an input size that kept to the limits, and what was measured of them.

    Attributes:
        shape: of the network.
        input_size: width and height that images are resized to for it, pixels.
        counts: parameters, and MACs at the input size.
        latency_ms: median time of a frame on this machine.
        mean_iou: on the validation split after the short training, at the images' own sizes, 0..1.
    """

    shape: Shape
    input_size: tuple[int, int]
    counts: Counts
    latency_ms: float
    mean_iou: float

    def to_mapping(self) -> dict[str, Any]:
        """Returns plain values for JSON."""
        return {
            "mean_iou": self.mean_iou,
            "latency_ms": self.latency_ms,
            **asdict(self.counts),
            "input_size": list(self.input_size),
            "shape": self.shape.to_mapping(),
        }

    def write_to(self, trial: optuna.Trial) -> None:
        """Keeps it in the study, for `candidates_of`."""
        trial.set_user_attr(_ATTRIBUTE, self.to_mapping())


def pareto_front(candidates: list[Candidate]) -> list[Candidate]:
    """Those that none other equals or beats in both accuracy and latency, fastest first."""
    front: list[Candidate] = []
    for candidate in sorted(candidates, key=lambda c: (c.latency_ms, -c.mean_iou)):
        if not front or candidate.mean_iou > front[-1].mean_iou:
            front.append(candidate)
    return front


def candidates_of(study: optuna.Study) -> Iterator[Candidate]:
    """The candidates whose short training has ended, in the order in which they were drawn.

    Raises:
        DataError: an earlier version wrote them, which did not choose all that this one does.
    """
    for trial in study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,)):
        values = trial.user_attrs.get(_ATTRIBUTE, {})
        if "input_size" not in values:
            raise DataError(
                f"{STUDY_FILE}: an earlier version explored without a choice of input sizes; "
                "explore anew, in another folder"
            )
        width, height = values["input_size"]
        yield Candidate(
            Shape.from_mapping(values["shape"]),
            (width, height),
            Counts(values["parameters"], values["macs"]),
            values["latency_ms"],
            values["mean_iou"],
        )
