# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The segmenter that runs, and the thread that puts another model or input size in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace
from functools import partial
from threading import Condition
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rclpy.logging import get_logger

from attendseg_ros.errors import described
from attendseg_ros.inference import Bundle, Segmentation, Segmenter
from attendseg_ros.ros.model.hangs import MOST_HANGING, EngineHangError, Hangs
from attendseg_ros.ros.model.model_request import ModelRequest
from attendseg_ros.ros.model.segmenter_calls import Builds, SegmenterCalls
from attendseg_ros.ros.parameters.parameter_table import CLASS_LISTS
from attendseg_ros.ros.parameters.settings import Settings
from attendseg_ros.ros.runtime.memory import give_back_freed
from attendseg_ros.streaming.watched_calls import HangError, hanging
from attendseg_ros.streaming.worker import Worker


class ModelSwitch:
    """Holds the segmenter from configuration to clean-up, whatever model it runs.

    Its states, each left by `close` as well:

        RUNS ---- ask, run_at: another model or size ----> RUNS AND LOADS
        RUNS AND LOADS ---- made: between two frames ----> RUNS, the new one
        RUNS AND LOADS ---- cannot run: `failed` --------> RUNS, the old one
        RUNS ---- a frame does not return ---------------> HANGS: every frame is refused
        HANGS ---- it returns, or a delay is over -------> HANGS AND LOADS its like
        HANGS AND LOADS ---- made -----------------------> RUNS, the new one
        HANGS AND LOADS ---- cannot run: `failed` -------> HANGS, with a longer delay

    Another model is loaded in its own thread while the old one goes on, and takes its place
    between two frames. One that cannot run leaves everything as it was.

    A segmenter that hangs over a frame is given up: frames are refused until another like it, made
    in a fresh thread, has taken its place. What the one that hung returns late reaches nobody.

    It alone decides what the masks' ids mean, and so when that is told: under one lock, before the
    first frame that it holds for, and while no frame is in hand that another one holds for.
    Whichever thread changes it, and wherever that is held up, every mask is of what was told last.
    """

    def __init__(
        self,
        segmenter: Segmenter,
        settings: Settings,
        *,
        switched: Callable[[Segmenter, Settings], None],
        failed: Callable[[ModelRequest, str], None],
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Takes over a segmenter.

        Args:
            segmenter: runs first.
            settings: the parameters it was made from.
            switched: called while no frame is in hand and none can begin, in whichever thread,
                with what runs from now on: another model, input size or least confidence. Where it
                raises, it is called again before the next frame, which fails if it raises again.
            failed: called in the loading thread with what cannot run, and why.
            say: called in any thread with what is to be said of a hang.
        """
        self._segmenter = segmenter
        self._asked = ModelRequest(settings, segmenter.bundle)
        self._in_effect = settings
        self._told: tuple[Segmenter, float] | None = (segmenter, settings.min_confidence)
        self._switched = switched
        self._failed = failed
        self._changed = Condition()
        self._frame_in_hand = False
        self._switching = False
        self._say = say
        self._calls = SegmenterCalls(self._note_return)
        self._hung: Segmenter | None = None
        self._came_back = self._closed = False
        self._builds, self._worker = self._start_loading()
        self.hangs = Hangs()
        self.refusal = ""

    @property
    def segmenter(self) -> Segmenter:
        """The one that runs; for looking at, since only `frame` keeps it from being closed."""
        return self._segmenter

    @property
    def asked_bundle(self) -> Bundle:
        """The model that parameters must fit: the one that runs, or the one that is loading."""
        return self._asked.bundle

    @property
    def asked(self) -> ModelRequest:
        """What runs, or what is being prepared."""
        return self._asked

    @property
    def loading(self) -> str:
        """Name of the model that will take over; empty when none is loading."""
        asked = self._asked.bundle
        return "" if asked is self._segmenter.bundle else asked.name

    def ask(self, settings: Settings, bundle: Bundle, *, anew: bool) -> None:
        """Takes new parameters over; returns at once.

        Args:
            settings: their values.
            bundle: the model they fit.
            anew: whether the model or the input size is among what was set.
        """
        for known in (self._segmenter.bundle, self._asked.bundle):
            if bundle == known:
                bundle = known
        with self._changed:
            before, asked = self._asked, ModelRequest(settings, bundle)
            if settings.target_latency_ms and (bundle, asked.size) == (
                before.bundle,
                before.unpaced,
            ):
                asked = replace(asked, paced=before.paced, refused=before.refused)
            anew = anew or asked.size != before.size
            self._asked = asked = replace(asked, attempt=before.attempt + anew)
            self._settle()
            self._tell_soon()
            self._changed.notify_all()
            if anew:
                self._worker.submit(asked)

    def tell(self) -> None:
        """Has `switched` called now, whatever it was called with before: for those new here."""
        with self._changed:
            self._changed.wait_for(lambda: not self._frame_in_hand)
            self._told = None
            self._tell()

    def run_at(self, size: tuple[int, int], settings: Settings) -> bool:
        """Has the model run at another input size than the parameters say; returns at once.

        Args:
            size: prepared in the background; when it cannot run, `asked.refused` names it.
            settings: the parameters that it was chosen by.

        Returns:
            False, and nothing changes, when others have been set since.
        """
        with self._changed:
            if self._asked.settings is not settings:
                return False
            attempt = self._asked.attempt + 1
            self._asked = replace(self._asked, paced=size, refused=None, attempt=attempt)
            self._worker.submit(self._asked)
        return True

    def take_back(self, request: ModelRequest) -> dict[str, Any]:
        """Gives up a request that failed.

        Returns:
            The parameters that told of it, with the values in effect; empty when something else
            has been asked for since.
        """
        with self._changed:
            asked, now = self._asked, self._in_effect
            if asked.attempt != request.attempt or asked.size != request.size:
                return {}
            values = {name: getattr(now, name) for name in ("model", "input_size", *CLASS_LISTS)}
            if asked.bundle is self._segmenter.bundle:
                values = {"input_size": now.input_size}
            settings = replace(asked.settings, **values)
            self._asked = ModelRequest(settings, self._segmenter.bundle, attempt=asked.attempt + 1)
            if settings.target_latency_ms:
                self._asked = replace(self._asked, paced=self._segmenter.input_size)
            return values

    @contextmanager
    def frame(self) -> Iterator[tuple[Segmenter, Settings]]:
        """Keeps the segmenter for one frame, with settings that fit its classes.

        Raises:
            EngineHangError: it hangs, and none has taken its place yet.
        """
        with self._changed:
            self._changed.wait_for(lambda: not self._switching)
            if self._hung is not None:
                raise EngineHangError(self.hangs.now)
            self._tell()
            self._frame_in_hand = True
            segmenter, settings = self._now()
        try:
            yield segmenter, settings
        finally:
            with self._changed:
                self._frame_in_hand = False
                self._tell_soon()
                self._changed.notify_all()

    def segment(
        self, segmenter: Segmenter, rgb: NDArray[np.uint8], timeout_s: float, **how: Any
    ) -> Segmentation:
        """Segments an image, and gives the segmenter up when it does not return.

        Args:
            segmenter: the one that `frame` keeps.
            rgb: uint8 (H, W, 3).
            timeout_s: how long it may take, on a machine that is not slow; 0: for ever.
            how: further arguments of `Segmenter.segment`.

        Raises:
            EngineHangError: it hangs; frames are refused until another has taken its place.
            AttendSegError: as `Segmenter.segment` does.
        """
        try:
            return self._calls.segment(segmenter, rgb, timeout_s, **how)
        except HangError as error:
            self._give_up(segmenter, error.waited_s)
            raise EngineHangError(self.hangs.now) from None

    def hurried(self) -> AbstractContextManager[None]:
        """Lets a frame in hand take no longer than it takes when all is well."""
        return self._calls.hurried()

    def close(self) -> None:
        """Ends the threads and frees the segmenter; what is loading is left to itself."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._builds.hurried = True
        self._worker.stop()
        if self._hung is None:
            self._segmenter.close()
        self._calls.close()
        self._builds.close()

    def _start_loading(self) -> tuple[Builds, Worker[ModelRequest]]:
        builds = Builds()
        return builds, Worker(
            "model", partial(self._fulfil, builds), get_logger("attendseg_ros").error
        )

    def _give_up(self, segmenter: Segmenter, waited_s: float) -> None:
        with self._changed:
            if segmenter is not self._segmenter or self._hung is not None:
                return
            self._hung, self._came_back = segmenter, False
            self.hangs.begin(segmenter.engine_name, segmenter.bundle.name, waited_s)
            # The thread that loads may be waiting for the one that hangs.
            self._worker.leave()
            self._builds.close()
            self._builds, self._worker = self._start_loading()
            self._worker.submit(self._asked)
            text = self.hangs.now
        self._say(text)

    def _note_return(self, segmenter: Segmenter) -> None:
        with self._changed:
            self._came_back = self._came_back or segmenter is self._hung
            self._changed.notify_all()
        self._say(
            f"engine '{segmenter.engine_name}' with model '{segmenter.bundle.name}' has returned "
            "after all: its late result is thrown away"
        )

    def _await_turn(self, builds: Builds) -> ModelRequest:
        """Waits until another engine may be made in place of one that hangs; returns what for."""
        with self._changed:
            asked = self._asked
            self._changed.wait_for(
                lambda: (
                    self._is_past(builds)
                    or self._came_back
                    or self._asked.bundle is not asked.bundle
                ),
                self.hangs.delay_s(),
            )
            while not self._is_past(builds) and hanging() >= MOST_HANGING:
                # Calls of another switch's segmenters notify nobody here.
                self._changed.wait(1.0)
            return self._asked

    def _is_past(self, builds: Builds) -> bool:
        """Whether the thread that uses these has nothing to say any more."""
        return self._closed or builds is not self._builds

    def _now(self) -> tuple[Segmenter, Settings]:
        """What a frame of this moment is made with."""
        segmenter, settings = self._segmenter, self._asked.settings
        if self._asked.bundle is not segmenter.bundle:
            # Classes set together with another model are that model's.
            lists = {name: getattr(self._in_effect, name) for name in CLASS_LISTS}
            settings = replace(settings, **lists)
        return segmenter, settings

    def _tell(self) -> None:
        """Tells what frames are made with from now on, unless it was told; none is in hand."""
        segmenter, settings = self._now()
        now = (segmenter, settings.min_confidence)
        if now != self._told:
            self._told = None
            self._switched(segmenter, settings)
            self._told = now

    def _tell_soon(self) -> None:
        """The same, once the frame in hand is done."""
        if not self._frame_in_hand:
            # It is told before the next frame otherwise, which says what the matter is.
            with suppress(Exception):
                self._tell()

    def _settle(self) -> None:
        """Notes that all that is asked for is in effect, if so."""
        if self._asked.bundle is self._segmenter.bundle:
            settled = self._asked.size == self._segmenter.input_size
            size = self._asked.settings.input_size if settled else self._in_effect.input_size
            self._in_effect = replace(self._asked.settings, input_size=size)

    def _fulfil(self, builds: Builds, request: ModelRequest) -> None:
        try:
            self._put_into_effect(builds, request)
            give_back_freed()
        except Exception as error:
            if self._is_past(builds):
                return
            # Whatever a library raises over a model, the old one goes on.
            self.refusal = described(error)
            self._stop_pacing(request)
            self._failed(request, self.refusal)
            if self._hung is not None:
                # None goes on: it is tried again.
                self.hangs.fail(self.refusal)
                self._worker.submit(request)
        else:
            if not self._is_past(builds):
                self.refusal = ""

    def _stop_pacing(self, request: ModelRequest) -> None:
        """Stays at the input size that runs, when it was not the parameters that asked."""
        with self._changed:
            asked = self._asked
            if request.paced and (asked.bundle, asked.paced) == (request.bundle, request.paced):
                size = self._segmenter.input_size
                self._asked = replace(asked, paced=size, refused=request.paced)

    def _put_into_effect(self, builds: Builds, request: ModelRequest) -> None:
        hung = self._hung
        if hung is not None:
            request = self._await_turn(builds)
        if self._is_past(builds):
            return
        if request.bundle is not self._segmenter.bundle or hung is not None:
            old = self._replace(builds, _build(builds, request, hung), request)
            if old is not None:
                old.close()
        elif request.size != self._segmenter.input_size:
            builds.resize(self._segmenter, request.size)
            with self._changed:
                if self._is_past(builds):
                    return
                self._in_effect = request.settings
                self._settle()
                self._told = None
                self._tell_soon()

    def _replace(self, builds: Builds, made: Segmenter, request: ModelRequest) -> Segmenter | None:
        """Puts a segmenter in place between two frames; returns the one to close.

        One that hangs is not: the call that hangs closes it, should it return.
        """
        with self._changed:
            if self._asked.bundle is not request.bundle or self._is_past(builds):
                # Something else has been asked for meanwhile.
                return made
            # New frames wait, or a camera faster than the network would never leave a gap.
            self._switching = True
            try:
                self._changed.wait_for(lambda: not self._frame_in_hand)
                old: Segmenter | None = self._segmenter
                self._segmenter = made
                self._in_effect = request.settings
                self._settle()
                if self._hung is not None:
                    self._hung = old = None
                    self.hangs.end()
                self._tell_soon()
            finally:
                self._switching = False
                self._changed.notify_all()
            return old


def _build(builds: Builds, request: ModelRequest, hung: Segmenter | None) -> Segmenter:
    if hung is not None and request.bundle is hung.bundle:
        return builds.make_twin(hung, request.size)
    engine, num_threads = request.settings.engine, request.settings.num_threads
    return builds.make(partial(Segmenter, request.bundle, engine, num_threads, request.size))
