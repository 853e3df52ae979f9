# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The terms of a set, as a user tells them in a file beside its images."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from attendseg_ros.documents import read_yaml
from attendseg_ros.errors import DataError
from attendseg_ros.terms.licenses import commercial_use_of, known_license
from attendseg_ros.terms.source import Source

TERMS_FILE = "terms.yaml"


def terms_of_set(folder: Path) -> tuple[Source, ...] | None:
    """What `terms.yaml` of a set says; None where there is no such file.

    Raises:
        DataError: it is wrong.
    """
    path = folder / TERMS_FILE
    return read_terms(path, folder.resolve().name) if os.path.lexists(path) else None


def read_terms(path: Path, name: str) -> tuple[Source, ...]:
    """Reads a file of terms: a mapping, or a list of them where several sets were merged.

    Args:
        path: of the file.
        name: of a set that the file does not name.

    Raises:
        DataError: it cannot be read, has another form, or contradicts itself.
    """
    content = read_yaml(path)
    entries = content if isinstance(content, list) else [content]
    if not entries:
        raise DataError(f"{path}: must tell name, license, attribution and commercial_use of a set")
    sources = []
    for index, entry in enumerate(entries):
        where = f"{path}: entry {index + 1}" if isinstance(content, list) else str(path)
        source = Source.from_mapping(entry, where)
        source = replace(source, name=source.name or name)
        _check(source, where)
        sources.append(source)
    return tuple(sources)


def _check(source: Source, where: str) -> None:
    license_ = known_license(source.license)
    if license_ is not None and license_.attribution and not source.attribution:
        raise DataError(
            f"{where}: {license_.name} demands attribution, and there is none: say who made "
            f"'{source.name}', the year, and where it is found"
        )
    if source.commercial_use is not True:
        return
    if not source.license:
        raise DataError(
            f"{where}: commercial_use is true without a license: say which one allows it"
        )
    if commercial_use_of(source.license) is False:
        raise DataError(
            f"{where}: commercial_use is true, and license '{source.license}' forbids it: one of "
            "the two is wrong"
        )
