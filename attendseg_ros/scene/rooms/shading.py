# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""From what pixels see to colours: maps of the plan, patterns of walls, a floor that mirrors."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from attendseg_ros.scene.rooms.building import Building
from attendseg_ros.scene.rooms.depth_buffer import CEILING, FIRST_FACE, FLOOR, Seen
from attendseg_ros.scene.rooms.eye import Eye, Pose
from attendseg_ros.scene.rooms.mesh import Surface
from attendseg_ros.scene.rooms.style import RoomStyle
from attendseg_ros.scene.rooms.surfaces import FINE_M, UNIT, Maps
from attendseg_ros.scene.rooms.walls import PATTERN_M, WALL_PIXELS, wall_atlas

LEVELS = (1, 3, 9)
"""Factors by which the maps of the plan are reduced: far pixels see many of theirs."""

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]


class Shading:
    """Colours what a camera sees in a building."""

    def __init__(self, eye: Eye, building: Building, style: RoomStyle, seed: int) -> None:
        self._eye = eye
        self._style = style
        faces = building.faces
        self._colors = np.concatenate(
            [np.array([[16, 15, 14], [UNIT] * 3, [UNIT] * 3], np.uint8), faces.colors]
        )
        surfaces = np.concatenate([np.zeros(FIRST_FACE, np.uint8), faces.surfaces])
        self._surfaces = surfaces
        maps = Maps(building.bounds, seed)
        air, on_floor = maps.light(style, building.lights, building.standing)
        floor = maps.lit_floor(maps.floor(style), on_floor, building.sun)
        ceiling = maps.ceiling(style, building.lamps, air)
        light = np.repeat(np.clip(air * UNIT, 0, 255).astype(np.uint8)[..., None], 3, axis=2)
        self._origin = np.array(maps.origin, np.float32)
        self._size = maps.size
        self._atlas, self._levels = _with_levels([light, floor, ceiling])
        self._ceiling = cv2.blur(
            cv2.resize(ceiling, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA), (3, 3)
        )
        self._walls = wall_atlas(style, seed)

    def colors(self, seen: Seen, pose: Pose) -> Bytes:
        """The image, uint8 (H, W, 3), before light and lens do theirs."""
        ids = seen.ids
        depth = np.float32(1.0) / seen.inverse_depths
        right, up, ahead = self._eye.rays
        sine, cosine = np.float32(np.sin(pose.heading)), np.float32(np.cos(pose.heading))
        x = (right * cosine + ahead * sine) * depth + np.float32(pose.x)
        z = (ahead * cosine - right * sine) * depth + np.float32(pose.z)
        surfaces = self._surfaces[ids]
        image = self._colors[ids]
        lit = self._light(ids, x, z, depth)
        shining = surfaces == Surface.SHINING
        lit[shining] = int(UNIT)
        image = cv2.multiply(image, lit, scale=1 / UNIT)
        y = up * depth + np.float32(self._eye.height_m)
        detail = self._detail(surfaces, x + z, y)
        detail[shining | (ids < FIRST_FACE)] = int(UNIT)
        image = cv2.multiply(image, cv2.merge([detail] * 3), scale=1 / UNIT)
        shaded = np.asarray(image, np.uint8)
        if self._style.gloss > 0:
            self._mirror(shaded, ids == FLOOR, x, z, pose)
        return shaded

    def _light(self, ids: NDArray[np.uint16], x: Floats, z: Floats, depth: Floats) -> Bytes:
        """What the maps hold for each pixel: colours of floor and ceiling, light of the rest."""
        footprint = depth * np.sqrt(depth) * np.float32(4.0 / self._eye.focal_length / FINE_M)
        level = (footprint > 3.0).astype(np.uint8) + (footprint > 9.0)
        part = np.minimum(ids, FIRST_FACE).astype(np.uint8)
        # Light lies in the first part of the atlas, floor in the second, ceiling in the third.
        table = np.zeros((len(LEVELS), FIRST_FACE + 1, 2), np.float32)
        for index, (left, top, width, _) in enumerate(self._levels):
            for kind, number in ((0, 0), (FLOOR, 1), (CEILING, 2), (FIRST_FACE, 0)):
                table[index, kind] = (left + number * width, top)
        factors = np.array([1 / (FINE_M * level) for level in LEVELS], np.float32)
        scale = factors[level]
        limit_x = np.float32(self._size[0] * FINE_M - 0.2)
        limit_z = np.float32(self._size[1] * FINE_M - 0.2)
        columns = np.clip(x - self._origin[0], 0.2, limit_x) * scale
        rows = np.clip(z - self._origin[1], 0.2, limit_z) * scale
        columns += table[level, part, 0]
        rows += table[level, part, 1]
        return np.asarray(cv2.remap(self._atlas, columns, rows, cv2.INTER_LINEAR), np.uint8)

    def _detail(self, surfaces: NDArray[np.uint8], along: Floats, y: Floats) -> Bytes:
        """Patterns and stains of walls and what stands: UNIT leaves a colour as it is."""
        scale, edge = np.float32(WALL_PIXELS / PATTERN_M), np.float32(1.0)
        columns = np.mod(along, np.float32(PATTERN_M)) * scale + edge
        rows = np.mod(-y, np.float32(PATTERN_M)) * scale
        below = np.float32(WALL_PIXELS + 3)
        rows += np.where(surfaces == Surface.PATTERNED, below, edge)
        return np.asarray(cv2.remap(self._walls, columns, rows, cv2.INTER_LINEAR), np.uint8)

    def _mirror(
        self, image: Bytes, floor: NDArray[np.bool_], x: Floats, z: Floats, pose: Pose
    ) -> None:
        """Adds what the floor mirrors: what stands on it, upside down, and the ceiling's lamps.

        A mirrored point lies as far below the foot of what it belongs to as the point itself lies
        above: exact for a level camera, close enough for one that tilts a little.
        """
        height, width = floor.shape
        rows = np.arange(height, dtype=np.int32)[:, None]
        feet = np.maximum.accumulate(np.where(floor, -1, rows), axis=0)
        standing = feet >= 0
        source = 2 * feet - rows
        columns = np.broadcast_to(np.arange(width, dtype=np.float32), floor.shape)
        source_rows = np.clip(source, 0, height - 1).astype(np.float32)
        small = cv2.remap(image, np.ascontiguousarray(columns), source_rows, cv2.INTER_NEAREST)
        overhead = self._overhead(x, z, pose)
        beyond = ~standing | (source < 0)
        np.copyto(small, overhead, where=beyond[..., None])
        blur = max(int(height * 0.05), 1) | 1
        mirrored = cv2.blur(small, (max(blur // 4, 1) | 1, blur))
        up = self._eye.rays[1]
        right, _, ahead = self._eye.rays
        steep = -up / np.sqrt(right * right + up * up + ahead * ahead)
        gloss = np.float32(self._style.gloss)
        # Schlick's approximation of Fresnel's equations.
        share = np.clip(gloss * 0.35 + gloss * (1 - np.abs(steep)) ** 3, 0, 0.85).astype(np.float32)
        share *= floor
        weights = cv2.merge([share] * 3)
        mixed = image + (mirrored.astype(np.float32) - 0.7 * image) * weights
        np.copyto(image, np.clip(mixed, 0, 255).astype(np.uint8), where=floor[..., None])

    def _overhead(self, x: Floats, z: Floats, pose: Pose) -> Bytes:
        """The ceiling where rays mirrored by the floor meet it."""
        # From the lens to the floor the ray sinks by the lens's height; it rises by the room's.
        factor = np.float32(1.0 + self._style.ceiling_m / self._eye.height_m)
        hit_x = (x - np.float32(pose.x)) * factor + np.float32(pose.x) - self._origin[0]
        hit_z = (z - np.float32(pose.z)) * factor + np.float32(pose.z) - self._origin[1]
        scale = np.float32(0.25 / FINE_M)
        return np.asarray(
            cv2.remap(
                self._ceiling,
                hit_x * scale,
                hit_z * scale,
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REPLICATE,
            ),
            np.uint8,
        )


def _with_levels(parts: list[Bytes]) -> tuple[Bytes, list[tuple[int, int, int, int]]]:
    """Maps side by side, and below them the same ones reduced.

    Returns:
        The atlas, and for each level the column, row, width and height of its first map.
    """
    height, width = parts[0].shape[:2]
    rows, levels, top = [], [], 0
    for factor in LEVELS:
        size = (max(width // factor, 4), max(height // factor, 4))
        reduced = [np.asarray(cv2.resize(p, size, interpolation=cv2.INTER_AREA)) for p in parts]
        row = np.zeros((size[1], 3 * width, 3), np.uint8)
        row[:, : 3 * size[0]] = np.concatenate(reduced, axis=1)
        rows.append(row)
        levels.append((0, top, size[0], size[1]))
        top += size[1]
    return np.concatenate(rows), levels
