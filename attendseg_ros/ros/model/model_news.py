# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the node's log says of the model: its terms once, how it runs, what would run better."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from attendseg_ros.inference import Bundle, Segmenter
from attendseg_ros.inference.targets import advice
from attendseg_ros.terms.wording import introduction


class ModelNews:
    """Says what is new, and nothing twice in a row: it is told of changes that change no line."""

    def __init__(self, say: Callable[[str], object], warn: Callable[[str], object]) -> None:
        self._say = say
        self._warn = warn
        self._introduced: Bundle | None = None
        self._said: tuple[Path, str] | None = None
        self._advised: tuple[Path, str] | None = None

    def forget(self) -> None:
        """Has everything said again, when the node is configured again."""
        self._introduced = self._said = self._advised = None

    def introduce(self, bundle: Bundle) -> None:
        """Says what a model was trained on, who may use it, and what of it is not read, once."""
        if bundle is not self._introduced:
            self._introduced = bundle
            self._say(introduction(bundle.name, bundle.license))
            for line in bundle.unread:
                self._warn(line)

    def tell(self, segmenter: Segmenter) -> None:
        """Says what runs, and on which engine."""
        self.introduce(segmenter.bundle)
        bundle, (width, height) = segmenter.bundle, segmenter.input_size
        text = (
            f"model {bundle.name} ({bundle.precision}, {width}x{height}, {len(bundle.classes)} "
            f"classes) runs on {segmenter.selection}"
        )
        # Told of a changed min_confidence too; two models may read alike.
        if (bundle.path, text) != self._said:
            self._said = (bundle.path, text)
            self._say(text)
        self._advise(bundle, segmenter.engine_name)

    def _advise(self, bundle: Bundle, engine: str) -> None:
        """Says once which bundle the engine wants, where it is another one."""
        found = advice(bundle, engine)
        if found is not None and (bundle.path, engine) != self._advised:
            self._advised = (bundle.path, engine)
            (self._warn if found.is_warning else self._say)(found.text)
