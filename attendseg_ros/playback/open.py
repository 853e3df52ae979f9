# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""From a path to the source that reads it."""

from __future__ import annotations

import re
from pathlib import Path

from attendseg_ros.errors import DataError
from attendseg_ros.pictures import PICTURE_SUFFIXES, kind_not_read
from attendseg_ros.playback.bags.bag_files import is_bag
from attendseg_ros.playback.file_kinds import what_it_is
from attendseg_ros.playback.frames import Source
from attendseg_ros.playback.images import open_folder, open_image
from attendseg_ros.playback.video import VideoSource

__all__ = ["is_bag", "open_source"]

# A path keeps one of the slashes.
_ADDRESS = re.compile(r"(https?|rtsps?|rtmps?|ftps?|s3|gs|udp|tcp|srt)://?[^/]")

# Enough of them to see what a folder holds.
_BAGS_NAMED = 5


def open_source(path: str | Path, topic: str = "") -> Source:
    """Opens an image file, a folder of images, a video or a bag.

    Args:
        path: an image or video file; a folder of images; a ROS 1 .bag; a ROS 2 bag's folder or
            its .mcap or .db3 file.
        topic: the image topic of a bag; empty for the first one there is.

    Raises:
        DataError: there is nothing at the path, or a pipe, or it cannot be read; or a topic was
            named that the bag does not hold, or that is of no use because the path is no bag.
    """
    path = _existing(Path(path))
    if is_bag(path):
        # A robot that plays no bags needs no rosbags.
        from attendseg_ros.playback.bags.bag_source import BagSource

        return BagSource(path, topic)
    if topic:
        raise DataError(f"{path}: a topic ({topic}) can be chosen only from a bag")
    if path.is_dir():
        return _open_folder(path)
    # A GIF may move, and as a video it gives all its frames.
    if path.suffix.lower() in PICTURE_SUFFIXES - {".gif"}:
        return open_image(path)
    kind = kind_not_read(path)
    if kind is not None:
        raise DataError(f"{path}: {kind}, which is not read: convert it to JPEG or PNG")
    return VideoSource(path)


def _existing(path: Path) -> Path:
    try:
        if path.exists():
            return _readable(path)
        home = path.expanduser()
        if home.exists():
            return _readable(home)
    # What cannot be anybody's home.
    except RuntimeError:
        pass
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error
    what = what_it_is(path)
    if not what and _ADDRESS.match(str(path)):
        what = "an address, and frames are read from files: save what it sends to one first"
    raise DataError(f"{path}: is {what}" if what else f"{path}: no such file or folder")


def _readable(path: Path) -> Path:
    if not path.is_file() and not path.is_dir():
        raise DataError(
            f"{path}: is a pipe, a device or a socket; frames are read from files, more than once "
            "and from their start: save it to one"
        )
    return path


def _open_folder(path: Path) -> Source:
    try:
        return open_folder(path)
    except DataError as error:
        bags = sorted(entry.name for entry in path.iterdir() if is_bag(entry))
        if not bags:
            raise
        named = ", ".join(bags[:_BAGS_NAMED]) + (" ..." if len(bags) > _BAGS_NAMED else "")
        raise DataError(
            f"{path}: is not a bag and holds no image, but {len(bags)} bag"
            f"{'s' if len(bags) > 1 else ''}, read them one by one: {named}"
        ) from error
