# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The thread in which another model or input size is prepared."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from rclpy.logging import get_logger

from attendseg_ros.inference import Segmenter
from attendseg_ros.ros.model.model_request import ModelRequest
from attendseg_ros.ros.model.segmenter_calls import Builds
from attendseg_ros.streaming.worker import Worker


class Loader:
    """Prepares the newest request in its own thread, and in a fresh one where that may be stuck.

    A thread that was left is past: whatever it is still preparing, it has nothing to say any more.
    It knows by the `Builds` that it was started with.
    """

    def __init__(self, fulfil: Callable[[Builds, ModelRequest], None]) -> None:
        """Starts the thread.

        Args:
            fulfil: prepares a request, by means of what makes segmenters for this thread.
        """
        self._fulfil = fulfil
        self._closed = False
        self._builds, self._worker = self._start()

    def submit(self, request: ModelRequest) -> None:
        """Has a request prepared next, in place of one that still waits; returns at once."""
        self._worker.submit(request)

    def begin_anew(self) -> None:
        """Leaves the thread to itself, and starts a fresh one; returns at once."""
        self._worker.leave()
        self._builds.close()
        self._builds, self._worker = self._start()

    def is_past(self, builds: Builds) -> bool:
        """Whether the thread that was started with these has nothing to say any more."""
        return self._closed or builds is not self._builds

    def let_go(self) -> None:
        """Makes the thread a past one; to be called before `close`, which waits for it."""
        self._closed = True

    def close(self) -> None:
        """Ends the thread; a network that it is making is left to itself."""
        self._builds.hurried = True
        self._worker.stop()
        self._builds.close()

    def _start(self) -> tuple[Builds, Worker[ModelRequest]]:
        builds = Builds()
        log = get_logger("attendseg_ros").error
        return builds, Worker("model", partial(self._fulfil, builds), log)


def build(builds: Builds, request: ModelRequest, hung: Segmenter | None) -> Segmenter:
    """Makes the segmenter that is asked for.

    Args:
        builds: makes it.
        request: the model and the input size.
        hung: the one that it is to replace, where that hangs.

    Raises:
        HangError: it is not there in time.
        AttendSegError: it cannot be made.
    """
    if hung is not None and request.bundle is hung.bundle:
        return builds.make_twin(hung, request.size)
    engine, num_threads = request.settings.engine, request.settings.num_threads
    return builds.make(partial(Segmenter, request.bundle, engine, num_threads, request.size))
