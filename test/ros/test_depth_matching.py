# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Images and depths pair up by stamp, in whichever order they come."""

from __future__ import annotations

import pytest

from attendseg_ros.ros.depth_matching import MOST_DEPTHS, MOST_WAITING, DepthMatcher

MS = 1_000_000
TOLERANCE = 20 * MS
DAY = 86_400_000 * MS


@pytest.fixture
def matcher() -> DepthMatcher[str, str]:
    return DepthMatcher()


@pytest.mark.parametrize("offset", [0, -TOLERANCE, TOLERANCE])
@pytest.mark.parametrize("depth_first", [True, False])
def test_within_the_tolerance(
    matcher: DepthMatcher[str, str], offset: int, depth_first: bool
) -> None:
    stamp = 1_000 * MS
    if depth_first:
        assert not matcher.add_depth(stamp + offset, "depth", TOLERANCE).matches
        outcome = matcher.add_frame(stamp, "image", TOLERANCE)
    else:
        assert not matcher.add_frame(stamp, "image", TOLERANCE).matches
        outcome = matcher.add_depth(stamp + offset, "depth", TOLERANCE)
    assert outcome.matches == [("image", "depth")]
    assert outcome.missed == []


def test_the_nearest_wins(matcher: DepthMatcher[str, str]) -> None:
    for offset in (-15, -4, 6, 18):
        matcher.add_depth((1_000 + offset) * MS, str(offset), TOLERANCE)
    assert matcher.add_frame(1_000 * MS, "image", TOLERANCE).matches == [("image", "-4")]


def test_a_depth_serves_every_image_that_is_near(matcher: DepthMatcher[str, str]) -> None:
    matcher.add_depth(1_000 * MS, "depth", TOLERANCE)
    for offset in (-10, 10):
        assert matcher.add_frame((1_000 + offset) * MS, "image", TOLERANCE).matches


def test_a_miss_is_certain_once_a_later_depth_is_here(matcher: DepthMatcher[str, str]) -> None:
    matcher.add_depth(900 * MS, "before", TOLERANCE)
    undecided = matcher.add_frame(1_000 * MS, "image", TOLERANCE)
    assert (undecided.matches, undecided.missed) == ([], [])
    outcome = matcher.add_depth(1_030 * MS, "after", TOLERANCE)
    assert (outcome.matches, outcome.missed) == ([], [30 * MS])


def test_an_image_from_before_the_first_depth_is_no_miss(
    matcher: DepthMatcher[str, str],
) -> None:
    matcher.add_frame(1_000 * MS, "too early", TOLERANCE)
    matcher.add_frame(1_033 * MS, "image", TOLERANCE)
    outcome = matcher.add_depth(1_033 * MS, "depth", TOLERANCE)
    assert (outcome.matches, outcome.missed) == ([("image", "depth")], [])


def test_images_do_not_wait_for_ever(matcher: DepthMatcher[str, str]) -> None:
    missed = []
    for number in range(10):
        missed += matcher.add_frame(number * 33 * MS, "image", TOLERANCE).missed
    assert missed == [None] * (10 - MOST_WAITING)
    outcome = matcher.add_depth(9 * 33 * MS, "depth", TOLERANCE)
    assert outcome.matches == [("image", "depth")]


def test_a_slow_alignment_is_waited_for(matcher: DepthMatcher[str, str]) -> None:
    period, delay = 33 * MS, MOST_WAITING - 1
    matches = []
    for number in range(20):
        matches += matcher.add_frame(number * period, f"image {number}", TOLERANCE).matches
        if number >= delay:
            late = number - delay
            matches += matcher.add_depth(late * period, f"depth {late}", TOLERANCE).matches
    assert matches == [(f"image {n}", f"depth {n}") for n in range(20 - delay)]


def test_a_slow_network_finds_its_depth_and_then_no_older_one_is_kept(
    matcher: DepthMatcher[str, str],
) -> None:
    period = 33 * MS
    for number in range(100):
        matcher.add_depth(number * period, str(number), TOLERANCE)
    oldest = 100 - MOST_DEPTHS
    assert matcher.add_frame(oldest * period, "image", TOLERANCE).matches[0][1] == str(oldest)
    assert matcher.add_frame(90 * period, "image", TOLERANCE).matches[0][1] == "90"
    assert matcher.add_frame(oldest * period, "image", TOLERANCE).missed == [(90 - oldest) * period]


@pytest.mark.parametrize("jump", [DAY, -DAY])
def test_another_clock_is_told_by_its_offset(matcher: DepthMatcher[str, str], jump: int) -> None:
    missed: list[int | None] = []
    for number in range(10):
        stamp = 2 * DAY + number * 33 * MS
        missed += matcher.add_depth(stamp + jump, "depth", TOLERANCE).missed
        missed += matcher.add_frame(stamp, "image", TOLERANCE).missed
    assert len(missed) >= 10 - MOST_WAITING
    assert all(offset is not None and abs(offset - jump) < 400 * MS for offset in missed)


@pytest.mark.parametrize("back", [DAY, 5_000 * MS])
def test_after_a_clock_was_set_back_pairs_are_found_at_once(
    matcher: DepthMatcher[str, str], back: int
) -> None:
    for start in (2 * DAY, 2 * DAY - back):
        for number in range(5):
            stamp = start + number * 33 * MS
            matcher.add_depth(stamp, f"depth {stamp}", TOLERANCE)
            outcome = matcher.add_frame(stamp, "image", TOLERANCE)
            assert outcome.matches == [("image", f"depth {stamp}")]
            assert outcome.missed == []


def test_one_depth_from_the_future_does_no_lasting_harm(matcher: DepthMatcher[str, str]) -> None:
    matcher.add_depth(2 * DAY, "future", TOLERANCE)
    matcher.add_depth(DAY, "depth", TOLERANCE)
    assert matcher.add_frame(DAY, "image", TOLERANCE).matches == [("image", "depth")]
