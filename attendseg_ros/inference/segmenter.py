# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The segmenter: an RGB image in, its segmentation out."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from math import nan
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.errors import EngineError, LogitsError
from attendseg_ros.inference.bundle import Bundle, load_bundle
from attendseg_ros.inference.decode import Decoder
from attendseg_ros.inference.engine import Engine
from attendseg_ros.inference.engines import check_input_size, create_engine
from attendseg_ros.inference.framing import WHOLE, Framing
from attendseg_ros.inference.resize import Resizer, check_image
from attendseg_ros.inference.segmentation import Segmentation, StageTimes
from attendseg_ros.inference.selection import AUTO, Selection, asked_for, select_engine
from attendseg_ros.inference.smoothing import Smoother
from attendseg_ros.labels import UNLABELLED


class _Pipeline:
    """An engine and the working memory around it, all of one input size."""

    def __init__(self, engine: Engine, bundle: Bundle) -> None:
        self.engine = engine
        self.resizer = Resizer(engine.input_size)
        self.smoothers: defaultdict[str, Smoother] = defaultdict(Smoother)
        self.decoder = Decoder.of(bundle, engine.input_size)


def _around(engine: Engine, bundle: Bundle) -> _Pipeline:
    """A pipeline with an engine, which is freed where the rest cannot be made."""
    try:
        return _Pipeline(engine, bundle)
    except BaseException:
        engine.close()
        raise


class Segmenter:
    """Segments images of any size with one model on one engine.

    It may be used from several threads, which then take turns; for two images at once make two
    segmenters. All heavy work is done with the GIL released.
    """

    def __init__(
        self,
        bundle: Bundle,
        engine: str = AUTO,
        num_threads: int = 0,
        input_size: tuple[int, int] | None = None,
    ) -> None:
        """Builds the engine and runs it once, so that the first image is not slower than others.

        Args:
            bundle: the model.
            engine: one of `ENGINE_NAMES`, or "auto" for the fastest installed, measured now
                or at an earlier start.
            num_threads: of the engine; 0 for all physical cores but one, from two to four.
            input_size: width and height the network works at, multiples of
                `bundle.size_multiple`; None for the bundle's own.

        Raises:
            EngineError: the engine is unknown, not installed or cannot run the model, or the
                input size is wrong.
            BundleError: the model is not what its model.yaml says.
        """
        size = bundle.input_size if input_size is None else input_size
        check_input_size(bundle, size)
        self._bundle = bundle
        self._num_threads = num_threads
        # Held while an image is segmented and while one pipeline takes another's place.
        self._lock = threading.Lock()
        started = time.perf_counter()
        made, self._selection = select_engine(engine, bundle, size, num_threads)
        self._asked = self._selection.engine if engine == AUTO else engine
        self._pipeline: _Pipeline | None = _around(made, bundle)
        self._input_size = size
        self._first_run_s = made.first_run_s
        self._build_s = time.perf_counter() - started

    @classmethod
    def load(
        cls,
        model: str | Path,
        engine: str = AUTO,
        num_threads: int = 0,
        input_size: tuple[int, int] | None = None,
    ) -> Segmenter:
        """Makes a segmenter of a model by its name or folder; `with` closes it at the end.

        Args:
            model: as for `load_bundle`: the name of a model ("street") or a bundle's folder.
            engine: as for the class.
            num_threads: as for the class.
            input_size: as for the class.

        Raises:
            BundleError: there is no such model, or it is damaged.
            EngineError: the engine cannot run it, or the input size is wrong.
        """
        return cls(load_bundle(model), engine, num_threads, input_size)

    def __enter__(self) -> Segmenter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def bundle(self) -> Bundle:
        """The model."""
        return self._bundle

    @property
    def engine_name(self) -> str:
        """The engine that really runs."""
        return self._selection.engine

    @property
    def selection(self) -> Selection:
        """Why that engine runs, with what "auto" measured."""
        return self._selection

    @property
    def input_size(self) -> tuple[int, int]:
        """Width and height the network works at."""
        return self._input_size

    @property
    def first_run_s(self) -> float:
        """Seconds that the engine's first run took: a slow machine's frames take as long."""
        return self._first_run_s

    @property
    def build_s(self) -> float:
        """Seconds that making it took."""
        return self._build_s

    def twin(self, input_size: tuple[int, int]) -> Segmenter:
        """Makes another segmenter of the same model on the same engine, without measuring again.

        Also while this one hangs.

        Raises:
            EngineError: the engine cannot run at that size.
        """
        made = Segmenter(self._bundle, self._asked, self._num_threads, input_size)
        if made.engine_name == self.engine_name:
            made._selection = self._selection
        return made

    def set_input_size(self, width: int, height: int) -> None:
        """Changes the size the network works at; images go on being segmented meanwhile.

        Raises:
            EngineError: the size is no multiple of `bundle.size_multiple` or too large, the engine
                cannot run at it (the segmenter then stays as it was), or the segmenter is closed.
        """
        engine = create_engine(self._asked, self._bundle, (width, height), self._num_threads)
        pipeline = _around(engine, self._bundle)
        with self._lock:
            old = self._pipeline
            if old is not None:
                self._pipeline, self._input_size = pipeline, (width, height)
                self._first_run_s = engine.first_run_s
                if engine.name != self._selection.engine:
                    self._selection = asked_for(self._asked, engine.name)
        if old is None:
            engine.close()
            raise EngineError("the segmenter is closed: make a new one")
        old.engine.close()

    def segment(
        self,
        rgb: NDArray[np.uint8],
        *,
        confidence: bool = False,
        smoothing: float = 0.0,
        stamp_ns: int = 0,
        camera: str = "",
        framing: Framing = WHOLE,
    ) -> Segmentation:
        """Labels every pixel of an image.

        Args:
            rgb: uint8 (H, W, 3); a view of other memory is fine (see `Resizer.resize`).
            confidence: whether to compute it too.
            smoothing: weight of the camera's earlier frames, 0 to below 1 (see `Smoother`); they
                must come in their order. Class ids have no average: it does nothing to them.
            stamp_ns: when the image was taken, for smoothing.
            camera: whose image it is, for smoothing.
            framing: which part of the image is labelled, and the size of the result. Beside the
                part, labels are 255 and the confidence is 0.

        Raises:
            ImageError: rgb is not such an array, a side is 0 or above 16384 pixels, or the part is
                not inside it.
            EngineError: the segmenter is closed.
            LogitsError: the network's result is not finite; the message names engine and model.
            ValueError: smoothing is out of range.
        """
        check_image(rgb)
        if not 0.0 <= smoothing < 1.0:
            raise ValueError(f"smoothing must be from 0.0 to below 1.0, got {smoothing}")
        height, width = rgb.shape[:2]
        part = framing.part_of(rgb)
        rows, columns = framing.place(width, height)
        weight = smoothing if self._bundle.gives_confidence else 0.0
        with self._lock:
            if self._pipeline is None:
                raise EngineError("the segmenter is closed: make a new one")
            started = time.perf_counter()
            image = self._pipeline.resizer.resize(part)
            resized = time.perf_counter()
            seen = self._pipeline.engine.infer(image)
            inferred = time.perf_counter()
            try:
                # Another part of the same size, or the same part of another image, is another view.
                view = (width, height, *(framing.roi or (0, 0, width, height)))
                logits = self._pipeline.smoothers[camera].smooth(
                    seen, image, weight, view, stamp_ns
                )
                labels, certainty = self._pipeline.decoder.decode(
                    logits,
                    (columns.stop - columns.start, rows.stop - rows.start),
                    confidence=confidence,
                )
            except LogitsError as error:
                raise LogitsError(
                    f"engine '{self.engine_name}' with model '{self._bundle.name}' "
                    f"({self._bundle.path}): {error}"
                ) from None
            labels = framing.filled(labels, width, height, UNLABELLED)
            if certainty is not None:
                certainty = framing.filled(certainty, width, height, 0)
            familiarity, input_size = self._bundle.familiarity, self._input_size
            foreignness = nan if familiarity is None else familiarity.foreignness(seen, input_size)
            decoded = time.perf_counter()
        times = StageTimes(
            resize_ms=(resized - started) * 1e3,
            network_ms=(inferred - resized) * 1e3,
            decode_ms=(decoded - inferred) * 1e3,
        )
        return Segmentation(labels, certainty, times, input_size, foreignness)

    __call__ = segment

    def close(self) -> None:
        """Frees the engine; harmless when done twice."""
        with self._lock:
            old, self._pipeline = self._pipeline, None
        if old is not None:
            old.engine.close()
