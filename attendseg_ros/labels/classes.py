# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The class table: which id has which name and colour, and which ids mean nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.documents import read_yaml
from attendseg_ros.errors import ClassTableError
from attendseg_ros.labels.class_info import (
    UNLABELLED,
    ClassInfo,
    check_class,
    check_color,
    is_int_in,
)
from attendseg_ros.labels.class_mapping import parse
from attendseg_ros.labels.palette import Color
from attendseg_ros.pictures import one_form
from attendseg_ros.shortening import shortened

BUILT_IN = {file.stem: file for file in sorted(Path(__file__).parent.glob("*.yaml"))}
"""The class files of this package, by their names."""

LABEL_VALUES = ("ids", "colors")
"""By what label images may name a class."""


class ClassTable:
    """The classes of a network or a data set, in the order of the network's output channels."""

    def __init__(
        self,
        classes: Sequence[ClassInfo],
        ignored_ids: Sequence[int] = (),
        ignored_colors: Sequence[Color] = (),
        label_values: str | None = None,
    ) -> None:
        """Checks that ids, names and colours in label images are unique and in range.

        Args:
            classes: at least one class.
            ignored_ids: ids in label images that mean "unlabelled" besides `UNLABELLED`.
            ignored_colors: colours in label images that mean "unlabelled".
            label_values: one of `LABEL_VALUES`: by what label images name a class, where a
                palette or grey colours leave that open; None: as their content shows.

        Raises:
            ClassTableError: an id, name or colour is out of range or repeated.
        """
        if not classes:
            raise ClassTableError("classes is empty: at least one {id, name, color} is needed")
        for position, info in enumerate(classes):
            check_class(info, f"classes[{position}]", classes[:position])
        ids = {info.id for info in classes}
        for ignored in ignored_ids:
            if not is_int_in(ignored, 0, 255):
                raise ClassTableError(
                    f"ignored_ids must be integers from 0 to 255, got {shortened(ignored)}"
                )
            if ignored in ids:
                raise ClassTableError(f"ignored_ids holds {ignored}, which is the id of a class")
        if label_values is not None and label_values not in LABEL_VALUES:
            raise ClassTableError(
                f"label_values must be {' or '.join(LABEL_VALUES)}, got {shortened(label_values)}"
            )
        self._label_values = label_values
        self._classes = tuple(classes)
        self._ignored_ids = tuple(ignored_ids)
        self._ignored_colors = tuple(ignored_colors)
        self._id_of_label_color = _label_colors(
            classes, ignored_colors, are_unique=label_values != "ids"
        )

    @classmethod
    def load(cls, path_or_name: str | Path) -> ClassTable:
        """Reads a class table from a YAML file, or a built-in one by its name ("camvid").

        Raises:
            ClassTableError: no such file or built-in table, or its content is wrong.
        """
        path = BUILT_IN.get(str(path_or_name), Path(path_or_name))
        try:
            mapping = read_yaml(path, ClassTableError)
        except ClassTableError as error:
            raise ClassTableError(
                f"cannot read class file: {error}: give a YAML file or a built-in table "
                f"({', '.join(BUILT_IN)})"
            ) from error
        try:
            return cls.from_mapping(mapping)
        except ClassTableError as error:
            raise ClassTableError(f"{path}: {error}") from error

    @classmethod
    def from_mapping(cls, mapping: object) -> ClassTable:
        """Builds a table from a mapping, as a class file holds it.

        Args:
            mapping: `{classes: [{id, name, color: [r, g, b]}, ...]}`. A class may also have
                `merges: {name: [r, g, b], ...}`, the table `ignored_ids: [...]`,
                `ignored_colors: [[r, g, b], ...]` and `label_values: ids` or `colors`. In place
                of a class its name is enough: its id is then its position, its colour one of its
                own.

        Raises:
            ClassTableError: the mapping has another form; the message names the entry.
        """
        return cls(*parse(mapping))

    def to_mapping(self) -> dict[str, Any]:
        """The inverse of `from_mapping`, of plain lists and dictionaries for YAML or JSON."""
        classes = []
        for info in self._classes:
            entry: dict[str, Any] = {"id": info.id, "name": info.name, "color": list(info.color)}
            if info.merges:
                entry["merges"] = {name: list(color) for name, color in info.merges.items()}
            classes.append(entry)
        mapping: dict[str, Any] = {"classes": classes, "ignored_ids": list(self._ignored_ids)}
        if self._ignored_colors:
            mapping["ignored_colors"] = [list(color) for color in self._ignored_colors]
        if self._label_values is not None:
            mapping["label_values"] = self._label_values
        return mapping

    @property
    def classes(self) -> tuple[ClassInfo, ...]:
        """Every class, in the order of the network's output channels."""
        return self._classes

    @property
    def names(self) -> tuple[str, ...]:
        """The class names, in the order of the network's output channels."""
        return tuple(info.name for info in self._classes)

    @property
    def ids(self) -> tuple[int, ...]:
        """The class ids, in the order of the network's output channels."""
        return tuple(info.id for info in self._classes)

    @property
    def ignored_ids(self) -> tuple[int, ...]:
        """Ids that mean "unlabelled" in label images of this table, besides `UNLABELLED`."""
        return self._ignored_ids

    @property
    def label_values(self) -> str | None:
        """By what label images name classes, of `LABEL_VALUES`; None: as their content shows."""
        return self._label_values

    def __len__(self) -> int:
        return len(self._classes)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ClassTable):
            return NotImplemented
        return self.to_mapping() == other.to_mapping()

    def __hash__(self) -> int:
        return hash((self._classes, self._ignored_ids))

    def __repr__(self) -> str:
        return f"ClassTable({', '.join(self.names)})"

    def palette(self) -> NDArray[np.uint8]:
        """The colour of every id: uint8 (256, 3) RGB; black where no class has that id."""
        colors = np.zeros((256, 3), np.uint8)
        for info in self._classes:
            colors[info.id] = info.color
        return colors

    def id_of_label_color(self, color: Color) -> int | None:
        """The class id of a colour in a label image; `UNLABELLED` where it is ignored.

        Colours are those of the classes and of what they merge. Black, the palette's colour of
        unlabelled pixels, means just that unless a class claims it. None: no class has it.
        """
        return self._id_of_label_color.get(color)

    def id_of(self, name: str) -> int:
        """The id of the class called `name`.

        Raises:
            ClassTableError: no class has that name; the message lists those there are.
        """
        for info in self._classes:
            if one_form(info.name) == one_form(name):
                return info.id
        raise ClassTableError(
            f"unknown class {shortened(name)}: the classes are {', '.join(self.names)}"
        )


def _label_colors(
    classes: Sequence[ClassInfo], ignored: Sequence[Color], are_unique: bool
) -> dict[Color, int]:
    """The id of every colour that may stand in a label image.

    Where label images hold ids, two classes may be painted alike: ADE20K has such a pair.
    """
    ids: dict[Color, int] = {}
    for color in ignored:
        check_color(color, "ignored_colors")
        ids[color] = UNLABELLED
    for info in classes:
        for name, color in ({info.name: info.color} | dict(info.merges)).items():
            if ids.setdefault(color, info.id) != info.id and are_unique:
                raise ClassTableError(
                    f"{info.name}: the colour {list(color)} of {shortened(name)} also means "
                    "something else"
                )
    ids.setdefault((0, 0, 0), UNLABELLED)
    return ids
