# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Pictures in a table with headlines, and a legend of the class colours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from attendseg_ros.labels import ClassTable
from attendseg_ros.playback.video_sink import fit

Image = NDArray[np.uint8]

WHITE, BLACK, INK = (255, 255, 255), (0, 0, 0), (40, 40, 40)

_GAP = 10
_LINE_HEIGHT = 36
_TABLE_LINE_HEIGHT = 46
_FONT = cv2.FONT_HERSHEY_SIMPLEX
# Lettering is drawn larger and scaled down, since OpenCV's strokes are coarse at text size.
_OVERSAMPLING = 3
_STROKE = 6


def draw_text(
    text: str,
    color: tuple[int, int, int],
    background: tuple[int, int, int],
    line_height: int = _LINE_HEIGHT,
) -> Image:
    """Draws a line of text.

    Returns:
        uint8 (line_height, W, 3) RGB, as wide as the text.
    """
    rows = line_height * _OVERSAMPLING
    scale = cv2.getFontScaleFromHeight(_FONT, round(0.4 * rows), _STROKE)
    (width, height), _ = cv2.getTextSize(text, _FONT, scale, _STROKE)
    canvas = np.full((rows, width + 2 * _STROKE, 3), background, np.uint8)
    origin = (_STROKE, (rows + height) // 2)
    cv2.putText(canvas, text, origin, _FONT, scale, color, _STROKE, cv2.LINE_AA)
    size = (max(1, canvas.shape[1] // _OVERSAMPLING), line_height)
    return np.asarray(cv2.resize(canvas, size, interpolation=cv2.INTER_AREA), np.uint8)


def draw_legend(
    classes: ClassTable,
    width: int,
    color: tuple[int, int, int],
    background: tuple[int, int, int],
    line_height: int = _LINE_HEIGHT,
) -> Image:
    """Draws the name and colour of every class, in as many lines as they need.

    Returns:
        uint8 (H, width, 3) RGB.
    """
    margin = round(0.2 * line_height)
    entries = []
    for info in classes.classes:
        swatch = np.full((line_height, 4 * margin, 3), background, np.uint8)
        swatch[margin:-margin, margin:] = info.color
        name = draw_text(info.name, color, background, line_height)
        space = np.full((line_height, margin, 3), background, np.uint8)
        entries.append(np.hstack([space, swatch, space, name]))
    lines: list[list[Image]] = [[]]
    for entry in entries:
        if lines[-1] and sum(one.shape[1] for one in [*lines[-1], entry]) > width:
            lines.append([])
        lines[-1].append(entry)
    return np.vstack([_centred(np.hstack(line), width, background) for line in lines])


def draw_table(
    columns: Sequence[str],
    rows: Mapping[str, Sequence[Image | None]],
    classes: ClassTable,
    cell_width: int = 480,
) -> Image:
    """Lays pictures out with a headline over each column, a name under each row and a legend.

    Args:
        columns: the headlines.
        rows: RGB pictures, uint8 (H, W, 3), or None for an empty cell, by the row's name.
        classes: for the legend.
        cell_width: pixels; the cells' aspect is that of the first picture.

    Returns:
        uint8 (H, W, 3) RGB on white.
    """
    first = next(one for pictures in rows.values() for one in pictures if one is not None)
    cell = (cell_width, max(1, round(cell_width * first.shape[0] / first.shape[1])))
    width = len(columns) * (cell_width + _GAP) + _GAP
    titles = [
        _centred(draw_text(title, INK, WHITE, _TABLE_LINE_HEIGHT), cell_width, WHITE)
        for title in columns
    ]
    parts = [_spaced(titles)]
    for name, pictures in rows.items():
        cells = [_blank(cell) if one is None else fit(one, cell) for one in pictures]
        caption = draw_text(name, INK, WHITE, _TABLE_LINE_HEIGHT)
        parts += [_spaced(cells), _centred(caption, width, WHITE)]
    legend = draw_legend(classes, width, INK, WHITE, _TABLE_LINE_HEIGHT)
    return np.vstack([*parts, legend, np.full((_GAP, width, 3), WHITE, np.uint8)])


def _spaced(cells: Sequence[Image]) -> Image:
    gap = np.full((cells[0].shape[0], _GAP, 3), WHITE, np.uint8)
    return np.hstack([part for cell in cells for part in (gap, cell)] + [gap])


def _centred(picture: Image, width: int, background: tuple[int, int, int]) -> Image:
    canvas = np.full((picture.shape[0], width, 3), background, np.uint8)
    picture = picture[:, :width]
    left = (width - picture.shape[1]) // 2
    canvas[:, left : left + picture.shape[1]] = picture
    return canvas


def _blank(size: tuple[int, int]) -> Image:
    return np.full((size[1], size[0], 3), 240, np.uint8)
