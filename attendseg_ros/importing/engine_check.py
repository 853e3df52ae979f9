# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the engines of this machine make of a bundle, each in its own process."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from attendseg_ros.documents import parse_json
from attendseg_ros.errors import AttendSegError, DataError
from attendseg_ros.files import write_atomically
from attendseg_ros.import_path import environment, python_command
from attendseg_ros.inference import Bundle, Segmenter, available_engines, load_bundle
from attendseg_ros.processes import AT_ONCE, Process
from attendseg_ros.shortening import shortened_text
from attendseg_ros.temporary import temporary_folder

CHECKED = ("onnxruntime", "openvino")
"""The first is what others are compared with. torch is slow, and knows our own graphs only."""

_PATIENCE_S = 180.0


@dataclass(frozen=True)
class EngineCheck:
    """What came of an engine.

    Attributes:
        agreement: share of the pixels that have the class that they have with the first engine.
        problem: why it cannot run the bundle; None where it can.
    """

    agreement: float
    problem: str | None = None


def check_engines(bundle: Bundle) -> dict[str, EngineCheck]:
    """Runs a bundle on each engine that is installed here.

    Raises:
        DataError: the first engine cannot run it.
    """
    available = available_engines()
    results: dict[str, EngineCheck] = {}
    reference: NDArray[np.uint8] | None = None
    with ExitStack() as stack:
        temporary = stack.enter_context(temporary_folder("attendseg_import_"))
        asked = {
            engine: stack.enter_context(_Elsewhere(bundle.path, engine, temporary))
            for engine in CHECKED
            if available[engine] is None
        }
        for engine, process in asked.items():
            found = process.labels()
            if isinstance(found, str):
                if reference is None:
                    raise DataError(f"the bundle cannot run: {found}")
                results[engine] = EngineCheck(0.0, found)
                continue
            reference = found if reference is None else reference
            results[engine] = EngineCheck(float((found == reference).mean()))
    return results


def check_images(size: tuple[int, int]) -> list[NDArray[np.uint8]]:
    """Images of patches and noise, uint8 (height, width, 3), the same ones always."""
    width, height = size
    random = np.random.default_rng(0)
    images = []
    for cells in (8, 64):
        coarse = random.integers(0, 256, (cells, cells, 3), np.uint8)
        images.append(np.asarray(cv2.resize(coarse, (width, height)), np.uint8))
    return images


class _Elsewhere:
    """An engine at work in its own process. A context manager: leaving it ends the process."""

    def __init__(self, folder: Path, engine: str, temporary: Path) -> None:
        self._engine = engine
        self._target = temporary / f"{engine}.npy"
        self._process = Process(
            python_command("-m", __name__, str(folder), engine, str(self._target)),
            steps=AT_ONCE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            environment=environment(),
        )

    def labels(self) -> NDArray[np.uint8] | str:
        """The labels, or why there are none."""
        try:
            stdout, stderr = self._process.communicate(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            return f"engine '{self._engine}' gave no mask within {_PATIENCE_S:g} s"
        last = stdout.decode(errors="replace").splitlines()[-1:]
        if not last:
            said = shortened_text(stderr.decode(errors="replace").strip().rpartition("\n")[2])
            return f"engine '{self._engine}' ended with status {self._process.status}: {said}"
        answer: dict[str, Any] = parse_json(last[0], "the answer of the engine's process")
        if "error" in answer:
            return str(answer["error"])
        labels: NDArray[np.uint8] = np.load(self._target)
        return labels

    def __enter__(self) -> _Elsewhere:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.end()


def main(arguments: Sequence[str]) -> None:
    """The other process: stores the labels of the images, or prints why it cannot."""
    folder, engine, target = arguments
    answer: dict[str, Any] = {}
    try:
        bundle = load_bundle(folder)
        with closing(Segmenter(bundle, engine)) as segmenter:
            images = check_images(bundle.input_size)
            labels = [segmenter.segment(image).labels for image in images]
        content = io.BytesIO()
        np.save(content, np.stack(labels))
        write_atomically(Path(target), content.getvalue())
    except (AttendSegError, OSError) as error:
        answer = {"error": str(error)}
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
