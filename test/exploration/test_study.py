# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The journal of an exploration after a power cut, and beside a lock that nobody holds."""

from __future__ import annotations

import time
from pathlib import Path

import optuna
import pytest
from optuna.trial import TrialState

from attendseg_ros.errors import DataError
from attendseg_ros.exploration.study import STUDY_FILE, open_study, read_study


def add(study: optuna.Study, score: float) -> None:
    trial = study.ask()
    trial.set_user_attr("score", score)
    study.tell(trial, [score, 1.0])


def scores(study: optuna.Study) -> list[float]:
    done = study.get_trials(states=(TrialState.COMPLETE,))
    return [trial.user_attrs["score"] for trial in done]


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    study = open_study(tmp_path, 0)
    for score in (0.1, 0.2):
        add(study, score)
    return tmp_path / STUDY_FILE


@pytest.mark.parametrize("rest", [b"", b"\0" * 40, b"\0" * 40 + b"\n"], ids=repr)
def test_a_record_that_a_power_cut_tore_costs_no_more_than_itself(
    journal: Path, rest: bytes
) -> None:
    journal.write_bytes(journal.read_bytes()[:-40] + rest)
    study = open_study(journal.parent, 0)
    assert scores(study) == [0.1]
    add(study, 0.3)
    assert scores(open_study(journal.parent, 0)) == [0.1, 0.3]


def test_a_record_lost_amid_others_is_named(journal: Path) -> None:
    lines = journal.read_bytes().splitlines(keepends=True)
    lines[2] = b"\0" * len(lines[2])
    journal.write_bytes(b"".join(lines))
    before = journal.read_bytes()
    with pytest.raises(DataError, match=rf"{journal}: line 3 is damaged.*from a copy"):
        open_study(journal.parent, 0)
    assert journal.read_bytes() == before
    with pytest.raises(DataError, match=rf"{journal}: cannot be read as the journal"):
        read_study(journal.parent)


def test_what_is_no_journal_is_not_cut_off(tmp_path: Path) -> None:
    path = tmp_path / STUDY_FILE
    path.write_text("a letter to a friend\n")
    with pytest.raises(DataError, match="is no journal of an exploration"):
        open_study(tmp_path, 0)
    assert path.read_text() == "a letter to a friend\n"
    path.write_text('{"letter": 1}\n')
    with pytest.raises(DataError, match="cannot be read as the journal"):
        open_study(tmp_path, 0)


def test_a_lock_of_a_process_that_was_killed_is_not_waited_for(journal: Path) -> None:
    lock = journal.with_name(f"{journal.name}.lock")
    lock.symlink_to(journal)
    started = time.monotonic()
    add(open_study(journal.parent, 0), 0.3)
    assert time.monotonic() - started < 10.0


def test_reading_leaves_the_journal_as_it_is(journal: Path) -> None:
    before = journal.read_bytes()
    assert scores(read_study(journal.parent)) == [0.1, 0.2]
    assert journal.read_bytes() == before
    assert [path.name for path in journal.parent.iterdir()] == [STUDY_FILE]
