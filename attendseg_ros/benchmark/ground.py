# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How exact the ground map is by distance, and what it costs.

The street's true labels go in, so that errors are those of the geometry alone; the network's come
on top. What comes out is held against where the things in the street stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.benchmark.machine import machine
from attendseg_ros.benchmark.street_feet import first_feet
from attendseg_ros.geometry import Intrinsics, Lens
from attendseg_ros.labels.camvid import CamVidClass
from attendseg_ros.navigation import FREE, OCCUPIED, UNKNOWN
from attendseg_ros.navigation.ground_map import Grid, GroundMap
from attendseg_ros.navigation.ground_plane import CameraPose
from attendseg_ros.navigation.polar_view import PolarView, View
from attendseg_ros.percentiles import percentile
from attendseg_ros.progress import progress_of
from attendseg_ros.scene import StreetScene
from attendseg_ros.scene.style import style_for

SEEDS = tuple(range(11, 27))
MOMENTS_S = (2.0, 5.0, 9.0)
EDGES_M = (3.0, 4.0, 5.0, 7.0, 10.0, 15.0)
"""Distances between which errors are put together."""

COARSEST_M = 1.0
"""All is mapped here, to show how errors grow; the node's default ends at 0.1 m a pixel."""

EVERY = 4
"""Of so many directions one is measured: they are three quarters of a pixel apart."""

GRID = Grid.of_size(10.0, 0.05)

SIZES = ((320, 240), (640, 480), (1280, 720), (1920, 1080))
"""Of the images that maps are timed of."""

Floats = NDArray[Any]


@dataclass(frozen=True)
class GroundMapPlan:
    """What to measure.

    Attributes:
        streets: how many streets to look at; at most `SEEDS`.
        runs: maps timed for each size of image.
    """

    streets: int = len(SEEDS)
    runs: int = 200


@dataclass(frozen=True)
class Errors:
    """Of the free-space boundary between two distances.

    Attributes:
        nearest_m: the first distance.
        farthest_m: the second one.
        count: directions measured.
        median_m: half of all errors are smaller.
        most_m: nine of ten are smaller.
        pixel_m: ground that a pixel covers in the direction of view, in the middle.
        missed: share of directions in which nothing was found, or another thing behind.
    """

    nearest_m: float
    farthest_m: float
    count: int
    median_m: float
    most_m: float
    pixel_m: float
    missed: float


def view_of(scene: StreetScene, coarsest_m: float = COARSEST_M, max_range_m: float = 15.0) -> View:
    """The scene's camera above its road."""
    camera = scene.camera
    f = camera.focal_length
    lens = Lens(Intrinsics(f, f, camera.width / 2, camera.horizon, camera.width, camera.height))
    pose = CameraPose.mounted(camera.height_m, 0.0)
    return View(lens.project, camera.width, camera.height, f, pose, 0.0, max_range_m, coarsest_m)


def occupancy(scene: StreetScene, time_s: float, *, pavement: bool) -> NDArray[np.uint8]:
    """The road and maybe its pavements are free, the sky is unknown, all else is an obstacle."""
    table = np.full(256, OCCUPIED, np.uint8)
    table[CamVidClass.ROAD] = FREE
    table[CamVidClass.PAVEMENT] = FREE if pavement else OCCUPIED
    table[[CamVidClass.SKY, 255]] = UNKNOWN
    return np.asarray(table[scene.render(time_s).labels], np.uint8)


def boundary(seed: int, time_s: float, *, pavement: bool) -> tuple[Floats, Floats]:
    """The true and the measured end of the free ground, for each direction seen.

    Only directions count in which the true one lies where pixels show the ground.

    Args:
        seed: of the street.
        time_s: the moment.
        pavement: whether it is free, else the kerb is where free ground ends.
    """
    scene = StreetScene(seed)
    polar = PolarView(view_of(scene))
    feet, placed = polar.feet(polar.occupancy(occupancy(scene, time_s, pavement=pavement)))
    measured = np.where(placed, polar.ranges[np.minimum(feet, len(polar.ranges) - 1)], np.nan)
    kerbs = None if pavement else style_for(seed)
    some = slice(None, None, EVERY)
    truth = first_feet(scene, time_s, polar.directions[some], kerbs)
    seen = polar.seen[some]
    begin = polar.ranges[seen.argmax(axis=1)]
    end = polar.ranges[len(polar.ranges) - 1 - seen[:, ::-1].argmax(axis=1)]
    counts = seen.any(axis=1) & (truth > 1.05 * begin) & (truth < 0.95 * end)
    return truth[counts], measured[some][counts]


def errors(seeds: Sequence[int], moments_s: Sequence[float]) -> list[Errors]:
    """The errors over streets and moments, with and without pavements, from near to far."""
    pairs = [
        boundary(seed, moment, pavement=pavement)
        for seed in seeds
        for moment in moments_s
        for pavement in (True, False)
    ]
    truth, measured = (np.concatenate(part) for part in zip(*pairs, strict=True))
    cameras = [StreetScene(seed).camera for seed in seeds]
    covered = np.mean([camera.height_m * camera.focal_length for camera in cameras])
    rows = []
    for nearest, farthest in pairwise(EDGES_M):
        inside = (truth >= nearest) & (truth < farthest)
        off = np.abs(measured[inside] - truth[inside])
        middle = (nearest + farthest) / 2
        # Farther off than a tenth and two pixels it is another thing's foot.
        found = off < 0.1 * truth[inside] + 2.0 * middle**2 / covered
        rows.append(
            Errors(
                nearest_m=nearest,
                farthest_m=farthest,
                count=int(inside.sum()),
                median_m=float(np.median(off[found])) if found.any() else np.nan,
                most_m=percentile(off[found].tolist(), 0.9),
                pixel_m=float(middle**2 / covered),
                missed=float(1.0 - found.mean()) if len(found) else np.nan,
            )
        )
    return rows


def costs_ms(width: int, height: int, runs: int) -> tuple[float, float]:
    """The median of a map with its scan, and of what is computed once for a pose."""
    scene = StreetScene(SEEDS[0], width, height)
    pixels = occupancy(scene, MOMENTS_S[0], pavement=True)
    begun = perf_counter()
    ground = GroundMap(PolarView(view_of(scene, 0.1, 10.0)), GRID)
    once = perf_counter() - begun
    times = []
    for _ in range(runs):
        begun = perf_counter()
        ground.update(pixels)
        times.append(perf_counter() - begun)
    return float(np.median(times)) * 1e3, once * 1e3


def measure_ground(plan: GroundMapPlan) -> dict[str, Any]:
    """Holds the map against the streets, and times it."""
    facts = machine()
    rows = errors(SEEDS[: plan.streets], MOMENTS_S)
    costs = []
    for width, height in progress_of(SIZES, desc="sizes", leave=False):
        each_ms, once_ms = costs_ms(width, height, plan.runs)
        costs.append({"size": [width, height], "ms": each_ms, "once_ms": once_ms})
    return {
        "benchmark": "ground",
        "machine": facts,
        "plan": asdict(plan),
        "errors": [_without_nan(asdict(row)) for row in rows],
        "costs": costs,
    }


def _without_nan(row: dict[str, Any]) -> dict[str, Any]:
    return {name: None if np.isnan(value) else value for name, value in row.items()}
