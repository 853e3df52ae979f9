# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a parameter takes: numbers as people write them, and in words whatever else is wrong."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from typing import Any

from attendseg_ros.errors import AttendSegError
from attendseg_ros.ros.parameters.parameter_spec import ParameterSpec
from attendseg_ros.shortening import shortened

_TOLERANCE = 1e-6
"""rclpy lets numbers through that miss their range by this share, so they become its edge here."""

_INTEGERS = range(-(1 << 63), 1 << 63)
"""What ROS can hold. A longer number comes as a double, which is whole all the same."""

_WORDS: dict[type, tuple[str, str]] = {
    bool: ("true or false", "true or false values"),
    int: ("a whole number", "whole numbers"),
    float: ("a number", "numbers"),
    str: ("text", "texts"),
}

_HINTS: dict[type, str] = {
    bool: "write true or false, without quotes",
    str: "put it in quotes",
}


class ParameterError(AttendSegError):
    """A parameter value that cannot be used; the message says what would be right.

    Attributes:
        name: the parameter, where it is one alone.
    """

    def __init__(self, message: str, name: str = "") -> None:
        super().__init__(message)
        self.name = name


def fitting(spec: ParameterSpec, given: Any) -> Any:
    """The value of a parameter's own type that a given value stands for.

    A whole number is taken for a double, a double that is whole for an integer, and an empty list
    of any type for an empty list: neither YAML nor `ros2 param set` can tell them apart.

    Args:
        spec: the parameter.
        given: what rclpy knows as a parameter's value; None is no value.

    Returns:
        A bool, int, float or str, or a list of them, within the parameter's range.

    Raises:
        ParameterError: the value is of another type or out of range.
    """
    if isinstance(spec.default, tuple):
        return _fitting_list(spec, given)
    if "yes" in spec.choices and isinstance(given, bool):
        # YAML reads yes and no as true and false.
        given = "yes" if given else "no"
    kind = type(spec.default)
    value = _as(kind, given)
    if value is None:
        hint = _HINTS.get(kind, "")
        if kind is bool and not isinstance(given, (bool, int, float, str)):
            hint = ""
        words = _WORDS[kind][0] + _range(spec)
        if spec.choices:
            words += f", {spec.constraints}"
        raise _wrong(spec, words, given, hint)
    return _within(spec, value, given)


def listed(names: Sequence[str]) -> str:
    """Names as messages show them: the first five and the number of the others."""
    shown = ", ".join(shortened(name) for name in names[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more"


def in_words(given: Any) -> str:
    """A value with what it is, such as "text 'fast'"."""
    if given is None:
        return "no value"
    if isinstance(given, bool):
        return str(given).lower()
    if isinstance(given, (list, tuple, array)):
        return f"the list {shortened(list(given))}"
    kinds = {int: "the whole number", float: "the number", str: "the text"}
    return f"{kinds.get(type(given), '')} {shortened(given)}".strip()


def _fitting_list(spec: ParameterSpec, given: Any) -> list[Any]:
    kind = type(spec.default[0])
    wanted = f"a list of {_WORDS[kind][1]}"
    if not isinstance(given, (list, tuple, array)):
        hint = ""
        if _as(kind, given) is not None:
            hint = f"write [{given!r}]" if len(str(given)) < 40 else "put it in brackets"
        raise _wrong(spec, wanted, given, hint)
    values = [_as(kind, value) for value in given]
    if any(value is None for value in values):
        raise _wrong(spec, wanted, given, "")
    return values


def _as(kind: type, given: Any) -> Any:
    """A single value as one of another type, if it means the same; else None."""
    if type(given) is kind:
        return given
    is_number = isinstance(given, (int, float)) and not isinstance(given, bool)
    if kind is float and is_number:
        return float(given)
    if kind is int and is_number and math.isfinite(given) and given == int(given):
        return int(given) if int(given) in _INTEGERS else None
    return None


def _within(spec: ParameterSpec, value: Any, given: Any) -> Any:
    if spec.choices and value not in spec.choices:
        raise _wrong(spec, spec.constraints, given, "")
    if isinstance(value, float) and not math.isfinite(value):
        raise _wrong(spec, f"a finite number{_range(spec)}", given, "")
    if spec.limits is None or isinstance(value, (bool, str)):
        return value
    for edge in spec.limits:
        if isinstance(value, float) and math.isclose(value, edge, rel_tol=_TOLERANCE):
            value = min(max(value, spec.limits[0]), spec.limits[1])
    if not spec.limits[0] <= value <= spec.limits[1]:
        raise _wrong(spec, _WORDS[type(spec.default)][0] + _range(spec), given, "")
    return value


def _range(spec: ParameterSpec) -> str:
    return "" if spec.limits is None else f" from {spec.limits[0]} to {spec.limits[1]}"


def _wrong(spec: ParameterSpec, wanted: str, given: Any, hint: str) -> ParameterError:
    ending = f": {hint}" if hint else ""
    return ParameterError(f"{spec.name} must be {wanted}, got {in_words(given)}{ending}", spec.name)
