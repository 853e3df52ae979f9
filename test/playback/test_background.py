# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A thread that writes behind: the order stays, errors arrive, nothing is left."""

from __future__ import annotations

import threading

import pytest
from support.striking import strike_everywhere, struck

from attendseg_ros.playback.background import InOrder


def threads_named(name: str) -> list[str]:
    return [t.name for t in threading.enumerate() if t.name.startswith(name)]


def test_calls_are_done_in_their_order_in_another_thread() -> None:
    done: list[tuple[int, str]] = []
    calls = InOrder(3)
    for number in range(50):
        calls.call(lambda n: done.append((n, threading.current_thread().name)), number)
    calls.finish()
    assert [number for number, _ in done] == list(range(50))
    assert {name for _, name in done} == {"in_order"}
    assert not threads_named("in_order")


def test_no_more_calls_are_outstanding_than_was_asked_for() -> None:
    gate, begun = threading.Event(), threading.Event()
    calls = InOrder(2)

    def three() -> None:
        for function in (gate.wait, gate.wait, begun.set):
            calls.call(function)

    caller = threading.Thread(target=three)
    caller.start()
    caller.join(0.2)
    assert caller.is_alive()
    gate.set()
    caller.join()
    calls.finish()
    assert begun.is_set()


def fail() -> None:
    raise OSError("no space left")


def test_what_a_call_raises_reaches_the_caller() -> None:
    calls = InOrder(1)
    calls.call(fail)
    with pytest.raises(OSError, match="no space left"):
        calls.call(int)
    calls.give_up()
    assert not threads_named("in_order")


def test_what_the_last_call_raises_reaches_the_caller_too() -> None:
    calls = InOrder(4)
    calls.call(fail)
    with pytest.raises(OSError, match="no space left"):
        calls.finish()
    assert not threads_named("in_order")


def test_calls_that_have_not_begun_can_be_given_up() -> None:
    gate = threading.Event()
    done: list[int] = []
    calls = InOrder(9)
    calls.call(gate.wait)
    calls.call(done.append, 1)
    threading.Timer(0.1, gate.set).start()
    calls.give_up()
    assert not done


def test_a_result_comes_after_the_earlier_calls() -> None:
    done: list[int] = []
    calls = InOrder(9)
    for number in range(5):
        calls.call(done.append, number)
    assert calls.result(done.copy) == [0, 1, 2, 3, 4]
    calls.finish()


def test_an_earlier_error_comes_in_place_of_a_result() -> None:
    calls = InOrder(9)
    calls.call(fail)
    with pytest.raises(OSError, match="no space left"):
        calls.result(int)
    calls.give_up()


def test_after_a_drop_the_thread_goes_on_with_new_calls() -> None:
    begun, gate = threading.Event(), threading.Event()
    done: list[int] = []

    def fail_late() -> None:
        begun.set()
        gate.wait()
        fail()

    calls = InOrder(9)
    calls.call(fail_late)
    calls.call(done.append, 1)
    begun.wait()
    calls.drop()
    gate.set()
    calls.call(done.append, 2)
    calls.finish()
    assert done == [2]


def test_struck_by_a_signal_anywhere_it_can_still_be_ended() -> None:
    def work(steps: int) -> bool:
        calls, done = InOrder(2), list[int]()

        def use() -> None:
            for number in range(4):
                calls.call(str, number)
            calls.result(str, 4)

        came = struck(use, steps)
        calls.drop()
        calls.call(done.append, 1)
        calls.finish()
        assert done == [1]
        return came

    assert strike_everywhere(work) > 100
    assert not threads_named("in_order")
