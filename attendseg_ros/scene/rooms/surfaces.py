# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Floor, ceiling and light of a building, drawn once as maps of its plan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from attendseg_ros.scene.rooms.plan import Area
from attendseg_ros.scene.rooms.style import RoomStyle

FINE_M = 0.02
UNIT = 128.0
"""The value of a map that leaves a colour as it is."""

BRIGHT = 0.95
"""Light that four fifths of a building may not exceed."""

Floats = NDArray[np.float32]


class Light(NamedTuple):
    """A source of light: where in the plan, metres, how strong, and how far it reaches."""

    x: float
    z: float
    strength: float
    reach: float


class SunPatch(NamedTuple):
    """Sun on the floor through a window: corners in the plan, (N, 2), metres."""

    corners: NDArray[np.float64]
    strength: float


class Lamp(NamedTuple):
    """A lamp in the ceiling: its rectangle in the plan, and whether it is lit."""

    area: Area
    lit: bool


class Maps:
    """Looks up what light and colour a place of the plan has."""

    def __init__(self, bounds: Area, seed: int) -> None:
        area = bounds.grown(0.3)
        self.origin = (area.x0, area.z0)
        self.size = (
            int(np.ceil((area.x1 - area.x0) / FINE_M)),
            int(np.ceil((area.z1 - area.z0) / FINE_M)),
        )
        self._random = np.random.default_rng((seed, 22))

    def pixels(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Columns and rows of points of the plan, (N, 2)."""
        return (points - self.origin) / FINE_M

    def light(
        self, style: RoomStyle, lights: Sequence[Light], standing: Sequence[NDArray[np.float64]]
    ) -> tuple[Floats, Floats]:
        """The light in the air and that on the floor, which lacks what stands there.

        Args:
            style: of the building.
            lights: its lamps and windows.
            standing: outlines of what stands on the floor, (N, 2) each.

        Returns:
            Two maps, float32 (H, W): 1 leaves a colour as it is.
        """
        coarse = 8
        width, height = (max(side // coarse, 2) for side in self.size)
        x = self.origin[0] + (np.arange(width) + 0.5) * FINE_M * coarse
        z = self.origin[1] + (np.arange(height) + 0.5) * FINE_M * coarse
        field = np.full((height, width), style.ambient, np.float32)
        for light in lights:
            squared = (x[None] - light.x) ** 2 + (z[:, None] - light.z) ** 2
            field += (light.strength / (1.0 + squared / light.reach**2)).astype(np.float32)
        field *= 1.0 + 0.12 * self._blotches((height, width), 24)
        # Cameras expose for the room: what is bright everywhere is not too bright.
        rank = int(0.8 * field.size)
        field *= BRIGHT / max(float(np.partition(field, rank, axis=None)[rank]), BRIGHT)
        air = _resized(np.clip(field, 0.03, 1.9), self.size)
        shade = np.zeros((height, width), np.float32)
        for outline in standing:
            corners = np.rint(self.pixels(outline) / coarse).astype(np.int32)
            cv2.fillPoly(shade, [corners], 1.0)
        softened = cv2.GaussianBlur(shade, (0, 0), 1.6)
        return air, air * (1.0 - 0.55 * _resized(softened.astype(np.float32), self.size))

    def floor(self, style: RoomStyle) -> NDArray[np.uint8]:
        """Colours of the floor in full light, uint8 (H, W, 3), UNIT / 255 of them."""
        random = self._random
        width, height = self.size
        grey = np.ones((height, width), np.float32)
        grey += 0.03 * self._blotches((height, width), 60)
        rough = {"carpet": 0.09, "concrete": 0.05, "stone": 0.05}.get(style.floor_kind, 0.018)
        grey += random.normal(0.0, rough, grey.shape).astype(np.float32)
        color = np.array(style.floor, np.float32)
        painted = grey[..., None] * color
        if style.floor_kind in ("tiles", "stone"):
            self._tile(painted, style)
        elif style.floor_kind == "wood":
            self._board(painted)
        elif style.floor_kind == "concrete":
            painted *= (1.0 + 0.08 * self._blotches((height, width), 150))[..., None]
            step = round(random.uniform(2.0, 5.0) / FINE_M)
            painted[::step] *= 0.7
            painted[:, ::step] *= 0.7
        elif random.uniform() < 0.6:
            step = round(0.5 / FINE_M)
            rows, columns = np.arange(height) // step % 2, np.arange(width) // step % 2
            painted *= np.where(rows[:, None] ^ columns[None], 1.0, 0.93)[..., None]
        if random.uniform() < 0.3:
            self._border(painted)
        return np.asarray(np.clip(painted, 0, 255), np.uint8)

    def _tile(self, painted: Floats, style: RoomStyle) -> None:
        """Tiles, each of its own shade, and the grout between them."""
        random = self._random
        height, width = painted.shape[:2]
        step = max(round(style.tile_m / FINE_M), 4)
        down, across = height // step + 2, width // step + 2
        shades = 1.0 + random.normal(0.0, random.uniform(0.0, 0.035), (down, across))
        if random.uniform() < 0.2:
            checks = (np.arange(down)[:, None] + np.arange(across)[None]) % 2
            shades *= np.where(checks == 1, random.uniform(0.4, 0.85), 1.0)
        rows, columns = np.arange(height) // step, np.arange(width) // step
        painted *= shades.astype(np.float32)[rows[:, None], columns[None]][..., None]
        grout = np.float32(random.choice([0.45, 0.6, 0.75, 0.88, 1.12]))
        if style.floor_kind == "stone":
            veins = np.abs(self._blotches((height, width), 40))
            painted *= (1.0 - 0.2 * (veins < 0.08))[..., None].astype(np.float32)
        painted[::step] *= grout
        painted[:, ::step] *= grout

    def _board(self, painted: Floats) -> None:
        """Boards with joints, along z."""
        random = self._random
        height, width = painted.shape[:2]
        step = max(round(random.uniform(0.08, 0.2) / FINE_M), 4)
        long = round(1.2 / FINE_M)
        columns = np.arange(width) // step
        rows = (np.arange(height)[:, None] + (columns * 37 % long)[None]) // long
        shades = random.normal(1.0, 0.09, (int(rows.max()) + 1, int(columns.max()) + 1))
        painted *= shades.astype(np.float32)[rows, columns[None]][..., None]
        painted[:, ::step] *= 0.6

    def _border(self, painted: Floats) -> None:
        """A band of another colour along the walls, or a runner in the middle."""
        random = self._random
        width = painted.shape[1]
        inset, thick = random.uniform(0.4, 1.2), random.uniform(0.2, 0.6)
        first, last = int(inset / FINE_M), int((inset + thick) / FINE_M)
        factor = np.float32(random.uniform(0.35, 0.8))
        for columns in (slice(first, last), slice(width - last, width - first)):
            painted[:, columns] *= factor

    def ceiling(self, style: RoomStyle, lamps: Sequence[Lamp], light: Floats) -> NDArray[np.uint8]:
        """The ceiling as it is seen, uint8 (H, W, 3)."""
        random = self._random
        color = np.array(style.ceiling, np.float32)
        painted = np.clip(light * 0.85 + 0.1, 0, 1.0)[..., None] * color
        if random.uniform() < 0.5:
            step = round(0.6 / FINE_M)
            painted[::step] *= 0.82
            painted[:, ::step] *= 0.82
        for lamp in lamps:
            points = np.array([lamp.area[:2], lamp.area[2:]])
            (left, top), (right, bottom) = np.rint(self.pixels(points)).astype(int).tolist()
            painted[max(top, 0) : bottom, max(left, 0) : right] = 255 if lamp.lit else 150
        return np.asarray(np.clip(painted, 0, 255), np.uint8)

    def lit_floor(
        self, floor: NDArray[np.uint8], light: Floats, sun: Sequence[SunPatch]
    ) -> NDArray[np.uint8]:
        """The floor as it is seen, uint8 (H, W, 3), without what it mirrors."""
        lit = light.copy()
        for patch in sun:
            mask = np.zeros_like(lit)
            corners = np.rint(self.pixels(patch.corners)).astype(np.int32)
            cv2.fillPoly(mask, [corners], patch.strength)
            lit += cv2.GaussianBlur(mask, (0, 0), 1.5)
        return np.asarray(np.clip(floor * lit[..., None], 0, 255), np.uint8)

    def _blotches(self, shape: tuple[int, int], size: int) -> Floats:
        """Smooth noise of deviation about 1 whose waves are about ``size`` pixels long."""
        rows, columns = shape[0] // size + 3, shape[1] // size + 3
        coarse = self._random.normal(0.0, 1.0, (rows, columns)).astype(np.float32)
        return _resized(coarse, (shape[1], shape[0]))


def _resized(values: Floats, size: tuple[int, int]) -> Floats:
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_CUBIC), np.float32)
