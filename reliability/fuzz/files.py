# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Files as they come from outside: YAML of every kind, bundles and bags."""

from __future__ import annotations

import tempfile
from itertools import islice
from pathlib import Path

import numpy as np
from rosbags.rosbag1 import Writer as Ros1Writer
from rosbags.rosbag2 import StoragePlugin
from rosbags.rosbag2 import Writer as Ros2Writer
from rosbags.typesys import Stores, get_typestore

from attendseg_ros.inference import load_bundle, shipped_models
from attendseg_ros.labels import ClassTable
from attendseg_ros.network.shape import BUILT_IN, Shape
from attendseg_ros.playback import open_source
from attendseg_ros.ros.launching.robots import read_robots

_ROOT = Path(__file__).resolve().parents[2]
_CLASS_FILES = sorted((_ROOT / "attendseg_ros" / "labels").glob("*.yaml"))
_MESSAGES = 3
_TYPE = "sensor_msgs/msg/Image"


def class_files() -> list[bytes]:
    """The shipped class files."""
    return [file.read_bytes() for file in _CLASS_FILES]


def enter_class_file(data: bytes, folder: Path) -> None:
    """Reads a class file."""
    ClassTable.load(_written(folder / "classes.yaml", data))


def bundle_descriptions() -> list[bytes]:
    """The shipped bundles' model.yaml."""
    return [(path / "model.yaml").read_bytes() for path in shipped_models().values()]


def enter_bundle(data: bytes, folder: Path) -> None:
    """Loads a bundle with this model.yaml beside the network that it names, or any."""
    networks = shipped_models()
    named = [name for name in networks if f"\nname: {name}\n".encode() in data]
    name = named[0] if named else "street"
    bundle = folder / name
    if not bundle.is_dir():
        bundle.mkdir()
        (bundle / "model.onnx").symlink_to(networks[name] / "model.onnx")
    _written(bundle / "model.yaml", data)
    load_bundle(bundle)


def shapes() -> list[bytes]:
    """The built-in shapes of the network."""
    return [file.read_bytes() for file in BUILT_IN.values()]


def enter_shape(data: bytes, folder: Path) -> None:
    """Reads a network's shape."""
    Shape.load(_written(folder / "shape.yaml", data))


def robots() -> list[bytes]:
    """The shipped table of robots."""
    return [(_ROOT / "config" / "robots.yaml").read_bytes()]


def enter_robots(data: bytes, folder: Path) -> None:
    """Reads a table of robots."""
    read_robots(_written(folder / "robots.yaml", data))


def mcap_bags() -> list[bytes]:
    """A small MCAP file with images."""
    return [_ros2_bag(StoragePlugin.MCAP, ".mcap")]


def enter_mcap(data: bytes, folder: Path) -> None:
    """Reads the images of an MCAP file."""
    _read(_written(folder / "bag.mcap", data))


def sqlite_bags() -> list[bytes]:
    """A small SQLite bag with images."""
    return [_ros2_bag(StoragePlugin.SQLITE3, ".db3")]


def enter_sqlite_bag(data: bytes, folder: Path) -> None:
    """Reads the images of an SQLite bag."""
    _read(_written(folder / "bag.db3", data))


def ros1_bags() -> list[bytes]:
    """A small ROS 1 bag with images."""
    store = get_typestore(Stores.ROS1_NOETIC)
    header = store.types["std_msgs/msg/Header"]
    time = store.types["builtin_interfaces/msg/Time"]
    image = store.types[_TYPE]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "images.bag"
        with Ros1Writer(path) as writer:
            topic = writer.add_connection("/image", _TYPE, typestore=store)
            for number in range(_MESSAGES):
                fields = header(seq=number, stamp=time(sec=number, nanosec=0), frame_id="camera")
                message = image(fields, 4, 6, "rgb8", 0, 18, np.zeros(72, np.uint8))
                writer.write(topic, number, store.serialize_ros1(message, _TYPE))
        return [path.read_bytes()]


def enter_ros1_bag(data: bytes, folder: Path) -> None:
    """Reads the images of a ROS 1 bag."""
    _read(_written(folder / "images.bag", data))


def _ros2_bag(plugin: StoragePlugin, suffix: str) -> bytes:
    store = get_typestore(Stores.ROS2_HUMBLE)
    header = store.types["std_msgs/msg/Header"]
    time = store.types["builtin_interfaces/msg/Time"]
    image = store.types[_TYPE]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "images"
        with Ros2Writer(path, version=8, storage_plugin=plugin) as writer:
            topic = writer.add_connection("/image", _TYPE, typestore=store)
            for number in range(_MESSAGES):
                fields = header(stamp=time(sec=number, nanosec=0), frame_id="camera")
                message = image(fields, 4, 6, "rgb8", 0, 18, np.zeros(72, np.uint8))
                writer.write(topic, number, store.serialize_cdr(message, _TYPE))
        return next(path.glob(f"*{suffix}")).read_bytes()


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def _read(path: Path) -> None:
    """Reads the frames; a bag that was made from three messages has few, whatever was changed."""
    for frame in islice(open_source(path), 100):
        rgb = frame.rgb
        assert rgb.dtype == np.uint8, rgb.dtype
        assert rgb.ndim == 3, rgb.shape
        assert rgb.shape[2] == 3, rgb.shape
