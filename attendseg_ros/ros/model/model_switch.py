# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The segmenter that runs, and how another model or input size takes its place."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.errors import described
from attendseg_ros.inference import Bundle, Segmentation, Segmenter
from attendseg_ros.ros.model.frame_gate import FrameGate
from attendseg_ros.ros.model.hangs import MOST_HANGING, EngineHangError, Hangs
from attendseg_ros.ros.model.loader import Loader, build
from attendseg_ros.ros.model.model_request import ModelRequest, ModelRequests
from attendseg_ros.ros.model.segmenter_calls import Builds, SegmenterCalls
from attendseg_ros.ros.parameters.settings import Settings
from attendseg_ros.ros.runtime.memory import give_back_freed
from attendseg_ros.streaming.size_policy import Size
from attendseg_ros.streaming.watched_calls import HangError, hanging


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

    Whatever changes here does so under the lock of its `FrameGate`, which tells what the masks' ids
    mean before the first frame that it holds for.
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
        self._requests = ModelRequests(settings, segmenter.bundle)
        self._gate = FrameGate(self._now, switched, self._check_hang)
        self._changed = self._gate.changed
        self._failed = failed
        self._say = say
        self._calls = SegmenterCalls(self._note_return)
        self._hung: Segmenter | None = None
        self._came_back = False
        self._loader = Loader(self._fulfil)
        self.hangs = Hangs()
        self.refusal = ""

    @property
    def segmenter(self) -> Segmenter:
        """The one that runs; for looking at, since only `frame` keeps it from being closed."""
        return self._segmenter

    @property
    def asked_bundle(self) -> Bundle:
        """The model that parameters must fit: the one that runs, or the one that is loading."""
        return self.asked.bundle

    @property
    def asked(self) -> ModelRequest:
        """What runs, or what is being prepared."""
        return self._requests.now

    @property
    def loading(self) -> str:
        """Name of the model that will take over; empty when none is loading."""
        asked = self.asked.bundle
        return "" if asked is self._segmenter.bundle else asked.name

    def ask(self, settings: Settings, bundle: Bundle, *, anew: bool) -> None:
        """Takes new parameters over; returns at once.

        Args:
            settings: their values.
            bundle: the model they fit.
            anew: whether the model or the input size is among what was set.
        """
        for known in (self._segmenter.bundle, self.asked.bundle):
            if bundle == known:
                bundle = known
        with self._changed:
            anew = self._requests.follow(settings, bundle, anew=anew)
            self._requests.settle(*self._running())
            self._gate.tell_soon()
            self._changed.notify_all()
            if anew:
                self._loader.submit(self.asked)

    def tell(self) -> None:
        """Has `switched` called now, whatever it was called with before: for those new here."""
        self._gate.tell_now()

    def run_at(self, size: Size, settings: Settings) -> bool:
        """Has the model run at another input size than the parameters say; returns at once.

        Args:
            size: prepared in the background; when it cannot run, `asked.refused` names it.
            settings: the parameters that it was chosen by.

        Returns:
            False, and nothing changes, when others have been set since.
        """
        with self._changed:
            begun = self._requests.pace(size, settings)
            if begun:
                self._loader.submit(self.asked)
        return begun

    def take_back(self, request: ModelRequest) -> dict[str, Any]:
        """Gives up a request that failed.

        Returns:
            The parameters that told of it, with the values in effect; empty when something else
            has been asked for since.
        """
        with self._changed:
            return self._requests.take_back(request, *self._running())

    def frame(self) -> AbstractContextManager[tuple[Segmenter, Settings]]:
        """Keeps the segmenter for one frame, with settings that fit its classes.

        Raises:
            EngineHangError: it hangs, and none has taken its place yet.
        """
        return self._gate.frame()

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
            self._loader.let_go()
            self._changed.notify_all()
        self._loader.close()
        if self._hung is None:
            self._segmenter.close()
        self._calls.close()

    def _give_up(self, segmenter: Segmenter, waited_s: float) -> None:
        with self._changed:
            if segmenter is not self._segmenter or self._hung is not None:
                return
            self._hung, self._came_back = segmenter, False
            self.hangs.begin(segmenter.engine_name, segmenter.bundle.name, waited_s)
            # The thread that loads may be waiting for the one that hangs.
            self._loader.begin_anew()
            self._loader.submit(self.asked)
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
            asked = self.asked
            self._changed.wait_for(
                lambda: (
                    self._loader.is_past(builds)
                    or self._came_back
                    or self.asked.bundle is not asked.bundle
                ),
                self.hangs.delay_s(),
            )
            while not self._loader.is_past(builds) and hanging() >= MOST_HANGING:
                # Calls of another switch's segmenters notify nobody here.
                self._changed.wait(1.0)
            return self.asked

    def _now(self) -> tuple[Segmenter, Settings]:
        """What a frame of this moment is made with."""
        return self._segmenter, self._requests.settings_for(self._segmenter.bundle)

    def _running(self) -> tuple[Bundle, Size]:
        return self._segmenter.bundle, self._segmenter.input_size

    def _check_hang(self) -> None:
        """Refuses a frame while the segmenter hangs."""
        if self._hung is not None:
            raise EngineHangError(self.hangs.now)

    def _fulfil(self, builds: Builds, request: ModelRequest) -> None:
        try:
            self._put_into_effect(builds, request)
            give_back_freed()
        except Exception as error:
            if self._loader.is_past(builds):
                return
            # Whatever a library raises over a model, the old one goes on.
            self.refusal = described(error)
            with self._changed:
                self._requests.stop_pacing(request, self._segmenter.input_size)
            self._failed(request, self.refusal)
            if self._hung is not None:
                # None goes on: it is tried again.
                self.hangs.fail(self.refusal)
                self._loader.submit(request)
        else:
            if not self._loader.is_past(builds):
                self.refusal = ""

    def _put_into_effect(self, builds: Builds, request: ModelRequest) -> None:
        hung = self._hung
        if hung is not None:
            request = self._await_turn(builds)
        if self._loader.is_past(builds):
            return
        if request.bundle is not self._segmenter.bundle or hung is not None:
            old = self._replace(builds, build(builds, request, hung), request)
            if old is not None:
                old.close()
        elif request.size != self._segmenter.input_size:
            builds.resize(self._segmenter, request.size)
            with self._changed:
                if self._loader.is_past(builds):
                    return
                self._requests.take_effect(request, *self._running())
                self._gate.tell_soon(anew=True)

    def _replace(self, builds: Builds, made: Segmenter, request: ModelRequest) -> Segmenter | None:
        """Puts a segmenter in place between two frames; returns the one to close.

        One that hangs is not: the call that hangs closes it, should it return.
        """
        with self._changed:
            if self.asked.bundle is not request.bundle or self._loader.is_past(builds):
                # Something else has been asked for meanwhile.
                return made
            with self._gate.between_frames():
                old: Segmenter | None = self._segmenter
                self._segmenter = made
                self._requests.take_effect(request, *self._running())
                if self._hung is not None:
                    self._hung = old = None
                    self.hangs.end()
            return old
