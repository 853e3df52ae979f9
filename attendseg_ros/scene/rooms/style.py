# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What makes one building differ from another: everything drawn once from the seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from attendseg_ros.scene.rooms.mesh import Color

KINDS = ("corridor", "room", "hall")
FLOORS = ("tiles", "wood", "carpet", "concrete", "stone")
PATTERNS = ("none", "bricks", "tiles", "panels", "dado")

_WALLS: tuple[Color, ...] = (
    (226, 224, 216),
    (214, 206, 184),
    (222, 218, 196),
    (196, 204, 210),
    (190, 206, 190),
    (170, 164, 156),
    (206, 180, 160),
    (148, 160, 172),
    (236, 236, 234),
    (120, 116, 112),
)
_FLOORS: dict[str, tuple[Color, ...]] = {
    "tiles": ((196, 192, 182), (170, 172, 168), (212, 208, 200), (150, 142, 132), (96, 98, 100)),
    "wood": ((150, 108, 70), (120, 82, 54), (176, 140, 100), (92, 66, 48), (190, 160, 124)),
    "carpet": ((86, 92, 104), (70, 72, 76), (104, 56, 52), (60, 76, 96), (128, 120, 108)),
    "concrete": ((148, 146, 142), (124, 124, 122), (170, 168, 162), (104, 106, 108), (92, 120, 96)),
    "stone": ((184, 176, 164), (140, 132, 124), (112, 108, 106), (200, 196, 190), (160, 148, 132)),
}
_WOODS: tuple[Color, ...] = (
    (126, 84, 54),
    (92, 60, 42),
    (168, 128, 88),
    (206, 200, 190),
    (150, 156, 162),
    (60, 46, 40),
    (84, 104, 124),
    (52, 54, 58),
)


@dataclass(frozen=True)
class RoomStyle:
    """The constants of a building, its light and the camera in it.

    Attributes:
        kind: "corridor", "room" or "hall".
        ceiling_m: height of the ceiling.
        wall: colour of the walls.
        pattern: of the walls, of `PATTERNS`.
        dado: colour of the walls' lower part, where the pattern is "dado".
        skirting: colour of the skirting boards.
        skirting_m: their height; 0: none.
        floor_kind: of `FLOORS`.
        floor: colour of the floor.
        tile_m: side of a tile, or width of a board.
        gloss: share of light that the floor mirrors when looked at from above, 0 to 1.
        ceiling: colour of the ceiling.
        door: colour of the doors.
        frame: colour of door and window frames.
        brightness: factor of the whole image.
        tint: factor of each colour channel.
        ambient: light where no lamp and no window is near, 0 to 1.
        lamp_share: share of the lamps that are lit.
        daylight: brightness of what windows show, 0 to 255.
        sunny: the sun shines in.
        clutter: share of places that hold furniture.
        speed_m_s: of the robot.
    """

    kind: str
    ceiling_m: float
    wall: Color
    pattern: str
    dado: Color
    skirting: Color
    skirting_m: float
    floor_kind: str
    floor: Color
    tile_m: float
    gloss: float
    ceiling: Color
    door: Color
    frame: Color
    brightness: float
    tint: Color
    ambient: float
    lamp_share: float
    daylight: float
    sunny: bool
    clutter: float
    speed_m_s: float


def draw_style(seed: int) -> RoomStyle:
    """Draws the style of a building."""
    random = np.random.default_rng((seed, 21))
    kind = str(random.choice(KINDS, p=(0.42, 0.26, 0.32)))
    floor_kind = str(random.choice(FLOORS, p=(0.5, 0.14, 0.12, 0.12, 0.12)))
    wall = _varied(random, _WALLS)
    dark = bool(random.uniform() < 0.3)
    skirting = np.array(wall) * random.uniform(0.3, 1.1) if random.uniform() < 0.7 else (60, 44, 36)
    white = random.uniform(190, 245)
    tint = random.uniform(0.9, 1.1, 3)
    door = _varied(random, _WOODS)
    return RoomStyle(
        kind=kind,
        ceiling_m=float(random.uniform(2.3, 3.2) + (random.uniform(0, 1.6) * (kind == "hall"))),
        wall=wall,
        pattern=str(random.choice(PATTERNS, p=(0.5, 0.1, 0.12, 0.1, 0.18))),
        dado=_varied(random, (*_WALLS, *_WOODS)),
        skirting=_clipped(np.array(skirting, np.float64)),
        skirting_m=float(random.uniform(0.06, 0.22)) if random.uniform() < 0.8 else 0.0,
        floor_kind=floor_kind,
        floor=_varied(random, _FLOORS[floor_kind]),
        tile_m=float(random.choice([0.2, 0.3, 0.4, 0.6, 0.6, 0.8])),
        gloss=_gloss(random, floor_kind),
        ceiling=(white, white * 0.99, white * random.uniform(0.94, 1.0)),
        door=door,
        frame=door if random.uniform() < 0.5 else _varied(random, _WOODS),
        brightness=float(random.uniform(0.4, 0.75) if dark else random.uniform(0.7, 1.15)),
        tint=(float(tint[0]), float(tint[1]), float(tint[2])),
        ambient=float(random.uniform(0.22, 0.4) if dark else random.uniform(0.3, 0.75)),
        lamp_share=float(random.choice([0.0, 0.3, 0.7, 1.0], p=(0.25, 0.15, 0.2, 0.4))),
        daylight=float(random.uniform(140, 255)),
        sunny=bool(random.uniform() < 0.35),
        clutter=float(random.uniform(0.25, 1.0)),
        speed_m_s=float(random.uniform(0.4, 0.9)),
    )


def _gloss(random: np.random.Generator, floor_kind: str) -> float:
    low, high = {
        "tiles": (0.05, 0.55),
        "wood": (0.02, 0.3),
        "carpet": (0.0, 0.0),
        "concrete": (0.0, 0.25),
        "stone": (0.1, 0.6),
    }[floor_kind]
    return float(random.uniform(low, high))


def _varied(random: np.random.Generator, colors: tuple[Color, ...]) -> Color:
    base = np.array(colors[int(random.integers(len(colors)))])
    return _clipped(base * random.uniform(0.8, 1.12) * random.uniform(0.95, 1.05, 3))


def _clipped(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Color:
    red, green, blue = np.clip(values, 0, 255).tolist()
    return (red, green, blue)
