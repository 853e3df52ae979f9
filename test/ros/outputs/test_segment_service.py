# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""~/segment: one image on demand, in every form, at every moment, and garbage."""

from __future__ import annotations

import threading
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from sensor_msgs.msg import CompressedImage, Image
from std_srvs.srv import SetBool
from support.logged_process import PATIENCE_S
from support.ros_client import pixels_of
from support.segmentation_rig import HEIGHT, WIDTH, Rig
from support.tiny_bundle import painted, stripes

from attendseg_ros.labels import ClassTable
from attendseg_ros.ros.outputs.segment_service import MOST_WAITING
from attendseg_ros.srv import Segment

TABLE = ClassTable.load("camvid")
TRUTH = stripes(WIDTH, HEIGHT)

pytestmark = pytest.mark.usefixtures("defaults")


@pytest.fixture(scope="module")
def rig(folder: Path, tiny_path: Path) -> Iterator[Rig]:
    with Rig(folder, tiny_path) as rig:
        rig.process.wait_for_log("runs on")
        yield rig


def segment(rig: Rig, **images: Any) -> Any:
    return rig.client.call(Segment, "segmentation/segment", Segment.Request(**images))


def compressed(rig: Rig, kind: str = ".png") -> CompressedImage:
    _, data = cv2.imencode(kind, painted(TRUTH)[..., ::-1])
    message = CompressedImage(header=rig.client.header(), format=kind.strip("."))
    message.data = array("B", data.tobytes())
    return message


def test_an_image_gives_its_mask_confidence_and_names(rig: Rig) -> None:
    picture = rig.painted()
    answer = segment(rig, image=picture)
    assert answer.success, answer.message
    assert answer.message == ""
    np.testing.assert_array_equal(pixels_of(answer.mask), TRUTH)
    assert answer.mask.header == answer.confidence.header == picture.header
    # Beside a border both classes are as likely.
    assert pixels_of(answer.confidence)[:, 32::64].min() > 200
    named = dict(zip(answer.class_ids, answer.class_names, strict=True))
    assert named == {info.id: info.name for info in TABLE.classes}
    assert answer.model == "tiny"


def test_a_compressed_image_gives_the_same(rig: Rig) -> None:
    picture = compressed(rig)
    answer = segment(rig, compressed_image=picture)
    assert answer.success, answer.message
    assert answer.mask.header == picture.header
    np.testing.assert_array_equal(pixels_of(answer.mask), TRUTH)


def test_the_answer_is_what_the_topic_would_have(rig: Rig, camera: Any) -> None:
    rig.client.must_set(classes=["car"], output_size=[352, 32], roi=[128, 0, 448, 64])
    picture = rig.painted()
    mask = rig.mask(camera, picture, rig.output("mask"))
    np.testing.assert_array_equal(pixels_of(segment(rig, image=picture).mask), mask)


def test_it_works_while_the_stream_is_disabled(rig: Rig) -> None:
    def enable(data: bool) -> None:
        request = SetBool.Request(data=data)
        assert rig.client.call(SetBool, "segmentation/set_enabled", request).success

    enable(False)
    try:
        answer = segment(rig, image=rig.painted())
    finally:
        enable(True)
    assert answer.success, answer.message


def test_inactive_it_refuses_in_words(rig: Rig) -> None:
    def change(transition: int) -> None:
        request = ChangeState.Request(transition=Transition(id=transition))
        assert rig.client.call(ChangeState, "segmentation/change_state", request).success

    change(Transition.TRANSITION_DEACTIVATE)
    try:
        answer = segment(rig, image=rig.painted())
    finally:
        change(Transition.TRANSITION_ACTIVATE)
    assert not answer.success
    assert answer.message.startswith("not active: ")
    assert segment(rig, image=rig.painted()).success


def garbage(rig: Rig) -> dict[str, tuple[dict[str, Any], str]]:
    short = rig.painted()
    short.data = short.data[:-1]
    unknown = rig.painted()
    unknown.encoding = "rgb9"
    huge = Image(width=2**32 - 1, height=2**32 - 1, encoding="rgb8", step=2**32 - 1)
    truncated = compressed(rig, ".jpg")
    truncated.data = truncated.data[: len(truncated.data) // 2]
    noise = CompressedImage(format="jpeg", data=array("B", b"no picture" * 9))
    nothing = CompressedImage(format="png")
    return {
        "no image at all": ({}, "no image: neither image nor compressed_image holds data"),
        "both": ({"image": rig.painted(), "compressed_image": compressed(rig)}, "both image and"),
        "no bytes": ({"image": Image(width=4, height=4, encoding="rgb8", step=12)}, "short buffer"),
        "too few bytes": ({"image": short}, "short buffer"),
        "no such encoding": ({"image": unknown}, "unknown encoding: 'rgb9'"),
        "too large": ({"image": huge}, "too large image"),
        "half a picture": ({"compressed_image": truncated}, "truncated"),
        "noise": ({"compressed_image": noise}, "cannot be decoded"),
        "an empty picture": ({"compressed_image": nothing}, "empty image"),
    }


@pytest.mark.parametrize(
    "what",
    [
        "no image at all",
        "both",
        "no bytes",
        "too few bytes",
        "no such encoding",
        "too large",
        "half a picture",
        "noise",
        "an empty picture",
    ],
)
def test_garbage_is_refused_in_words(rig: Rig, what: str) -> None:
    images, words = garbage(rig)[what]
    answer = segment(rig, **images)
    assert not answer.success
    assert words in answer.message
    assert "\n" not in answer.message
    assert not answer.mask.data
    assert segment(rig, image=rig.painted()).success


def test_what_the_parameters_refuse_is_refused(rig: Rig) -> None:
    rig.client.must_set(max_pixels=100)
    answer = segment(rig, image=rig.painted())
    assert "more than max_pixels (100)" in answer.message
    rig.client.must_set(max_pixels=50_000_000, roi=[0, 0, WIDTH + 1, HEIGHT])
    answer = segment(rig, image=rig.painted())
    assert not answer.success
    assert "is not inside the image of 704x64" in answer.message


def test_many_callers_and_a_camera_take_turns(rig: Rig, camera: Any) -> None:
    masks = rig.output("mask")
    rig.mask(camera, rig.painted(), masks)
    client: Any = rig.client.node.create_client(Segment, "segmentation/segment")
    assert client.wait_for_service(PATIENCE_S)
    answers: list[Any] = []
    come = threading.Condition()

    def observe(future: Any) -> None:
        with come:
            answers.append(future.result())
            come.notify_all()

    # As many as the middleware keeps for a service or a client.
    count = MOST_WAITING + 2
    for _ in range(count):
        client.call_async(Segment.Request(image=rig.painted())).add_done_callback(observe)
    rig.mask(camera, rig.painted(), masks)
    with come:
        assert come.wait_for(lambda: len(answers) == count, PATIENCE_S)
    rig.client.node.destroy_client(client)
    good = [answer for answer in answers if answer.success]
    assert len(good) >= MOST_WAITING
    for answer in good:
        np.testing.assert_array_equal(pixels_of(answer.mask), TRUTH)
    refused = {answer.message for answer in answers if not answer.success}
    assert refused <= {f"busy: {MOST_WAITING} images wait for their turn; call again later"}
