# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""One class: its id, its name and its colours, and what these may be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from attendseg_ros.errors import ClassTableError
from attendseg_ros.labels.palette import Color
from attendseg_ros.shortening import NAME, is_name, shortened, shortened_text, unquoted

UNLABELLED = 255
"""The id of a pixel that belongs to no class; Nav2's segmentation layer reads 255 the same way."""


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


def check_class(info: ClassInfo, where: str, earlier: Sequence[ClassInfo]) -> None:
    """Checks that a class is in range and unlike those before it.

    Args:
        info: the class.
        where: it stands, for the message.
        earlier: the classes before it.

    Raises:
        ClassTableError: its id, its name or a colour is out of range, or its id or its name
            repeated.
    """
    if not is_int_in(info.id, 0, UNLABELLED - 1):
        raise ClassTableError(
            f"{where}.id must be an integer from 0 to {UNLABELLED - 1} "
            f"({UNLABELLED} means unlabelled), got {shortened(info.id)}"
        )
    if not is_name(info.name):
        raise ClassTableError(
            f"{where}.name must be {NAME}, got {shortened(info.name)}{unquoted(info.name)}"
        )
    check_color(info.color, f"{where}.color")
    for merged, color in info.merges.items():
        check_color(color, f"{where}.merges.{shortened_text(merged)}")
    for other in earlier:
        if other.id == info.id:
            raise ClassTableError(f"{where}.id {info.id} is also the id of {other.name!r}")
        if other.name == info.name:
            raise ClassTableError(
                f"{where}.name {shortened(info.name)} is also the name of id {other.id}"
            )


def check_color(color: Color, where: str) -> None:
    """Checks that a colour is three values from 0 to 255.

    Args:
        color: red, green and blue.
        where: it stands, for the message.

    Raises:
        ClassTableError: it is something else.
    """
    if len(color) != 3 or not all(is_int_in(value, 0, 255) for value in color):
        raise ClassTableError(
            f"{where} must be [r, g, b] from 0 to 255, got {shortened(list(color))}"
        )


def is_int_in(value: object, low: int, high: int) -> bool:
    """Whether a value is a whole number within bounds, both included."""
    # bool is an int in Python, but `id: yes` in a class file is a mistake.
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
