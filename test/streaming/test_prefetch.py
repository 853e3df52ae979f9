# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Frames made ahead of their time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from attendseg_ros.streaming.prefetch import Prefetch


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
