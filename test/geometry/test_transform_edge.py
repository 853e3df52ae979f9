# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A frame that two nodes tell of, and one that moves as frames do."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, pi, radians, sin

import numpy as np
import pytest

from attendseg_ros.geometry.transform_edge import KEPT_NS, Edge, Pose, far_apart

S = 10**9
MS = 10**6


def pose(x: float = 0.0, turn_deg: float = 0.0) -> Pose:
    half = radians(turn_deg) / 2
    return Pose((x, 0.0, 0.0), (sin(half), 0.0, 0.0, cos(half)))


def told(at: Callable[[float], Pose], rate_hz: float, seconds: float = 3.0) -> Edge:
    edge = Edge("parent", static=False)
    for number in range(round(seconds * rate_hz)):
        edge.put(5 * S + round(number * S / rate_hz), at(number / rate_hz))
    return edge


def unsteady(edge: Edge) -> bool:
    return edge.goes_back_and_forth(edge.stamps[-1])


@pytest.mark.parametrize("away", [pose(0.05), pose(turn_deg=3.0)], ids=["metres", "degrees"])
@pytest.mark.parametrize("rates_hz", [(50.0, 50.0), (10.0, 10.0), (50.0, 10.0), (5.0, 5.0)])
@pytest.mark.parametrize("behind_ms", [0, 3, 40])
def test_two_that_tell_of_one_frame_are_noticed(
    away: Pose, rates_hz: tuple[float, float], behind_ms: int
) -> None:
    """Also where the other stamps behind, and its transforms fall between those that are here."""
    arrivals = []
    for rate_hz, at, late in ((rates_hz[0], pose(), 0), (rates_hz[1], away, behind_ms)):
        for number in range(round(3 * rate_hz)):
            moment = 5 * S + round((number + 0.3 * bool(at is away)) * S / rate_hz)
            arrivals.append((moment, moment - late * MS, at))
    edge = Edge("parent", static=False)
    for _, stamp, at in sorted(arrivals, key=lambda one: one[0]):
        edge.put(stamp, at)
    assert unsteady(edge)
    # What came before says nothing of later.
    assert not edge.goes_back_and_forth(edge.stamps[-1] + 3 * S)


def test_two_of_the_same_stamps_are_noticed() -> None:
    edge = Edge("parent", static=False)
    for number in range(20):
        for at in (pose(), pose(0.1)):
            edge.put(5 * S + number * S // 20, at)
    assert unsteady(edge)


@pytest.mark.parametrize("rate_hz", [10.0, 30.0, 100.0, 400.0])
def test_what_moves_as_frames_do_is_steady(rate_hz: float) -> None:
    rng = np.random.default_rng(2)
    # Noise of an inertial sensor, a gimbal, a soft suspension and a pan that turns about.
    assert not unsteady(told(lambda _: pose(turn_deg=float(rng.normal(0.0, 0.6))), rate_hz))
    assert not unsteady(told(lambda s: pose(turn_deg=300.0 * s), rate_hz))
    assert not unsteady(told(lambda s: pose(0.05 * sin(4 * pi * s), 8 * sin(3 * pi * s)), rate_hz))
    assert not unsteady(told(lambda s: pose(turn_deg=90.0 * abs(s % 2.0 - 1.0)), rate_hz))


def test_a_clock_that_stands_while_a_frame_turns_is_none_of_two() -> None:
    """That of a simulation, by which several transforms in a row are stamped alike."""
    edge = Edge("parent", static=False)
    for number in range(300):
        edge.put(5 * S + number // 5 * S // 20, pose(turn_deg=2.0 * number))
    assert not unsteady(edge)


def test_what_was_set_again_has_not_come_back() -> None:
    edge = told(lambda s: pose(0.0 if s < 1.5 else 0.5), 20.0)
    assert not unsteady(edge)


def test_a_clock_that_was_set_back_begins_anew() -> None:
    edge = Edge("parent", static=False)
    for number in range(40):
        edge.put(50 * S + number * S // 20, pose(0.1 * (number % 2)))
    assert unsteady(edge)
    edge.put(2 * S, pose())
    assert not unsteady(edge)
    assert len(edge.stamps) == 1


def test_little_is_kept() -> None:
    edge = Edge("parent", static=False)
    for number in range(2000):
        edge.put(number * S // 20, pose(0.1 * (number % 2)))
    assert edge.stamps[-1] - edge.stamps[0] <= KEPT_NS
    assert len(edge.stamps) < 300


def test_poses_differ_in_metres_and_degrees() -> None:
    metres, angle = pose(0.3, 20.0).from_(pose(0.0, 10.0))
    assert metres == pytest.approx(0.3)
    assert angle == pytest.approx(10.0, abs=1e-3)
    # A quaternion and its negative are one rotation.
    one = pose(0.0, 10.0)
    assert far_apart(one, Pose(one.translation, [-v for v in one.quaternion])) < 1e-3
