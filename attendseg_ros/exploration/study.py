# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The journal of an exploration: Optuna's study, of which a power cut may have left a part."""

from __future__ import annotations

import json
from pathlib import Path

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock

from attendseg_ros.errors import DataError, described
from attendseg_ros.shortening import shortened_text

STUDY_FILE = "study.journal"

_NAME = "exploration"


class _HeldAlready(JournalFileOpenLock):
    """Optuna's lock of a journal, where `locks.held_alone` keeps others out of its folder.

    Its own outlives a process that was killed, and the next one waits 30 s for nobody.
    """

    def acquire(self) -> bool:
        return True

    def release(self) -> None:
        pass


def open_study(run: Path, seed: int) -> optuna.Study:
    """Opens the study in an exploration's folder to go on with it, or begins it.

    A record that was cut off when it was written is taken off the journal.

    Args:
        run: the folder, which the caller holds alone.
        seed: of what is drawn from now on.

    Raises:
        DataError: the journal is damaged elsewhere than at its end.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    path = run / STUDY_FILE
    if path.exists():
        _cut_off_torn_record(path)
    try:
        return optuna.create_study(
            study_name=_NAME,
            directions=["maximize", "minimize"],
            storage=_storage(path),
            sampler=optuna.samplers.TPESampler(seed=seed, multivariate=True),
            load_if_exists=True,
        )
    except OSError:
        raise
    except Exception as error:
        raise _unreadable(path, error) from error


def read_study(run: Path) -> optuna.Study:
    """Reads the study in an exploration's folder, of which nothing changes.

    Raises:
        DataError: there is none, or it cannot be read.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    path = run / STUDY_FILE
    if not path.is_file():
        raise DataError(f"{run}: holds no {STUDY_FILE}, which attendseg explore writes")
    try:
        return optuna.load_study(study_name=_NAME, storage=_storage(path))
    except OSError:
        raise
    except Exception as error:
        raise _unreadable(path, error) from error


def _storage(path: Path) -> JournalStorage:
    return JournalStorage(JournalFileBackend(str(path), _HeldAlready(str(path))))


def _cut_off_torn_record(path: Path) -> None:
    """Takes off the end of a journal what is no whole record.

    Raises:
        DataError: whole records follow it.
    """
    content = path.read_bytes()
    lines = content.splitlines(keepends=True)
    whole = 0
    for number, line in enumerate(lines, 1):
        if not _is_record(line):
            if any(map(_is_record, lines[number:])):
                raise DataError(
                    f"{path}: line {number} is damaged, and what follows hangs on it: bring the "
                    "file back from a copy, or explore anew in another folder"
                )
            break
        whole += len(line)
    if content and not whole:
        raise DataError(f"{path}: is no journal of an exploration: give another folder")
    if whole < len(content):
        with path.open("r+b") as file:
            file.truncate(whole)


def _is_record(line: bytes) -> bool:
    if not line.endswith(b"\n"):
        return False
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _unreadable(path: Path, error: Exception) -> DataError:
    return DataError(
        f"{path}: cannot be read as the journal of an exploration: it is damaged, or of another "
        f"program ({shortened_text(described(error))})"
    )
