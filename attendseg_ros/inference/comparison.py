# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which of several engines is the fastest, measured in turns until that is sure.

Whatever else the machine does slows a round of all of them alike, so the engines are compared
within a round, by the logarithm of their times' ratio, and rounds go on until Student's t-test
tells. Another engine takes the first one's place only where it is surely more than `MARGIN` faster:
two that are nearly alike end the same way each time.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from attendseg_ros.errors import EngineError

MARGIN = 0.1
"""Another engine must save this share of the first one's time, or it is not worth a change."""

MOST_ROUNDS = 24
LONGEST_S = 4.0
"""Of measuring, unless `_FEWEST_ROUNDS` take longer."""

_FEWEST_ROUNDS = 3

_STUDENT = (
    *(318.31, 22.327, 10.215, 7.173, 5.893, 5.208, 4.785, 4.501, 4.297, 4.144, 4.025, 3.930),
    *(3.852, 3.787, 3.733, 3.686, 3.646, 3.610, 3.579, 3.552, 3.527, 3.505, 3.485),
)
"""Student's t that one of a thousand samples exceeds, for 1, 2, ... degrees of freedom."""


class Runner(Protocol):
    """An engine that can be timed, here or in another process."""

    def burst_ms(self) -> float:
        """Runs some frames in a row and returns the milliseconds of one, what disturbs left out.

        Raises:
            EngineError: it cannot run.
        """


@dataclass(frozen=True)
class Comparison:
    """What a comparison found.

    Attributes:
        fastest: the name of the engine to take.
        medians_ms: median milliseconds a frame of each engine that ran.
        broken: why each of the others could not run.
        rounds: how many there were.
    """

    fastest: str
    medians_ms: Mapping[str, float]
    broken: Mapping[str, str]
    rounds: int


def compare(first: str, runners: Mapping[str, Runner]) -> Comparison:
    """Times engines in turns.

    Args:
        first: the name of the one that is taken unless another is surely faster.
        runners: by name, `first` included.

    Raises:
        EngineError: the first one cannot run.
    """
    times: dict[str, list[float]] = {name: [] for name in runners}
    broken: dict[str, str] = {}
    deadline = time.monotonic() + LONGEST_S
    rounds = 0
    while rounds < MOST_ROUNDS:
        for name in list(times):
            try:
                times[name].append(runners[name].burst_ms())
            except EngineError as error:
                if name == first:
                    raise
                del times[name]
                broken[name] = str(error)
        rounds += 1
        rivals = [name for name in times if name != first]
        if all(is_faster(times[first], times[name]) is not None for name in rivals):
            break
        if rounds >= _FEWEST_ROUNDS and time.monotonic() > deadline:
            break
    medians = {name: statistics.median(mine) for name, mine in times.items()}
    faster = [name for name in times if name != first and is_faster(times[first], times[name])]
    fastest = min(faster, key=medians.__getitem__, default=first)
    return Comparison(fastest, medians, broken, rounds)


def is_faster(first: Sequence[float], other: Sequence[float]) -> bool | None:
    """Whether another engine takes the first one's place.

    Args:
        first: milliseconds of the first engine, a round each.
        other: milliseconds of the other one, in the same rounds.

    Returns:
        True where it surely saves more than `MARGIN`, False where it surely does not, None where
        neither is sure.
    """
    count = len(first)
    if count < _FEWEST_ROUNDS:
        return None
    saved = [
        math.log(mine / its) + math.log1p(-MARGIN) for mine, its in zip(first, other, strict=True)
    ]
    error = statistics.stdev(saved) / math.sqrt(count)
    limit = error * _STUDENT[min(count - 1, len(_STUDENT)) - 1]
    mean = statistics.fmean(saved)
    if abs(mean) <= limit:
        return None
    return mean > 0.0
