# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The segmentation node that tutorials show, to compare with: nothing in it is made slow.

A plain rclpy node: a subscription of queue depth 10, the conversions of cv_bridge, torch in eager
mode, SegFormer-B0 from `transformers` (with random weights: speed does not depend on them), logits
upsampled to the image, argmax, and a mask published with the image's header.

From a shell: `python benchmark/baseline_node.py --ros-args -r __ns:=/some_name`.
"""

from __future__ import annotations

import contextlib
import sys
from typing import Any

import cv2
import numpy as np
import rclpy
import torch
import transformers
from numpy.typing import NDArray
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node
from sensor_msgs.msg import Image

QUEUE_DEPTH = 10
CLASSES = 11

# The input of AttendSeg's `street`, so that both networks see the same pixels.
INPUT_WIDTH, INPUT_HEIGHT = 576, 384

# ImageNet's, which the image processor of SegFormer uses.
MEAN = np.array([0.485, 0.456, 0.406], np.float32)
STD = np.array([0.229, 0.224, 0.225], np.float32)


class SegmentationNode(Node):
    """Segments every image in the subscription's callback."""

    def __init__(self) -> None:
        """Builds the network and subscribes."""
        super().__init__("segmentation")
        config = transformers.SegformerConfig(num_labels=CLASSES)
        self.model = transformers.SegformerForSemanticSegmentation(config).eval()
        self.publisher = self.create_publisher(Image, "~/mask", QUEUE_DEPTH)
        self.subscription = self.create_subscription(Image, "image", self.on_image, QUEUE_DEPTH)

    def on_image(self, message: Image) -> None:
        """Publishes the mask of an image."""
        labels = self.segment(imgmsg_to_rgb(message))
        mask = labels_to_imgmsg(labels)
        mask.header = message.header
        self.publisher.publish(mask)

    def segment(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Maps uint8 (H, W, 3) to class ids, uint8 (H, W)."""
        resized = cv2.resize(rgb, (INPUT_WIDTH, INPUT_HEIGHT), interpolation=cv2.INTER_LINEAR)
        normalised = (resized.astype(np.float32) / 255.0 - MEAN) / STD
        pixels = torch.from_numpy(normalised.transpose(2, 0, 1)).unsqueeze(0)
        with torch.no_grad():
            logits = self.model(pixel_values=pixels).logits
            upsampled = torch.nn.functional.interpolate(
                logits, size=rgb.shape[:2], mode="bilinear", align_corners=False
            )
            labels: NDArray[Any] = upsampled.argmax(dim=1)[0].numpy()
        return labels.astype(np.uint8)


def imgmsg_to_rgb(message: Image) -> NDArray[np.uint8]:
    """As cv_bridge does for rgb8: a view of the message's data."""
    pixels = np.frombuffer(message.data, np.uint8)
    return pixels.reshape(message.height, message.width, 3)


def labels_to_imgmsg(labels: NDArray[np.uint8]) -> Image:
    """As cv_bridge does for mono8."""
    height, width = labels.shape
    message = Image(height=height, width=width, encoding="mono8", step=width)
    message.data.frombytes(labels.tobytes())
    return message


def main() -> int:
    """Runs the node; returns the exit status."""
    rclpy.init()
    node = SegmentationNode()
    with contextlib.suppress(KeyboardInterrupt, ExternalShutdownException):
        rclpy.spin(node)
    return 0


if __name__ == "__main__":
    sys.exit(main())
