# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The mailbox of one slot a sender, and the worker that empties it."""

from __future__ import annotations

import threading
import time
from collections import deque

import pytest

from attendseg_ros.streaming.mailbox import Mailbox
from attendseg_ros.streaming.worker import Worker


def test_the_newest_wins_and_the_others_are_counted() -> None:
    mailbox: Mailbox[int] = Mailbox()
    for item in (1, 2, 3):
        mailbox.post(item)
    assert mailbox.take() == 3
    assert mailbox.dropped() == 2
    mailbox.post(4)
    assert mailbox.take() == 4
    assert mailbox.dropped() == 2


def test_take_waits_for_an_item() -> None:
    mailbox: Mailbox[str] = Mailbox()
    taken: list[str | None] = []
    thread = threading.Thread(target=lambda: taken.append(mailbox.take()))
    thread.start()
    time.sleep(0.05)
    assert not taken
    mailbox.post("frame")
    thread.join(10.0)
    assert taken == ["frame"]


def test_close_sends_everybody_home_and_forgets() -> None:
    mailbox: Mailbox[str] = Mailbox()
    taken: list[str | None] = []
    threads = [threading.Thread(target=lambda: taken.append(mailbox.take())) for _ in range(3)]
    for thread in threads:
        thread.start()
    mailbox.close()
    for thread in threads:
        thread.join(10.0)
    mailbox.post("too late")
    assert taken == [None, None, None]
    assert mailbox.take() is None


def test_a_falsy_item_is_an_item() -> None:
    mailbox: Mailbox[int] = Mailbox()
    mailbox.post(0)
    assert mailbox.take() == 0


def test_senders_take_turns_and_a_newer_item_keeps_the_place() -> None:
    mailbox: Mailbox[str] = Mailbox()
    mailbox.post("fast 1", "fast")
    mailbox.post("slow 1", "slow")
    mailbox.post("fast 2", "fast")
    mailbox.post("fast 3", "fast")
    assert mailbox.take() == "fast 3"
    # Whoever was served goes to the end of the line, however much comes from there.
    mailbox.post("fast 4", "fast")
    mailbox.post("fast 5", "fast")
    assert mailbox.take() == "slow 1"
    assert mailbox.take() == "fast 5"
    assert (mailbox.dropped("fast"), mailbox.dropped("slow")) == (3, 0)


def test_an_item_waits_for_at_most_one_of_each_other_sender() -> None:
    mailbox: Mailbox[tuple[str, int]] = Mailbox()
    served = []
    for number in range(100):
        for sender in ("a", "b", "a", "c", "a"):
            mailbox.post((sender, number), sender)
        served.append(mailbox.take())
    senders = [item[0] for item in served if item is not None]
    assert all({*senders[start : start + 3]} == {"a", "b", "c"} for start in range(98))


def test_worker_handles_the_newest_after_the_one_in_hand() -> None:
    handled: list[int] = []
    entered, go_on = threading.Event(), threading.Event()

    def handle(item: int) -> None:
        entered.set()
        go_on.wait(10.0)
        handled.append(item)

    worker = Worker("test", handle, print)
    worker.submit(1)
    assert entered.wait(10.0)
    for item in range(2, 6):
        worker.submit(item)
    go_on.set()
    while len(handled) < 2:
        time.sleep(0.001)
    worker.stop()
    assert handled == [1, 5]
    assert worker.dropped() == 3


def test_stop_waits_for_the_one_in_hand_and_discards_the_rest() -> None:
    handled: list[int] = []
    entered = threading.Event()

    def handle(item: int) -> None:
        entered.set()
        time.sleep(0.1)
        handled.append(item)

    worker = Worker("test", handle, print)
    worker.submit(1)
    assert entered.wait(10.0)
    worker.submit(2)
    worker.stop()
    assert handled == [1]


def test_many_producers_lose_nothing_uncounted() -> None:
    handled: list[int] = []
    worker = Worker("test", handled.append, print)
    producers = [
        threading.Thread(target=lambda: deque(map(worker.submit, range(1000)), 0)) for _ in range(4)
    ]
    for producer in producers:
        producer.start()
    for producer in producers:
        producer.join()
    while len(handled) + worker.dropped() < 4000:
        time.sleep(0.001)
    worker.stop()
    assert len(handled) + worker.dropped() == 4000


@pytest.mark.parametrize("error", [ValueError("x"), MemoryError(), SystemExit(1), GeneratorExit()])
def test_no_error_of_its_work_ends_the_thread(error: BaseException) -> None:
    handled: list[int] = []
    logged: list[str] = []

    def handle(item: int) -> None:
        if item % 2:
            raise error
        handled.append(item)

    worker = Worker("test", handle, logged.append)
    for item in range(1, 5):
        worker.submit(item, str(item))
    while len(handled) < 2:
        time.sleep(0.001)
    worker.stop()
    assert handled == [2, 4]
    assert worker.errors == 2
    # Twice the same in a moment is said once.
    assert len(logged) == 1
    assert type(error).__name__ in logged[0]


def test_one_that_is_left_ends_after_the_one_in_hand_and_is_not_waited_for() -> None:
    handled: list[int] = []
    entered, go_on = threading.Event(), threading.Event()

    def handle(item: int) -> None:
        entered.set()
        go_on.wait(10.0)
        handled.append(item)

    worker = Worker("test", handle, print)
    worker.submit(1)
    assert entered.wait(10.0)
    worker.submit(2)
    worker.leave()
    assert handled == []
    during = (worker.alive, worker.busy_s > 0.0)
    go_on.set()
    worker.stop()
    assert handled == [1]
    assert during == (True, True)
    assert (worker.alive, worker.busy_s) == (False, 0.0)
