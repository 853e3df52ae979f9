# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Others who publish on the node's outputs: whoever listens gets the masks of both."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sensor_msgs.msg import Image
from support.node_process import NodeProcess
from support.segmentation_rig import MODULE, Rig
from support.waiting import wait_until


def until_network_says(rig: Rig, text: str, *, said: bool = True) -> Any:
    return rig.status("network", lambda status: (text in status.message) == said)


def test_another_publisher_is_named_while_it_is_there(tmp_path: Path, tiny_path: Path) -> None:
    with Rig(tmp_path, tiny_path) as rig:
        rig.mask(rig.client.camera(), rig.painted(), rig.output("mask"))
        other = rig.client.node.create_publisher(Image, "segmentation/mask", 10)
        space = rig.process.namespace
        told = f"{space}/segmentation/mask is also published by {space}/client"
        status = until_network_says(rig, told)
        assert status.level == status.WARN
        rig.process.wait_for_log(told)
        rig.client.node.destroy_publisher(other)
        until_network_says(rig, "also published", said=False)


def test_two_cameras_on_one_output_are_named(tmp_path: Path, tiny_path: Path) -> None:
    remapped = ("-r", "~/front/mask:=mask", "-r", "~/rear/mask:=mask")
    with Rig(tmp_path, tiny_path, {"cameras": "[front, rear]"}, arguments=remapped) as rig:
        space = rig.process.namespace
        told = f"{space}/mask, {space}/mask/compressed are published for two cameras"
        for name in ("front", "rear"):
            rig.status(f"network {name}", lambda status: told in status.message)


def test_a_node_of_the_same_name_is_named(tmp_path: Path, tiny_path: Path) -> None:
    with Rig(tmp_path, tiny_path) as rig:
        rig.mask(rig.client.camera(), rig.painted(), rig.output("mask"))
        space = rig.process.namespace
        twin = NodeProcess(
            MODULE, tmp_path / "twin", {"model": tiny_path}, namespace=rig.process.namespace
        )
        try:
            told = f"another node is called {space}/segmentation"
            rig.process.wait_for_log(told)
            twin.wait_for_log(told)
            wait_until(
                lambda: told in rig.status("network").message or not twin.running(), "a warning"
            )
        finally:
            twin.stop()
        # Statuses are of one node again.
        until_network_says(rig, told, said=False)
        assert rig.process.log().count(told) == 1
