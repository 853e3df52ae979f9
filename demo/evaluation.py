# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the recording says: counts, rates, times and, with a ground truth, the accuracy."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from attendseg_ros.clocks import latency_ms
from attendseg_ros.labels import ClassTable
from attendseg_ros.percentiles import percentile
from attendseg_ros.training.metrics import ConfusionMatrix
from demo.budget import Sent
from demo.errors import DemoError
from demo.recording import read, topic_counts
from demo.topics import GROUND_TRUTH, IMAGE, MASK, TIMING

STAGES = ("conversion", "resize", "network", "decode", "masks", "publish")
"""The stages of a frame, in their order; each is a field <stage>_ms of the timing message."""

TOTALS = ("processing_time", "pipeline_latency", "cyclic_time")

_PAIR_WINDOW_NS = 2_000_000_000


@dataclass(frozen=True)
class Spread:
    """Median and 95th percentile, in milliseconds; NaN without a value."""

    p50: float
    p95: float

    @classmethod
    def of(cls, values: list[float]) -> Spread:
        """Of all finite values."""
        finite = [value for value in values if np.isfinite(value)]
        return cls(percentile(finite, 0.5), percentile(finite, 0.95))


@dataclass(frozen=True)
class Accuracy:
    """Agreement of the masks with the ground truth, 0..1; NaN for a class in neither."""

    frames: int
    mean_iou: float
    pixel_accuracy: float
    per_class_iou: dict[str, float]


@dataclass(frozen=True)
class Evaluation:
    """Everything measured in a run."""

    frames_sent: int
    frames_received: int
    frames_processed: int
    frames_dropped: int
    frames_failed: int
    frames_recorded: int
    masks: int
    camera_rate_hz: float
    mask_rate_hz: float
    image_size: tuple[int, int]
    network_size: tuple[int, int]
    engine: str
    model: str
    stages_ms: dict[str, Spread]
    camera_to_mask_ms: Spread
    accuracy: Accuracy | None


@dataclass
class _Tally:
    """What is gathered while the recording is read."""

    num_classes: int
    mask_arrivals_ns: list[int] = field(default_factory=list)
    image_size: tuple[int, int] = (0, 0)
    latencies_ms: list[float] = field(default_factory=list)
    times_ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    timing: Any = None
    compared: int = 0

    def __post_init__(self) -> None:
        self.confusion = ConfusionMatrix(self.num_classes)
        self._unpaired: dict[str, dict[int, NDArray[np.uint8]]] = {MASK: {}, GROUND_TRUTH: {}}

    def see(self, topic: str, time_ns: int, message: Any) -> None:
        """Takes in one message."""
        if topic == TIMING:
            self.timing = message
            for name in (*STAGES, *TOTALS):
                self.times_ms[name].append(getattr(message, f"{name}_ms"))
            return
        stamp_ns = message.header.stamp.sec * 1_000_000_000 + message.header.stamp.nanosec
        if topic == IMAGE:
            self.image_size = (message.width, message.height)
            return
        if topic == MASK:
            self.mask_arrivals_ns.append(time_ns)
            self.latencies_ms.append(latency_ms(stamp_ns, time_ns))
        self._compare(topic, stamp_ns, message)

    def _compare(self, topic: str, stamp_ns: int, message: Any) -> None:
        pixels = message.data.reshape(message.height, message.width)
        others = self._unpaired[GROUND_TRUTH if topic == MASK else MASK]
        other = others.pop(stamp_ns, None)
        if other is None:
            mine = self._unpaired[topic]
            mine[stamp_ns] = pixels
            for old in [one for one in mine if one < stamp_ns - _PAIR_WINDOW_NS]:
                del mine[old]
            return
        labels, truth = (pixels, other) if topic == MASK else (other, pixels)
        self.confusion.update(labels, truth)
        self.compared += 1


def evaluate(recording: Path, classes: ClassTable, sent: Sent) -> Evaluation:
    """Reads a recording once.

    Args:
        recording: the bag's folder.
        classes: the model's.
        sent: what the demo saw of what the camera sent.

    Raises:
        DemoError: there is no mask or no timing message in it.
    """
    topics = (IMAGE, MASK, GROUND_TRUTH, TIMING)
    counts = Counter(topic_counts(recording))
    tally = _Tally(len(classes))
    progress = tqdm(
        read(recording, topics),
        desc="evaluating",
        total=sum(counts[topic] for topic in topics),
        unit="msg",
        leave=False,
    )
    for topic, time_ns, message in progress:
        tally.see(topic, time_ns, message)
    timing = tally.timing
    if timing is None or not counts[MASK]:
        raise DemoError(f"{recording}: neither masks nor their times came in this run")
    return Evaluation(
        # On a busy machine the demo may have missed some that the node has.
        frames_sent=max(sent.frames, timing.frames_received),
        frames_received=timing.frames_received,
        frames_processed=timing.frames_processed,
        frames_dropped=timing.frames_dropped,
        frames_failed=timing.frames_failed,
        frames_recorded=counts[IMAGE],
        masks=counts[MASK],
        camera_rate_hz=sent.rate_hz,
        mask_rate_hz=_rate_hz(tally.mask_arrivals_ns),
        image_size=tally.image_size,
        network_size=(timing.input_width, timing.input_height),
        engine=timing.engine,
        model=timing.model,
        stages_ms={name: Spread.of(tally.times_ms[name]) for name in (*STAGES, *TOTALS)},
        camera_to_mask_ms=Spread.of(tally.latencies_ms),
        accuracy=_accuracy(tally, classes),
    )


def _rate_hz(arrivals_ns: list[int]) -> float:
    if len(arrivals_ns) < 2:
        return float("nan")
    return (len(arrivals_ns) - 1) * 1e9 / (arrivals_ns[-1] - arrivals_ns[0])


def _accuracy(tally: _Tally, classes: ClassTable) -> Accuracy | None:
    if not tally.compared:
        return None
    return Accuracy(
        frames=tally.compared,
        mean_iou=tally.confusion.mean_iou,
        pixel_accuracy=tally.confusion.pixel_accuracy,
        per_class_iou=dict(zip(classes.names, tally.confusion.per_class_iou.tolist(), strict=True)),
    )
