# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The class table: what it reads, what it refuses and with which words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from attendseg_ros.errors import ClassTableError
from attendseg_ros.labels import UNLABELLED, ClassInfo, ClassTable
from attendseg_ros.labels.camvid import CamVidClass
from attendseg_ros.labels.classes import BUILT_IN


def test_camvid_is_built_in_and_agrees_with_its_enumeration() -> None:
    table = ClassTable.load("camvid")
    assert len(table) == 11
    assert [(name.upper(), i) for name, i in zip(table.names, table.ids, strict=True)] == [
        (member.name, member.value) for member in CamVidClass
    ]
    assert table.ignored_ids == (11,)
    assert table.id_of("road") == CamVidClass.ROAD


def test_palette_colours_classes_and_leaves_everything_else_black() -> None:
    table = ClassTable.load("camvid")
    palette = table.palette()
    assert palette.shape == (256, 3)
    assert palette.dtype == np.uint8
    assert palette[CamVidClass.ROAD].tolist() == [128, 64, 128]
    assert not palette[len(table) :].any()
    assert not palette[UNLABELLED].any()


def test_a_table_survives_a_trip_through_yaml(tmp_path: Path) -> None:
    table = ClassTable([ClassInfo(7, "grass", (0, 255, 0)), ClassInfo(3, "Dach", (9, 8, 7))], [0])
    path = tmp_path / "classes.yaml"
    path.write_text(yaml.safe_dump(table.to_mapping()))
    assert ClassTable.load(path) == table
    assert ClassTable.load(str(path)).ids == (7, 3)


def test_names_that_look_the_same_are_the_same() -> None:
    whole, apart = "caf\u00e9", "cafe\u0301"
    for name in (whole, apart):
        table = ClassTable.from_mapping({"classes": ["road", name]})
        assert table.names == ("road", whole)
        assert table.id_of(whole) == table.id_of(apart) == 1
    with pytest.raises(ClassTableError, match="is also the name of id 0"):
        ClassTable.from_mapping({"classes": [whole, apart]})


def test_unknown_class_lists_the_known_ones() -> None:
    table = ClassTable.load("camvid")
    with pytest.raises(ClassTableError, match=r"unknown class 'boat'.*sky, building.*bicyclist"):
        table.id_of("boat")


GOOD = {"id": 0, "name": "road", "color": [1, 2, 3]}


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        (None, "mapping with the key 'classes'"),
        ([GOOD], "mapping with the key 'classes'"),
        ({}, "classes must be a list"),
        ({"classes": []}, "at least one"),
        ({"classes": [GOOD], "ignored": [3]}, "unknown key 'ignored'"),
        ({"classes": [GOOD], "label_values": "id"}, "label_values must be ids or colors"),
        ({"classes": [GOOD], "label_values": ["ids"]}, "label_values must be ids or colors"),
        ({"classes": [GOOD], "ignored_ids": 11}, "ignored_ids must be a list"),
        ({"classes": [GOOD], "ignored_ids": ["x"]}, "ignored_ids must be integers"),
        ({"classes": [GOOD], "ignored_ids": [0]}, "ignored_ids holds 0"),
        ({"classes": [{"id": 0, "name": "road"}]}, r"classes\[0\] must be"),
        ({"classes": [GOOD, {**GOOD, "id": 255}]}, r"classes\[1\].id must be .* 0 to 254"),
        ({"classes": [{**GOOD, "id": True}]}, r"classes\[0\].id must be"),
        ({"classes": [{**GOOD, "id": "0"}]}, r"classes\[0\].id must be"),
        ({"classes": [{**GOOD, "name": " "}]}, r"classes\[0\].name must be"),
        ({"classes": [{**GOOD, "name": 5}]}, r"classes\[0\].name must be"),
        ({"classes": [{**GOOD, "name": "a\nb"}]}, r"classes\[0\].name must be a text of one"),
        ({"classes": ["x" * 101]}, r"classes\[0\].name must be a text of one line, of 1 to 100"),
        ({"classes": [{**GOOD, "color": [1, 2]}]}, r"classes\[0\].color must be"),
        ({"classes": [{**GOOD, "color": [1, 2, 256]}]}, r"classes\[0\].color must be"),
        ({"classes": [{**GOOD, "color": "red"}]}, r"classes\[0\].color must be"),
        ({"classes": [GOOD, {**GOOD, "name": "b"}]}, r"classes\[1\].id 0 is also .* 'road'"),
        ({"classes": [GOOD, {**GOOD, "id": 1}]}, r"classes\[1\].name 'road' is also .* id 0"),
    ],
)
def test_a_wrong_table_is_refused_by_the_entry_that_is_wrong(mapping: Any, words: str) -> None:
    with pytest.raises(ClassTableError, match=words) as caught:
        ClassTable.from_mapping(mapping)
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read_names_it_and_the_built_in_tables(tmp_path: Path) -> None:
    with pytest.raises(
        ClassTableError, match=rf"no_such\.yaml.*built-in table \({', '.join(BUILT_IN)}\)"
    ):
        ClassTable.load(tmp_path / "no_such.yaml")


@pytest.mark.parametrize("text", ["classes: [", "classes: 3", "\x00"])
def test_an_error_in_a_file_is_one_line_that_names_the_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(ClassTableError, match=r"mine\.yaml") as caught:
        ClassTable.load(path)
    assert "\n" not in str(caught.value)


MERGED: dict[str, list[Any]] = {
    "classes": [
        {"id": 0, "name": "ground", "color": [10, 10, 10], "merges": {"grass": [0, 9, 0]}},
        {"id": 1, "name": "person", "color": [255, 0, 0]},
    ],
    "ignored_colors": [[1, 2, 3]],
}


def test_drone_is_built_in_and_merges_the_data_sets_classes() -> None:
    table = ClassTable.load("drone")
    assert table.ids == tuple(range(len(table)))
    # Colours as in the Semantic Drone Dataset's class_dict.csv.
    assert table.id_of_label_color((51, 51, 0)) == table.id_of("vegetation"), "tree"
    assert table.id_of_label_color((254, 228, 12)) == table.id_of("structure"), "window"
    assert table.id_of_label_color((119, 11, 32)) == table.id_of("vehicle"), "bicycle"
    assert table.id_of_label_color((255, 0, 0)) == UNLABELLED, "conflicting"


def test_merged_and_ignored_colours_have_their_ids() -> None:
    table = ClassTable.from_mapping(MERGED)
    assert table.id_of_label_color((10, 10, 10)) == 0
    assert table.id_of_label_color((0, 9, 0)) == 0
    assert table.id_of_label_color((255, 0, 0)) == 1
    assert table.id_of_label_color((1, 2, 3)) == UNLABELLED
    assert table.id_of_label_color((0, 0, 0)) == UNLABELLED
    assert table.id_of_label_color((7, 7, 7)) is None


def test_a_merge_survives_a_trip_through_a_mapping() -> None:
    table = ClassTable.from_mapping(MERGED)
    assert ClassTable.from_mapping(table.to_mapping()) == table
    assert table != ClassTable.from_mapping({"classes": MERGED["classes"]})


@pytest.mark.parametrize(
    ("merges", "words"),
    [
        ({"dog": [255, 0, 0]}, ("255, 0, 0", "dog", "something else")),
        ({"dog": [1, 2, 3]}, ("1, 2, 3", "dog", "something else")),
        ({"dog": [1, 2]}, ("merges.dog", "[r, g, b]")),
        ({"dog": [1, 2, 300]}, ("merges.dog", "300")),
        (["dog"], ("merges", "dog")),
    ],
    ids=str,
)
def test_merges_that_cannot_be_are_refused(merges: object, words: tuple[str, ...]) -> None:
    first, second = MERGED["classes"]
    changed = {**MERGED, "classes": [second, {**first, "merges": merges}]}
    with pytest.raises(ClassTableError) as refusal:
        ClassTable.from_mapping(changed)
    assert all(word in str(refusal.value) for word in words)


@pytest.mark.parametrize("colors", [[[1, 2]], "black", [[0, 0, 256]]], ids=str)
def test_ignored_colours_that_are_none_are_refused(colors: object) -> None:
    with pytest.raises(ClassTableError, match="ignored_colors"):
        ClassTable.from_mapping({**MERGED, "ignored_colors": colors})
