# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the progress bar shows while the demo runs."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from math import isnan
from statistics import median

import numpy as np
from rclpy.serialization import deserialize_message
from sensor_msgs.msg import Image

from attendseg_ros.clocks import latency_ms
from attendseg_ros.training.metrics import ConfusionMatrix
from demo.recording import Message, header_stamp_ns
from demo.topics import GROUND_TRUTH, MASK

_WINDOW = 60
_TRUTHS_KEPT = 30


class LiveView:
    """Rate, latency and mean IoU of the latest masks.

    `see` is cheap, since it runs for every message; the rest runs as often as somebody looks.
    """

    def __init__(self, num_classes: int) -> None:
        """Starts with nothing seen.

        Args:
            num_classes: classes of the model.
        """
        self._lock = threading.Lock()
        self._arrivals: deque[tuple[int, int]] = deque(maxlen=_WINDOW)
        self._truths: OrderedDict[int, bytes] = OrderedDict()
        self._latest_mask = b""
        self._masks = 0
        self._confusion = ConfusionMatrix(num_classes)

    @property
    def masks(self) -> int:
        """Number of masks seen."""
        return self._masks

    def see(self, message: Message) -> None:
        """Takes note of a message."""
        if message.topic not in (MASK, GROUND_TRUTH):
            return
        stamp_ns = header_stamp_ns(message.data)
        with self._lock:
            if message.topic == MASK:
                self._masks += 1
                self._arrivals.append((stamp_ns, message.time_ns))
                self._latest_mask = message.data
            else:
                self._truths[stamp_ns] = message.data
                if len(self._truths) > _TRUTHS_KEPT:
                    self._truths.popitem(last=False)

    def text(self) -> str:
        """For example "30.0 masks/s, 18 ms camera to mask, mean IoU 71 %"."""
        with self._lock:
            arrivals = list(self._arrivals)
            pair = self._newest_pair()
        if len(arrivals) < 2:
            return "waiting for masks"
        seconds = (arrivals[-1][1] - arrivals[0][1]) / 1e9
        known_ms = [ms for ms in (latency_ms(*arrival) for arrival in arrivals) if not isnan(ms)]
        latency = f"{median(known_ms):.0f} ms" if known_ms else "unknown latency"
        parts = [f"{(len(arrivals) - 1) / seconds:.1f} masks/s", f"{latency} camera to mask"]
        if pair is not None:
            self._confusion.update(_pixels(pair[0]), _pixels(pair[1]))
        if not np.isnan(self._confusion.mean_iou):
            parts.append(f"mean IoU {100 * self._confusion.mean_iou:.0f} %")
        return ", ".join(parts)

    def _newest_pair(self) -> tuple[bytes, bytes] | None:
        if not self._latest_mask:
            return None
        truth = self._truths.get(header_stamp_ns(self._latest_mask))
        return None if truth is None else (self._latest_mask, truth)


def _pixels(serialized: bytes) -> np.ndarray:
    image = deserialize_message(serialized, Image)
    return np.frombuffer(image.data, np.uint8).reshape(image.height, image.width)
