# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Frames made ahead of their time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from support.striking import strike_everywhere, struck

from attendseg_ros.prefetch import Prefetch, read_ahead


def take(prefetch: Prefetch[int]) -> int:
    deadline = time.monotonic() + 30.0
    while (item := prefetch.take()) is None:
        assert time.monotonic() < deadline
        time.sleep(0.001)
    return item


def test_items_come_in_order_and_end() -> None:
    prefetch = Prefetch(iter(range(1, 20)), 3)
    assert [take(prefetch) for _ in range(19)] == list(range(1, 20))
    while not prefetch.exhausted:
        assert prefetch.take() is None
        time.sleep(0.001)
    assert prefetch.take() is None
    prefetch.close()


def test_an_error_comes_after_the_items_before_it() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise GeneratorExit("odd")

    prefetch = Prefetch(items(), 3)
    assert take(prefetch) == 1
    with pytest.raises(GeneratorExit, match="odd"):
        take(prefetch)
    assert not prefetch.exhausted


def test_closing_does_not_wait_for_an_iterator_that_hangs() -> None:
    released = threading.Event()

    def items() -> Iterator[int]:
        released.wait()
        yield 1

    prefetch = Prefetch(items(), 3)
    closing = threading.Thread(target=prefetch.close, daemon=True)
    closing.start()
    closing.join(30.0)
    assert not closing.is_alive()
    released.set()


def threads_named(name: str) -> list[str]:
    return [t.name for t in threading.enumerate() if t.name.startswith(name)]


def numbers(taken: list[int], end: int, error: Exception | None = None) -> Iterator[int]:
    for number in range(end):
        taken.append(number)
        yield number
    if error:
        raise error


def test_items_read_ahead_come_in_order_and_the_thread_ends_with_them() -> None:
    assert list(read_ahead(numbers([], 100), 7)) == list(range(100))
    assert not threads_named("read_ahead")


def test_an_error_read_ahead_comes_after_the_items_before_it() -> None:
    ahead = read_ahead(numbers([], 3, ValueError("damaged")), 8)
    assert [next(ahead) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="damaged"):
        next(ahead)


def test_no_more_is_taken_ahead_than_was_asked_for() -> None:
    taken: list[int] = []
    ahead = read_ahead(numbers(taken, 1000), 4)
    next(ahead)
    ahead.close()
    assert len(taken) <= 6
    assert not threads_named("read_ahead")


def test_a_slow_iterator_is_waited_for() -> None:
    def items() -> Iterator[int]:
        for number in range(3):
            time.sleep(0.02)
            yield number

    assert list(read_ahead(items(), 2)) == [0, 1, 2]


def test_struck_by_a_signal_anywhere_it_can_still_be_closed() -> None:
    def work(steps: int) -> bool:
        prefetch = Prefetch(range(6), 2)
        came = struck(lambda: list(prefetch), steps)
        prefetch.close(None)
        return came

    assert strike_everywhere(work) > 100
    assert not threads_named("prefetch")
