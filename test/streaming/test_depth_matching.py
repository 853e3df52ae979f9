# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Images and depths pair up by stamp, in whichever order they come."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendseg_ros.streaming.depth_matching import (
    MOST_DEPTHS,
    MOST_WAITING,
    ORDERLY,
    DepthMatcher,
    Outcome,
    miss_in_words,
)

MS = 1_000_000
TOLERANCE = 20 * MS
DAY = 86_400_000 * MS


@pytest.fixture
def matcher() -> DepthMatcher[str, str]:
    return DepthMatcher()


def orderly() -> DepthMatcher[str, str]:
    """A matcher that knows its depths to come in the order of their stamps."""
    matcher: DepthMatcher[str, str] = DepthMatcher()
    for number in range(ORDERLY + 1):
        matcher.add_depth((number - 100) * MS, "long ago", TOLERANCE)
    return matcher


@pytest.mark.parametrize("past", ["the tolerance", "the image", "two calls", "images"])
@pytest.mark.parametrize("offset", [0, -1, 1, -TOLERANCE, TOLERANCE])
@pytest.mark.parametrize("depth_first", [True, False])
def test_within_the_tolerance(offset: int, depth_first: bool, past: str) -> None:
    """A depth of the very stamp is taken at once, any other when no nearer one is to come."""
    matcher = orderly() if past == "the image" else DepthMatcher[str, str]()
    stamp = 1_000 * MS
    if depth_first:
        assert not matcher.add_depth(stamp + offset, "depth", TOLERANCE).matches
        outcome = matcher.add_frame(stamp, "image", TOLERANCE)
    else:
        assert not matcher.add_frame(stamp, "image", TOLERANCE).matches
        outcome = matcher.add_depth(stamp + offset, "depth", TOLERANCE)
    if offset != 0 and not (past == "the image" and offset > 0):
        assert outcome == Outcome()
        if past == "the tolerance":
            outcome = matcher.add_depth(stamp + TOLERANCE + 1, "next", TOLERANCE)
        elif past == "the image":
            outcome = matcher.add_depth(stamp + abs(offset), "next", TOLERANCE)
        elif past == "two calls":
            assert matcher.settle_late(TOLERANCE) == Outcome()
            outcome = matcher.settle_late(TOLERANCE)
        else:
            for number in range(MOST_WAITING):
                assert outcome == Outcome()
                outcome = matcher.add_frame(stamp + (number + 2) * 33 * MS, "next", TOLERANCE)
    assert outcome.matches == [("image", "depth")]
    assert outcome.missed == []


def test_the_nearest_wins() -> None:
    matcher = orderly()
    for offset in (-15, -4, 6, 18):
        matcher.add_depth((1_000 + offset) * MS, str(offset), TOLERANCE)
    assert matcher.add_frame(1_000 * MS, "image", TOLERANCE).matches == [("image", "-4")]


def test_a_depth_serves_every_image_that_is_near(matcher: DepthMatcher[str, str]) -> None:
    matcher.add_depth(1_000 * MS, "depth", TOLERANCE)
    for offset in (-10, 10):
        matcher.add_frame((1_000 + offset) * MS, str(offset), TOLERANCE)
    outcome = matcher.add_depth(1_050 * MS, "next", TOLERANCE)
    assert outcome.matches == [("-10", "depth"), ("10", "depth")]


@pytest.mark.parametrize("order", list(permutations(["image", -17, -4, 5, 18])))
def test_the_nearest_wins_in_every_order(
    matcher: DepthMatcher[str, str], order: tuple[str | int, ...]
) -> None:
    matches = []
    for one in (*order, 100):
        if isinstance(one, str):
            outcome = matcher.add_frame(1_000 * MS, one, TOLERANCE)
        else:
            outcome = matcher.add_depth((1_000 + one) * MS, str(one), TOLERANCE)
        matches += outcome.matches
    assert matches == [("image", "-4")]


def test_older_depths_stay_while_an_image_waits_for_a_nearer_one(
    matcher: DepthMatcher[str, str],
) -> None:
    matcher.add_depth(85 * MS, "before", TOLERANCE)
    matcher.add_frame(100 * MS, "image", TOLERANCE)
    assert matcher.add_frame(133 * MS, "next image", TOLERANCE) == Outcome()
    outcome = matcher.add_depth(150 * MS, "after", TOLERANCE)
    assert outcome.matches == [("image", "before")]


STAMPS = st.lists(st.integers(0, 400), min_size=1, max_size=MOST_DEPTHS - 1)


@given(depths=STAMPS, image=st.integers(0, 400), place=st.integers(0), tolerance=st.integers(0, 90))
def test_depths_in_order_give_the_nearest_of_all(
    depths: list[int], image: int, place: int, tolerance: int
) -> None:
    matcher: DepthMatcher[int, int] = DepthMatcher()
    events = [*sorted(depths), 1000]
    # An image that comes long after its depth finds it, too; only depths in memory count.
    place %= len(events)
    matches = []
    for number, stamp in enumerate(events):
        if number == place:
            matches += matcher.add_frame(image, image, tolerance).matches
        matches += matcher.add_depth(stamp, stamp, tolerance).matches
    best = min(abs(depth - image) for depth in depths)
    assert [abs(depth - image) for _, depth in matches] == [best] * (best <= tolerance)


EVENTS = st.lists(st.tuples(st.booleans(), st.integers(0, 400)), max_size=MOST_DEPTHS - 1)


@given(events=EVENTS, tolerance=st.integers(0, 90))
def test_no_image_gets_a_depth_while_a_nearer_one_is_here(
    events: list[tuple[bool, int]], tolerance: int
) -> None:
    """Whatever comes in whatever order, and no image gets two."""
    matcher: DepthMatcher[int, int] = DepthMatcher()
    here: list[int] = []
    images: list[int] = []
    served: list[int] = []
    missed = 0
    for is_depth, stamp in events:
        if is_depth:
            here.append(stamp)
            outcome = matcher.add_depth(stamp, stamp, tolerance)
        else:
            # Images come in order, as the thread that segments hands them on.
            images.append(stamp if not images else max(stamp, images[-1]))
            outcome = matcher.add_frame(images[-1], len(images) - 1, tolerance)
        for number, depth in outcome.matches:
            offset = abs(depth - images[number])
            assert offset <= tolerance
            assert offset == min(abs(other - images[number]) for other in here)
            served.append(number)
        missed += len(outcome.missed)
    assert len(set(served)) == len(served) <= len(images) - missed


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


def test_a_miss_is_told_in_words() -> None:
    assert miss_in_words(None, "image", "depth_tolerance_ms", 20.0) == "none has come"
    assert miss_in_words(-31_500_000, "image", "depth_tolerance_ms", 20.0) == (
        "the nearest is 31.5 ms older than the image, depth_tolerance_ms is 20"
    )
    assert "32.0 ms younger than the cloud" in miss_in_words(32_000_000, "cloud", "limit", 7.5)
