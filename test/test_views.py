# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The layouts for RViz, Foxglove and PlotJuggler show topics and fields that the node publishes.

test_readme.py holds the README's table of topics against the running node.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from support import markdown

from attendseg_ros.msg import SegmentationTiming

ROOT = Path(__file__).parents[1]
CONFIG = ROOT / "config"
TIMING = "/segmentation/timing"
TIMING_FIELDS = SegmentationTiming.get_fields_and_field_types()

IMAGE, CLOUD = "sensor_msgs/Image", "sensor_msgs/PointCloud2"
GRID, SCAN = "nav_msgs/OccupancyGrid", "sensor_msgs/LaserScan"
RVIZ_SHOWS = {
    "Image": IMAGE,
    "Camera": IMAGE,
    "PointCloud2": CLOUD,
    "Map": GRID,
    "LaserScan": SCAN,
}


def published() -> dict[str, str]:
    """The types of the node's topics, which have the names they have without a namespace."""
    rows = markdown.table((ROOT / "README.md").read_text(), "topic", "type", "what")
    return {
        row[0].strip("`").replace("~/", "/segmentation/"): row[1].strip("`")
        for row in rows
        if row[0].startswith(("`~/", "`/"))
    }


PUBLISHED = published()

RVIZ = yaml.safe_load((CONFIG / "attendseg.rviz").read_text())["Visualization Manager"]
FOXGLOVE = json.loads((CONFIG / "foxglove_layout.json").read_text())
PLOTJUGGLER = ElementTree.parse(CONFIG / "plotjuggler_timing.xml").getroot()


def rviz_displays() -> list[dict[str, Any]]:
    return [display for display in RVIZ["Displays"] if "Topic" in display]


@pytest.mark.parametrize("display", rviz_displays(), ids=lambda display: display["Name"])
def test_rviz_shows_topics_of_the_right_type(display: dict[str, Any]) -> None:
    plugin = display["Class"].removeprefix("rviz_default_plugins/")
    topic = display["Topic"]
    assert PUBLISHED[topic["Value"]] == RVIZ_SHOWS[plugin]
    # Best effort matches whatever qos_overrides make of the node's end.
    assert topic["Reliability Policy"] == "Best Effort"
    assert topic["Durability Policy"] == "Volatile"


def test_rviz_shows_the_overlay_the_classes_the_points_and_the_ground() -> None:
    shown = {display["Topic"]["Value"] for display in rviz_displays() if display["Enabled"]}
    assert shown == {
        "/segmentation/overlay",
        "/segmentation/color_mask",
        "/segmentation/points",
        "/segmentation/painted_points",
        "/segmentation/ground_grid",
        "/segmentation/ground_scan",
    }


def test_the_camera_display_finds_the_intrinsics_beside_its_image() -> None:
    (camera,) = [d for d in rviz_displays() if d["Class"].endswith("/Camera")]
    beside = camera["Topic"]["Value"].rsplit("/", 1)[0] + "/camera_info"
    assert PUBLISHED[beside] == "sensor_msgs/CameraInfo"
    names = {display["Name"] for display in RVIZ["Displays"]} - {camera["Name"]}
    assert set(camera["Visibility"]) - {"Value"} == names


def panels(kind: str) -> list[dict[str, Any]]:
    """The configurations of Foxglove's panels of one kind."""
    return [config for name, config in FOXGLOVE["configById"].items() if name.split("!")[0] == kind]


def placed(layout: Any) -> Iterator[str]:
    """The panels that a layout puts somewhere; each split has two sides and a share of them."""
    if isinstance(layout, str):
        yield layout
        return
    assert layout["direction"] in ("row", "column")
    assert 0 < layout["splitPercentage"] < 100
    for side in ("first", "second"):
        yield from placed(layout[side])


def test_every_foxglove_panel_has_its_place() -> None:
    assert sorted(placed(FOXGLOVE["layout"])) == sorted(FOXGLOVE["configById"])
    assert {"globalVariables", "userNodes", "playbackConfig"} <= set(FOXGLOVE)


def test_foxglove_shows_images_points_and_health() -> None:
    images = [panel["imageMode"]["imageTopic"] for panel in panels("Image")]
    assert images == ["/segmentation/overlay", "/segmentation/color_mask"]
    assert {PUBLISHED[topic] for topic in images} == {IMAGE}
    (scene,) = panels("3D")
    assert [PUBLISHED[topic] for topic in scene["topics"]] == [CLOUD, CLOUD, GRID, SCAN]
    (health,) = panels("DiagnosticSummary")
    assert PUBLISHED[health["topicToRender"]] == "diagnostic_msgs/DiagnosticArray"


def test_foxglove_shows_what_is_in_view() -> None:
    (raw,) = panels("RawMessages")
    assert PUBLISHED[raw["topicPath"]] == "attendseg_ros/ClassShares"


def test_foxglove_plots_fields_of_the_timing() -> None:
    paths = [path["value"] for panel in panels("Plot") for path in panel["paths"]]
    assert len(paths) == len(set(paths)) > 0
    for path in paths:
        topic, _, field = path.partition(".")
        assert topic == TIMING
        assert TIMING_FIELDS[field] == "float"


def test_plotjuggler_plots_fields_of_the_timing() -> None:
    curves = [str(curve.get("name")) for curve in PLOTJUGGLER.iter("curve")]
    assert len(curves) == len(set(curves)) > 0
    for curve in curves:
        topic, _, field = curve.rpartition("/")
        assert topic == TIMING
        assert TIMING_FIELDS[field] in ("float", "uint64")
    (selected,) = PLOTJUGGLER.iter("selected_topics")
    assert selected.get("value") == TIMING
    for splitter in PLOTJUGGLER.iter("DockSplitter"):
        sizes = [float(size) for size in str(splitter.get("sizes")).split(";")]
        assert len(sizes) == int(str(splitter.get("count"))) == len(splitter)


@pytest.mark.parametrize("stage", [name for name in TIMING_FIELDS if name.endswith("_ms")])
def test_no_time_is_left_out(stage: str) -> None:
    foxglove = [path["value"] for panel in panels("Plot") for path in panel["paths"]]
    assert f"{TIMING}.{stage}" in foxglove
    assert f"{TIMING}/{stage}" in [curve.get("name") for curve in PLOTJUGGLER.iter("curve")]
