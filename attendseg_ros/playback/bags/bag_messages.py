# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Image messages of a bag to RGB arrays, and results to messages like the node's."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from rosbags.typesys import Stores, get_types_from_msg, get_typestore
from rosbags.typesys.store import Typestore

from attendseg_ros.errors import ImageError
from attendseg_ros.images import raw_image
from attendseg_ros.images.encoded import decode_message
from attendseg_ros.images.sample_bits import SampleBits
from attendseg_ros.labels import ClassTable
from attendseg_ros.playback.file_kinds import in_words
from attendseg_ros.playback.frames import Image
from attendseg_ros.shortening import shortened

RAW_TYPE = "sensor_msgs/msg/Image"
COMPRESSED_TYPE = "sensor_msgs/msg/CompressedImage"
IMAGE_TYPES = (RAW_TYPE, COMPRESSED_TYPE)
LABEL_INFO_TYPE = "vision_msgs/msg/LabelInfo"

# vision_msgs is in no typestore of rosbags; these are its definitions from Humble to Lyrical.
_VISION_MSGS = {
    "vision_msgs/msg/VisionClass": "uint16 class_id\nstring class_name\n",
    LABEL_INFO_TYPE: (
        "std_msgs/Header header\nvision_msgs/VisionClass[] class_map\nfloat32 threshold\n"
    ),
}


def message_types(is_ros2: bool) -> Typestore:
    """The message types of a bag that this package reads and writes.

    Images have been the same in every ROS 1 and in every ROS 2, so a bag's own definitions (which
    many do not hold) are not asked.
    """
    store = get_typestore(Stores.LATEST if is_ros2 else Stores.ROS1_NOETIC)
    for name, definition in _VISION_MSGS.items():
        store.register(get_types_from_msg(definition, name))
    return store


class DecodedImage(NamedTuple):
    """An image of a bag: its header as it was sent, and its pixels, uint8 (H, W, 3)."""

    header: Any
    rgb: Image


class ImageDecoder:
    """Image messages of one topic to pixels, just as the node decodes them."""

    def __init__(self, is_ros2: bool) -> None:
        """Prepares for the messages of ROS 1 or ROS 2."""
        store = message_types(is_ros2)
        self._bits = SampleBits()
        self._begun = False
        self._deserialize = store.deserialize_cdr if is_ros2 else store.deserialize_ros1

    def message(self, data: bytes, message_type: str) -> Any:
        """Deserializes a message of one of `IMAGE_TYPES`.

        Raises:
            ImageError: the bytes are no such message.
        """
        try:
            return self._deserialize(data, message_type)
        # Fed with damaged messages, rosbags raises its own errors, of struct, of the codecs
        # for text, and more.
        except Exception as error:
            raise ImageError(f"is no {message_type}: {in_words(error)}") from error

    @property
    def remembers(self) -> bool:
        """Whether an image may look different for those before it: then none may be left out."""
        return not self._begun or self._bits.in_use

    def decode(self, data: bytes, message_type: str) -> DecodedImage:
        """Decodes a message of one of `IMAGE_TYPES`; the pixels are C-contiguous.

        Raises:
            ImageError: the message is damaged, or its encoding is not known.
        """
        message = self.message(data, message_type)
        self._begun = True
        if message_type == COMPRESSED_TYPE:
            return DecodedImage(
                message.header, decode_message(message.data, message.format, self._bits)
            )
        try:
            rgb = raw_image.to_rgb(message, self._bits)
        except ImageError as error:
            what = f"image of {message.width}x{message.height}, {shortened(message.encoding)}"
            raise ImageError(f"{what}: {error}") from error
        return DecodedImage(message.header, np.ascontiguousarray(raw_image.packed(rgb)))


def image_message(pixels: Image, image_header: Any, store: Typestore) -> Any:
    """Makes a `sensor_msgs/Image` like the node's.

    Args:
        pixels: uint8 (H, W), written as mono8, or (H, W, 3), written as rgb8.
        image_header: the header of the image that was labelled; copied unchanged.
        store: the types of the bag the message is for.
    """
    height, width = pixels.shape[:2]
    return store.types[RAW_TYPE](
        header=_header(store, image_header.stamp, image_header.frame_id, image_header),
        height=height,
        width=width,
        encoding="mono8" if pixels.ndim == 2 else "rgb8",
        is_bigendian=0,
        step=pixels[0].nbytes,
        data=np.ascontiguousarray(pixels).reshape(-1),
    )


def label_info_message(classes: ClassTable, threshold: float, stamp: Any, store: Typestore) -> Any:
    """Makes the `vision_msgs/LabelInfo` that names the ids of the masks, like the node's.

    Args:
        classes: the model's classes.
        threshold: confidence, 0 to 1, below which a pixel is unlabelled.
        stamp: the first image's.
        store: as made by `message_types`.
    """
    vision_class = store.types["vision_msgs/msg/VisionClass"]
    return store.types[LABEL_INFO_TYPE](
        header=_header(store, stamp, "", None),
        class_map=[vision_class(info.id, info.name) for info in classes.classes],
        threshold=threshold,
    )


def _header(store: Typestore, stamp: Any, frame_id: str, original: Any) -> Any:
    time = store.types["builtin_interfaces/msg/Time"](stamp.sec, stamp.nanosec)
    fields: dict[str, Any] = {"stamp": time, "frame_id": frame_id}
    header: Any = store.types["std_msgs/msg/Header"]
    if "seq" in header.__dataclass_fields__:
        fields["seq"] = getattr(original, "seq", 0)
    return header(**fields)
