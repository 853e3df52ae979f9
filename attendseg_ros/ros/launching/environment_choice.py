# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which model and which lists of classes a node starts with, where its environment says so.

What a user asks for wins: `model:=`, then `environment:=`, then a parameter file of the user's own.
Below them is the environment of the robot, and last the parameter file that comes with us.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from attendseg_ros.errors import BundleError, DataError
from attendseg_ros.inference import Bundle, find_bundle, known_models, load_bundle
from attendseg_ros.ros.launching.environments import (
    CLASS_PARAMETERS,
    Environment,
    EnvironmentsError,
    environment_named,
)
from attendseg_ros.ros.parameters.given_parameters import given_by_file
from attendseg_ros.ros.parameters.parameter_table import CLASS_LISTS
from attendseg_ros.ros.parameters.parameter_values import listed
from attendseg_ros.ros.parameters.settings import Settings

NEUTRAL_FILES = ("segmentation.yaml", "ground_robot.yaml")
"""Files in config/ whose model and classes are those of no robot in particular."""

HOW = (
    "to bring another, train it (attendseg train, attendseg export) or import it (attendseg "
    "import), and give model:=<its folder> or install it in a package under that name "
    "(docs/bundles.md)"
)


@dataclass(frozen=True)
class Wishes:
    """What the launch arguments say; empty texts say nothing.

    Attributes:
        environment: of the argument.
        model: of the argument.
        robot: name of the robot's row.
        robots_environment: the environment in that row.
        params_file: the node's parameter file.
        config: the folder of the parameter files that come with the package.
        node: full name of the node, for which a section of the file may be.
    """

    environment: str
    model: str
    robot: str
    robots_environment: str
    params_file: str
    config: Path
    node: str


@dataclass(frozen=True)
class Choice:
    """What becomes of them.

    Attributes:
        environment: the row whose lists are in effect; None: those of the parameter file.
        parameters: of the node, on top of the parameter file.
        notes: lines that tell of it.
        warnings: lines that tell what is not as one might expect.
    """

    environment: Environment | None = None
    parameters: Mapping[str, str | list[str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def choose(environments: dict[str, Environment], wishes: Wishes) -> Choice:
    """Chooses model and lists of classes.

    Args:
        environments: the table.
        wishes: what is asked for.

    Raises:
        EnvironmentsError: the user, or the robot's row, names an environment that is not in the
            table, or the user one whose model is not here; the message names what is.
    """
    more = f"; {_models_here(environments)}; {HOW}"
    if wishes.environment:
        row = environment_named(environments, wishes.environment, "environment", more)
        return _asked_for(environments, row, wishes, more)
    usual: Environment | None = None
    if wishes.robots_environment:
        source = f"robots.yaml: {wishes.robot}"
        usual = environment_named(environments, wishes.robots_environment, source, more)
    said = _said(wishes)
    if said and not _is_neutral(wishes):
        return _left_to_the_file(usual, wishes, said[0])
    if wishes.model:
        # Without an environment there is nothing to fit but the lists of our own file.
        needs_fitting = usual is not None or bool(set(said) & set(CLASS_PARAMETERS))
        return _fitting(environments, usual, wishes) if needs_fitting else Choice()
    return Choice() if usual is None else _of_robot(usual, wishes, more)


def _asked_for(
    environments: dict[str, Environment], row: Environment, wishes: Wishes, more: str
) -> Choice:
    if wishes.model:
        return _fitting(environments, row, wishes)
    try:
        return _in(row, _bundle_of(row), f"environment {row.name}: model {row.model}")
    except BundleError as error:
        raise EnvironmentsError(f"environment:={row.name}: {error}{more}") from error


def _of_robot(row: Environment, wishes: Wishes, more: str) -> Choice:
    robot = f"environment {row.name} of robot {wishes.robot}"
    try:
        return _in(row, _bundle_of(row), f"{robot}: model {row.model}; environment:= takes another")
    except BundleError as error:
        return Choice(
            warnings=(
                f"{robot} is not in effect: {error}. Model {Settings.model} runs in its place, "
                f"which may not know what this camera sees{more}",
            )
        )


def _left_to_the_file(row: Environment | None, wishes: Wishes, named: str) -> Choice:
    if row is None:
        return Choice()
    return Choice(
        notes=(
            f"environment {row.name} of robot {wishes.robot} is not in effect, since "
            f"{wishes.params_file} names {named}; environment:={row.name} would win",
        )
    )


def _in(row: Environment, bundle: Bundle, note: str) -> Choice:
    """The environment as its row says, with its own model.

    Raises:
        BundleError: a model of that name lacks classes of the row.
    """
    missing = _missing(row, bundle)
    if missing:
        raise BundleError(f"model {row.model!r} in {bundle.path} lacks {listed(missing)}")
    return Choice(row, {"model": row.model, **row.lists}, (note,), _unlisted(row, bundle))


def _fitting(
    environments: dict[str, Environment], wanted: Environment | None, wishes: Wishes
) -> Choice:
    """The lists of the first environment, the wanted one before others, that a user's model has."""
    try:
        bundle = load_bundle(wishes.model)
    except BundleError:
        # The node says what is the matter with the model.
        return Choice()
    rows = [*([wanted] if wanted else []), *environments.values()]
    row = next((row for row in rows if not _missing(row, bundle)), None)
    lacks = ""
    if wanted and wishes.environment:
        missing = listed(_missing(wanted, bundle))
        lacks = f"model {bundle.name} lacks {missing} of environment {wanted.name}"
    if row is None:
        return _without_lists(bundle, lacks, wishes)
    unlisted = _unlisted(row, bundle)
    if lacks and row is not wanted:
        lacks += f", but has those of {row.name}, which hold"
        return Choice(row, row.lists, (), (lacks, *unlisted))
    note = f"model {bundle.name} has the classes of environment {row.name}"
    return Choice(row, row.lists, (note,), unlisted)


def _without_lists(bundle: Bundle, lacks: str, wishes: Wishes) -> Choice:
    """A model with classes of its own: half of a list would take an obstacle for nothing."""
    why = lacks or f"model {bundle.name} has the classes of no environment"
    if not _is_neutral(wishes) and _said(wishes):
        return Choice(warnings=(f"{why}; the lists of {wishes.params_file} hold",))
    return Choice(
        parameters={name: [""] for name in CLASS_PARAMETERS},
        warnings=(
            f"{why}, so {' and '.join(CLASS_PARAMETERS)} are empty: all ground is unknown until a "
            f"params_file names its classes: {', '.join(bundle.classes.names)}",
        ),
    )


def _unlisted(row: Environment, bundle: Bundle) -> tuple[str, ...]:
    """A warning of classes that the row knows nothing of, such as a person among furniture."""
    more = [name for name in bundle.classes.names if name not in row.classes]
    if not more:
        return ()
    return (
        f"model {bundle.name} has {listed(more)}, of which environment {row.name} says nothing: "
        "unknown ground",
    )


def _missing(row: Environment, bundle: Bundle) -> tuple[str, ...]:
    return tuple(name for name in row.listed_classes if name not in bundle.classes.names)


def _bundle_of(row: Environment) -> Bundle:
    """The model of an environment.

    Raises:
        BundleError: no package has it, or it is broken.
    """
    # A folder that happens to have this name in the current folder is not meant.
    if "/" not in row.model and not known_models().named(row.model):
        raise BundleError(f"model {row.model!r} is not installed")
    return load_bundle(row.model)


def _models_here(environments: dict[str, Environment]) -> str:
    names = [row.name for row in environments.values() if is_here(row)]
    return f"environments with a model here: {', '.join(names) or 'none'}"


def is_here(row: Environment) -> bool:
    """Whether a package has the model of an environment, or its folder is there."""
    if "/" not in row.model:
        return bool(known_models().named(row.model))
    try:
        find_bundle(row.model)
    except BundleError:
        return False
    return True


def _is_neutral(wishes: Wishes) -> bool:
    file = Path(wishes.params_file).resolve()
    return file in {(wishes.config / name).resolve() for name in NEUTRAL_FILES}


def _said(wishes: Wishes) -> list[str]:
    """The model and the lists of classes that the parameter file names."""
    try:
        given = given_by_file(wishes.params_file, wishes.node)
    except DataError:
        # The node says what is the matter with the file.
        return []
    return [name for name in ("model", *CLASS_LISTS) if _names_something(given.get(name))]


def _names_something(value: Any) -> bool:
    return any(value) if isinstance(value, list) else bool(value)
