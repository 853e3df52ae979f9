# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The picture grid and the overlay video, from the images in the recording."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from attendseg_ros.labels import ClassTable, colorize
from attendseg_ros.playback import VideoWriter
from attendseg_ros.playback.image_sinks import write_png
from demo.drawing import BLACK, WHITE, draw_legend, draw_table
from demo.errors import DemoError
from demo.recording import read, stamps, topic_counts
from demo.topics import COLOR_MASK, GROUND_TRUTH, IMAGE, OVERLAY

Image = NDArray[np.uint8]

GRID = "grid.png"
VIDEO = "overlay.mp4"

_ROWS = 4
_TITLES = {
    IMAGE: "camera image",
    COLOR_MASK: "classes",
    OVERLAY: "overlay",
    GROUND_TRUTH: "ground truth",
}


def draw(recording: Path, classes: ClassTable, output: Path) -> None:
    """Writes grid.png and overlay.mp4.

    Args:
        recording: the bag's folder.
        classes: the model's.
        output: folder of the two files.

    Raises:
        DemoError: the recording holds no overlay.
    """
    counts = Counter(topic_counts(recording))
    shown = [topic for topic in _TITLES if counts[topic]]
    stamps_ns = list(stamps(recording, OVERLAY))
    if not stamps_ns:
        raise DemoError(f"{recording}: no overlay came in this run")
    rows: dict[int, dict[str, Image]] = {stamp_ns: {} for stamp_ns in _spread(stamps_ns)}
    legend: Image | None = None
    video = VideoWriter(output / VIDEO, _rate_hz(stamps_ns))
    messages = tqdm(
        read(recording, shown),
        desc="drawing",
        total=sum(counts[topic] for topic in shown),
        unit="msg",
        leave=False,
    )
    try:
        for topic, _, message in messages:
            stamp_ns = message.header.stamp.sec * 1_000_000_000 + message.header.stamp.nanosec
            if topic == OVERLAY:
                if legend is None:
                    legend = draw_legend(classes, message.width, WHITE, BLACK)
                video.write(_with_legend(_pixels(message), legend))
            if stamp_ns in rows:
                pixels = _pixels(message)
                is_labels = topic == GROUND_TRUTH
                rows[stamp_ns][topic] = colorize(pixels, classes.palette()) if is_labels else pixels
    except BaseException:
        video.discard()
        raise
    video.close()
    table = draw_table(
        [_TITLES[topic] for topic in shown],
        {
            f"{(stamp_ns - stamps_ns[0]) / 1e9:.1f} s": [row.get(topic) for topic in shown]
            for stamp_ns, row in rows.items()
        },
        classes,
    )
    write_png(output / GRID, table)


def _rate_hz(stamps_ns: list[int]) -> float:
    seconds = (stamps_ns[-1] - stamps_ns[0]) / 1e9
    # A video needs a rate, and players one that they can follow.
    return round((len(stamps_ns) - 1) / seconds, 2) if seconds > len(stamps_ns) / 240 else 1.0


def _spread(stamps_ns: list[int]) -> list[int]:
    """A few frames spread over the run, without the first and last moments."""
    count = min(_ROWS, len(stamps_ns))
    places = np.linspace(0.05, 0.95, count) * (len(stamps_ns) - 1)
    return [stamps_ns[round(place)] for place in places]


def _with_legend(overlay: Image, legend: Image) -> Image:
    # An overlay of another width than the first is fitted into the video as it is.
    return np.vstack([overlay, legend]) if overlay.shape[1] == legend.shape[1] else overlay


def _pixels(message: Any) -> Image:
    channels = message.step // message.width
    shape = (message.height, message.width, channels)[: 2 if channels == 1 else 3]
    return np.asarray(message.data, np.uint8).reshape(shape)
