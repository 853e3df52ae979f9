# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The terms that a bundle of a run is given on, and the claims that its descent forbids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from attendseg_ros.errors import DataError
from attendseg_ros.terms import NOT_STATED, Source, Terms
from attendseg_ros.terms.claim import Claim
from attendseg_ros.terms.told import TERMS_FILE, terms_of_set
from attendseg_ros.training.config import TrainingConfig
from attendseg_ros.training.descent import (
    Ancestor,
    against_commercial_use,
    all_sources,
    descent,
)
from attendseg_ros.training.origins import CONFIG_FILE

_MOST_REASONS = 3


def terms_of(
    training: TrainingConfig,
    claim: Claim,
    *,
    told: Sequence[Source] | None = None,
    data_license: str = NOT_STATED,
    calibrated_on: Path | None = None,
) -> Terms:
    """The terms of a run's bundle.

    Args:
        training: of the run.
        claim: what is said of the weights.
        told: terms of the run's own set, where the run does not know them.
        data_license: the same as a text, where nothing else tells them.
        calibrated_on: folder of the set that the 8-bit ranges come from, where it was named.

    Raises:
        DataError: commercial use is claimed, and the run descends from what does not allow it, or
            of which nobody knows; the message names runs and sets.
    """
    claim.check()
    *earlier, own = descent(training, told)
    if told is not None and not set(told) <= set(own.sources):
        raise DataError(
            f"{training.run}: knows what it was trained on since it began, and --terms says "
            f"otherwise; leave --terms out, or correct {CONFIG_FILE} in the run"
        )
    sources = [*own.sources, *_new_in(calibrated_on, own)]
    if data_license != NOT_STATED:
        sources = [
            each if each.license else replace(each, license=data_license) for each in sources
        ]
    ancestors = [*earlier, Ancestor(own.run, tuple(sources))]
    if claim.is_of_commercial_use:
        reasons = against_commercial_use(ancestors)
        if reasons:
            raise DataError(_refusal(training.run, claim, reasons))
    return Terms.of(
        claim.weights_license, all_sources(ancestors), claim.is_of_commercial_use or None
    )


def _new_in(folder: Path | None, own: Ancestor) -> list[Source]:
    """What a set tells of itself that its run was not trained on."""
    told = terms_of_set(folder) if folder is not None else None
    names = {each.name for each in own.sources}
    return [each for each in told or () if each.name not in names]


def _refusal(run: Path, claim: Claim, reasons: list[str]) -> str:
    more = len(reasons) - _MOST_REASONS
    named = "; ".join(reasons[:_MOST_REASONS]) + (f"; and {more} more" if more > 0 else "")
    unknown = any("unknown" in reason for reason in reasons)
    advice = f"; tell what is unknown in {TERMS_FILE} in the set's folder" if unknown else ""
    return f"{run}: {claim.in_words} claims commercial use, but {named}{advice}"
