# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Class names to free, occupied and unknown."""

from __future__ import annotations

import pytest

from attendseg_ros.errors import ClassTableError
from attendseg_ros.labels import UNLABELLED, ClassTable
from attendseg_ros.navigation import FREE, OCCUPIED, UNKNOWN, occupancy_of

TABLE = ClassTable.load("camvid")


def test_each_class_is_what_its_list_says_and_all_else_is_unknown() -> None:
    meaning = occupancy_of(TABLE, ["road", "pavement"], ["car"])
    assert meaning[TABLE.id_of("road")] == meaning[TABLE.id_of("pavement")] == FREE == 0
    assert meaning[TABLE.id_of("car")] == OCCUPIED == 100
    assert meaning[TABLE.id_of("sky")] == UNKNOWN == 255
    assert meaning[UNLABELLED] == UNKNOWN
    assert (meaning == UNKNOWN).sum() == 256 - 3


def test_empty_lists_leave_everything_unknown() -> None:
    assert (occupancy_of(TABLE, [], []) == UNKNOWN).all()


def test_a_name_the_table_lacks_is_refused_with_those_it_has() -> None:
    with pytest.raises(ClassTableError, match=r"'lava'.*road, pavement"):
        occupancy_of(TABLE, ["lava"], [])
