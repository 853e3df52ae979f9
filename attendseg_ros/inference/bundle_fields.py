# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The fields of model.yaml, each checked as it is read."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Any

from attendseg_ros.errors import BundleError, ClassTableError, DataError
from attendseg_ros.inference.confidence_calibration import TEMPERATURES, ConfidenceCalibration
from attendseg_ros.inference.familiarity import Familiarity, FamiliarRange
from attendseg_ros.labels import ClassTable
from attendseg_ros.labels.class_mapping import KEYS
from attendseg_ros.shortening import NAME, is_name, shortened, unquoted
from attendseg_ros.terms import Terms

FORMAT_VERSION = 1


class Fields:
    """The fields of one mapping in model.yaml."""

    def __init__(self, values: object, file: Path, prefix: str = "") -> None:
        if not isinstance(values, Mapping):
            what = prefix.rstrip(".") or "its content"
            raise BundleError(f"{file}: {what} must be a mapping, got {shortened(values)}")
        self.values: Mapping[str, Any] = values
        self._file = file
        self._prefix = prefix
        if not prefix:
            self._check_version()

    def _check_version(self) -> None:
        version = self.values.get("format_version")
        if version != FORMAT_VERSION or isinstance(version, bool):
            raise BundleError(
                f"{self._file}: format_version must be {FORMAT_VERSION}, the one this version of "
                f"attendseg_ros reads, got {shortened(version)}"
            )

    def _wrong(self, key: str, wanted: str, *, is_text: bool = False) -> BundleError:
        got = "nothing"
        if key in self.values:
            value = self.values[key]
            got = f"{shortened(value)}{unquoted(value) if is_text else ''}"
        return BundleError(f"{self._file}: {self._prefix}{key} must be {wanted}, got {got}")

    def text(self, key: str) -> str:
        """A text that is not empty."""
        value = self.values.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self._wrong(key, "a text that is not empty", is_text=True)
        return value

    def name(self, key: str) -> str:
        """A text that can be a name."""
        value = self.values.get(key)
        if not is_name(value):
            raise self._wrong(key, NAME, is_text=True)
        return str(value)

    def choice(self, key: str, choices: tuple[str, ...]) -> str:
        """One of some texts."""
        value = self.values.get(key)
        if value not in choices:
            raise self._wrong(key, f"one of {', '.join(choices)}")
        return str(value)

    def choice_or(self, key: str, choices: tuple[str, ...]) -> str:
        """The same of a field that may be left out, which means the first."""
        return self.choice(key, choices) if key in self.values else choices[0]

    def count(self, key: str, minimum: int = 0) -> int:
        """An integer of at least a minimum."""
        value = self.values.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < minimum:
            raise self._wrong(key, f"an integer of at least {minimum}")
        return value

    def number(self, key: str) -> float:
        """A number that is finite."""
        value = self.values.get(key)
        if not isinstance(value, (int, float)) or isinstance(value, bool) or not isfinite(value):
            raise self._wrong(key, "a number")
        return float(value)

    def section(self, key: str) -> Fields:
        """The fields of a mapping within."""
        if not isinstance(self.values.get(key), Mapping):
            raise self._wrong(key, "a mapping")
        return Fields(self.values[key], self._file, f"{self._prefix}{key}.")

    def share(self, key: str) -> float:
        """A number from 0 to 1."""
        value = self.number(key)
        if not 0.0 <= value <= 1.0:
            raise self._wrong(key, "a number from 0 to 1")
        return value

    def yes_or_no(self, key: str) -> bool:
        """True or false."""
        value = self.values.get(key)
        if not isinstance(value, bool):
            raise self._wrong(key, "true or false")
        return value

    def calibration(self, output: str) -> ConfidenceCalibration | None:
        """How sure the model is of what it says; None where nobody measured.

        Args:
            output: what the graph gives.
        """
        if "calibration" not in self.values:
            return None
        section = self.section("calibration")
        temperature = section.number("temperature")
        low, high = TEMPERATURES
        if not low <= temperature <= high:
            raise section._wrong("temperature", f"from {low} to {high}")
        if output != "logits" and temperature != 1.0:
            raise section._wrong("temperature", f"1.0 for a model that gives {output}")
        whose = section.values.get("temperature_of", "")
        return ConfidenceCalibration(
            temperature=temperature,
            ece_before=section.share("ece_before"),
            ece_after=section.share("ece_after"),
            bins=section.count("bins", minimum=1),
            images=section.count("images", minimum=1),
            held_out=section.text("held_out"),
            seen_in_training=section.yes_or_no("seen_in_training"),
            temperature_of=section.text("temperature_of") if whose != "" else "",
        )

    def familiarity(self) -> Familiarity | None:
        """What the model gives for its own images; None where nobody measured."""
        if "familiarity" not in self.values:
            return None
        section = self.section("familiarity")
        ranges = section.values.get("ranges")
        if not isinstance(ranges, list) or not ranges:
            raise section._wrong("ranges", "a list of mappings")
        return Familiarity(
            ranges=tuple(self._range(entry) for entry in ranges),
            held_out=section.text("held_out"),
            seen_in_training=section.yes_or_no("seen_in_training"),
            images=section.count("images", minimum=1),
            training_images=section.count("training_images"),
            false_alarms=section.share("false_alarms"),
        )

    def _range(self, entry: object) -> FamiliarRange:
        fields = Fields(entry, self._file, "familiarity.ranges.")
        size = _size(fields.values.get("input_size"), 1)
        if size is None:
            raise fields._wrong("input_size", "[width, height], each 1 or more")
        typical, least = fields.number("typical"), fields.number("least")
        if least >= typical:
            raise fields._wrong("least", f"less than typical, {typical:g}")
        return FamiliarRange(size, typical, least)

    def sha256(self) -> str:
        """64 hexadecimal digits."""
        value = self.values.get("sha256")
        if not isinstance(value, str) or len(value) != 64 or set(value) - set("0123456789abcdef"):
            raise self._wrong("sha256", "64 lower-case hexadecimal digits")
        return value

    def input_size(self) -> tuple[int, int]:
        """Width and height."""
        size = _size(self.values.get("input_size"), self.count("size_multiple", minimum=1))
        if size is None:
            raise self._wrong("input_size", self._form_of_size())
        return size

    def input_sizes(self) -> tuple[tuple[int, int], ...]:
        """Widths and heights, that of most pixels first."""
        own, multiple = self.input_size(), self.count("size_multiple", minimum=1)
        given = self.values.get("input_sizes", [list(own)])
        sizes = [_size(size, multiple) for size in given] if isinstance(given, list) else []
        found = {size for size in sizes if size is not None}
        if len(found) < len(sizes) or own not in found:
            raise self._wrong(
                "input_sizes",
                f"a list of {self._form_of_size()}, none twice, with input_size {list(own)} "
                "among them",
            )
        return tuple(sorted(found, key=lambda size: (size[0] * size[1], size), reverse=True))

    def _form_of_size(self) -> str:
        multiple = self.count("size_multiple", minimum=1)
        return f"[width, height], each a positive multiple of {multiple}"

    def output_size(self) -> tuple[int, int] | None:
        """Width and height, or None where the field is not there."""
        if self.values.get("output_size") is None:
            return None
        size = _size(self.values["output_size"], 1)
        if size is None:
            raise self._wrong("output_size", "[width, height], each 1 or more")
        return size

    def background_channel(self, classes: int) -> int | None:
        """A channel beside those of the classes, or None where the field is not there."""
        value = self.values.get("background_channel")
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= classes:
            raise self._wrong("background_channel", f"a channel from 0 to {classes}")
        return value

    def terms(self) -> Terms:
        """What is said of licences."""
        values = self.section("license").values
        try:
            return Terms.from_mapping(values)
        except DataError as error:
            raise BundleError(f"{self._file}: {error}") from error

    def classes(self) -> ClassTable:
        """The class table."""
        table = {key: self.values[key] for key in KEYS if key in self.values}
        try:
            return ClassTable.from_mapping(table)
        except ClassTableError as error:
            raise BundleError(f"{self._file}: {error}") from error


def _size(value: object, multiple: int) -> tuple[int, int] | None:
    """The width and height that a list holds; None when it does not."""
    if not isinstance(value, list) or len(value) != 2:
        return None
    for side in value:
        if not isinstance(side, int) or isinstance(side, bool) or side < 1 or side % multiple:
            return None
    return value[0], value[1]
