# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The terms of a run's bundle, and the claims that are refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from attendseg_ros.deployment.terms import terms_of
from attendseg_ros.errors import DataError
from attendseg_ros.labels import ClassTable
from attendseg_ros.terms import Source, Terms
from attendseg_ros.terms.claim import Claim
from attendseg_ros.terms.told import TERMS_FILE
from attendseg_ros.training.config import TrainingConfig
from attendseg_ros.training.descent import descent, rendered

FREE = Source("Trail", "MIT", "https://opensource.org/license/mit", "A. Walker, 2020", True)
NOT_FREE = Source("Town", "for research only", "", "B. Driver, 2009", False)


def run_on(folder: Path, *sources: Source, scene_share: float = 0.0) -> TrainingConfig:
    """A run whose record says what it was trained on; nothing where there is no source."""
    data = folder / "set"
    data.mkdir()
    config = TrainingConfig(
        data=data, classes=ClassTable.load("camvid"), run=folder / "run", scene_share=scene_share
    )
    config.save([each.to_mapping() for each in descent(config, sources or None)])
    return config


@pytest.mark.parametrize(
    "claim", [Claim("CC BY 4.0"), Claim("Apache-2.0", True), Claim("our own", True)]
)
def test_data_that_allow_it_make_weights_for_commercial_use(tmp_path: Path, claim: Claim) -> None:
    terms = terms_of(run_on(tmp_path, FREE, scene_share=0.1), claim)
    assert terms.commercial_use is True
    assert terms.data == (FREE, rendered("streets"))


def test_nothing_is_claimed_unasked(tmp_path: Path) -> None:
    terms = terms_of(run_on(tmp_path, FREE), Claim())
    assert terms == Terms.of("not stated", (FREE,), None)
    assert terms.commercial_use is None


@pytest.mark.parametrize("claim", [Claim("CC-BY-4.0"), Claim("mine", True), Claim("MIT License")])
@pytest.mark.parametrize(
    ("sources", "reason"),
    [
        ((FREE, NOT_FREE), "run 'run' was trained on Town, which is not for commercial use"),
        ((), "run 'run' was trained on set, of which it is unknown whether"),
        ((Source("x", "MIT"),), "run 'run' was trained on x, of which it is unknown whether"),
        ((Source("x", "CC BY-NC 4.0", commercial_use=True),), "x, which is not for commercial"),
    ],
)
def test_a_claim_that_the_data_forbid_is_refused(
    tmp_path: Path, claim: Claim, sources: tuple[Source, ...], reason: str
) -> None:
    config = run_on(tmp_path, *sources)
    with pytest.raises(DataError) as caught:
        terms_of(config, claim)
    assert str(caught.value).startswith(f"{config.run}: ")
    assert reason in str(caught.value)
    # Without the claim there is a bundle all the same.
    assert terms_of(config, Claim("CC BY-NC 4.0")).commercial_use is False


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        (Claim("not stated", True), "--commercial-use needs --weights-license"),
        (Claim("CC BY-NC 4.0", True), "--commercial-use contradicts --weights-license"),
        (Claim(" "), "--weights-license must not be empty"),
    ],
)
def test_a_claim_that_contradicts_itself_is_refused(
    tmp_path: Path, claim: Claim, words: str
) -> None:
    with pytest.raises(DataError, match=words):
        terms_of(run_on(tmp_path, FREE), claim)


def test_only_the_first_of_many_reasons_are_named(tmp_path: Path) -> None:
    config = run_on(tmp_path, *(Source(f"set{number}") for number in range(9)))
    with pytest.raises(DataError, match=r"on set2, .*; and 6 more; tell what is unknown in terms"):
        terms_of(config, Claim("MIT"))


def test_terms_can_be_told_for_a_run_that_does_not_know_them(tmp_path: Path) -> None:
    config = run_on(tmp_path)
    assert terms_of(config, Claim("MIT"), told=(FREE,)).data == (FREE,)
    by_text = terms_of(config, Claim(), data_license="own images")
    assert by_text.data == (Source("set", "own images"),)
    (config.data / TERMS_FILE).write_text(yaml.safe_dump(FREE.to_mapping()))
    assert terms_of(config, Claim("MIT")).commercial_use is True


def test_what_a_run_knows_is_not_told_otherwise(tmp_path: Path) -> None:
    config = run_on(tmp_path, NOT_FREE)
    with pytest.raises(DataError, match="--terms says otherwise; leave --terms out, or correct"):
        terms_of(config, Claim("MIT"), told=(FREE,))
    assert terms_of(config, Claim(), told=(NOT_FREE,)).data == (NOT_FREE,)
    assert terms_of(config, Claim(), data_license="MIT").data == (NOT_FREE,)


def test_another_set_that_it_is_calibrated_on_counts(tmp_path: Path) -> None:
    config = run_on(tmp_path, FREE)
    other = tmp_path / "other"
    other.mkdir()
    assert terms_of(config, Claim("MIT"), calibrated_on=other).commercial_use is True
    (other / TERMS_FILE).write_text(yaml.safe_dump(NOT_FREE.to_mapping()))
    assert terms_of(config, Claim(), calibrated_on=other).data == (FREE, NOT_FREE)
    with pytest.raises(DataError, match="was trained on Town"):
        terms_of(config, Claim("MIT"), calibrated_on=other)
