# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Rendered scenes to train on: streets for CamVid's classes, rooms for those of indoor robots."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from attendseg_ros.errors import DataError
from attendseg_ros.labels import ClassTable
from attendseg_ros.labels.camvid import CamVidClass
from attendseg_ros.labels.indoor import IndoorClass
from attendseg_ros.scene import RoomScene, StreetScene
from attendseg_ros.training.augmentation import Pair

# Training scenes are seeded from here on, so that lower seeds stay unseen for demos and tests.
FIRST_TRAINING_SCENE_SEED = 1000


@dataclass(frozen=True)
class SceneKind:
    """A kind of rendered scene.

    Attributes:
        name: as messages call it.
        table: the built-in class table whose ids its labels hold.
        classes: those ids and names.
        make: builds the scene of a seed.
        scenes: how many there are to train on.
        frames: how many images of each.
        seconds_apart: between two images of one.
    """

    name: str
    table: str
    classes: type[CamVidClass] | type[IndoorClass]
    make: Callable[[int], StreetScene | RoomScene]
    scenes: int
    frames: int
    seconds_apart: float


SCENE_KINDS = (
    SceneKind("streets", "camvid", CamVidClass, StreetScene, 120, 4, 7.0),
    # A building differs from the next by more than its rooms do from each other.
    SceneKind("rooms", "indoor", IndoorClass, RoomScene, 300, 2, 11.0),
)


class TrainingScenes:
    """Rendered images of one kind of scene, labelled with its classes."""

    def __init__(self, kind: SceneKind) -> None:
        self.kind = kind

    def __len__(self) -> int:
        return self.kind.scenes * self.kind.frames

    def __getitem__(self, index: int) -> Pair:
        """Renders a frame: RGB uint8 (480, 640, 3) and class ids uint8 (480, 640)."""
        scene, frame = divmod(index, self.kind.frames)
        made = self.kind.make(FIRST_TRAINING_SCENE_SEED + scene)
        rendered = made.render(self.kind.seconds_apart * frame)
        return rendered.rgb, rendered.labels


def scene_kind(classes: ClassTable) -> SceneKind | None:
    """The kind of scenes that is labelled with the ids of these classes, if there is one."""
    for kind in SCENE_KINDS:
        if list(classes.names) == [c.name.lower() for c in kind.classes]:
            return kind
    return None


def training_scenes(classes: ClassTable) -> TrainingScenes:
    """The rendered scenes that are labelled with the ids of these classes.

    Raises:
        DataError: there are none.
    """
    kind = scene_kind(classes)
    if kind is not None:
        return TrainingScenes(kind)
    known = " or ".join(f"{kind.table} ({kind.name})" for kind in SCENE_KINDS)
    raise DataError(
        f"scene_share needs the classes that scenes are rendered with, {known}; set it to 0 for "
        f"other classes, such as these: {', '.join(classes.names)}"
    )
