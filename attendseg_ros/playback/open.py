# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""From a path to the source that reads it."""

from __future__ import annotations

from pathlib import Path

from attendseg_ros.errors import DataError
from attendseg_ros.pictures import PICTURE_SUFFIXES, kind_not_read
from attendseg_ros.playback.frames import Source
from attendseg_ros.playback.images import open_folder, open_image
from attendseg_ros.playback.video import VideoSource

BAG_SUFFIXES = frozenset({".bag", ".mcap", ".db3"})


def is_bag(path: Path) -> bool:
    """Whether a path names a bag: a .bag, .mcap or .db3 file, or a ROS 2 bag's folder."""
    if path.suffix.lower() in BAG_SUFFIXES or (path / "metadata.yaml").is_file():
        return True
    # The folder of a recorder that was killed.
    return path.is_dir() and any(file.suffix in (".mcap", ".db3") for file in path.iterdir())


def open_source(path: str | Path, topic: str = "") -> Source:
    """Opens an image file, a folder of images, a video or a bag.

    Args:
        path: An image or video file; a folder of images; a ROS 1 .bag; a ROS 2 bag's folder or
            its .mcap or .db3 file.
        topic: The image topic of a bag; empty for the first one there is.

    Raises:
        DataError: There is nothing at the path or it cannot be read; or a topic was named that
            the bag does not hold, or that is of no use because the path is no bag.
    """
    path = Path(path).expanduser()
    if not path.exists():
        raise DataError(f"{path}: no such file or folder")
    if is_bag(path):
        # A robot that plays no bags needs no rosbags.
        from attendseg_ros.playback.bag import BagSource

        return BagSource(path, topic)
    if topic:
        raise DataError(f"{path}: a topic ({topic}) can be chosen only from a bag")
    if path.is_dir():
        return open_folder(path)
    # A GIF may move, and as a video it gives all its frames.
    if path.suffix.lower() in PICTURE_SUFFIXES - {".gif"}:
        return open_image(path)
    kind = kind_not_read(path)
    if kind is not None:
        raise DataError(f"{path}: {kind}, which is not read: convert it to JPEG or PNG")
    return VideoSource(path)
