# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""An exception at any moment, as a signal's handler raises it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

from support.logged_process import PATIENCE_S


class Struck(BaseException):
    """What a handler raised."""


def struck(work: Callable[[], object], steps: int) -> bool:
    """Runs work, and raises `Struck` in it after so many steps of bytecode.

    Returns:
        Whether it came to that, swallowed or not.
    """
    came: list[bool] = []
    left = steps

    def trace(frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal left
        frame.f_trace_opcodes = True
        if event == "opcode" and not came:
            left -= 1
            if left < 0:
                came.append(True)
                raise Struck
        return trace

    sys.settrace(trace)
    try:
        work()
    except Struck:
        pass
    finally:
        sys.settrace(None)
    return bool(came)


def strike_everywhere(work: Callable[[int], bool]) -> int:
    """Runs work that is struck after 0, 1, 2, ... steps, until it was not.

    Args:
        work: gets the number of steps; returns whether it was struck. Nothing of it may hang.

    Returns:
        How often it was struck.
    """

    def strike(steps: int, outcome: list[bool]) -> None:
        outcome.append(work(steps))

    strikes = 0
    while True:
        outcome: list[bool] = []
        # A daemon: where it hangs, this is to be seen.
        thread = threading.Thread(target=strike, args=(strikes, outcome), daemon=True)
        thread.start()
        thread.join(PATIENCE_S)
        assert not thread.is_alive(), f"struck after {strikes} steps, it hangs"
        assert outcome, f"struck after {strikes} steps, it failed"
        if not outcome[0]:
            return strikes
        strikes += 1
