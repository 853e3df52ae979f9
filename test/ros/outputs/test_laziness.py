# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""No work that nobody asked for, and none too late: counted by the node's own report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sensor_msgs.msg import CameraInfo, CompressedImage, Image, PointCloud2
from support.ros_client import values
from support.segmentation_rig import Rig

from attendseg_ros.msg import LandingZone, SegmentationTiming

OUTPUTS = {
    "mask/compressed": CompressedImage,
    "overlay/compressed": CompressedImage,
    "mask": Image,
    "color_mask": Image,
    "overlay": Image,
    "confidence": Image,
    "timing": SegmentationTiming,
    "traversable": Image,
    "landing_zone": LandingZone,
    "camera_info": CameraInfo,
    "points": PointCloud2,
}


@pytest.fixture(scope="module")
def rig(folder: Path, tiny_path: Path) -> Iterator[Rig]:
    with Rig(folder, tiny_path) as rig:
        yield rig


def unwanted(rig: Rig) -> int:
    return int(rig.value("network", "frames nobody wanted"))


def send_until(rig: Rig, camera: Any, key: str, least: int) -> dict[str, str]:
    """Publishes images until a value of the network's report reaches a number."""

    def reached(status: Any) -> bool:
        camera.publish(rig.painted())
        return int(values(status)[key]) >= least

    return values(rig.status("network", reached))


def test_nothing_is_processed_while_nobody_listens(rig: Rig, camera: Any) -> None:
    report = send_until(rig, camera, "frames nobody wanted", unwanted(rig) + 10)
    assert report["frames processed"] == "0"
    rig.wait_for_count("camera", "frames received", 10)
    status = rig.status("network")
    assert status.level == status.OK
    assert "nobody subscribes" in status.message


@pytest.mark.parametrize("topic", OUTPUTS)
def test_a_subscriber_of_any_output_wakes_the_network_and_leaving_lets_it_sleep(
    rig: Rig, camera: Any, topic: str
) -> None:
    processed = int(rig.value("network", "frames processed"))
    subscription = rig.client.node.create_subscription(
        OUTPUTS[topic], f"segmentation/{topic}", lambda _: None, 10
    )
    send_until(rig, camera, "frames processed", processed + 3)
    rig.client.node.destroy_subscription(subscription)
    send_until(rig, camera, "frames nobody wanted", unwanted(rig) + 3)


def test_lazy_false_processes_without_a_listener(rig: Rig, camera: Any) -> None:
    rig.client.must_set(lazy=False)
    before = rig.value("network", "frames nobody wanted")
    processed = int(rig.value("network", "frames processed"))
    report = send_until(rig, camera, "frames processed", processed + 5)
    assert report["frames nobody wanted"] == before
    rig.client.must_set(lazy=True)
    send_until(rig, camera, "frames nobody wanted", int(before) + 5)
