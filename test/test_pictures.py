# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which files of a folder are pictures, and what is said of the others."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from attendseg_ros.pictures import evenly_spaced, list_pictures, shortened, stem_key


def test_every_file_is_used_or_named(tmp_path: Path) -> None:
    used = ["10.JPG", "2.jfif", "a.AVIF", "b.gif", "c.jp2", "d.jpe", "e.mpo", "f.pgm", "g.TIF"]
    named = ["IMG_1.HEIC", "raw.DNG", "notes.txt", "nosuffix", ".hidden.png"]
    silent = ["._10.JPG", ".DS_Store", "Thumbs.db", "desktop.ini"]
    for name in (*used, *named, *silent):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "more.png").mkdir()
    (tmp_path / "gone.png").symlink_to(tmp_path / "nothing")
    found = list_pictures(tmp_path)
    assert [file.name for file in found.pictures] == ["2.jfif", "10.JPG", *used[2:]]
    reasons = dict(line.split(": ", 1) for line in found.left_out)
    assert set(reasons) == {*named, "more.png", "gone.png"}
    assert reasons["IMG_1.HEIC"] == "HEIC, which is not read: convert it to JPEG or PNG"
    assert reasons["raw.DNG"].startswith("a camera's raw format")
    assert reasons["more.png"] == "a folder, which is not looked into"
    assert reasons["gone.png"] == "a link to nothing"


def test_letters_with_accents_taken_apart_are_the_same_name() -> None:
    whole, apart = (unicodedata.normalize(form, "Müller.jpg") for form in ("NFC", "NFD"))
    assert whole != apart
    assert stem_key(Path(whole)) == stem_key(Path(apart))


@pytest.mark.parametrize(
    ("count", "most", "positions"),
    [
        (0, 3, []),
        (2, 3, [0, 1]),
        (9, 1, [0]),
        (9, 3, [0, 4, 8]),
        (100, 4, [0, 33, 66, 99]),
    ],
)
def test_some_of_many_are_spread_over_all(count: int, most: int, positions: list[int]) -> None:
    assert evenly_spaced(count, most) == positions


def test_long_lists_are_shortened() -> None:
    assert shortened([]) == "nothing"
    assert shortened(list("abcdefg"), 5) == "a, b, c, d, e and 2 more"
