# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What differs between the settings of a folder and those of a command that would go on in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attendseg_ros.pictures import shortened as few
from attendseg_ros.shortening import shortened


def differences(there: object, given: object) -> str:
    """Names the settings that differ, with both values; empty where none does.

    Args:
        there: what the folder holds, plain values by name.
        given: the same of the command.
    """
    found = [*_differences(there, given, "")]
    return few(found) if found else ""


def _differences(there: object, given: object, name: str) -> Iterator[str]:
    if there == given:
        return
    if not isinstance(there, Mapping) or not isinstance(given, Mapping):
        yield f"{name or 'all'} is {_shown(there)} there, now {_shown(given)}"
        return
    for key in dict.fromkeys([*there, *given]):
        inner: tuple[Any, Any] = there.get(key), given.get(key)
        yield from _differences(*inner, f"{name}.{key}" if name else str(key))


def _shown(value: object) -> str:
    return value if isinstance(value, str) and value else shortened(value)
