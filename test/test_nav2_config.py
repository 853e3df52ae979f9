# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""config/nav2_semantic_layer.yaml fits the layer, this node's topics and the shipped model."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml
from support import markdown, nav2_config

from attendseg_ros.inference import load_bundle
from attendseg_ros.ros.launching.robots import read_robots

ROOT = Path(__file__).parents[1]
SOURCE = nav2_config.source()

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


def test_every_class_of_the_model_has_one_cost() -> None:
    named = nav2_config.costed_classes()
    assert sorted(named) == sorted(load_bundle("street").classes.names)
    assert len(set(named)) == len(named)


def test_parameters_have_the_names_and_types_that_the_layer_declares() -> None:
    kinds = SOURCE["class_types"]
    assert types({k: v for k, v in SOURCE.items() if k not in kinds}) == SOURCE_TYPES
    for kind in kinds:
        assert types(SOURCE[kind]) == COST_TYPES


@pytest.mark.parametrize("kind", SOURCE["class_types"])
def test_costs_are_a_costmap_s(kind: str) -> None:
    cost = SOURCE[kind]
    # 255 is "no information", with which the layer would overwrite nothing.
    assert 0 <= cost["base_cost"] <= cost["max_cost"] <= 254
    assert 0 <= cost["mark_confidence"] <= 255


def test_topics_are_this_node_s() -> None:
    readme = (ROOT / "README.md").read_text()
    published = {row[0]: row[1] for row in markdown.table(readme, "topic", "type", "what")}
    for parameter, kind in (
        ("segmentation_topic", "sensor_msgs/Image"),
        ("confidence_topic", "sensor_msgs/Image"),
        ("labels_topic", "vision_msgs/LabelInfo"),
    ):
        topic = SOURCE[parameter].replace("/segmentation/", "~/")
        assert published[f"`{topic}`"] == f"`{kind}`"


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


def test_the_cloud_is_of_the_default_ground_robot_s_camera() -> None:
    image = read_robots(ROOT / "config" / "robots.yaml")["turtlebot4"].image
    assert SOURCE["pointcloud_topic"].startswith(f"/{PurePosixPath(image).parent}/")
