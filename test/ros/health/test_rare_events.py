# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Events of publishers: looked at now and then, and none of them lost."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.qos import QoSDurabilityPolicy, QoSProfile
from sensor_msgs.msg import CameraInfo, Image
from support.ros_client import BEST_EFFORT
from support.segmentation_rig import Rig

from attendseg_ros.ros.health.rare_events import PERIOD_S, WINDOW_S, RareEvents


@pytest.fixture(scope="module")
def rig(folder: Path, tiny_path: Path) -> Iterator[Rig]:
    with Rig(folder, tiny_path) as rig:
        yield rig


class Entity:
    """Stands for an event."""


def test_one_look_a_second() -> None:
    now_s = 10.0
    group, entity = RareEvents(lambda: now_s), Entity()
    group.add_entity(entity)  # type: ignore[arg-type]
    looks = 0
    for step in range(1000):
        now_s = 10.0 + step * 0.01
        looks += group.can_execute(entity)
    seconds = 10.0
    assert seconds / PERIOD_S <= looks <= seconds / PERIOD_S * (WINDOW_S / 0.01 + 1)


def test_a_long_pause_is_followed_by_a_look() -> None:
    now_s = 10.0
    group, entity = RareEvents(lambda: now_s), Entity()
    group.add_entity(entity)  # type: ignore[arg-type]
    now_s = 5000.3
    assert group.can_execute(entity)
    now_s += WINDOW_S
    assert not group.can_execute(entity)


def test_a_subscriber_that_asks_too_much_is_told_while_images_come(rig: Rig, camera: Any) -> None:
    rig.client.ask(camera, rig.painted(64, 48), rig.timing())
    demanding = QoSProfile(depth=1, durability=QoSDurabilityPolicy.TRANSIENT_LOCAL)
    rig.output("overlay", qos=demanding)
    for _ in range(3):
        rig.client.ask(camera, rig.painted(64, 48), rig.timing())
    line = rig.process.wait_for_log("incompatible QoS")
    assert "overlay" in line
    assert "DURABILITY" in line


def _says(words: str, status: DiagnosticStatus) -> bool:
    return words in status.message


def test_who_gets_nothing_is_on_diagnostics_until_it_has_gone(rig: Rig) -> None:
    node, own = rig.client.node, f"{rig.process.namespace}/segmentation"
    demanding = QoSProfile(depth=1, durability=QoSDurabilityPolicy.TRANSIENT_LOCAL)
    wrong = [
        node.create_subscription(Image, f"{own}/confidence", print, demanding),
        node.create_subscription(CameraInfo, f"{own}/traversable", print, 1),
    ]
    fitting = node.create_subscription(Image, f"{own}/confidence", print, BEST_EFFORT)
    client = f"{rig.process.namespace}/client"
    for words in (
        f"{own}/confidence does not reach {client}, which asks for QoS reliable, transient local: "
        "it is reliable, volatile",
        f"{own}/traversable does not reach {client}, which subscribes to "
        "sensor_msgs/msg/CameraInfo: it is sensor_msgs/msg/Image",
    ):
        status = rig.status("network", partial(_says, words))
        assert status.level >= status.WARN
    for subscription in wrong:
        node.destroy_subscription(subscription)
    told = ("confidence does not reach", "traversable does not reach")
    rig.status("network", lambda status: not any(words in status.message for words in told))
    node.destroy_subscription(fitting)
