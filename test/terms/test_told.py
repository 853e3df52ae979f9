# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""terms.yaml beside a set: what it may say, and what contradicts itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from attendseg_ros.errors import DataError
from attendseg_ros.terms import Source
from attendseg_ros.terms.told import TERMS_FILE, terms_of_set


def write(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / TERMS_FILE).write_text(text)
    return folder


def test_a_set_without_the_file_tells_nothing(tmp_path: Path) -> None:
    assert terms_of_set(tmp_path) is None


def test_a_set_tells_its_terms(tmp_path: Path) -> None:
    text = "name: Trail\nlicense: CC BY 4.0\nattribution: A. Walker, 2020\ncommercial_use: true\n"
    (source,) = terms_of_set(write(tmp_path / "set", text)) or ()
    assert source == Source(
        name="Trail",
        license="CC BY 4.0",
        license_url="https://creativecommons.org/licenses/by/4.0/",
        attribution="A. Walker, 2020",
        commercial_use=True,
    )


def test_what_is_left_out_is_unknown_and_the_folder_gives_the_name(tmp_path: Path) -> None:
    assert terms_of_set(write(tmp_path / "lawn", "license: MIT\n")) == (
        Source("lawn", "MIT", "https://opensource.org/license/mit"),
    )


def test_merged_sets_are_a_list(tmp_path: Path) -> None:
    text = "- {name: a, license: own, commercial_use: true}\n- {name: b, license: unknown}\n"
    first, second = terms_of_set(write(tmp_path, text)) or ()
    assert (first.name, first.commercial_use) == ("a", True)
    assert (second.name, second.license, second.commercial_use) == ("b", "", None)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "must be a mapping of name, license"),
        ("[]", "must tell name, license, attribution and commercial_use"),
        ("CC BY 4.0", "must be a mapping of name, license"),
        ("licence: MIT", "must be a mapping of name, license"),
        ("commercial_use: 'true'", "commercial_use must be true or false, or left out"),
        ("commercial_use: true", "commercial_use is true without a license"),
        (
            "{license: CC BY-NC 4.0, attribution: x, commercial_use: true}",
            "commercial_use is true, and license 'CC BY-NC 4.0' forbids it",
        ),
        ("{license: for research only, commercial_use: true}", "forbids it"),
        (
            "{name: Trail, license: CC BY 4.0, commercial_use: true}",
            "CC BY 4.0 demands attribution, and there is none: say who made 'Trail'",
        ),
        ("[{license: MIT}, {license: 3}]", "entry 2: license must be a text"),
        ("a: [", "line 2: "),
    ],
)
def test_what_is_wrong_is_refused_with_the_file(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(DataError) as caught:
        terms_of_set(write(tmp_path, text))
    assert str(caught.value).startswith(str(tmp_path / TERMS_FILE))
    assert words in str(caught.value)


def test_a_file_that_is_not_there_after_all_is_refused(tmp_path: Path) -> None:
    (tmp_path / TERMS_FILE).symlink_to(tmp_path / "gone.yaml")
    with pytest.raises(DataError, match="is missing"):
        terms_of_set(tmp_path)
