# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""config/nav2_semantic_layer*.yaml fit the layer, this node's topics and their environments."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml
from support import markdown, nav2_config

from attendseg_ros.ros.launching.environments import Environment, read_environments
from attendseg_ros.ros.launching.robots import read_robots

ROOT = Path(__file__).parents[1]
ENVIRONMENTS = read_environments(ROOT / "config" / "environments.yaml")
PAGE = (ROOT / "docs" / "nav2.md").read_text()
SOURCES = {row.nav2: nav2_config.source(row.nav2) for row in ENVIRONMENTS.values()}
KINDS = [(file, kind) for file, source in SOURCES.items() for kind in source["class_types"]]

# What the layer declares: a parameter of another type ends the costmap.
SOURCE_TYPES = {
    "segmentation_topic": str,
    "confidence_topic": str,
    "labels_topic": str,
    "pointcloud_topic": str,
    "max_obstacle_distance": float,
    "min_obstacle_distance": float,
    "tile_map_decay_time": float,
    "use_cost_selection": bool,
    "class_types": list,
}
COST_TYPES = {
    "classes": list,
    "base_cost": int,
    "max_cost": int,
    "mark_confidence": int,
    "samples_to_max_cost": int,
    "dominant_priority": bool,
}


def types(parameters: dict[str, Any]) -> dict[str, type]:
    return {name: type(value) for name, value in parameters.items()}


def cost_of(environment: Environment, name: str) -> dict[str, Any]:
    """The parameters of the one kind that a class is of."""
    source = SOURCES[environment.nav2]
    (kind,) = [kind for kind in source["class_types"] if name in source[kind]["classes"]]
    return dict(source[kind])


def test_each_environment_has_its_file() -> None:
    files = {path.name for path in (ROOT / "config").glob("nav2_semantic_layer*.yaml")}
    assert files == set(SOURCES)
    assert len(SOURCES) == len(ENVIRONMENTS)


@pytest.mark.parametrize("environment", ENVIRONMENTS.values(), ids=lambda row: row.name)
def test_every_class_of_the_model_has_one_cost(environment: Environment) -> None:
    named = nav2_config.costed_classes(environment.nav2)
    assert sorted(named) == sorted(environment.classes)
    assert len(set(named)) == len(named)


@pytest.mark.parametrize("environment", ENVIRONMENTS.values(), ids=lambda row: row.name)
def test_what_is_an_obstacle_becomes_lethal_and_free_ground_never(environment: Environment) -> None:
    for name in environment.obstacle_classes:
        assert cost_of(environment, name)["max_cost"] == 254
    for name in environment.traversable_classes:
        # From 253 on a robot's centre may not be there.
        assert cost_of(environment, name)["max_cost"] < 100


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_parameters_have_the_names_and_types_that_the_layer_declares(
    source: dict[str, Any],
) -> None:
    kinds = source["class_types"]
    assert types({k: v for k, v in source.items() if k not in kinds}) == SOURCE_TYPES
    for kind in kinds:
        assert types(source[kind]) == COST_TYPES


@pytest.mark.parametrize(("file", "kind"), KINDS)
def test_costs_are_a_costmap_s(file: str, kind: str) -> None:
    cost = SOURCES[file][kind]
    # 255 is "no information", with which the layer would overwrite nothing.
    assert 0 <= cost["base_cost"] <= cost["max_cost"] <= 254
    assert 0 <= cost["mark_confidence"] <= 255


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_topics_are_this_node_s(source: dict[str, Any]) -> None:
    readme = (ROOT / "README.md").read_text()
    published = {row[0]: row[1] for row in markdown.table(readme, "topic", "type", "what")}
    for parameter, kind in (
        ("segmentation_topic", "sensor_msgs/Image"),
        ("confidence_topic", "sensor_msgs/Image"),
        ("labels_topic", "vision_msgs/LabelInfo"),
    ):
        topic = source[parameter].replace("/segmentation/", "~/")
        assert published[f"`{topic}`"] == f"`{kind}`"


def test_the_documented_costs_are_the_files() -> None:
    rows = markdown.table(PAGE, "environment", "kind", "classes", "cost")
    documented = [(name.strip("`"), kind, classes) for name, kind, classes, _ in rows]
    assert documented == [
        (row.name, kind, ", ".join(SOURCES[row.nav2][kind]["classes"]))
        for row in ENVIRONMENTS.values()
        for kind in SOURCES[row.nav2]["class_types"]
    ]
    for name, kind, _, cost in rows:
        numbers = SOURCES[ENVIRONMENTS[name.strip("`")].nav2][kind]
        assert {str(numbers["base_cost"]), str(numbers["max_cost"])} <= set(
            cost.replace(":", "").split()
        )


GROUND = yaml.safe_load((ROOT / "config" / "nav2_ground_grid.yaml").read_text())
LAYERS = GROUND["local_costmap"]["local_costmap"]["ros__parameters"]


def test_the_ground_layers_take_this_node_s_topics() -> None:
    readme = (ROOT / "README.md").read_text()
    published = {row[0]: row[1] for row in markdown.table(readme, "topic", "type", "what")}
    scan = LAYERS["ground_scan_layer"]["ground"]["topic"].replace("/segmentation/", "~/")
    grid = LAYERS["ground_grid_layer"]["map_topic"].replace("/segmentation/", "~/")
    assert published[f"`{scan}`"] == "`sensor_msgs/LaserScan`"
    assert published[f"`{grid}`"] == "`nav_msgs/OccupancyGrid`"


def test_the_ground_layers_are_of_the_types_that_nav2_declares() -> None:
    scan, grid = LAYERS["ground_scan_layer"], LAYERS["ground_grid_layer"]
    assert scan["plugin"] == "nav2_costmap_2d::ObstacleLayer"
    assert grid["plugin"] == "nav2_costmap_2d::StaticLayer"
    (source,) = scan["observation_sources"].split()
    numbers = {
        name: value for name, value in scan[source].items() if name.endswith(("range", "height"))
    }
    assert len(numbers) == 6
    assert all(type(value) is float for value in numbers.values())
    # Infinity is free, unknown is NaN, and the plane of the scan is z = 0.
    assert scan[source]["inf_is_valid"] is True
    assert numbers["min_obstacle_height"] < 0.0 < numbers["max_obstacle_height"]
    # A latched subscription gets nothing of a node that keeps no map.
    assert grid["map_subscribe_transient_local"] is False


@pytest.mark.parametrize("environment", ENVIRONMENTS.values(), ids=lambda row: row.name)
def test_the_cloud_is_of_a_robot_that_works_there(environment: Environment) -> None:
    robots = read_robots(ROOT / "config" / "robots.yaml")
    usual = [row for row in robots.values() if row.environment == environment.name and row.depth]
    # Where none does, it is the default ground robot's.
    image = (usual or [robots["turtlebot4"]])[0].image
    folder = PurePosixPath(image).parent
    cloud = PurePosixPath(SOURCES[environment.nav2]["pointcloud_topic"].lstrip("/"))
    assert cloud.is_relative_to(folder) or cloud.is_relative_to(folder.parent)
