# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The painter: shapes land where a pinhole camera sees them, and are cut at the image's edges."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from attendseg_ros.labels.camvid import CamVidClass
from attendseg_ros.scene.camera import Camera
from attendseg_ros.scene.painter import Painter, Point

WIDTH, HEIGHT = 160, 120
CAMERA = Camera(WIDTH, HEIGHT, focal_length=100.0, horizon=60.0, height_m=1.5)
RED = (200.0, 0.0, 0.0)


class Sheet:
    """An empty image, its labels, and a painter on both."""

    def __init__(self) -> None:
        self.rgb = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
        self.labels = np.full((HEIGHT, WIDTH), int(CamVidClass.SKY), np.uint8)
        self.painter = Painter(CAMERA, self.rgb, self.labels, (0.0, 0.0, 0.0), bend=0.0)

    def painted(self) -> NDArray[np.bool_]:
        """Where labels are no longer the sky's."""
        return np.asarray(self.labels != int(CamVidClass.SKY), np.bool_)


def upright(x0: float, x1: float, y0: float, y1: float, z: float) -> list[Point]:
    return [(x0, y0, z), (x1, y0, z), (x1, y1, z), (x0, y1, z)]


def test_a_face_covers_what_the_intrinsics_say() -> None:
    sheet = Sheet()
    sheet.painter.face(upright(-1.0, 2.0, 0.0, 2.5, 10.0), RED, CamVidClass.SIGN, 10.0)
    corners = np.array([[-1.0, 1.5 - 2.5, 10.0], [2.0, 1.5 - 0.0, 10.0]]) @ CAMERA.matrix.T
    (left, top), (right, bottom) = corners[:, :2] / corners[:, 2:]
    rows, columns = np.nonzero(sheet.painted())
    assert (columns.min(), columns.max()) == (
        pytest.approx(left, abs=1),
        pytest.approx(right, abs=1),
    )
    assert (rows.min(), rows.max()) == (pytest.approx(top, abs=1), pytest.approx(bottom, abs=1))
    assert np.all(sheet.rgb[sheet.painted(), 0] > 0)


def test_many_faces_are_painted_as_one_by_one() -> None:
    # Inside, across every edge, beside the camera, and far outside the image.
    spans = [(-1, 1), (7, 9), (-9, -7), (30, 31), (-31, -30)]
    shapes = [upright(x0, x1, y0, y0 + 1.0, 10.0) for x0, x1 in spans for y0 in (-30, -5, 0, 7, 30)]
    together, alone = Sheet(), Sheet()
    together.painter.faces(np.array(shapes), RED, CamVidClass.SIGN, 10.0)
    for shape in shapes:
        alone.painter.face(shape, RED, CamVidClass.SIGN, 10.0)
    assert together.painted().any()
    assert np.array_equal(together.labels, alone.labels)


def test_a_face_beyond_every_edge_fills_the_image() -> None:
    sheet = Sheet()
    sheet.painter.face(upright(-1e5, 1e5, -1e5, 1e5, 2.0), RED, CamVidClass.BUILDING, 2.0)
    assert sheet.painted().all()


@pytest.mark.parametrize("x", [-8.0, 8.0])
def test_what_is_partly_in_view_is_cut_at_the_edge(x: float) -> None:
    sheet = Sheet()
    sheet.painter.disc((x, 1.5, 10.0), 1.0, RED, CamVidClass.TREE)
    rows, columns = np.nonzero(sheet.painted())
    edge = 0 if x < 0 else WIDTH - 1
    # The middle of the disc, 10 pixels in radius, lies on the edge.
    assert edge in columns
    assert np.ptp(columns) == pytest.approx(10, abs=1)
    assert np.ptp(rows) == pytest.approx(20, abs=1)


def test_discs_are_painted_as_one_by_one() -> None:
    random = np.random.default_rng(0)
    offsets, radii = random.normal(0.0, 3.0, (40, 2)), random.uniform(0.1, 1.0, 40)
    colors = random.uniform(0.0, 255.0, (40, 3))
    together, alone = Sheet(), Sheet()
    together.painter.discs((2.0, 3.0, 12.0), offsets, radii, colors, CamVidClass.TREE)
    for (dx, dy), radius, (red, green, blue) in zip(
        offsets.tolist(), radii.tolist(), colors.tolist(), strict=True
    ):
        alone.painter.disc((2.0 + dx, 3.0 + dy, 12.0), radius, (red, green, blue), CamVidClass.TREE)
    assert np.array_equal(together.labels, alone.labels)
    assert np.array_equal(together.rgb, alone.rgb)


def test_nothing_behind_or_beside_the_image_is_painted() -> None:
    sheet = Sheet()
    sheet.painter.face(upright(50.0, 60.0, 0.0, 2.0, 10.0), RED, CamVidClass.CAR, 10.0)
    sheet.painter.disc((0.0, 1.5, 0.5), 0.1, RED, CamVidClass.CAR)
    sheet.painter.bar((-50.0, 0.0, 10.0), (-50.0, 3.0, 10.0), 0.2, RED, CamVidClass.POLE)
    assert not sheet.painted().any()
    assert not sheet.rgb.any()
