# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Road, markings, kerbs and pavements: one texture of the ground, looked up through the camera."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from attendseg_ros.labels.camvid import CamVidClass
from attendseg_ros.scene.camera import Camera
from attendseg_ros.scene.style import Style

# The texture repeats along the street after this length; dashes are a whole number of times in it.
PERIOD_M = 60.0
HALF_WIDTH_M = 30.0
FINE_M_PER_PIXEL = 0.05
# Beyond this distance a coarser texture is looked up, whose pixels are about the image's there.
COARSE_FROM_M = 18.0
COARSENESS = 5


class Ground:
    """Renders everything below the horizon."""

    def __init__(self, style: Style, camera: Camera, seed: int) -> None:
        random = np.random.default_rng((seed, 2))
        self._top = int(np.ceil(camera.horizon)) + 1
        rows = np.arange(self._top, camera.height) + 0.5
        depth = camera.focal_length * camera.height_m / (rows - camera.horizon)
        columns = np.arange(camera.width) + 0.5 - camera.width / 2
        self._depth = depth.astype(np.float32)
        self._aside = (columns[None] * depth[:, None] / camera.focal_length).astype(np.float32)
        self._lane_m = style.lane_m
        self._fine = _texture(style, random)
        self._ids = _ids(style)
        height, width = self._fine.shape[:2]
        size = (width // COARSENESS, height // COARSENESS)
        coarse = cv2.resize(self._fine, size, interpolation=cv2.INTER_AREA)
        self._coarse = np.asarray(coarse, np.uint8)
        self._haze = np.array(style.haze, np.float32)
        self._near_row = int(np.searchsorted(-depth, -COARSE_FROM_M))

    def render(
        self, rgb: NDArray[np.uint8], labels: NDArray[np.uint8], travelled_m: float, bend: float
    ) -> None:
        """Paints the ground into an image and its labels, both of the camera's size."""
        depth = self._depth
        # Only columns differ from pixel to pixel; whole arrays are passed over in place.
        columns = self._aside - (np.float32(bend) * depth * depth)[:, None]
        columns += np.float32(self._lane_m)
        columns += np.float32(HALF_WIDTH_M)
        np.maximum(columns, np.float32(0.0), out=columns)
        np.minimum(columns, np.float32(2 * HALF_WIDTH_M - FINE_M_PER_PIXEL), out=columns)
        columns /= np.float32(FINE_M_PER_PIXEL)
        rows = (np.float32(travelled_m % PERIOD_M) + depth) / np.float32(FINE_M_PER_PIXEL)
        near = slice(self._near_row, None)
        far = slice(0, self._near_row)
        target, ids = rgb[self._top :], labels[self._top :]
        ids[:] = _look_up(self._ids, columns, np.zeros_like(rows), cv2.INTER_NEAREST)
        target[near] = _look_up(self._fine, columns[near], rows[near], cv2.INTER_LINEAR)
        target[far] = _look_up(
            self._coarse,
            columns[far] / np.float32(COARSENESS),
            rows[far] / np.float32(COARSENESS),
            cv2.INTER_LINEAR,
        )


def _look_up(
    texture: NDArray[np.uint8],
    columns: NDArray[np.float32],
    rows: NDArray[np.float32],
    interpolation: int,
) -> NDArray[np.uint8]:
    """Looks a texture up at columns (H, W) and at one row for each row of the image, (H,)."""
    if not rows.size:
        return np.empty((*columns.shape, *texture.shape[2:]), np.uint8)
    wrapped = np.empty_like(columns)
    wrapped[:] = np.mod(rows, np.float32(texture.shape[0]))[:, None]
    return np.asarray(
        cv2.remap(texture, columns, wrapped, interpolation, borderMode=cv2.BORDER_WRAP), np.uint8
    )


def _positions() -> NDArray[np.float64]:
    """Metres right of the middle of the road of each texture column."""
    return np.arange(0.0, 2 * HALF_WIDTH_M, FINE_M_PER_PIXEL) - HALF_WIDTH_M


def _ids(style: Style) -> NDArray[np.uint8]:
    across = np.where(
        np.abs(_positions()) < style.road_half_m, int(CamVidClass.ROAD), int(CamVidClass.PAVEMENT)
    ).astype(np.uint8)
    # The same all along the street: two rows are as good as a period of them.
    return np.repeat(across[None], 2, axis=0)


def _texture(style: Style, random: np.random.Generator) -> NDArray[np.uint8]:
    across = _positions()
    along = np.arange(0.0, PERIOD_M, FINE_M_PER_PIXEL)
    shape = (len(along), len(across))
    grain = random.normal(0.0, 7.0, shape) + _patches(random, shape, 24, 9.0)
    grey = np.full(shape, style.asphalt) + grain
    off_road = np.abs(across) > style.road_half_m
    paving = style.asphalt * 1.25 + 18
    slab = (np.mod(along, 0.9)[:, None] < 0.05) | (np.mod(across, 0.6)[None] < 0.05)
    grey[:, off_road] = (paving + grain - 14.0 * slab)[:, off_road]
    kerb = np.abs(np.abs(across) - style.road_half_m - 0.08) < 0.1
    grey[:, kerb] = paving + 25
    paint = 205.0 + grain
    dashed = (np.mod(along, 6.0) < 3.0)[:, None] & (np.abs(across) < 0.07)[None]
    edge = np.abs(np.abs(across) - style.road_half_m + 0.35) < 0.05
    grey = np.where(dashed, paint, grey)
    if random.uniform() < 0.5:
        grey[:, edge] = paint[:, edge]
    crossing_at = random.uniform(5.0, PERIOD_M - 10.0)
    stripes = (np.mod(across, 1.2) < 0.6) & (np.abs(across) < style.road_half_m - 0.3)
    crossing = ((along > crossing_at) & (along < crossing_at + 2.6))[:, None] & stripes[None]
    grey = np.where(crossing, paint, grey)
    if style.sunny:
        reach = random.uniform(-0.8, 0.6) * style.facade_m
        grey[:, across < reach] *= random.uniform(0.5, 0.75)
    warm = np.array([1.02, 1.0, 0.97])
    return np.asarray(np.clip(grey[..., None] * warm, 0, 255), np.uint8)


def _patches(
    random: np.random.Generator, shape: tuple[int, int], size: int, strength: float
) -> NDArray[np.float64]:
    """Blotches of about ``size`` texture pixels: wear, repairs and stains."""
    coarse = random.normal(0.0, strength, (shape[0] // size, shape[1] // size)).astype(np.float32)
    smooth = cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    return np.asarray(smooth, np.float64)
