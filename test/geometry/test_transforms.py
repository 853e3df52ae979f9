# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Frames connected by transforms, at the moment asked for; and why they are not."""

from __future__ import annotations

from math import cos, nan, pi, sin
from typing import Any

import numpy as np
import pytest

from attendseg_ros.geometry.transforms import (
    MOST_MOVING,
    NoTransform,
    TransformError,
    TransformTree,
)

S = 10**9
STILL = (0.0, 0.0, 0.0, 1.0)


def about_z(degrees: float) -> tuple[float, float, float, float]:
    half = degrees * pi / 360
    return (0.0, 0.0, sin(half), cos(half))


@pytest.fixture
def tree() -> TransformTree:
    """base_footprint - base_link (moves up) - mast (static) - camera (static, turned by 90)."""
    tree = TransformTree()
    tree.put("base_link", "mast", 0, (0.2, 0.0, 0.5), STILL, static=True)
    tree.put("mast", "camera", 0, (0.0, 0.1, 0.0), about_z(90.0), static=True)
    for tenth in range(11):
        stamp = 100 * S + tenth * S // 10
        tree.put("base_footprint", "base_link", stamp, (0.0, 0.0, 0.01 * tenth), STILL)
    return tree


def test_points_go_up_and_down_the_tree(tree: TransformTree) -> None:
    found = tree.find("base_footprint", "camera", 100 * S, 0)
    np.testing.assert_allclose(found.translation, [0.2, 0.1, 0.5])
    np.testing.assert_allclose(found.rotation @ [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], atol=1e-12)
    back = tree.find("camera", "base_footprint", 100 * S, 0)
    np.testing.assert_allclose((back @ found).translation, 0.0, atol=1e-12)
    np.testing.assert_allclose((back @ found).rotation, np.eye(3), atol=1e-12)
    same = tree.find("/camera", "camera", 0, 0)
    np.testing.assert_allclose(same.rotation, np.eye(3))


def test_what_moves_is_taken_between_two_moments(tree: TransformTree) -> None:
    found = tree.find("base_footprint", "camera", 100 * S + S // 4, 0)
    assert found.translation[2] == pytest.approx(0.525)
    tree.put("base_link", "wheel", 5 * S, (0.0, 0.0, 0.0), about_z(10.0))
    tree.put("base_link", "wheel", 5 * S + S // 2, (0.0, 0.0, 0.0), about_z(20.0))
    turned = tree.find("base_link", "wheel", 5 * S + S // 4, 0).rotation
    np.testing.assert_allclose(turned[0, 0], cos(15 * pi / 180), atol=1e-9)


def refusal(tree: TransformTree, *arguments: Any) -> TransformError:
    with pytest.raises(TransformError) as caught:
        tree.find(*arguments)
    assert "\n" not in str(caught.value)
    return caught.value


def test_another_moment_is_refused_beyond_the_tolerance(tree: TransformTree) -> None:
    late = 101 * S + S // 2
    assert tree.find("base_footprint", "camera", late, S).translation[2] == pytest.approx(0.6)
    for stamp, word in ((late, "0.50 s older"), (99 * S, "1.00 s younger")):
        error = refusal(tree, "base_footprint", "camera", stamp, S // 10)
        assert error.reason is NoTransform.LATE
        assert "from 'camera' to 'base_footprint'" in str(error)
        assert word in str(error)
    # What is static is of every moment.
    assert tree.find("base_link", "camera", 1, 0).translation[2] == 0.5
    assert "the moment is not known" in str(refusal(tree, "base_footprint", "camera", 0, S))


def test_a_moment_in_a_gap_is_as_far_as_the_nearest(tree: TransformTree) -> None:
    """Odometry that was lost for eight seconds says nothing of what moved meanwhile."""
    tree.put("base_footprint", "base_link", 109 * S, (0.0, 0.0, 5.0), STILL)
    for stamp, word in ((103 * S, "2.00 s older"), (107 * S, "2.00 s younger")):
        error = refusal(tree, "base_footprint", "camera", stamp, S // 10)
        assert error.reason is NoTransform.LATE
        assert word in str(error)
    near = tree.find("base_footprint", "camera", 109 * S - S // 20, S // 10)
    assert near.translation[2] == pytest.approx(0.6 + (7.95 / 8.0) * 4.9)


def test_frames_that_are_not_connected_are_named(tree: TransformTree) -> None:
    tree.put("map", "odom", 0, (0.0, 0.0, 0.0), STILL, static=True)
    cases = {
        ("base_footprint", "lens"): "'lens' is not on /tf or /tf_static",
        ("ground", "lens"): "'lens' and 'ground' are not on /tf or /tf_static",
        ("map", "camera"): "they are in two trees",
    }
    for (target, source), words in cases.items():
        error = refusal(tree, target, source, 100 * S, 0)
        assert error.reason is NoTransform.MISSING
        assert words in str(error)
        assert f"from {source!r} to {target!r}" in str(error)


def test_a_recording_that_starts_again_begins_anew(tree: TransformTree) -> None:
    tree.put("base_footprint", "base_link", 50 * S, (0.0, 0.0, 3.0), STILL)
    assert tree.find("base_footprint", "camera", 50 * S, 0).translation[2] == pytest.approx(3.5)
    assert refusal(tree, "base_footprint", "camera", 100 * S, S).reason is NoTransform.LATE


def test_of_another_time_only_what_stands_still_is_known(tree: TransformTree) -> None:
    tree.begin_anew()
    with pytest.raises(TransformError, match="'base_footprint' is not on /tf"):
        tree.find("base_footprint", "camera", 100 * S, S)
    np.testing.assert_allclose(
        tree.find("base_link", "camera", 100 * S, 0).translation, [0.2, 0.1, 0.5]
    )
    tree.put("base_footprint", "base_link", 90 * S, (0.0, 0.0, 0.0), STILL)
    assert tree.find("base_footprint", "camera", 90 * S, 0).translation[2] == 0.5


def test_a_frame_that_changes_its_parent_follows_it(tree: TransformTree) -> None:
    tree.put("arm", "camera", 0, (9.0, 0.0, 0.0), STILL, static=True)
    assert refusal(tree, "base_footprint", "camera", 100 * S, 0).reason is NoTransform.MISSING
    assert tree.find("arm", "camera", 0, 0).translation[0] == 9.0


def test_frames_that_are_numbered_do_not_pile_up(tree: TransformTree) -> None:
    for number in range(3 * MOST_MOVING):
        stamp = 101 * S + number
        tree.put("camera", f"box_{number}", stamp, (0.0, 0.0, 1.0), STILL)
        if number % 100 == 0:
            tree.put("base_footprint", "base_link", stamp, (0.0, 0.0, 0.1), STILL)
    # What goes on coming, what is static, and the last ones are there.
    assert tree.find("base_footprint", "camera", 101 * S, S).translation[2] == pytest.approx(0.6)
    last = f"box_{3 * MOST_MOVING - 1}"
    assert tree.find("camera", last, 101 * S, S).translation[2] == 1.0
    error = refusal(tree, "camera", "box_0", 101 * S, S)
    assert error.reason is NoTransform.MISSING
    # One that comes again later, at rest, is static from then on.
    tree.put("camera", last, 0, (0.0, 0.0, 2.0), STILL, static=True)
    assert tree.find("camera", last, 1, 0).translation[2] == 2.0


def test_a_ring_of_frames_ends() -> None:
    tree = TransformTree()
    tree.put("a", "b", 0, (0.0, 0.0, 0.0), STILL, static=True)
    tree.put("b", "a", 0, (0.0, 0.0, 0.0), STILL, static=True)
    assert refusal(tree, "c", "a", 0, 0).reason is NoTransform.MISSING


@pytest.mark.parametrize(
    ("translation", "quaternion"),
    [
        ((nan, 0.0, 0.0), STILL),
        ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 0.0)),
        ((0.0, 0.0, 0.0), (0.0, 0.0, nan, 1.0)),
        ((0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 1.0)),
    ],
)
def test_what_is_no_rotation_is_refused(translation: Any, quaternion: Any) -> None:
    tree = TransformTree()
    with pytest.raises(TransformError, match="malformed transform: from 'camera' to 'base'"):
        tree.put("base", "camera", 0, translation, quaternion)


def test_a_frame_of_two_publishers_is_placed_nowhere(tree: TransformTree) -> None:
    for number in range(40):
        stamp = 102 * S + number * S // 20
        tree.put("base_footprint", "base_link", stamp, (0.0, 0.0, 0.1 * (number % 2)), STILL)
    with pytest.raises(TransformError) as caught:
        tree.find("base_footprint", "camera", 103 * S, S // 10)
    assert caught.value.reason is NoTransform.IN_TURNS
    assert "'base_link' in 'base_footprint' goes back and forth" in str(caught.value)
    # What lies beside it is of no matter.
    tree.find("base_link", "camera", 103 * S, S // 10)


@pytest.mark.parametrize("static", [False, True])
def test_a_frame_of_two_parents_is_placed_nowhere(tree: TransformTree, static: bool) -> None:
    def put(parent: str) -> None:
        tree.put(parent, "camera", 100 * S, (0.0, 0.0, 0.0), STILL, static=static)

    put("base_link")
    tree.find("base_footprint", "camera", 100 * S, S // 10)
    for _ in range(3):
        put("mast")
        put("base_link")
    with pytest.raises(TransformError, match="'camera' is in one frame and in another in turns"):
        tree.find("base_footprint", "camera", 100 * S, S // 10)


def test_what_was_told_for_ever_and_then_otherwise_is_told(tree: TransformTree) -> None:
    way = ("base_footprint", "camera")
    tree.put("mast", "camera", 0, (0.0, 0.1, 0.0), about_z(90.0), static=True)
    # By less than a calibration differs from a drawing.
    tree.put("mast", "camera", 0, (0.0, 0.11, 0.0), about_z(90.3), static=True)
    tree.put("mast", "lamp", 0, (0.0, 0.1, 0.0), STILL, static=True)
    tree.put("mast", "lamp", 0, (0.5, 0.1, 0.0), STILL, static=True)
    assert tree.retold(*way) == ""
    tree.put("mast", "camera", 0, (0.0, 0.3, 0.0), about_z(70.3), static=True)
    words = "'camera' in 'mast' was told as static twice, 0.19 m and 20 degrees apart"
    assert tree.retold(*way) == words
    assert tree.retold("camera", "base_footprint") == words
    tree.put("base_link", "camera", 0, (0.0, 0.3, 0.0), about_z(70.3), static=True)
    assert tree.retold(*way) == "'camera' was static in 'mast', and then in 'base_link'"
    assert tree.retold("camera", "moon") == ""
