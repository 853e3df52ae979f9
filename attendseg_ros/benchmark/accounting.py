# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What became of every frame that a camera sent: its latency, its stages, or how it was lost."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from attendseg_ros.benchmark.summary import summary
from attendseg_ros.percentiles import percentile

STAGES = (
    "camera",
    "transport_in",
    "conversion",
    "resize",
    "network",
    "decode",
    "masks",
    "other",
    "publish",
    "transport_out",
    "listener",
)
"""Where the milliseconds from stamp to mask go, in order; their sum is the latency.

`camera` is the camera's call of publish: into the message's bytes and into shared memory.
`transport_in` is from there to the start of conversion: the middleware, the wake-up, taking the
message, and the wait for the frame before. `other` is what the node spends between the stages that
it times. `publish` is from the finished mask until the middleware has it, `transport_out` until the
listener's middleware has it, and `listener` until the listener's callback has it: waking up, taking
the message.
"""

_TIMED = {
    "conversion": "conversion_ms",
    "resize": "resize_ms",
    "network": "network_ms",
    "decode": "decode_ms",
    "masks": "masks_ms",
}


@dataclass(frozen=True)
class Recording:
    """What the processes of one run noted; stamps and times in nanoseconds of CLOCK_REALTIME.

    Attributes:
        sent: stamps of all images, in order.
        measured_from: the first stamp after the warm-up.
        measured_to: end of the measured time.
        arrived: for the stamp of each mask that came, when the listener had it.
        timings: for the stamp of each report on ~/timing, its fields; empty for a node that has
            no such topic.
        published: for the stamp of each image, when the camera's call of publish returned.
        handed_over: for the stamp of each mask, when the node's middleware and when the listener's
            had it; 0 where the middleware does not tell.
    """

    sent: Sequence[int]
    measured_from: int
    measured_to: int
    arrived: Mapping[int, int]
    timings: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    published: Mapping[int, int] = field(default_factory=dict)
    handed_over: Mapping[int, tuple[int, int]] = field(default_factory=dict)

    def in_time(self, moment: int) -> bool:
        """Whether a moment lies in the measured time."""
        return self.measured_from <= moment < self.measured_to


def account(recording: Recording) -> dict[str, Any]:
    """Puts a recording in numbers.

    Latency, rate and stages are of the measured time; frames are counted from the first one that
    was sent, because the node's own counts are.
    """
    measured = [stamp for stamp in recording.sent if recording.in_time(stamp)]
    answered = [stamp for stamp in measured if stamp in recording.arrived]
    latency_ms = [(recording.arrived[stamp] - stamp) / 1e6 for stamp in answered]
    seconds = (recording.measured_to - recording.measured_from) / 1e9
    in_time = sum(recording.in_time(at) for at in recording.arrived.values())
    return {
        "seconds": round(seconds, 3),
        "camera_hz": _rate(len(measured), seconds),
        "mask_hz": _rate(in_time, seconds),
        "latency_ms": summary(latency_ms),
        "drift_ms": _drift(latency_ms),
        "frames": _frames(recording),
        "stages_ms": _stages(recording, answered),
    }


def _rate(count: int, seconds: float) -> float | None:
    return round(count / seconds, 2) if seconds > 0 else None


def _drift(latency_ms: Sequence[float]) -> float | None:
    """How much later masks come in the end than at the start: a queue that fills shows here."""
    fifth = len(latency_ms) // 5
    if not fifth:
        return None
    first, last = latency_ms[:fifth], latency_ms[-fifth:]
    return round(statistics.median(last) - statistics.median(first), 3)


def _frames(recording: Recording) -> dict[str, int | None]:
    """How many frames went which way.

    A frame that the node never had was lost by the middleware; one that was replaced by a newer
    one was dropped on purpose; one whose mask never came was lost on the way out.
    """
    sent = len(recording.sent)
    masks = len(set(recording.sent) & set(recording.arrived))
    counts: dict[str, int | None] = {"sent": sent, "masks": masks, "unanswered": sent - masks}
    if not recording.timings:
        return counts | dict.fromkeys(
            ("received", "processed", "dropped", "failed", "lost", "lost_masks")
        )
    last = recording.timings[max(recording.timings)]
    received, processed = last["frames_received"], last["frames_processed"]
    return counts | {
        "received": received,
        "processed": processed,
        "dropped": last["frames_dropped"],
        "failed": last["frames_failed"],
        "lost": sent - received,
        "lost_masks": processed - masks,
    }


def _stages(recording: Recording, answered: Sequence[int]) -> dict[str, Any] | None:
    """Median, p95 and mean milliseconds of each stage, over the frames whose times are known."""
    split = [
        stages_of(
            stamp,
            recording.arrived[stamp],
            recording.timings[stamp],
            recording.published.get(stamp, stamp),
            recording.handed_over.get(stamp, (0, 0)),
        )
        for stamp in answered
        if stamp in recording.timings
        # NaN: the node could not tell, because the clock was set meanwhile.
        and recording.timings[stamp]["pipeline_latency_ms"] is not None
    ]
    if not split:
        return None
    return {
        name: {
            "p50": round(percentile([one[name] for one in split], 0.5), 3),
            "p95": round(percentile([one[name] for one in split], 0.95), 3),
            "mean": round(statistics.fmean(one[name] for one in split), 3),
        }
        for name in STAGES
    }


def stages_of(
    stamp: int,
    arrived: int,
    timing: Mapping[str, Any],
    published: int,
    handed_over: tuple[int, int] = (0, 0),
) -> dict[str, float]:
    """The stages of one frame in milliseconds; their sum is its latency.

    Args:
        stamp: of the image, in nanoseconds.
        arrived: when the listener had the mask, in nanoseconds of the same clock.
        timing: the fields of its `SegmentationTiming`.
        published: when the camera's call of publish returned.
        handed_over: when the node's middleware and when the listener's had the mask. Where it does
            not tell (0), `publish` and `listener` are part of `transport_out`.
    """
    stages = {name: float(timing[key]) for name, key in _TIMED.items()}
    processing = float(timing["processing_time_ms"])
    publish = float(timing["publish_ms"])
    in_node = float(timing["pipeline_latency_ms"])
    stages["camera"] = (published - stamp) / 1e6
    stages["transport_in"] = in_node - processing - stages["camera"]
    stages["other"] = processing - publish - sum(stages[name] for name in _TIMED)
    # The listener may have the mask before the node is done with publishing the rest.
    finished = stamp / 1e6 + in_node - publish
    written, received = (time / 1e6 for time in handed_over)
    known = all(handed_over)
    stages["publish"] = written - finished if known else 0.0
    stages["listener"] = arrived / 1e6 - received if known else 0.0
    stages["transport_out"] = arrived / 1e6 - finished - stages["publish"] - stages["listener"]
    return stages
