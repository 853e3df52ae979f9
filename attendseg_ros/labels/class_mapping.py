# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The form of a class table in class files and in model.yaml: a mapping, read into its parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from attendseg_ros.errors import ClassTableError
from attendseg_ros.labels.class_info import ClassInfo
from attendseg_ros.labels.palette import Color, distinct_color
from attendseg_ros.pictures import one_form
from attendseg_ros.shortening import shortened, shortened_text

KEYS = ("classes", "ignored_ids", "ignored_colors", "label_values")
"""The keys of a class file; those that a model.yaml has as well mean the same there."""


class TableParts(NamedTuple):
    """What a mapping gives, in the order in which `ClassTable` takes it.

    Its form is right; whether values are in range and fit together is for the table to say.
    """

    classes: list[ClassInfo]
    ignored_ids: list[Any]
    ignored_colors: list[Color]
    label_values: Any


def parse(mapping: object) -> TableParts:
    """Reads a mapping of the form that `ClassTable.from_mapping` describes.

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
    return TableParts(
        classes=[_parse_class(entry, i) for i, entry in enumerate(classes)],
        ignored_ids=ignored_ids,
        ignored_colors=[
            _parse_color(color, f"ignored_colors[{i}]") for i, color in enumerate(ignored_colors)
        ],
        label_values=mapping.get("label_values"),
    )


def _parse_class(entry: object, position: int) -> ClassInfo:
    where = f"classes[{position}]"
    if isinstance(entry, str):
        return ClassInfo(position, one_form(entry), distinct_color(position))
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
        name=one_form(entry["name"]) if isinstance(entry["name"], str) else entry["name"],
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
