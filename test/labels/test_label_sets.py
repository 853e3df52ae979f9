# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The class tables of public data sets, and colours for classes that come without any."""

from __future__ import annotations

import numpy as np
import pytest

from attendseg_ros.errors import ClassTableError
from attendseg_ros.labels import UNLABELLED, ClassTable
from attendseg_ros.labels.classes import BUILT_IN
from attendseg_ros.labels.palette import distinct_color

# Sizes as the sets' own papers and tools give them.
SIZES = {"cityscapes": 19, "ade20k": 150, "pascal_voc": 21, "coco_stuff": 171, "mapillary": 65}

# A class of each that anybody can look up: its id, name and colour.
KNOWN = [
    ("cityscapes", 0, "road", (128, 64, 128)),
    ("cityscapes", 18, "bicycle", (119, 11, 32)),
    ("ade20k", 2, "sky", (6, 230, 230)),
    ("ade20k", 149, "flag", (92, 0, 255)),
    ("pascal_voc", 0, "background", (0, 0, 0)),
    ("pascal_voc", 15, "person", (192, 128, 128)),
    ("coco_stuff", 0, "person", (0, 192, 64)),
    ("mapillary", 13, "Road", (128, 64, 128)),
]


@pytest.mark.parametrize("name", SIZES)
def test_a_set_has_all_its_classes_in_the_order_of_networks(name: str) -> None:
    table = ClassTable.load(name)
    assert table.ids == tuple(range(SIZES[name]))


@pytest.mark.parametrize(("name", "id_", "class_name", "color"), KNOWN)
def test_a_class_has_the_set_s_own_colour(
    name: str, id_: int, class_name: str, color: tuple[int, int, int]
) -> None:
    table = ClassTable.load(name)
    assert table.id_of(class_name) == id_
    assert tuple(table.palette()[id_]) == color


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_table_survives_a_model_yaml(name: str) -> None:
    table = ClassTable.load(name)
    assert ClassTable.from_mapping(table.to_mapping()) == table


def test_void_of_cityscapes_colour_images_means_nothing() -> None:
    table = ClassTable.load("cityscapes")
    assert table.id_of_label_color((111, 74, 0)) == UNLABELLED
    assert table.id_of_label_color((0, 0, 142)) == table.id_of("car")


def test_names_alone_make_a_table_of_distinct_colours() -> None:
    names = [f"class {number}" for number in range(254)]
    table = ClassTable.from_mapping({"classes": names})
    assert table.names == tuple(names)
    assert table.ids == tuple(range(254))
    palette = table.palette()[:254]
    assert len(np.unique(palette, axis=0)) == 254
    assert palette.any(axis=1).all(), "black is the colour of what is unlabelled"


def test_neighbours_differ_clearly() -> None:
    colors = np.array([distinct_color(position) for position in range(20)], int)
    assert np.abs(np.diff(colors, axis=0)).max(axis=1).min() >= 64


def test_one_class_too_many_is_refused() -> None:
    with pytest.raises(ClassTableError, match="254"):
        ClassTable.from_mapping({"classes": [str(number) for number in range(256)]})


def test_two_classes_of_one_colour_are_told_apart_by_ids_alone() -> None:
    twins = [
        {"id": id_, "name": name, "color": [140, 140, 140]}
        for id_, name in enumerate(("road", "skyscraper"))
    ]
    with pytest.raises(ClassTableError, match="also means"):
        ClassTable.from_mapping({"classes": twins})
    table = ClassTable.from_mapping({"classes": twins, "label_values": "ids"})
    assert table.names == ("road", "skyscraper")
