# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The shipped SROS2 policy allows what the running node does, and nothing that it does not do."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rclpy.node import NodeNameNonExistentError
from support.ros_client import wait_until
from support.segmentation_rig import Rig
from support.tiny_bundle import write_tiny_bundle

POLICY = Path(__file__).parents[1] / "config" / "sros2" / "segmentation.policy.xml"

# Only there where vision_msgs is installed, only while somebody wants points, only under
# use_sim_time, only with image_transport:=compressed, or only from Iron on.
AT_TIMES = {
    "~/label_info",
    "depth",
    "points_in",
    "/tf",
    "/tf_static",
    "/clock",
    "image/compressed",
    "~/get_type_description",
    "/parameter_events",
}


def allowed(kind: str, how: str) -> set[str]:
    (profile,) = ElementTree.parse(POLICY).iter("profile")
    return {
        element.text or ""
        for group in profile.findall(kind)
        if group.get(how) == "ALLOW"
        for element in group
    }


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    folder = tmp_path_factory.mktemp("policy")
    with Rig(folder, write_tiny_bundle(folder / "model")) as running:
        running.process.wait_for_log("runs on")
        yield running


def used(rig: Rig, ask: Callable[[str, str], list[tuple[str, list[str]]]]) -> set[str]:
    """The node's names as the policy writes them."""
    space = rig.process.namespace
    try:
        names = [name for name, _ in ask("segmentation", space)]
    except NodeNameNonExistentError:
        # Not discovered yet.
        return set()
    private = [name.replace(f"{space}/segmentation/", "~/") for name in names]
    return {name.replace(f"{space}/", "") for name in private}


@pytest.mark.parametrize(
    ("kind", "how", "question"),
    [
        ("topics", "subscribe", "get_subscriber_names_and_types_by_node"),
        ("topics", "publish", "get_publisher_names_and_types_by_node"),
        ("services", "reply", "get_service_names_and_types_by_node"),
    ],
)
def test_policy_is_what_the_node_does(rig: Rig, kind: str, how: str, question: str) -> None:
    ask = getattr(rig.client.node, question)
    permitted = allowed(kind, how)
    assert len(permitted) > 5
    needed = permitted - AT_TIMES
    # The graph becomes known piece by piece.
    wait_until(lambda: used(rig, ask) >= needed, f"all of {needed}; so far {used(rig, ask)}")
    assert used(rig, ask) <= permitted
