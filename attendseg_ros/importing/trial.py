# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A graph tried in its own process, with bounded memory and time.

A file from anywhere can be made to take all memory or all time once it runs, or to end the process
that runs it. So it runs here first, and what this process finds out is told in JSON.
"""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.documents import parse_json
from attendseg_ros.errors import DataError, one_line
from attendseg_ros.import_path import environment, python_command
from attendseg_ros.inference.session_profile import macs_of, runs_of
from attendseg_ros.processes import AT_ONCE, Process
from attendseg_ros.shortening import shortened_text
from attendseg_ros.temporary import temporary_folder

MOST_SECONDS = 180.0
"""For all sizes of one try, on the slowest machine that anybody imports on."""

_LEAST_BYTES = 6 << 30
_BYTES_A_MODEL_BYTE = 8
"""Optimising holds the weights several times over."""

_SEED = 0


def try_sizes(
    model: bytes,
    sizes: Sequence[tuple[int, int]],
    *,
    counts: bool = False,
    until: tuple[int, int] | None = None,
) -> list[dict[str, Any]]:
    """Runs a graph that takes camera bytes on an image of noise, at several sizes.

    Args:
        model: with the input `image`.
        sizes: widths and heights.
        counts: whether to count the multiplications at the first size.
        until: a stride and a number: the sizes after the first are tried in groups of as many, and
            none after a group at all of whose sizes the output is a grid of that stride.

    Returns:
        For each size that was tried either `{"error": text}`, or `{"outputs": {name: facts}}` with
        "shape", "dtype", "finite", "min", "max", "whole" (all values are whole numbers) and "sums"
        (the axes along which they sum to 1). The first also has "macs", where asked for.

    Raises:
        DataError: the process ended without an answer: too much memory or time, or a crash.
    """
    with temporary_folder("attendseg_import_") as folder:
        file = folder / "model.onnx"
        file.write_bytes(model)
        most_bytes = _LEAST_BYTES + _BYTES_A_MODEL_BYTE * len(model)
        job = {
            "model": str(file),
            "sizes": [list(size) for size in sizes],
            "counts": counts,
            "until": until,
            "most_bytes": most_bytes,
        }
        command = python_command("-m", __name__, json.dumps(job))
        with Process(
            command,
            steps=AT_ONCE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            environment=environment(),
        ) as process:
            try:
                stdout, stderr = process.communicate(MOST_SECONDS)
            except subprocess.TimeoutExpired:
                raise DataError(
                    f"the graph did not run to its end within {MOST_SECONDS:g} s: it is no network "
                    "for a robot, or damaged"
                ) from None
            status = process.status
        last = stdout.decode(errors="replace").splitlines()[-1:]
        if not last:
            said = shortened_text(stderr.decode(errors="replace").strip().rpartition("\n")[2])
            raise DataError(
                f"the graph could not be run: the process that tried it ended with status {status} "
                f"({said or 'without a word'}); it takes more than {most_bytes >> 30} GiB of "
                "memory, or it or the installation is damaged"
            )
    answer: list[dict[str, Any]] = parse_json(last[0], "the answer of the process that tried it")
    return answer


def _answer(job: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the process finds out."""
    import onnxruntime

    # The libraries are loaded by now, and have reserved room for each core of the machine; what
    # counts is what the graph makes them take.
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    most = pages * resource.getpagesize() + job["most_bytes"]
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.inter_op_num_threads = 1
    options.intra_op_num_threads = 2
    options.enable_mem_pattern = False
    if job["counts"]:
        # Steps that stay what they are in the graph, each of which tells its sides.
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        options.enable_profiling = True
        options.profile_file_prefix = str(Path(job["model"]).parent / "steps")
    sizes = [tuple(size) for size in job["sizes"]]
    try:
        session = onnxruntime.InferenceSession(
            job["model"], options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:
        return [{"error": _reason(error)} for _ in sizes]
    answers = [_run(session, sizes[0])]
    if job["counts"] and "outputs" in answers[0]:
        answers[0]["macs"] = _macs(session)
    stride, number = job["until"] or (0, len(sizes))
    for start in range(1, len(sizes), number):
        group = sizes[start : start + number]
        found = [_run(session, size) for size in group]
        answers += found
        if stride and all(is_grid(a, s, stride) for a, s in zip(found, group, strict=True)):
            break
    return answers


def _run(session: Any, size: tuple[int, int]) -> dict[str, Any]:
    try:
        names = [value.name for value in session.get_outputs()]
        values = session.run(names, {"image": _noise(size)})
        return {"outputs": {n: _described(v) for n, v in zip(names, values, strict=True)}}
    except Exception as error:
        return {"error": _reason(error)}


def is_grid(answer: Mapping[str, Any], size: tuple[int, int], stride: int) -> bool:
    """Whether the only output at a size is a grid of cells of a stride."""
    if "error" in answer:
        return False
    (fact,) = answer["outputs"].values()
    return bool(fact["shape"][2:] == [size[1] // stride, size[0] // stride])


def _noise(size: tuple[int, int]) -> NDArray[np.uint8]:
    width, height = size
    random = np.random.default_rng(_SEED)
    return random.integers(0, 256, (1, height, width, 3), np.uint8)


def _described(value: Any) -> dict[str, Any]:
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "fiub":
        return {"shape": None, "dtype": str(getattr(value, "dtype", type(value).__name__))}
    numbers = value.astype(np.float32)
    finite = numbers[np.isfinite(numbers)] if numbers.dtype.kind == "f" else numbers
    empty = finite.size == 0
    return {
        "shape": list(value.shape),
        "dtype": str(value.dtype),
        "finite": bool(finite.size == numbers.size),
        "min": 0.0 if empty else float(finite.min()),
        "max": 0.0 if empty else float(finite.max()),
        "whole": bool((finite == np.rint(finite)).all()),
        "sums": [
            axis
            for axis in range(1, numbers.ndim)
            if numbers.shape[axis] > 1 and np.allclose(numbers.sum(axis), 1.0, atol=1e-2)
        ],
    }


def _macs(session: Any) -> int:
    """Multiplications with weights in the run so far, from the sides that each step had."""
    events = json.loads(Path(session.end_profiling()).read_text(encoding="utf-8"))
    return sum(macs_of(step) for steps in runs_of(events) for step in steps)


def _reason(error: Exception) -> str:
    words = one_line(error)
    # ONNX Runtime begins with its number, and names its own source files and functions.
    words = words.partition("Status Message: ")[2] or words
    words = re.sub(r"^\[ONNXRuntimeError\] : \d+ : \w+ : ", "", words)
    return re.sub(r"/onnxruntime_src/\S+ .*?\) ", "", words)


def main(arguments: list[str]) -> None:
    """The other process: prints what it found out as JSON."""
    print(json.dumps(_answer(json.loads(arguments[0]))), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
