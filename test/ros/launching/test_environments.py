# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The table of environments: what it says, what is refused, and that models and pages agree."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from support import markdown

from attendseg_ros.inference import load_bundle, shipped_models
from attendseg_ros.ros.launching.environments import (
    Environment,
    EnvironmentsError,
    environment_named,
    read_environments,
)
from attendseg_ros.ros.launching.robots import read_robots

ROOT = Path(__file__).parents[3]
ENVIRONMENTS = read_environments(ROOT / "config" / "environments.yaml")
ROBOTS = read_robots(ROOT / "config" / "robots.yaml")
SHIPPED = [row for row in ENVIRONMENTS.values() if row.model in shipped_models()]
PAGE = (ROOT / "docs" / "launch_arguments.md").read_text()


def test_ground_robots_have_their_places() -> None:
    assert set(ENVIRONMENTS) == {"street", "offroad", "indoor", "campus"}
    assert "street" in [row.name for row in SHIPPED]
    # Each model is that of one environment: its name is a promise.
    assert [row.model for row in ENVIRONMENTS.values()] == list(ENVIRONMENTS)


@pytest.mark.parametrize("row", SHIPPED, ids=lambda row: row.name)
def test_the_row_names_every_class_of_its_shipped_model(row: Environment) -> None:
    assert sorted(row.classes) == sorted(load_bundle(row.model).classes.names)


def test_known_robots_start_where_they_usually_work() -> None:
    usual = {name: row.environment for name, row in ROBOTS.items() if row.environment}
    assert usual == {"turtlebot4": "indoor", "turtlebot3": "indoor", "clearpath": "offroad"}
    assert all(ROBOTS[name].kind == "ground" for name in usual)
    assert set(usual.values()) <= set(ENVIRONMENTS)


def test_the_preset_names_the_classes_of_the_street() -> None:
    content = yaml.safe_load((ROOT / "config" / "ground_robot.yaml").read_text())
    parameters = content["/**"]["ros__parameters"]
    assert "model" not in parameters
    for name, classes in ENVIRONMENTS["street"].lists.items():
        assert parameters[name] == classes


def test_the_documented_table_is_the_table() -> None:
    header = ("environment", "model", "`traversable_classes`", "`obstacle_classes`", "neither")
    assert markdown.table(PAGE, *header, "starts there", "Nav2") == [
        (
            f"`{row.name}`",
            f"`{row.model}`",
            ", ".join(row.traversable_classes),
            ", ".join(row.obstacle_classes),
            ", ".join(row.other_classes),
            ", ".join(
                f"`{name}`" for name, robot in ROBOTS.items() if robot.environment == row.name
            ),
            f"[file](../config/{row.nav2})",
        )
        for row in ENVIRONMENTS.values()
    ]


def test_the_argument_names_the_environments() -> None:
    (what,) = [
        text
        for name, _, text in markdown.table(PAGE, "argument", "default", "what")
        if name == "`environment`"
    ]
    for name in ENVIRONMENTS:
        assert name in what


GOOD: dict[str, Any] = {
    "model": "meadow",
    "traversable_classes": ["grass"],
    "obstacle_classes": ["hedge"],
    "other_classes": [],
    "nav2": "nav2_semantic_layer_meadow.yaml",
}


def read(folder: Path, content: Any) -> dict[str, Environment]:
    path = folder / "environments.yaml"
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
    return read_environments(path)


def test_a_row_of_one_s_own_is_read(tmp_path: Path) -> None:
    row = read(tmp_path, {"meadow": GOOD})["meadow"]
    assert row.lists == {"traversable_classes": ["grass"], "obstacle_classes": ["hedge"]}
    assert row.listed_classes == row.classes == ("grass", "hedge")
    # A class list may be empty, but for the ground itself.
    assert read(tmp_path, {"meadow": {**GOOD, "obstacle_classes": []}})["meadow"].classes == (
        "grass",
    )


@pytest.mark.parametrize(
    ("content", "reasons"),
    [
        ("", ["must be a mapping of environments"]),
        ("[meadow]", ["must be a mapping of environments"]),
        ("meadow: {model: ]}", ["line 1"]),
        ({"meadow": "grass"}, ["meadow: must hold model, nav2", "'grass'"]),
        ({1: GOOD}, ["1: the name of an environment must be text"]),
        (
            {"meadow": {k: v for k, v in GOOD.items() if k != "model"}},
            ["meadow: model is missing"],
        ),
        (
            {
                "meadow": {
                    **{k: v for k, v in GOOD.items() if k != "obstacle_classes"},
                    "obstacles_class": [],
                }
            },
            ["'obstacles_class'", "the nearest is 'obstacle_classes'"],
        ),
        ({"meadow": {**GOOD, "height": 3}}, ["'height'", "it may hold model, nav2"]),
        ({"meadow": {**GOOD, "model": 7}}, ["meadow: model must be text, got 7"]),
        ({"meadow": {**GOOD, "nav2": ""}}, ["meadow: nav2 must be text"]),
        (
            {"meadow": {**GOOD, "obstacle_classes": "hedge"}},
            ["obstacle_classes must be a list of class names, got 'hedge'"],
        ),
        ({"meadow": {**GOOD, "other_classes": [True]}}, ["other_classes must be a list"]),
        ({"meadow": {**GOOD, "traversable_classes": []}}, ["traversable_classes is empty"]),
        ({"meadow": {**GOOD, "other_classes": ["grass"]}}, ["class 'grass' is listed twice"]),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_line(
    content: Any, reasons: list[str], tmp_path: Path
) -> None:
    with pytest.raises(EnvironmentsError) as caught:
        read(tmp_path, content)
    message = str(caught.value)
    assert "\n" not in message
    assert str(tmp_path / "environments.yaml") in message
    for reason in reasons:
        assert reason in message


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentsError, match=r"nowhere\.yaml"):
        read_environments(tmp_path / "nowhere.yaml")


@pytest.mark.parametrize(
    ("asked", "near"),
    [("ofroad", "offroad"), ("Indoor", "indoor"), ("off-road", "offroad"), ("kampus", "campus")],
)
def test_a_misspelled_environment_names_the_nearest(asked: str, near: str) -> None:
    with pytest.raises(EnvironmentsError, match=f"'{asked}': the nearest is '{near}'") as caught:
        environment_named(ENVIRONMENTS, asked, "environment")
    assert "there are street, offroad, indoor" in str(caught.value)


def test_one_that_is_near_none_names_them_all() -> None:
    with pytest.raises(EnvironmentsError) as caught:
        environment_named(ENVIRONMENTS, "moon", "environment", "; and more")
    message = str(caught.value)
    assert "nearest" not in message
    assert message.endswith("there are street, offroad, indoor, campus; and more")
