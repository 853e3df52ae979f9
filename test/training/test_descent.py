# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which runs and sets a run descends from: written when it begins, and kept when they are gone."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from attendseg_ros.errors import DataError
from attendseg_ros.labels import ClassTable
from attendseg_ros.terms import Source
from attendseg_ros.terms.told import TERMS_FILE
from attendseg_ros.training import loop
from attendseg_ros.training.checkpoint import BEST_FILE
from attendseg_ros.training.config import ANCESTRY, TrainingConfig
from attendseg_ros.training.descent import (
    Ancestor,
    against_commercial_use,
    all_sources,
    descent,
    rendered,
)
from attendseg_ros.training.origins import CONFIG_FILE

FREE = Source("Trail", "MIT", "https://opensource.org/license/mit", "A. Walker, 2020", True)
NOT_FREE = Source("Town", "for research only", "", "B. Driver, 2009", False)

Begun = Callable[..., TrainingConfig]


@pytest.fixture
def begun(tmp_path: Path) -> Begun:
    """A run that has written its settings; of before this was written down unless `records`."""

    def begin(
        name: str, *, terms: Source | None = None, records: bool = False, **settings: Any
    ) -> TrainingConfig:
        data = tmp_path / f"set_of_{name}"
        data.mkdir(exist_ok=True)
        if terms is not None:
            tell(data, terms)
        config = TrainingConfig(
            data=data, classes=ClassTable.load("camvid"), run=tmp_path / name, **settings
        )
        config.save([each.to_mapping() for each in descent(config)] if records else ())
        return config

    return begin


def tell(data: Path, terms: Source) -> None:
    (data / TERMS_FILE).write_text(yaml.safe_dump(terms.to_mapping()))


def told(config: TrainingConfig) -> list[tuple[str, list[str]]]:
    """Runs with the names of what they were trained on."""
    return [(each.run, [source.name for source in each.sources]) for each in descent(config)]


def unknown(name: str) -> tuple[str, list[str]]:
    return name, [f"set_of_{name}"]


@pytest.mark.parametrize("records", [False, True])
def test_every_run_that_it_builds_on_is_found(begun: Begun, records: bool) -> None:
    first = begun("first", terms=NOT_FREE, records=records)
    second = begun("second", start_from=first.run, records=records)
    teacher = begun("teacher", terms=FREE, scene_share=0.2, records=records)
    last = begun("last", start_from=second.run, teacher=(teacher.run,), terms=FREE, records=records)
    assert told(last) == [
        ("first", ["Town"]),
        unknown("second"),
        ("teacher", ["Trail", rendered("streets").name]),
        ("last", ["Trail"]),
    ]
    assert [source.name for source in all_sources(descent(last))] == [
        *("Trail", rendered("streets").name, "set_of_second", "Town")
    ]
    assert against_commercial_use(descent(last)) == [
        "run 'first' was trained on Town, which is not for commercial use (for research only)",
        "run 'second' was trained on set_of_second, of which it is unknown whether it may be used "
        "commercially",
    ]


def test_what_is_written_down_outlives_the_folders(begun: Begun) -> None:
    first = begun("first", terms=NOT_FREE)
    second = begun("second", terms=FREE, start_from=first.run, records=True)
    third = begun("third", terms=FREE, start_from=second.run, records=True)
    before = told(third)
    assert before == [("first", ["Town"]), ("second", ["Trail"]), ("third", ["Trail"])]
    for gone in (first.run, first.data, second.run, second.data, third.data):
        shutil.rmtree(gone)
    moved = third.run.rename(third.run.parent / "elsewhere")
    assert told(TrainingConfig.load(moved)) == [*before[:2], ("elsewhere", ["Trail"])]


def test_another_run_in_place_of_an_earlier_one_changes_nothing(begun: Begun) -> None:
    first = begun("first", terms=NOT_FREE, records=True)
    second = begun("second", terms=FREE, start_from=first.run, records=True)
    shutil.rmtree(first.run)
    begun("first", terms=FREE, records=True)
    tell(second.data, NOT_FREE)
    assert told(second) == [("first", ["Town"]), ("second", ["Trail"])]


def test_what_was_unknown_is_found_once_it_is_told(begun: Begun) -> None:
    first = begun("first")
    second = begun("second", start_from=first.run, records=True)
    third = begun("third", start_from=second.run, records=True)
    assert told(third) == [unknown("first"), unknown("second"), unknown("third")]
    tell(first.data, NOT_FREE)
    tell(third.data, FREE)
    assert told(third) == [("first", ["Town"]), unknown("second"), ("third", ["Trail"])]
    shutil.rmtree(first.run)
    assert told(third)[0][1] != ["Town"], "nobody wrote it down"


def test_a_run_whose_folder_is_gone_is_unknown(begun: Begun, tmp_path: Path) -> None:
    last = begun("last", terms=FREE, start_from=tmp_path / "gone", records=True)
    assert told(last) == [("gone", ["the data of 'gone'"]), ("last", ["Trail"])]
    (reason,) = against_commercial_use(descent(last))
    assert reason.startswith("run 'gone' was trained on the data of 'gone', of which it is unknown")


def test_runs_that_lead_in_a_circle_end(begun: Begun, tmp_path: Path) -> None:
    begun("first", terms=FREE, start_from=tmp_path / "second")
    second = begun("second", terms=FREE, start_from=tmp_path / "first")
    assert told(second) == [("first", ["Trail"]), ("second", ["Trail"])]


def test_a_long_line_of_pupils_and_teachers_is_followed_in_time(begun: Begun) -> None:
    run = begun("0", terms=NOT_FREE)
    for number in range(1, 40):
        run = begun(str(number), terms=FREE, start_from=run.run, teacher=(run.run,))
    names = [each.run for each in descent(run)]
    assert names == [str(number) for number in range(40)]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("camvid", "ancestry must be a list of runs, got 'camvid'"),
        ([], "ancestry must be a list of runs, got []"),
        ([{"run": "x"}], "ancestry[0] must hold run and data"),
        ([{"run": "x", "data": []}], "ancestry[0] must hold run and data"),
        ([{"run": "x", "data": [{"commercial_use": 1}]}], "ancestry[0].data[0]: commercial_use"),
    ],
)
def test_a_damaged_record_is_refused(begun: Begun, value: object, words: str) -> None:
    config = begun("run")
    path = config.run / CONFIG_FILE
    path.write_text(yaml.safe_dump({**config.to_mapping(), ANCESTRY: value}))
    with pytest.raises(DataError) as caught:
        descent(TrainingConfig.load(config.run))
    assert str(caught.value).startswith(f"{path}: {words}")


def recorded(run: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((run / CONFIG_FILE).read_text())[ANCESTRY]
    return found


def test_a_training_writes_its_descent(short: TrainingConfig, tmp_path: Path) -> None:
    notes = loop.run(short)["notes"]
    assert any("the terms of set are unknown" in note for note in notes)
    pupil = replace(short, run=tmp_path / "pupil", teacher=(short.run,))
    notes = loop.run(pupil, [FREE])["notes"]
    assert any("the terms of set are unknown" in note for note in notes)
    bare = Source("set").to_mapping()
    assert recorded(pupil.run) == [
        {"run": "run", "data": [bare]},
        {"run": "pupil", "data": [FREE.to_mapping()]},
    ]
    # What is told later is written when the training is called again, finished or not.
    tell(short.data, NOT_FREE)
    (best,) = (pupil.run / BEST_FILE,)
    weights = best.read_bytes()
    assert not any("unknown" in note for note in loop.run(pupil)["notes"])
    assert [each["data"][0]["name"] for each in recorded(pupil.run)] == ["Town", "Trail"]
    assert best.read_bytes() == weights
    assert descent(TrainingConfig.load(pupil.run)) == (
        Ancestor("run", (NOT_FREE,)),
        Ancestor("pupil", (FREE,)),
    )


def test_wrong_terms_end_a_training_before_it_begins(short: TrainingConfig) -> None:
    (short.data / TERMS_FILE).write_text("commercial_use: perhaps\n")
    with pytest.raises(DataError, match=r"terms\.yaml: commercial_use must be true or false"):
        loop.run(short)
    assert not short.run.exists()
