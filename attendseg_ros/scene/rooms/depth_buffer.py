# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which face each pixel sees: flat faces against a buffer of inverse depths."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from attendseg_ros.scene.camera import Points
from attendseg_ros.scene.rooms.eye import Eye, Pose
from attendseg_ros.scene.rooms.mesh import Faces

NOTHING, FLOOR, CEILING, FIRST_FACE = 0, 1, 2, 3
"""What a pixel may show besides faces, which count on from the last."""

NEAREST_M = 0.05
SHIFT = 4
ONE = 1 << SHIFT


class Seen(NamedTuple):
    """What the pixels show.

    Attributes:
        ids: uint16 (H, W): NOTHING, FLOOR, CEILING, or FIRST_FACE plus the face's number.
        inverse_depths: float32 (H, W), 1/m along the optical axis.
    """

    ids: NDArray[np.uint16]
    inverse_depths: NDArray[np.float32]


class DepthBuffer:
    """Looks at the faces of a building, its floor at height 0 and its ceiling."""

    def __init__(self, eye: Eye, faces: Faces, ceiling_m: float, holes: Points) -> None:
        """Prepares what no pose changes.

        Args:
            eye: the camera.
            faces: of the building.
            ceiling_m: height of the ceiling.
            holes: float64 (N, 4, 3), where the floor is open.
        """
        self._eye = eye
        self._faces = faces
        up = eye.rays[1]
        # Floor and ceiling look the same from everywhere: planes without an end.
        self._ids = np.where(up < 0, np.uint16(FLOOR), np.uint16(CEILING))
        self._inverse = np.where(
            up < 0, -up / np.float32(eye.height_m), up / np.float32(ceiling_m - eye.height_m)
        ).astype(np.float32)
        self._holes = holes
        self._columns = (np.arange(eye.width) + 0.5 - eye.width / 2) / eye.focal_length
        self._rows = (np.arange(eye.height) + 0.5 - eye.height / 2) / eye.focal_length
        self._sides = _side_planes(eye)
        self._side_offsets = np.array([0.0, 0.0, 0.0, 0.0, NEAREST_M])

    def look(self, pose: Pose) -> Seen:
        """What the camera sees from a pose."""
        ids, inverse = self._ids.copy(), self._inverse.copy()
        rotation = self._eye.rotation(pose.heading)
        place = np.array([pose.x, self._eye.height_m, pose.z])
        for hole in (self._holes - place) @ rotation.T:
            self._open(hole, ids, inverse)
        faces = self._faces
        corners = (faces.corners - place) @ rotation.T
        normals = faces.normals @ rotation.T
        offsets = (normals * corners[:, 0]).sum(axis=1)
        turned = (offsets < -1e-6) | (faces.two_sided & (np.abs(offsets) > 1e-6))
        outside = ((corners @ self._sides.T) < self._side_offsets).all(axis=1).any(axis=1)
        for index in np.flatnonzero(turned & ~outside):
            shape = self._project(corners[index])
            if shape is not None:
                plane = normals[index] / offsets[index]
                self._cover(shape, plane, FIRST_FACE + int(index), ids, inverse)
        return Seen(ids, inverse)

    def _project(self, corners: Points) -> NDArray[np.int32] | None:
        """Corners of what the image shows of a face, in fractions of a pixel."""
        eye = self._eye
        if ((corners @ self._sides.T) < self._side_offsets).any():
            corners = _clipped(corners, self._sides, self._side_offsets)
            if len(corners) < 3:
                return None
        pixels = corners[:, :2] * (eye.focal_length / corners[:, 2:])
        pixels += (eye.width / 2 - 0.5, eye.height / 2 - 0.5)
        return np.rint(pixels * ONE).astype(np.int32)

    def _cover(
        self,
        shape: NDArray[np.int32],
        plane: Points,
        face_id: int,
        ids: NDArray[np.uint16],
        inverse: NDArray[np.float32],
    ) -> None:
        """Writes a face wherever it is nearer than what is there."""
        window, mask = self._mask(shape)
        rows, columns = window
        own = (
            (self._rows[rows] * plane[1] + plane[2])[:, None] + self._columns[columns] * plane[0]
        ).astype(np.float32)
        there = inverse[window]
        nearer = (own > there) & mask
        np.copyto(there, own, where=nearer)
        np.copyto(ids[window], np.uint16(face_id), where=nearer)

    def _open(self, corners: Points, ids: NDArray[np.uint16], inverse: NDArray[np.float32]) -> None:
        shape = self._project(corners)
        if shape is None:
            return
        window, mask = self._mask(shape)
        np.copyto(ids[window], np.uint16(NOTHING), where=mask)
        np.copyto(inverse[window], np.float32(1e-3), where=mask)

    def _mask(self, shape: NDArray[np.int32]) -> tuple[tuple[slice, slice], NDArray[np.bool_]]:
        """The part of the image around a shape, and where in it the shape is."""
        left, top = np.maximum(shape.min(axis=0) >> SHIFT, 0).tolist()
        right, bottom = ((shape.max(axis=0) >> SHIFT) + 2).tolist()
        right, bottom = min(right, self._eye.width), min(bottom, self._eye.height)
        mask = np.zeros((max(bottom - top, 0), max(right - left, 0)), np.uint8)
        if mask.size:
            moved = shape - (left * ONE, top * ONE)
            cv2.fillConvexPoly(mask, moved.astype(np.int32), 1, cv2.LINE_8, SHIFT)
        return (slice(top, max(bottom, top)), slice(left, max(right, left))), mask.view(np.bool_)


def _side_planes(eye: Eye) -> Points:
    """Planes that bound what the image shows, (5, 3); the last is the nearest one."""
    x, y = eye.width / 2 / eye.focal_length + 0.01, eye.height / 2 / eye.focal_length + 0.01
    planes = [(1.0, 0.0, x), (-1.0, 0.0, x), (0.0, 1.0, y), (0.0, -1.0, y), (0.0, 0.0, 1.0)]
    return np.array(planes)


def _clipped(corners: Points, planes: Points, offsets: Points) -> Points:
    """A convex shape cut at planes (Sutherland and Hodgman, 1974)."""
    shape = corners.tolist()
    for (x, y, z), offset in zip(planes.tolist(), offsets.tolist(), strict=True):
        result: list[list[float]] = []
        for (x0, y0, z0), (x1, y1, z1) in zip(shape[-1:] + shape[:-1], shape, strict=True):
            first, last = x * x0 + y * y0 + z * z0 - offset, x * x1 + y * y1 + z * z1 - offset
            if (first < 0) != (last < 0):
                share = first / (first - last)
                result.append(
                    [x0 + (x1 - x0) * share, y0 + (y1 - y0) * share, z0 + (z1 - z0) * share]
                )
            if last >= 0:
                result.append([x1, y1, z1])
        shape = result
        if not shape:
            break
    return np.array(shape, np.float64).reshape(-1, 3)
