# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Writes small bags for the tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from mcap.writer import CompressionType
from mcap.writer import Writer as McapWriter
from numpy.typing import NDArray
from rosbags.rosbag1 import Writer as Ros1Writer
from rosbags.rosbag2 import StoragePlugin
from rosbags.rosbag2 import Writer as Ros2Writer
from rosbags.typesys import Stores, get_typestore
from rosbags.typesys.store import Typestore

IMAGE = "sensor_msgs/msg/Image"
COMPRESSED = "sensor_msgs/msg/CompressedImage"
STRING = "std_msgs/msg/String"
START_NS = 1_700_000_000_000_000_000

KINDS = ("ros1", "sqlite3", "mcap")

Topics = list[tuple[str, str, list[Any]]]


def typestore_of(kind: str) -> Typestore:
    """The typestore whose messages a bag of this kind holds."""
    return get_typestore(Stores.ROS1_NOETIC if kind == "ros1" else Stores.LATEST)


def header(types: dict[str, Any], stamp_ns: int) -> Any:
    """A header of frame "camera"."""
    fields = {
        "stamp": types["builtin_interfaces/msg/Time"](*divmod(stamp_ns, 1_000_000_000)),
        "frame_id": "camera",
    }
    header_type = types["std_msgs/msg/Header"]
    if "seq" in header_type.__dataclass_fields__:
        fields["seq"] = 0
    return header_type(**fields)


def raw_image(
    store: Typestore,
    pixels: NDArray[Any],
    encoding: str,
    stamp_ns: int,
    padding: int = 0,
    size: tuple[int, int] | None = None,
) -> Any:
    """An Image message.

    Args:
        store: of the message types.
        pixels: (H, W) or (H, W, C); one dimension for planes that follow one another.
        encoding: its name.
        stamp_ns: of its header.
        padding: bytes added to each row; none to planes.
        size: width and height of planes.
    """
    if size is not None and pixels.ndim == 1:
        return store.types[IMAGE](
            header=header(store.types, stamp_ns),
            height=size[1],
            width=size[0],
            encoding=encoding,
            is_bigendian=0,
            step=size[0],
            data=pixels,
        )
    height = pixels.shape[0]
    rows = np.ascontiguousarray(pixels).view(np.uint8).reshape(height, -1)
    rows = np.pad(rows, ((0, 0), (0, padding)), constant_values=99)
    return store.types[IMAGE](
        header=header(store.types, stamp_ns),
        height=height,
        width=pixels.shape[1],
        encoding=encoding,
        is_bigendian=0,
        step=rows.shape[1],
        data=rows.reshape(-1),
    )


def compressed_image(store: Typestore, rgb: NDArray[np.uint8], suffix: str, stamp_ns: int) -> Any:
    """A CompressedImage message, ".jpg" or ".png"."""
    encoded, content = cv2.imencode(suffix, cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))
    assert encoded
    return store.types[COMPRESSED](
        header=header(store.types, stamp_ns), format=suffix[1:], data=content.reshape(-1)
    )


def write_bag(folder: Path, kind: str, topics: Topics) -> Path:
    """Writes a bag with one message of every topic each 100 ms.

    Args:
        folder: the bag goes into it.
        kind: one of `KINDS`.
        topics: name, type and messages of each.

    Returns:
        The bag's path.
    """
    store = typestore_of(kind)
    writer: Ros1Writer | Ros2Writer
    if kind == "ros1":
        path = folder / "drive.bag"
        writer = Ros1Writer(path)
        serialize = store.serialize_ros1
    else:
        path = folder / "drive"
        writer = Ros2Writer(path, version=8, storage_plugin=StoragePlugin[kind.upper()])
        serialize = store.serialize_cdr
    with writer:
        connections: list[Any] = [
            writer.add_connection(name, type_, typestore=store) for name, type_, _ in topics
        ]
        for tick in range(max(len(messages) for _, _, messages in topics)):
            for connection, (_, type_, messages) in zip(connections, topics, strict=True):
                if tick < len(messages):
                    time_ns = START_NS + tick * 100_000_000
                    writer.write(connection, time_ns, serialize(messages[tick], type_))
    return path


def write_rich_mcap(path: Path) -> Path:
    """Writes an MCAP file as a recorder from Jazzy on does, with all that the format can hold.

    Four images of 64x48 on /camera, four messages of an unknown type on /secret, four without a
    schema on /bare; three kinds of times differ, and there are an attachment and metadata.
    """
    store = typestore_of("mcap")
    forever = "{sec: 9223372036, nsec: 854775807}"
    qos = (
        "- history: keep_last\n  depth: 5\n  reliability: best_effort\n  durability: volatile\n"
        f"  deadline: {forever}\n  lifespan: {forever}\n  liveliness: automatic\n"
        f"  liveliness_lease_duration: {forever}\n  avoid_ros_namespace_conventions: false\n"
    )
    with path.open("wb") as stream:
        writer = McapWriter(stream, compression=CompressionType.LZ4, chunk_size=10_000)
        writer.start("ros2", "recorder")
        definition, _ = store.generate_msgdef(IMAGE, ros_version=2)
        image_schema = writer.register_schema(IMAGE, "ros2msg", b"# odd\n" + definition.encode())
        secret_schema = writer.register_schema("robot_msgs/msg/Secret", "", b"")
        noted = {"offered_qos_profiles": qos, "topic_type_hash": "RIHS01_12"}
        channels = [
            writer.register_channel("/camera", "cdr", image_schema, noted),
            writer.register_channel("/secret", "cdr", secret_schema, {"note": "mine"}),
            writer.register_channel("/bare", "json", 0),
        ]
        for number in range(4):
            pixels = np.full((48, 64, 3), number, np.uint8)
            image = store.serialize_cdr(raw_image(store, pixels, "rgb8", number), IMAGE)
            for channel, data in zip(channels, (bytes(image), b"\x00secret", b"{}"), strict=True):
                time_ns = START_NS + number * 100_000_000
                writer.add_message(channel, time_ns, data, time_ns - 5_000 - channel, 70 + number)
        writer.add_attachment(1, 2, "calibration.yaml", "text/yaml", b"k: 1")
        writer.add_metadata("robot", {"serial": "7"})
        writer.add_metadata("rosbag2", {"serialized_metadata": "message_count: 12"})
        writer.finish()  # type: ignore[no-untyped-call]
    return path
