# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The class table: which id has which name and colour, and which ids mean nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.documents import read_yaml
from attendseg_ros.errors import ClassTableError
from attendseg_ros.labels.palette import Color, distinct_color
from attendseg_ros.shortening import NAME, is_name, shortened, shortened_text

UNLABELLED = 255
"""The id of a pixel that belongs to no class; Nav2's segmentation layer reads 255 the same way."""


BUILT_IN = {file.stem: file for file in sorted(Path(__file__).parent.glob("*.yaml"))}
"""The class files of this package, by their names."""

LABEL_VALUES = ("ids", "colors")
"""By what label images may name a class."""

KEYS = ("classes", "ignored_ids", "ignored_colors", "label_values")
"""The keys of a class file; those that a model.yaml has as well mean the same there."""


@dataclass(frozen=True)
class ClassInfo:
    """One class: its id in label images (0..254), its name, its RGB colour (0..255 each).

    `merges` names the finer classes of a data set that count as this one, with the colours that
    they have in its label images.
    """

    id: int
    name: str
    color: Color
    merges: Mapping[str, Color] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash((self.id, self.name, self.color))


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
            _check_class(info, f"classes[{position}]", classes[:position])
        ids = {info.id for info in classes}
        for ignored in ignored_ids:
            if not _is_int_in(ignored, 0, 255):
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
        if not isinstance(mapping, Mapping):
            raise ClassTableError(
                f"must be a mapping with the key 'classes', got {type(mapping).__name__}"
            )
        unknown = sorted(str(key) for key in mapping if key not in KEYS)
        if unknown:
            raise ClassTableError(
                f"unknown key {shortened(unknown[0])}: the keys are {', '.join(map(repr, KEYS))}"
            )
        classes = mapping.get("classes")
        if not isinstance(classes, list):
            raise ClassTableError(
                f"classes must be a list of {{id, name, color}}, got {shortened(classes)}"
            )
        ignored_ids = mapping.get("ignored_ids", [])
        if not isinstance(ignored_ids, list):
            raise ClassTableError(
                f"ignored_ids must be a list of integers, got {shortened(ignored_ids)}"
            )
        ignored_colors = mapping.get("ignored_colors", [])
        if not isinstance(ignored_colors, list):
            raise ClassTableError(
                f"ignored_colors must be a list of [r, g, b], got {shortened(ignored_colors)}"
            )
        infos = [_parse_class(entry, i) for i, entry in enumerate(classes)]
        colors = [_parse_color(c, f"ignored_colors[{i}]") for i, c in enumerate(ignored_colors)]
        return cls(infos, ignored_ids, colors, mapping.get("label_values"))

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
            if info.name == name:
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
        _check_color(color, "ignored_colors")
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


def _is_int_in(value: object, low: int, high: int) -> bool:
    # bool is an int in Python, but `id: yes` in a class file is a mistake.
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _parse_class(entry: object, position: int) -> ClassInfo:
    where = f"classes[{position}]"
    if isinstance(entry, str):
        return ClassInfo(position, entry, distinct_color(position))
    keys = {"id", "name", "color"}
    if not isinstance(entry, Mapping) or set(entry) - {"merges"} != keys:
        raise ClassTableError(
            f"{where} must be {{id, name, color}} or a name, got {shortened(entry)}"
        )
    merges = entry.get("merges", {})
    if not isinstance(merges, Mapping):
        raise ClassTableError(
            f"{where}.merges must be {{name: [r, g, b], ...}}, got {shortened(merges)}"
        )
    return ClassInfo(
        id=entry["id"],
        name=entry["name"],
        color=_parse_color(entry["color"], f"{where}.color"),
        merges={
            str(n): _parse_color(c, f"{where}.merges.{shortened_text(n)}")
            for n, c in merges.items()
        },
    )


def _parse_color(value: object, where: str) -> Color:
    if not isinstance(value, list) or len(value) != 3:
        raise ClassTableError(f"{where} must be [r, g, b] from 0 to 255, got {shortened(value)}")
    red, green, blue = value
    return red, green, blue


def _check_color(color: Color, where: str) -> None:
    if len(color) != 3 or not all(_is_int_in(value, 0, 255) for value in color):
        raise ClassTableError(
            f"{where} must be [r, g, b] from 0 to 255, got {shortened(list(color))}"
        )


def _check_class(info: ClassInfo, where: str, earlier: Sequence[ClassInfo]) -> None:
    if not _is_int_in(info.id, 0, UNLABELLED - 1):
        raise ClassTableError(
            f"{where}.id must be an integer from 0 to {UNLABELLED - 1} "
            f"({UNLABELLED} means unlabelled), got {shortened(info.id)}"
        )
    if not is_name(info.name):
        raise ClassTableError(f"{where}.name must be {NAME}, got {shortened(info.name)}")
    _check_color(info.color, f"{where}.color")
    for merged, color in info.merges.items():
        _check_color(color, f"{where}.merges.{shortened_text(merged)}")
    for other in earlier:
        if other.id == info.id:
            raise ClassTableError(f"{where}.id {info.id} is also the id of {other.name!r}")
        if other.name == info.name:
            raise ClassTableError(
                f"{where}.name {shortened(info.name)} is also the name of id {other.id}"
            )
