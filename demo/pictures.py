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
from demo.evaluation import Evaluation
from demo.recording import read, topic_counts
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


def draw(recording: Path, evaluation: Evaluation, classes: ClassTable, output: Path) -> None:
    """Writes grid.png and overlay.mp4.

    Args:
        recording: The bag's folder.
        evaluation: What was measured in it.
        classes: The model's.
        output: Folder of the two files.
    """
    counts = Counter(topic_counts(recording))
    shown = [topic for topic in _TITLES if counts[topic]]
    rows: dict[int, dict[str, Image]] = {stamp: {} for stamp in _spread(evaluation.mask_stamps_ns)}
    legend: Image | None = None
    video = VideoWriter(output / VIDEO, max(1.0, round(evaluation.mask_rate_hz, 2)))
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
    start_ns = evaluation.mask_stamps_ns[0]
    table = draw_table(
        [_TITLES[topic] for topic in shown],
        {
            f"{(stamp_ns - start_ns) / 1e9:.1f} s": [row.get(topic) for topic in shown]
            for stamp_ns, row in rows.items()
        },
        classes,
    )
    write_png(output / GRID, table)


def _spread(stamps_ns: list[int]) -> list[int]:
    """A few masks spread over the run, without the first and last moments."""
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
