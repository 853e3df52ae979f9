# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The playback camera node as its own process."""

from __future__ import annotations

import os
import re
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from sensor_msgs.msg import Image
from support import bags
from support.node_process import NodeProcess
from support.ros_client import Inbox, RosClient, pixels_of, wait_until
from support.videos import uneven_video

from attendseg_ros.playback import VideoWriter

MODULE = "attendseg_ros.ros.playback_camera_node"

LEVELS = (30, 90, 150, 210)


def picture(level: int) -> NDArray[np.uint8]:
    """A picture of one grey, so that a frame can be told by its brightness."""
    return np.full((48, 64, 3), level, np.uint8)


def image_folder(folder: Path) -> Path:
    folder.mkdir()
    for number, level in enumerate(LEVELS):
        assert cv2.imwrite(str(folder / f"{number}.png"), picture(level))
    return folder


def video(folder: Path) -> Path:
    folder.mkdir()
    with_levels = VideoWriter(folder / "clip.mp4", 20.0)
    for level in LEVELS:
        with_levels.write(picture(level))
    with_levels.close()
    return folder / "clip.mp4"


def bag(folder: Path) -> Path:
    folder.mkdir()
    store = bags.typestore_of("mcap")
    images = [bags.raw_image(store, picture(level), "bgr8", 7) for level in LEVELS]
    others = [bags.raw_image(store, picture(0), "rgb8", 7) for _ in LEVELS]
    return bags.write_bag(
        folder, "mcap", [("/other", bags.IMAGE, others), ("/front", bags.IMAGE, images)]
    )


def play(
    folder: Path, path: Path, until: int | None = None, **parameters: Any
) -> tuple[list[Any], str]:
    """Plays a source to its end, or until so many images came; returns the images and the log."""
    with (
        NodeProcess(MODULE, folder / "log", {"path": path, **parameters}) as process,
        RosClient(process.namespace) as client,
    ):
        inbox: Inbox = client.subscribe(Image, "image_raw")
        if until is None:
            assert process.wait() == 0
            until = int(re.findall(r"played (\d+) images", process.log())[0])
        wait_until(lambda: len(inbox.messages) >= until, f"{until} images")
        assert process.stop() == 0
        assert "Traceback" not in process.log()
        return inbox.messages, process.log()


def levels(messages: list[Any]) -> list[float]:
    return [float(pixels_of(message).mean()) for message in messages]


def stamps_ns(messages: list[Any]) -> list[int]:
    return [message.header.stamp.sec * 10**9 + message.header.stamp.nanosec for message in messages]


def test_a_bag_where_rosbags_is_missing_ends_the_node_in_words(tmp_path: Path) -> None:
    program = (
        "-c",
        f"import sys; sys.modules['rosbags'] = None\nfrom {MODULE} import main\nsys.exit(main())",
    )
    parameters = {"path": bag(tmp_path / "source")}
    with NodeProcess(MODULE, tmp_path / "log", parameters, program=program) as process:
        assert process.wait() == 1
        assert "pip install rosbags" in process.log()
        assert "Traceback" not in process.log()


@pytest.mark.parametrize(
    ("make", "parameters"),
    [(image_folder, {}), (video, {}), (bag, {"topic": "/front"})],
    ids=["folder", "video", "bag"],
)
def test_every_frame_comes_once_in_order_and_the_node_ends(
    tmp_path: Path, make: Any, parameters: dict[str, Any]
) -> None:
    before = time.time_ns()
    messages, log = play(tmp_path, make(tmp_path / "source"), **parameters)
    assert "played 4 images" in log
    np.testing.assert_allclose(levels(messages), LEVELS, atol=4)
    stamps = stamps_ns(messages)
    assert before < stamps[0] < stamps[1] < stamps[2] < stamps[3] < time.time_ns()
    for message in messages:
        assert (message.width, message.height, message.encoding) == (64, 48, "rgb8")
        assert message.header.frame_id == "camera"


def test_loop_starts_anew(tmp_path: Path) -> None:
    messages, _ = play(
        tmp_path, image_folder(tmp_path / "source"), until=10, loop=True, rate_hz=20.0
    )
    np.testing.assert_allclose(levels(messages[:10]), [*LEVELS, *LEVELS, *LEVELS[:2]])


def test_rate_can_be_chosen(tmp_path: Path) -> None:
    messages, _ = play(
        tmp_path, image_folder(tmp_path / "source"), until=20, loop=True, rate_hz=25.0
    )
    # 5 Hz is the rate of a folder.
    assert np.median(np.diff(stamps_ns(messages))) == pytest.approx(40e6, rel=0.2)


def test_a_video_plays_at_its_own_times(tmp_path: Path) -> None:
    times_ms = (0, 100, 200, 1500, 1600)
    path = uneven_video(tmp_path / "clip.mkv", times_ms, 1700.0)
    messages, log = play(tmp_path, path)
    assert "at its own times" in log
    gaps_s = np.diff(stamps_ns(messages)) / 1e9
    assert len(gaps_s) == 4
    # The pause is where the file has it, and the whole takes as long as there.
    assert gaps_s.argmax() == 2
    assert gaps_s[2] == pytest.approx(1.3, abs=0.4)
    assert gaps_s.sum() == pytest.approx(1.6, abs=0.5)


def test_a_video_plays_at_a_rate_that_is_given(tmp_path: Path) -> None:
    path = uneven_video(tmp_path / "clip.mkv", (0, 100, 200, 9500, 9600), 9700.0)
    messages, log = play(tmp_path, path, rate_hz=20.0)
    assert "at 20 Hz" in log
    assert np.diff(stamps_ns(messages)).max() < 4e9


def test_waits_for_its_subscribers(tmp_path: Path) -> None:
    source = image_folder(tmp_path / "source")
    parameters = {"path": source, "wait_for_subscribers": 2, "rate_hz": 20.0}
    with (
        NodeProcess(MODULE, tmp_path / "log", parameters) as process,
        RosClient(process.namespace) as client,
    ):
        first = client.subscribe(Image, "image_raw")
        process.wait_for_log("as soon as it has 2 subscriber(s)")
        # Long enough for all 4 images, were they sent.
        time.sleep(1.0)
        assert first.messages == []
        second = client.subscribe(Image, "image_raw")
        wait_until(lambda: len(second.messages) == 4, "4 images")
        assert levels(second.messages) == list(LEVELS)


def test_damaged_image_is_named_and_left_out(tmp_path: Path) -> None:
    source = image_folder(tmp_path / "source")
    content = (source / "1.png").read_bytes()
    (source / "1.png").write_bytes(content[: len(content) // 2])
    # Three times over, and said once.
    messages, log = play(tmp_path, source, until=9, rate_hz=20.0, loop=True)
    assert levels(messages[:3]) == [LEVELS[0], LEVELS[2], LEVELS[3]]
    assert log.count("left out 1.png: truncated: the PNG of") == 1


def test_frame_id(tmp_path: Path) -> None:
    messages, _ = play(tmp_path, image_folder(tmp_path / "source"), rate_hz=20.0, frame_id="front")
    assert {message.header.frame_id for message in messages} == {"front"}


def test_stops_in_the_middle_when_asked(tmp_path: Path) -> None:
    parameters = {"path": image_folder(tmp_path / "source"), "loop": True}
    with NodeProcess(MODULE, tmp_path / "log", parameters) as process:
        process.wait_for_log("playing folder")
        assert process.stop(signal.SIGTERM) == 0
        assert "Traceback" not in process.log()


def test_image_that_cannot_be_read_ends_the_node(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"no picture")
    parameters = {"path": tmp_path / "photo.jpg", "wait_for_subscribers": 0}
    with NodeProcess(MODULE, tmp_path / "log", parameters) as process:
        assert process.wait() == 1
        assert "photo.jpg: none of 1 image(s) can be read" in process.log()
        assert "Traceback" not in process.log()


def remove(source: Path) -> None:
    shutil.rmtree(source) if source.is_dir() else source.unlink()


def empty(source: Path) -> None:
    for file in [source] if source.is_file() else list(source.iterdir()):
        os.truncate(file, 0)


@pytest.mark.parametrize("spoil", [remove, empty])
@pytest.mark.parametrize("make", [image_folder, video, bag])
def test_a_looped_source_that_vanishes_ends_the_node(
    tmp_path: Path, make: Callable[[Path], Path], spoil: Callable[[Path], None]
) -> None:
    source = make(tmp_path / "source")
    parameters = {"path": source, "loop": True, "wait_for_subscribers": 0, "rate_hz": 20.0}
    with NodeProcess(MODULE, tmp_path / "log", parameters) as process:
        process.wait_for_log("playing")
        spoil(source)
        assert process.wait() == 1
        assert str(source) in process.log().splitlines()[-1]
        assert "Traceback" not in process.log()


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({}, "parameter path is empty"),
        ({"path": "/nowhere"}, "/nowhere: no such file or folder"),
        ({"path": "/proc", "rate_hz": -1.0}, "rate_hz must be a number from 0.0"),
    ],
)
def test_sources_that_cannot_be_played_are_refused(
    tmp_path: Path, parameters: dict[str, Any], said: str
) -> None:
    with NodeProcess(MODULE, tmp_path / "log", parameters) as process:
        assert process.wait() == 1
        assert said in process.log()
        assert "Traceback" not in process.log()
