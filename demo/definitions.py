# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Message definitions for the recording, so that it opens where this package is not installed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ament_index_python.packages import get_package_share_directory
from rosbags.interfaces import Nodetype
from rosbags.typesys import Stores, get_types_from_msg, get_typestore
from rosbags.typesys.store import Typestore


def ros_typestore() -> Typestore:
    """The definitions of ROS's own packages."""
    return get_typestore(Stores.LATEST)


def register(store: Typestore, message_type: str) -> None:
    """Adds a type and those it is made of, from the installed packages' .msg files.

    Args:
        store: gets what it lacks.
        message_type: for example "attendseg_ros/msg/SegmentationTiming".

    Raises:
        LookupError: the type's package is not installed.
        OSError: the package has no such file.
    """
    if message_type in store.fielddefs:
        return
    package, _, name = message_type.split("/")
    file = Path(get_package_share_directory(package), "msg", f"{name}.msg")
    types = get_types_from_msg(file.read_text(encoding="utf-8"), message_type)
    for _, fields in types.values():
        for _, description in fields:
            for part in _named_types(description):
                register(store, part)
    store.register(types)


def _named_types(description: Any) -> Iterator[str]:
    kind, detail = description
    if kind == Nodetype.NAME:
        yield detail
    elif kind in (Nodetype.ARRAY, Nodetype.SEQUENCE):
        yield from _named_types(detail[0])
