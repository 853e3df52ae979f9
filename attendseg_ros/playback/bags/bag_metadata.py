# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The metadata.yaml that makes a ROS 2 bag's folder of a file."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import yaml

METADATA_FILE = "metadata.yaml"

# rosbag2's mark for a type whose hash the recorder did not know.
NO_HASH = "RIHS01_" + "0" * 64


class TopicMetadata(NamedTuple):
    """What rosbag2 notes about a topic.

    Attributes:
        name: the topic.
        message_type: its type.
        serialization: of its messages: "cdr" but for foreign ones.
        qos: the offered profiles: YAML with numbers up to version 8, a list with words from 9 on.
        type_hash: the type's hash; empty if it is not known.
    """

    name: str
    message_type: str
    serialization: str
    qos: str | list[dict[str, Any]]
    type_hash: str


class BagMetadata:
    """Counts messages while a bag is written, and describes it when it is done."""

    def __init__(self, storage: str, file: str) -> None:
        """Takes rosbag2's name of the storage, and the name of the one file."""
        self.topics: dict[int, TopicMetadata] = {}
        self._storage = storage
        self._file = file
        self._counts: Counter[int] = Counter()
        self._span = (2**63 - 1, 0)

    def count(self, topic: int, time_ns: int) -> None:
        """Takes note of a message on a topic of `topics`."""
        self._counts[topic] += 1
        self._span = (min(self._span[0], time_ns), max(self._span[1], time_ns))

    def information(self, version: int) -> dict[str, Any]:
        """What rosbag2 wants to find below the file's one key, in a version of its format."""
        return {
            "version": version,
            "storage_identifier": self._storage,
            **self._spans(),
            "topics_with_message_count": [
                {
                    "topic_metadata": {
                        "name": topic.name,
                        "type": topic.message_type,
                        "serialization_format": topic.serialization,
                        "offered_qos_profiles": topic.qos,
                        "type_description_hash": topic.type_hash,
                    },
                    "message_count": self._counts[number],
                }
                for number, topic in self.topics.items()
            ],
            "compression_format": "",
            "compression_mode": "",
            "relative_file_paths": [self._file],
            "files": [{"path": self._file, **self._spans()}],
            "custom_data": None,
            "ros_distro": "unknown",
        }

    def _spans(self) -> dict[str, Any]:
        # Made for each place: YAML writes what occurs twice as an alias, and not every reader
        # of rosbag2's files takes those.
        total = sum(self._counts.values())
        start, end = self._span if total else (0, 0)
        return {
            "starting_time": {"nanoseconds_since_epoch": start},
            "duration": {"nanoseconds": end - start},
            "message_count": total,
        }

    def write(self, folder: Path, version: int) -> None:
        """Writes the file into the bag's folder."""
        content = {"rosbag2_bagfile_information": self.information(version)}
        text = yaml.safe_dump(content, sort_keys=False)
        (folder / METADATA_FILE).write_text(text, encoding="utf-8")
