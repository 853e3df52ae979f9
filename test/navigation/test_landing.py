# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Landing zones over time: confirmed, kept, dropped at once; and none, said plainly."""

from __future__ import annotations

from itertools import count

import numpy as np
import pytest
from numpy.typing import NDArray

from attendseg_ros.navigation import FREE, UNKNOWN, Disc, LandingRules, LandingSearch, Verdict

WIDTH, HEIGHT = 320, 240
PERIOD_NS = 33_000_000
RULES = LandingRules(min_radius_px=20.0, hysteresis=0.2, frames=3)

LEFT, RIGHT = (80.0, 120.0), (240.0, 120.0)

Mask = NDArray[np.uint8]


def free(*discs: tuple[tuple[float, float], float]) -> Mask:
    """A mask of free discs, each given by its centre and radius."""
    mask = np.full((HEIGHT, WIDTH), UNKNOWN, np.uint8)
    y, x = np.ogrid[:HEIGHT, :WIDTH]
    for (center_x, center_y), radius in discs:
        mask[(x - center_x) ** 2 + (y - center_y) ** 2 <= radius**2] = FREE
    return mask


def test_an_image_that_comes_again_shows_no_zone_and_confirms_none() -> None:
    flight, meadow = Flight(), free((LEFT, 60.0))
    assert "seen in 1 of the 3" in flight.at(meadow, PERIOD_NS).reason
    for _ in range(5):
        verdict = flight.at(meadow, PERIOD_NS)
        assert verdict.zone is None
        assert "its stamp has not moved" in verdict.reason
    assert "seen in 2 of the 3" in flight.at(meadow, 2 * PERIOD_NS).reason
    assert place(flight.at(meadow, 3 * PERIOD_NS)) == pytest.approx(LEFT, abs=2.0)
    # A zone that was found is none while the camera stands still.
    assert flight.at(meadow, 3 * PERIOD_NS).zone is None
    assert flight.at(meadow, 4 * PERIOD_NS).zone is not None


class Flight:
    """A search, fed at 30 Hz."""

    def __init__(self, rules: LandingRules = RULES) -> None:
        self._search = LandingSearch()
        self._rules = rules
        self._numbers = count(1)

    def see(self, mask: Mask, times: int = 1, metres_per_pixel: float = float("nan")) -> Verdict:
        """Shows a mask some times and gives the last verdict."""
        for _ in range(times):
            stamp_ns = next(self._numbers) * PERIOD_NS
            verdict = self._search.find(
                mask,
                self._rules,
                radius_m=lambda disc: disc.radius * metres_per_pixel,
                stamp_ns=stamp_ns,
            )
        return verdict

    def at(self, mask: Mask, stamp_ns: int) -> Verdict:
        """Shows a mask with its own stamp."""
        return self._search.find(mask, self._rules, stamp_ns=stamp_ns)


def place(verdict: Verdict) -> tuple[float, float]:
    assert verdict.zone is not None, verdict.reason
    return verdict.zone.x, verdict.zone.y


def test_a_zone_counts_once_enough_frames_have_shown_it() -> None:
    flight, mask = Flight(), free((LEFT, 50.0))
    for seen in (1, 2):
        verdict = flight.see(mask)
        assert verdict.zone is None
        assert f"seen in {seen} of the 3 frames" in verdict.reason
    verdict = flight.see(mask)
    assert isinstance(verdict.zone, Disc)
    assert place(verdict) == LEFT
    assert 48.0 <= verdict.zone.radius <= 50.0
    assert verdict.reason == ""


def test_one_frame_is_enough_where_the_rules_say_so() -> None:
    assert place(Flight(LandingRules(frames=1)).see(free((LEFT, 50.0)))) == LEFT


def test_frames_that_do_not_follow_each_other_do_not_add_up() -> None:
    flight, mask = Flight(), free((LEFT, 50.0))
    for _ in range(4):
        assert flight.see(mask, 2).zone is None
        assert flight.see(free()).zone is None


def test_a_place_that_jumps_about_is_never_confirmed() -> None:
    flight = Flight()
    for _ in range(6):
        assert flight.see(free((LEFT, 50.0))).zone is None
        assert flight.see(free((RIGHT, 50.0))).zone is None


def test_none_is_said_plainly() -> None:
    verdict = Flight().see(free((LEFT, 19.0)), 5)
    assert verdict == Verdict(None, "no free area of radius >= 20 px in view")


def test_nothing_free_is_no_zone_even_without_a_smallest_radius() -> None:
    rules = LandingRules(min_radius_px=0.0, frames=1)
    assert Flight(rules).see(free()) == Verdict(None, "no free area of radius >= 0 px in view")


def test_the_zone_stays_while_another_grows_a_little_larger() -> None:
    flight = Flight()
    flight.see(free((LEFT, 50.0), (RIGHT, 40.0)), 3)
    for radius in np.linspace(40.0, 60.0, 20):
        assert place(flight.see(free((LEFT, 50.0), (RIGHT, radius)))) == LEFT


def test_a_much_larger_zone_takes_over_once_confirmed_and_not_before() -> None:
    flight = Flight()
    flight.see(free((LEFT, 40.0)), 3)
    mask = free((LEFT, 40.0), (RIGHT, 70.0))
    assert place(flight.see(mask)) == LEFT
    assert place(flight.see(mask)) == LEFT
    assert place(flight.see(mask)) == RIGHT


def test_a_larger_zone_that_flashes_up_does_not_take_over() -> None:
    flight = Flight()
    flight.see(free((LEFT, 40.0)), 3)
    for _ in range(5):
        assert place(flight.see(free((LEFT, 40.0), (RIGHT, 70.0)), 2)) == LEFT
        assert place(flight.see(free((LEFT, 40.0)))) == LEFT


def test_a_zone_is_dropped_in_the_frame_in_which_something_enters_it() -> None:
    flight, mask = Flight(), free((LEFT, 50.0), (RIGHT, 45.0))
    assert place(flight.see(mask, 3)) == LEFT
    mask = mask.copy()
    mask[115:125, 75:85] = UNKNOWN
    assert flight.see(mask).zone is None
    assert flight.see(mask).zone is None
    assert place(flight.see(mask)) == RIGHT


def test_the_radius_follows_what_is_free_around_the_place() -> None:
    flight = Flight()
    flight.see(free((LEFT, 50.0)), 3)
    verdict = flight.see(free((LEFT, 42.0)))
    assert place(verdict) == LEFT
    assert verdict.zone is not None
    assert 40.0 <= verdict.zone.radius <= 42.0


def test_a_zone_follows_a_scene_that_moves_without_ever_covering_what_is_not_free() -> None:
    flight = Flight()
    y, x = np.ogrid[:HEIGHT, :WIDTH]
    places = set()
    for frame in range(120):
        mask = free(((60.0 + frame, 120.0), 50.0))
        zone = flight.see(mask).zone
        if zone is not None:
            places.add((zone.x, zone.y))
            assert (mask[(x - zone.x) ** 2 + (y - zone.y) ** 2 <= zone.radius**2] == FREE).all()
    # It moves in steps of the hysteresis, a fifth of the radius, not with every frame.
    assert 5 <= len(places) <= 15


@pytest.mark.parametrize("stamp_ns", [1, 10 * PERIOD_NS + 1_000_000_001])
def test_stamps_that_run_backwards_or_leave_a_gap_begin_anew(stamp_ns: int) -> None:
    flight, mask = Flight(), free((LEFT, 50.0))
    assert flight.see(mask, 10).zone is not None
    assert flight.at(mask, stamp_ns).zone is None
    assert flight.at(mask, stamp_ns + 1).zone is None
    assert place(flight.at(mask, stamp_ns + 2)) == LEFT


def test_another_image_size_begins_anew() -> None:
    flight = Flight()
    flight.see(free((LEFT, 50.0)), 3)
    assert flight.see(np.full((120, 160), FREE, np.uint8)).zone is None


def test_metres_decide_where_the_scale_is_known() -> None:
    flight = Flight(LandingRules(min_radius_px=20.0, min_radius_m=2.0, frames=1))
    mask = free((LEFT, 50.0))
    assert flight.see(mask, metres_per_pixel=0.1).zone is not None
    verdict = flight.see(mask, metres_per_pixel=0.01)
    assert verdict == Verdict(None, "no free area of radius >= 2 m in view")


@pytest.mark.parametrize("scale", [float("nan"), 0.0, -0.1, float("inf"), float("-inf")])
def test_metres_that_cannot_be_checked_are_no_zone_and_begin_anew(scale: float) -> None:
    flight = Flight(LandingRules(min_radius_px=20.0, min_radius_m=2.0, frames=2))
    mask = free((LEFT, 50.0))
    assert flight.see(mask, 2, metres_per_pixel=0.1).zone is not None
    verdict = flight.see(mask, metres_per_pixel=scale)
    assert verdict == Verdict(None, "radius >= 2 m cannot be checked: no scale")
    assert flight.see(mask, metres_per_pixel=0.1).zone is None
    assert flight.see(mask, metres_per_pixel=0.1).zone is not None
    # Where nothing is free, no scale is needed to know.
    verdict = flight.see(free(), metres_per_pixel=scale)
    assert verdict == Verdict(None, "no free area of radius >= 2 m in view")


def test_without_metres_in_the_rules_pixels_decide() -> None:
    flight = Flight(LandingRules(min_radius_px=20.0, frames=1))
    assert flight.see(free((LEFT, 50.0)), metres_per_pixel=1e-6).zone is not None
