# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The shipped network on streets it never saw, end to end: camera process, node process, masks.

The masks are held against the synthetic camera's ground truth of the same stamps.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sensor_msgs.msg import Image
from support.node_process import NodeProcess
from support.ros_client import RosClient, pixels_of, wait_until
from support.segmentation_rig import MODULE

from attendseg_ros.inference import load_bundle, shipped_models
from attendseg_ros.training.metrics import ConfusionMatrix

CAMERA = "attendseg_ros.ros.synthetic_camera_node"
MODEL = "street"
SEEDS = (11, 12, 13)
"""Streets the network has not seen: those of its training are 1000 and up."""

RATE_HZ = 5
FRAMES = 15

MEAN_IOU_FLOOR = 0.60
PIXEL_ACCURACY_FLOOR = 0.90
"""Measured on two sets of streets: mean IoU 0.67 to 0.71, pixel accuracy 0.94 to 0.95."""


def by_stamp(messages: list[Any]) -> dict[tuple[int, int], NDArray[np.uint8]]:
    return {(m.header.stamp.sec, m.header.stamp.nanosec): pixels_of(m) for m in messages}


def watch(folder: Path, seed: int, confusion: ConfusionMatrix) -> None:
    """Runs camera and node on one street and counts all masks that came."""
    with (
        NodeProcess(
            MODULE, folder / "node.log", {"model": MODEL}, arguments=("-r", "image:=image_raw")
        ) as node,
        RosClient(node.namespace) as client,
    ):
        masks = client.subscribe(Image, "segmentation/mask")
        truths = client.subscribe(Image, "ground_truth")
        parameters = {"seed": seed, "rate_hz": float(RATE_HZ), "width": 640, "height": 480}
        with NodeProcess(CAMERA, folder / "camera.log", parameters, namespace=node.namespace):
            wait_until(
                lambda: len(by_stamp(masks.messages).keys() & by_stamp(truths.messages)) >= FRAMES,
                f"{FRAMES} masks with their ground truth",
            )
        seen, true = by_stamp(masks.messages), by_stamp(truths.messages)
    for stamp in seen.keys() & true.keys():
        confusion.update(seen[stamp], true[stamp])


def test_masks_agree_with_the_ground_truth(tmp_path: Path) -> None:
    if MODEL not in shipped_models():
        pytest.fail(f"the bundle {MODEL!r} is not in attendseg_ros/models")
    table = load_bundle(MODEL).classes
    confusion = ConfusionMatrix(len(table))
    for seed in SEEDS:
        watch(tmp_path, seed, confusion)
    there = confusion.counts.sum(axis=1) > 0
    iou = confusion.per_class_iou[there]
    accuracy = confusion.pixel_accuracy
    scores = ", ".join(
        f"{name} {value:.2f}" for name, value in zip(np.array(table.names)[there], iou, strict=True)
    )
    print(f"mean IoU {iou.mean():.3f} ({scores}); pixels {accuracy:.3f}")
    assert there.sum() >= 8, f"the streets show too few classes: {scores}"
    assert iou.mean() >= MEAN_IOU_FLOOR, scores
    assert accuracy >= PIXEL_ACCURACY_FLOOR, scores
