# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the demo computes and draws from a recording whose content is known."""

from __future__ import annotations

import json
from array import array
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from rclpy.serialization import serialize_message
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from attendseg_ros.labels import ClassTable
from attendseg_ros.msg import SegmentationTiming
from attendseg_ros.playback import open_source
from demo.budget import Sent
from demo.errors import DemoError
from demo.evaluation import Evaluation, evaluate
from demo.live import LiveView
from demo.pictures import draw
from demo.recording import Message, RecordingWriter
from demo.report import table, write_summary
from demo.topics import COLOR_MASK, GROUND_TRUTH, IMAGE, MASK, OVERLAY, TIMING

WIDTH, HEIGHT = 64, 48
CLASSES = ClassTable.load("camvid")
ROAD, CAR = CLASSES.id_of("road"), CLASSES.id_of("car")
START_NS = 1_700_000_000_000_000_000
PERIOD_NS = 50_000_000
IMAGE_TYPE = "sensor_msgs/msg/Image"
TIMING_TYPE = "attendseg_ros/msg/SegmentationTiming"
FRAMES = 20
SENT = Sent(frames=30, rate_hz=25.0)


def header(number: int) -> Header:
    result = Header(frame_id="camera")
    result.stamp.sec, result.stamp.nanosec = divmod(START_NS + number * PERIOD_NS, 10**9)
    return result


def serialized(number: int, pixels: NDArray[np.uint8], encoding: str) -> bytes:
    height, width = pixels.shape[:2]
    step = pixels.nbytes // height
    data = array("B", pixels.tobytes())
    return bytes(
        serialize_message(
            Image(
                header=header(number),
                height=height,
                width=width,
                encoding=encoding,
                step=step,
                data=data,
            )
        )
    )


def timing(number: int) -> bytes:
    message = SegmentationTiming(
        header=header(number),
        network_ms=float(number),
        frames_received=number + 3,
        frames_processed=number + 1,
        frames_dropped=2,
        input_width=512,
        input_height=384,
        engine="openvino",
        model="street",
    )
    return bytes(serialize_message(message))


def frame_messages(number: int, with_truth: bool) -> list[Message]:
    """A frame whose mask calls the right half of the road a car, and takes `number` ms to come."""
    truth = np.full((HEIGHT, WIDTH), ROAD, np.uint8)
    truth[0] = 255
    labels = truth.copy()
    labels[:, WIDTH // 2 :] = CAR
    rgb = np.full((HEIGHT, WIDTH, 3), 10 * number, np.uint8)
    sent_ns = START_NS + number * PERIOD_NS
    come_ns = sent_ns + number * 1_000_000
    messages = [
        Message(IMAGE, IMAGE_TYPE, sent_ns, serialized(number, rgb, "rgb8")),
        Message(MASK, IMAGE_TYPE, come_ns, serialized(number, labels, "mono8")),
        Message(COLOR_MASK, IMAGE_TYPE, come_ns, serialized(number, rgb, "rgb8")),
        Message(OVERLAY, IMAGE_TYPE, come_ns, serialized(number, rgb, "rgb8")),
        Message(TIMING, TIMING_TYPE, come_ns, timing(number)),
    ]
    if with_truth:
        # Sometimes before its mask, sometimes after.
        time_ns = sent_ns + 10_000_000
        messages.append(
            Message(GROUND_TRUTH, IMAGE_TYPE, time_ns, serialized(number, truth, "mono8"))
        )
    return messages


def record(folder: Path, with_truth: bool = True) -> Path:
    messages = [one for number in range(FRAMES) for one in frame_messages(number, with_truth)]
    with RecordingWriter(folder / "recording") as writer:
        for message in sorted(messages, key=lambda message: message.time_ns):
            writer.put(message)
    return writer.path


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return record(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def evaluation(recording: Path) -> Evaluation:
    return evaluate(recording, CLASSES, SENT)


def test_counts_are_the_nodes_own(evaluation: Evaluation) -> None:
    assert evaluation.frames_sent == 30
    assert evaluation.frames_recorded == evaluation.masks == FRAMES
    assert (evaluation.frames_received, evaluation.frames_processed) == (FRAMES + 2, FRAMES)
    assert (evaluation.frames_dropped, evaluation.frames_failed) == (2, 0)
    assert (evaluation.engine, evaluation.model) == ("openvino", "street")
    assert (evaluation.image_size, evaluation.network_size) == ((WIDTH, HEIGHT), (512, 384))


def test_no_more_are_received_than_were_sent(recording: Path) -> None:
    missed = Sent(frames=FRAMES - 1, rate_hz=25.0)
    assert evaluate(recording, CLASSES, missed).frames_sent == FRAMES + 2


def test_rates_and_times(evaluation: Evaluation) -> None:
    assert evaluation.camera_rate_hz == 25.0
    assert evaluation.mask_rate_hz == pytest.approx(1000 / 51)
    # Of 0 to 19 ms: the tenth and the nineteenth.
    assert evaluation.camera_to_mask_ms.p50 == pytest.approx(9.0)
    assert evaluation.camera_to_mask_ms.p95 == pytest.approx(18.0)
    assert evaluation.stages_ms["network"] == evaluation.camera_to_mask_ms


def test_stamps_of_another_clock_have_no_latency(tmp_path: Path) -> None:
    live = LiveView(len(CLASSES))
    with RecordingWriter(tmp_path / "recording") as writer:
        for number in range(FRAMES):
            for message in frame_messages(number, with_truth=False):
                # A listener whose clock is an hour ahead of the camera's.
                late = message._replace(time_ns=message.time_ns + 3_600_000_000_000)
                writer.put(late)
                live.see(late)
    found = evaluate(writer.path, CLASSES, SENT)
    assert np.isnan(found.camera_to_mask_ms.p50)
    assert np.isnan(found.camera_to_mask_ms.p95)
    (line,) = (one for one in table("a bag", found).splitlines() if "camera to mask" in one)
    assert line.split()[-2:] == ["unknown", "unknown"]
    assert "unknown latency camera to mask" in live.text()


def test_accuracy_counts_labelled_pixels_of_every_frame(evaluation: Evaluation) -> None:
    assert evaluation.accuracy is not None
    assert evaluation.accuracy.frames == FRAMES
    assert evaluation.accuracy.pixel_accuracy == pytest.approx(0.5)
    assert evaluation.accuracy.per_class_iou["road"] == pytest.approx(0.5)
    # Taken for a road half of the time, and never there.
    assert np.isnan(evaluation.accuracy.per_class_iou["car"])
    assert np.isnan(evaluation.accuracy.per_class_iou["sky"])
    assert evaluation.accuracy.mean_iou == pytest.approx(0.5)


def test_table_says_it(evaluation: Evaluation) -> None:
    printed = table("street 1", evaluation)
    assert "30 sent, 22 received, 20 processed, 2 dropped, 0 failed; 20 masks" in printed
    assert "model street at 512x384 on openvino" in printed
    assert "mean IoU   50.0 % over 20 frames, pixel accuracy 50.0 %" in printed
    (row,) = [line for line in printed.splitlines() if line.startswith("camera to mask")]
    assert row.split() == ["camera", "to", "mask", "9.0", "18.0"]


def test_summary_is_plain_json(evaluation: Evaluation, tmp_path: Path) -> None:
    def refuse(constant: str) -> Any:
        raise AssertionError(f"{constant} is not JSON")

    write_summary(tmp_path / "summary.json", "street 1", evaluation)
    text = (tmp_path / "summary.json").read_text()
    summary = json.loads(text, parse_constant=refuse)
    assert summary["input"] == "street 1"
    assert summary["accuracy"]["per_class_iou"]["sky"] is None
    assert summary["stages_ms"]["network"] == {"p50": 9.0, "p95": 18.0}
    assert summary["machine"]["logical_processors"] >= 1


def test_without_ground_truth_there_is_no_accuracy(tmp_path: Path) -> None:
    recording = record(tmp_path, with_truth=False)
    evaluation = evaluate(recording, CLASSES, SENT)
    assert evaluation.accuracy is None
    assert "no ground truth" in table("a video", evaluation)
    draw(recording, CLASSES, tmp_path)
    grid = cv2.imread(str(tmp_path / "grid.png"))
    assert grid is not None
    assert grid.shape[1] == 3 * 480 + 4 * 10


def test_pictures_show_the_run(recording: Path, tmp_path: Path) -> None:
    draw(recording, CLASSES, tmp_path)
    (grid,) = open_source(tmp_path / "grid.png")
    assert grid.rgb.shape[1] == 4 * 480 + 5 * 10
    # Four rows, of which each shows a later image than the one above.
    column = grid.rgb[:, 10 + 240].astype(int)
    greys = column[(np.ptp(column, axis=1) == 0) & (column[:, 0] < 230)][:, 0]
    shown = [int(level) for level in dict.fromkeys(greys.tolist()) if level % 10 == 0]
    assert shown == [10, 70, 120, 180]
    # The ground truth, in the colour of the road.
    road = CLASSES.palette()[ROAD]
    assert (grid.rgb[46 + 180, -10 - 240] == road).all()
    for info in CLASSES.classes:
        legend = grid.rgb[-46 - 10 :]
        assert (legend == info.color).all(axis=2).any(), info.name
    video = list(open_source(tmp_path / "overlay.mp4"))
    assert len(video) == FRAMES
    assert sorted(file.name for file in tmp_path.iterdir()) == ["grid.png", "overlay.mp4"]


def test_run_without_masks_is_an_error(tmp_path: Path) -> None:
    with RecordingWriter(tmp_path / "recording") as writer:
        writer.put(frame_messages(1, with_truth=False)[0])
    with pytest.raises(DemoError, match="neither masks nor their times"):
        evaluate(writer.path, CLASSES, SENT)
    with pytest.raises(DemoError, match="no overlay"):
        draw(writer.path, CLASSES, tmp_path)
