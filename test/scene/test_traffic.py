# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Traffic and gardens: what is on the street keeps its place and its looks as it comes near."""

from __future__ import annotations

import numpy as np
import pytest

from attendseg_ros.scene.buildings import garden_trees
from attendseg_ros.scene.style import style_for
from attendseg_ros.scene.traffic import NEAREST_OBJECT_M, VIEW_M, objects_at, standing_slot


@pytest.mark.parametrize("time_s", [0.0, 12.5, 7200.0])
def test_objects_come_far_to_near_and_within_view(time_s: float) -> None:
    distances = [placed.z for placed in objects_at(2, style_for(2), time_s)]
    assert distances
    assert distances == sorted(distances, reverse=True)
    assert distances[0] < VIEW_M
    assert distances[-1] > NEAREST_OBJECT_M


def test_a_slot_drawn_again_holds_the_same() -> None:
    kept = [standing_slot(2, 1, slot) for slot in range(30)]
    trees = [garden_trees(2, -1, block) for block in range(10)]
    standing_slot.cache_clear()
    garden_trees.cache_clear()
    for slot, before in enumerate(kept):
        after = standing_slot(2, 1, slot)
        assert (after.start, after.post, after.car) == (before.start, before.post, before.car)
    for block, before_trees in enumerate(trees):
        for (_, _, after_tree), (_, _, before_tree) in zip(
            garden_trees(2, -1, block), before_trees, strict=True
        ):
            assert np.array_equal(after_tree.colors, before_tree.colors)
            assert np.array_equal(after_tree.offsets, before_tree.offsets)


def test_slots_differ_from_each_other() -> None:
    starts = {standing_slot(2, side, slot).start for side in (-1, 1) for slot in range(20)}
    assert len(starts) == 40
