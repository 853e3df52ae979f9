# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The table at the end of the demo, and the same as JSON."""

from __future__ import annotations

import json
import math
import os
import platform
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from attendseg_ros.files import write_atomically
from demo.evaluation import STAGES, Evaluation, Spread

_LABELS = {
    **{stage: stage for stage in STAGES},
    "processing_time": "all stages",
    "pipeline_latency": "camera to published",
    "cyclic_time": "between frames",
}


def machine() -> dict[str, Any]:
    """The processor, its cores usable by this process, Python and ROS distribution."""
    return {
        "cpu": _cpu_name(),
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "ros_distro": os.environ.get("ROS_DISTRO", "unknown"),
    }


def table(shown: str, evaluation: Evaluation) -> str:
    """The table that the demo prints.

    Args:
        shown: what was played.
        evaluation: what was measured.
    """
    return "\n".join(_lines(shown, evaluation))


def write_summary(path: Path, shown: str, evaluation: Evaluation) -> None:
    """Writes everything that is in the table as JSON; null for a time or score there is none of."""
    summary = {"input": shown, "machine": machine(), **asdict(evaluation)}
    content = json.dumps(_without_nan(summary), indent=2, allow_nan=False) + "\n"
    write_atomically(path, content.encode())


def _lines(shown: str, evaluation: Evaluation) -> Iterator[str]:
    on = machine()
    width, height = evaluation.image_size
    network = "x".join(map(str, evaluation.network_size))
    yield f"input      {shown}, {width}x{height}"
    yield f"machine    {on['cpu']}, {on['cores']} cores, ROS 2 {on['ros_distro']}"
    yield f"network    model {evaluation.model} at {network} on {evaluation.engine}"
    yield (
        f"frames     {evaluation.frames_sent} sent, {evaluation.frames_received} received, "
        f"{evaluation.frames_processed} processed, {evaluation.frames_dropped} dropped, "
        f"{evaluation.frames_failed} failed; {evaluation.masks} masks"
    )
    yield (
        f"rate       camera {evaluation.camera_rate_hz:.1f} Hz, "
        f"masks {evaluation.mask_rate_hz:.1f} Hz"
    )
    yield ""
    yield f"{'milliseconds':<22}{'p50':>8}{'p95':>8}    (every output is subscribed to)"
    for name, spread in evaluation.stages_ms.items():
        yield _times_line(_LABELS[name], spread)
    yield _times_line("camera to mask", evaluation.camera_to_mask_ms)
    yield ""
    yield from _accuracy_lines(evaluation)


def _times_line(name: str, spread: Spread) -> str:
    cells = [
        f"{'unknown' if math.isnan(value) else format(value, '.1f'):>8}"
        for value in (spread.p50, spread.p95)
    ]
    return f"{name:<22}{''.join(cells)}"


def _accuracy_lines(evaluation: Evaluation) -> Iterator[str]:
    accuracy = evaluation.accuracy
    if accuracy is None:
        yield "mean IoU   none: this input has no ground truth"
        return
    yield (
        f"mean IoU   {_percent(accuracy.mean_iou)} over {accuracy.frames} frames, "
        f"pixel accuracy {_percent(accuracy.pixel_accuracy)}"
    )
    cells = [f"{name:<12}{_percent(iou):>8}" for name, iou in accuracy.per_class_iou.items()]
    for start in range(0, len(cells), 3):
        yield "           " + "    ".join(cells[start : start + 3])


def _percent(share: float) -> str:
    return "-" if math.isnan(share) else f"{100 * share:.1f} %"


def _cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nan(one) for key, one in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
