# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Names of the class ids as `vision_msgs/LabelInfo`, where vision_msgs is installed."""

from __future__ import annotations

from typing import Any

from builtin_interfaces.msg import Time
from std_msgs.msg import Header

from attendseg_ros.labels import ClassTable

try:
    from vision_msgs.msg import LabelInfo, VisionClass
except ImportError:
    # vision_msgs is in every ROS distribution, but not on PyPI.
    LabelInfo = None

__all__ = ["LabelInfo", "to_label_info"]


def to_label_info(classes: ClassTable, threshold: float, stamp: Time) -> Any:
    """Builds the message that names the ids of ~/mask.

    Args:
        classes: the model's classes; 255 (unlabelled) is no class and is not listed.
        threshold: confidence, 0 to 1, below which a pixel is unlabelled.
        stamp: when this became valid.
    """
    return LabelInfo(
        header=Header(stamp=stamp),
        class_map=[VisionClass(class_id=info.id, class_name=info.name) for info in classes.classes],
        threshold=threshold,
    )
