# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Actions that no signal breaks off.

Handlers of signals run, and raise, in the main thread only; actions are run in another one.
"""

from __future__ import annotations

import _thread
import threading
from collections.abc import Callable


def uninterrupted(
    action: Callable[[], None], interrupted: Callable[[], None] | None = None
) -> None:
    """Runs an action to its end, whatever signals come, and raises their exception afterwards.

    Args:
        action: what it raises itself goes to `sys.unraisablehook`.
        interrupted: called at each signal whose handler raises; asks the action to be quick.
    """
    # The thread and what is waited for are the interpreter's own, and not `threading`'s, whose
    # waiting is Python code: an exception in the middle of it becomes "release unlocked lock".
    lock, end = threading.Lock(), threading.Lock()
    begun: list[bool] = []
    ended: list[bool] = []
    end.acquire()

    def begin(unwanted: bool) -> bool:
        with lock:
            begun.append(not unwanted)
            return begun[0]

    def run() -> None:
        try:
            if begin(unwanted=False):
                action()
        finally:
            ended.append(True)
            end.release()

    interrupt: BaseException | None = None
    try:
        _thread.start_new_thread(run, ())
    except BaseException as error:
        # Whether the thread is there cannot be known: it runs the action, or finds it unwanted.
        if not begin(unwanted=True):
            raise
        interrupt = error
    while not ended:
        try:
            end.acquire()
        except BaseException as error:
            interrupt = error
            if interrupted is not None:
                interrupted()
    if interrupt is not None:
        raise interrupt
