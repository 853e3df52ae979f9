# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The demo's recording."""

from __future__ import annotations

import contextlib
import resource
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rclpy.serialization import serialize_message
from rosbags.highlevel import AnyReader
from std_msgs.msg import Header, String

from attendseg_ros.msg import SegmentationTiming
from demo.recording import Message, RecordingWriter, header_stamp_ns, read, topic_counts

TIMING_TYPE = "attendseg_ros/msg/SegmentationTiming"


def text(number: int) -> Message:
    data = serialize_message(String(data=f"text {number}"))
    return Message("/chat", "std_msgs/msg/String", 1000 + number, data)


def test_messages_come_back_as_they_went_in(tmp_path: Path) -> None:
    with RecordingWriter(tmp_path / "recording") as writer:
        for number in range(3):
            writer.put(text(number))
    found = [(topic, time_ns, message.data) for topic, time_ns, message in read(writer.path)]
    assert found == [("/chat", 1000 + number, f"text {number}") for number in range(3)]
    assert topic_counts(writer.path) == {"/chat": 3}
    assert [file.name for file in tmp_path.iterdir()] == ["recording"]
    assert (tmp_path / "recording" / "recording.mcap").is_file()


def test_definitions_of_our_own_messages_are_in_it(tmp_path: Path) -> None:
    timing = SegmentationTiming(network_ms=12.5, frames_received=7, engine="openvino")
    with RecordingWriter(tmp_path / "recording") as writer:
        writer.put(Message("/timing", TIMING_TYPE, 5, serialize_message(timing)))
    # AnyReader knows no type but those that the file itself defines.
    with AnyReader([writer.path / "recording.mcap"]) as reader:
        ((connection, _, data),) = reader.messages()
        message: Any = reader.deserialize(data, connection.msgtype)
    assert connection.msgtype == TIMING_TYPE
    assert (message.network_ms, message.frames_received, message.engine) == (12.5, 7, "openvino")


def test_nothing_is_left_of_an_interrupted_recording(tmp_path: Path) -> None:
    with contextlib.suppress(KeyboardInterrupt), RecordingWriter(tmp_path / "recording") as writer:
        writer.put(text(1))
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_what_the_disk_cannot_take_is_counted(tmp_path: Path) -> None:
    messages = [text(number) for number in range(3)]
    room = len(messages[0].data) - 1
    with RecordingWriter(tmp_path / "recording", max_waiting_bytes=room) as writer:
        for message in messages:
            writer.put(message)
    assert writer.dropped == 3
    assert topic_counts(writer.path) == {}


def test_full_disk_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 256, 3_000_000, np.uint8).tobytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
    try:
        writer = RecordingWriter(tmp_path / "recording")
        writer.put(Message("/noise", "std_msgs/msg/UInt8MultiArray", 1, noise))
        with pytest.raises(OSError, match="too large"):
            writer.close()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == []


def test_type_that_is_not_installed_is_an_error_for_whoever_closes(tmp_path: Path) -> None:
    writer = RecordingWriter(tmp_path / "recording")
    writer.put(Message("/x", "no_such_package/msg/Thing", 1, b""))
    with pytest.raises(LookupError, match="no_such_package"):
        writer.close()
    assert list(tmp_path.iterdir()) == []


def test_stamp_is_read_from_the_serialized_header() -> None:
    timing = SegmentationTiming(header=Header(frame_id="camera"))
    timing.header.stamp.sec, timing.header.stamp.nanosec = 1_700_000_000, 123_456_789
    assert header_stamp_ns(serialize_message(timing)) == 1_700_000_000_123_456_789
