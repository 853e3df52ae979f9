# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Image messages of a bag to RGB arrays, and label masks to image messages."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Protocol, cast

import cv2
import numpy as np
from rosbags.image import message_to_cvimage
from rosbags.image.image import ImageError as EncodingError
from rosbags.image.image import to_cvtype

from attendseg_ros.errors import DataError
from attendseg_ros.playback.encoded import decode_rgb
from attendseg_ros.playback.frames import Image

RAW_TYPE = "sensor_msgs/msg/Image"
COMPRESSED_TYPE = "sensor_msgs/msg/CompressedImage"
IMAGE_TYPES = (RAW_TYPE, COMPRESSED_TYPE)

# Without a colour order in the encoding's name, the order is OpenCV's.
_UNNAMED_ORDER = {"8UC1": "mono8", "8UC3": "bgr8", "8UC4": "bgra8"}


class ImageMessage(Protocol):
    """`sensor_msgs/Image` as rosbags reads it from ROS 1 and ROS 2 bags."""

    header: Any
    height: int
    width: int
    encoding: str
    is_bigendian: int
    step: int
    data: Image


def to_rgb(message: object, message_type: str) -> Image:
    """Decodes an image message.

    Args:
        message: The message as rosbags deserialized it.
        message_type: One of `IMAGE_TYPES`.

    Returns:
        uint8 (H, W, 3), C-contiguous.

    Raises:
        DataError: The message is damaged, or its encoding holds no colours or greys.
    """
    if message_type == COMPRESSED_TYPE:
        compressed = cast("ImageMessage", message)
        # A mask must fit the pixels as they were sent.
        return decode_rgb(compressed.data.tobytes(), upright=False)
    return _raw_to_rgb(cast("ImageMessage", message))


def _raw_to_rgb(message: ImageMessage) -> Image:
    encoding = _UNNAMED_ORDER.get(message.encoding, message.encoding)
    what = f"image of {message.width}x{message.height}, {message.encoding!r}"
    try:
        _, _, type_name, channels = to_cvtype(encoding)
    except EncodingError as error:
        raise DataError(f"{what}: not an encoding that can be shown") from error
    row = message.width * channels * np.dtype(type_name).itemsize
    if min(message.width, message.height) < 1:
        raise DataError(f"{what}: no pixels")
    if message.step < row or message.data.size < message.step * message.height:
        raise DataError(
            f"{what}: rows of {row} bytes in steps of {message.step} do not fit in its "
            f"{message.data.size} bytes"
        )
    rows = message.data[: message.step * message.height].reshape(message.height, message.step)
    plain = SimpleNamespace(
        height=message.height,
        width=message.width,
        encoding=encoding,
        is_bigendian=bool(message.is_bigendian),
        step=row,
        # rosbags-image takes rows to be unpadded whatever step says.
        data=np.ascontiguousarray(rows[:, :row]).reshape(-1),
    )
    try:
        # Unlike its signature says, it looks at nothing but these six fields.
        rgb = message_to_cvimage(cast("Any", plain), "rgb8")
    except EncodingError as error:
        raise DataError(f"{what}: not an encoding that can be shown") from error
    except cv2.error as error:
        raise DataError(f"{what}: cannot be converted ({error.err})") from error
    return np.ascontiguousarray(rgb, np.uint8)


def mask_message(labels: Image, image_header: Any, types: dict[str, Any]) -> Any:
    """Makes the `sensor_msgs/Image` of a mask, like the node's ~/mask.

    Args:
        labels: uint8 (H, W) class ids.
        image_header: The header of the image that was labelled; copied unchanged.
        types: The message classes of the typestore that will serialize the message.
    """
    stamp = types["builtin_interfaces/msg/Time"](image_header.stamp.sec, image_header.stamp.nanosec)
    fields = {"stamp": stamp, "frame_id": image_header.frame_id}
    if hasattr(image_header, "seq"):
        fields["seq"] = image_header.seq
    height, width = labels.shape
    return types[RAW_TYPE](
        header=types["std_msgs/msg/Header"](**fields),
        height=height,
        width=width,
        encoding="mono8",
        is_bigendian=0,
        step=width,
        data=np.ascontiguousarray(labels).reshape(-1),
    )
