# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The journal of a run that may be killed at any byte."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from attendseg_ros.errors import DataError
from attendseg_ros.playback.bags.label_journal import ImageKey, LabelJournal, Labels, settings_of

KEYS = [ImageKey(-5, 1), ImageKey(7, 2**32 - 1), ImageKey(7, 3)]
MADE_WITH = {"model": "m", "engine": "onnxruntime"}


def labels(number: int) -> Labels:
    mask = np.random.default_rng(number).integers(0, 11, (5, 7 + number), np.uint8)
    return Labels(mask, mask * 20 if number else None)


def fill(path: Path) -> None:
    with LabelJournal(path, MADE_WITH) as journal:
        for number, key in enumerate(KEYS):
            journal.record(key, labels(number))


def test_results_come_back_in_another_run(tmp_path: Path) -> None:
    fill(tmp_path / "j")
    assert settings_of(tmp_path / "j") == MADE_WITH
    with LabelJournal(tmp_path / "j", MADE_WITH) as journal:
        assert ImageKey(7, 4) not in journal
        for number in (2, 0, 1):
            found, wanted = journal.get(KEYS[number]), labels(number)
            np.testing.assert_array_equal(found.mask, wanted.mask)
            if wanted.confidence is None:
                assert found.confidence is None
            else:
                np.testing.assert_array_equal(found.confidence, wanted.confidence)
        journal.remove()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("time_ns", [2**63 + 5, 2**64 - 1, 0, -(2**63), 2**63 - 1])
def test_any_time_that_a_bag_can_hold_has_its_result(tmp_path: Path, time_ns: int) -> None:
    key = ImageKey.of(time_ns, b"image")
    with LabelJournal(tmp_path / "j", MADE_WITH) as journal:
        journal.record(key, labels(1))
        assert journal.earlier == frozenset()
    with LabelJournal(tmp_path / "j", MADE_WITH) as journal:
        assert journal.earlier == {key}
        np.testing.assert_array_equal(journal.get(key).mask, labels(1).mask)


def test_cut_off_at_any_byte_it_holds_whole_results_only(tmp_path: Path) -> None:
    path = tmp_path / "j"
    fill(path)
    content = path.read_bytes()
    for size in range(len(content) + 1):
        path.write_bytes(content[:size])
        with LabelJournal(path, MADE_WITH) as journal:
            count = len(journal)
            for number, key in enumerate(KEYS[:count]):
                np.testing.assert_array_equal(journal.get(key).mask, labels(number).mask)
            for number, key in enumerate(KEYS[count:], count):
                journal.record(key, labels(number))
        assert path.read_bytes() == content
    assert count == len(KEYS)


def test_a_changed_byte_ends_what_is_believed(tmp_path: Path) -> None:
    path = tmp_path / "j"
    fill(path)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))
    with LabelJournal(path, MADE_WITH) as journal:
        assert [key in journal for key in KEYS] == [True, True, False]


@pytest.mark.parametrize("size", [1, 40, 4096])
def test_zeros_that_a_power_cut_left_are_no_results(tmp_path: Path, size: int) -> None:
    path = tmp_path / "j"
    fill(path)
    content = path.read_bytes()
    path.write_bytes(content + bytes(size))
    with LabelJournal(path, MADE_WITH) as journal:
        assert len(journal) == len(KEYS)
    assert path.read_bytes() == content


def test_every_changed_byte_is_found(tmp_path: Path) -> None:
    path = tmp_path / "j"
    fill(path)
    content = path.read_bytes()
    start = content.index(b"\n", content.index(b"\n") + 1) + 1
    for place in range(start, len(content)):
        changed = bytearray(content)
        changed[place] ^= 1
        path.write_bytes(changed)
        with LabelJournal(path, MADE_WITH) as journal:
            assert len(journal) < len(KEYS)
            for number, key in enumerate(KEYS[: len(journal)]):
                np.testing.assert_array_equal(journal.get(key).mask, labels(number).mask)


def test_results_of_other_settings_are_dropped_by_force_alone(tmp_path: Path) -> None:
    """They may be the work of hours."""
    fill(tmp_path / "j")
    other = {**MADE_WITH, "model": "other"}
    with pytest.raises(DataError, match="j: holds results of a run with another model, which was"):
        LabelJournal(tmp_path / "j", other)
    with LabelJournal(tmp_path / "j", MADE_WITH) as journal:
        assert len(journal) == 3
    with LabelJournal(tmp_path / "j", other, replace=True) as journal:
        assert len(journal) == 0
    with LabelJournal(tmp_path / "j", MADE_WITH) as journal:
        assert len(journal) == 0


def test_two_runs_at_once_are_refused(tmp_path: Path) -> None:
    with (
        LabelJournal(tmp_path / "j", MADE_WITH),
        pytest.raises(DataError, match="j: another run is writing to it"),
    ):
        LabelJournal(tmp_path / "j", MADE_WITH)


def test_a_folder_that_is_not_there_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="j: cannot be written: No such file"):
        LabelJournal(tmp_path / "none" / "j", MADE_WITH)
    assert settings_of(tmp_path / "none" / "j") == {}
