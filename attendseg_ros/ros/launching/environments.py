# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The table of environments, config/environments.yaml: the model and the classes of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from attendseg_ros.documents import read_yaml
from attendseg_ros.errors import AttendSegError
from attendseg_ros.near_names import hint
from attendseg_ros.shortening import shortened, shortened_text


class EnvironmentsError(AttendSegError):
    """A table or an argument that names no environment; the message says what would be right."""


@dataclass(frozen=True)
class Environment:
    """One row of the table.

    Attributes:
        name: what `environment:=` takes.
        model: name of the model, or pkg://package/name.
        nav2: name of the file in config/ with the costs of its classes.
        traversable_classes: free ground.
        obstacle_classes: occupied.
        other_classes: neither; with the two others every class of the model.
    """

    name: str
    model: str
    nav2: str
    traversable_classes: tuple[str, ...]
    obstacle_classes: tuple[str, ...]
    other_classes: tuple[str, ...]

    @property
    def lists(self) -> dict[str, list[str]]:
        """The node's parameters that name classes of this environment."""
        return {name: list(getattr(self, name)) for name in CLASS_PARAMETERS}

    @property
    def listed_classes(self) -> tuple[str, ...]:
        """The classes that those parameters name: a model must have them all."""
        return (*self.traversable_classes, *self.obstacle_classes)

    @property
    def classes(self) -> tuple[str, ...]:
        """Every class of its model."""
        return (*self.listed_classes, *self.other_classes)


CLASS_PARAMETERS = ("traversable_classes", "obstacle_classes")
_LISTS = (*CLASS_PARAMETERS, "other_classes")
_FIELDS = tuple(field.name for field in fields(Environment) if field.name != "name")


def read_environments(path: str | Path) -> dict[str, Environment]:
    """Reads the table.

    Args:
        path: the YAML file; the installed one lies in the package's share folder.

    Returns:
        The rows by the name that `environment:=` takes, in the file's order.

    Raises:
        EnvironmentsError: the file cannot be read, a row lacks something or has too much, or names
            a class twice.
    """
    rows = read_yaml(path, EnvironmentsError)
    if not isinstance(rows, dict) or not rows:
        raise EnvironmentsError(f"{path}: must be a mapping of environments, got {shortened(rows)}")
    return {
        str(name): _row(name, row, f"{path}: {shortened_text(name)}") for name, row in rows.items()
    }


def environment_named(
    environments: dict[str, Environment], name: str, source: str, more: str = ""
) -> Environment:
    """A row by its name.

    Args:
        environments: the table.
        name: as somebody wrote it.
        source: where, for the message.
        more: what the message says of names that are near none.

    Raises:
        EnvironmentsError: there is none; the message names the nearest, and those there are.
    """
    if name in environments:
        return environments[name]
    near = hint(name, list(environments))
    raise EnvironmentsError(
        f"{source}: there is no environment {shortened(name)}{near}; there are "
        f"{', '.join(environments)}{'' if near else more}"
    )


def _row(name: object, row: Any, source: str) -> Environment:
    if not isinstance(name, str) or not name:
        raise EnvironmentsError(f"{source}: the name of an environment must be text")
    if not isinstance(row, dict):
        raise EnvironmentsError(f"{source}: must hold {', '.join(_FIELDS)}, got {shortened(row)}")
    _check_keys(row, source)
    for key in ("model", "nav2"):
        if not isinstance(row[key], str) or not row[key]:
            raise EnvironmentsError(f"{source}: {key} must be text, got {shortened(row[key])}")
    for key in _LISTS:
        if not _is_list_of_names(row[key]):
            raise EnvironmentsError(
                f"{source}: {key} must be a list of class names, got {shortened(row[key])}"
            )
    if not row["traversable_classes"]:
        raise EnvironmentsError(f"{source}: traversable_classes is empty: no ground would be free")
    environment = Environment(name, row["model"], row["nav2"], *(tuple(row[key]) for key in _LISTS))
    twice = [known for known, count in Counter(environment.classes).items() if count > 1]
    if twice:
        raise EnvironmentsError(f"{source}: class {shortened(twice[0])} is listed twice")
    return environment


def _check_keys(row: Collection[Any], source: str) -> None:
    missing = [key for key in _FIELDS if key not in row]
    unknown = [key for key in row if key not in _FIELDS]
    if unknown:
        near = hint(str(unknown[0]), missing) or f": it may hold {', '.join(_FIELDS)}"
        raise EnvironmentsError(f"{source}: there is no key {shortened(unknown[0])}{near}")
    if missing:
        raise EnvironmentsError(f"{source}: {missing[0]} is missing")


def _is_list_of_names(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) and name for name in value)
