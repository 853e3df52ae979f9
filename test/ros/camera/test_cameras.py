# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Several cameras in one node: answered each under its own name, and apart from each other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticStatus
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from sensor_msgs.msg import CameraInfo, Image, PointCloud2
from std_srvs.srv import SetBool
from support import markdown
from support.depth_camera import SCENE, intrinsics
from support.ros_client import RELIABLE, RESEND_S, image, pixels_of, values, wait_until
from support.segmentation_rig import HEIGHT, WIDTH, Rig
from support.tiny_bundle import painted, stripes

from attendseg_ros.labels.camvid import CamVidClass
from attendseg_ros.msg import LandingZone, SegmentationTiming
from attendseg_ros.ros.messages.label_info import LabelInfo

CAMERAS = ("front", "rear")
README = (Path(__file__).parents[3] / "README.md").read_text()

SLOW_SIDE = 4096
"""The largest input size makes even the tiny network slow."""


@pytest.fixture(scope="module")
def rig(folder: Path, tiny_path: Path) -> Iterator[Rig]:
    with Rig(folder, tiny_path, {"cameras": f"[{', '.join(CAMERAS)}]"}) as rig:
        yield rig


@pytest.fixture(scope="module")
def eyes(rig: Rig) -> dict[str, Any]:
    """The cameras' publishers."""
    return {name: rig.client.camera(topic=f"{name}/image") for name in CAMERAS}


def picture(rig: Rig, name: str, width: int = WIDTH, height: int = HEIGHT) -> Image:
    """A picture of a camera that has its own name for a frame."""
    header = rig.client.header(f"{name}_optical_frame")
    return image(painted(stripes(width, height)), "rgb8", header)


def until(condition: Callable[[DiagnosticStatus], bool], rig: Rig, part: str) -> dict[str, str]:
    return values(rig.status(part, condition))


def test_each_camera_gets_its_masks_with_its_stamps_and_frames(
    rig: Rig, eyes: dict[str, Any]
) -> None:
    sizes = {"front": (WIDTH, HEIGHT), "rear": (WIDTH // 2, HEIGHT // 2)}
    boxes = {name: rig.output(f"{name}/mask") for name in CAMERAS}
    sent: dict[str, list[Any]] = {name: [] for name in CAMERAS}
    for _ in range(3):
        for name, publisher in eyes.items():
            message = picture(rig, name, *sizes[name])
            sent[name].append(message.header)
            mask = rig.mask(publisher, message, boxes[name])
            np.testing.assert_array_equal(mask, stripes(*sizes[name]))
    for name in CAMERAS:
        # Nothing of another camera ever came on this one's topic.
        assert all(mask.header in sent[name] for mask in boxes[name].messages)
        assert all(mask.header.frame_id == f"{name}_optical_frame" for mask in boxes[name].messages)


def test_camera_info_is_each_camera_s_own(rig: Rig, eyes: dict[str, Any]) -> None:
    for number, name in enumerate(CAMERAS, start=1):
        infos = rig.output(f"{name}/camera_info", CameraInfo)
        publisher = rig.client.camera(CameraInfo, f"{name}/camera_info")
        sent = CameraInfo(k=[float(number)] * 9)

        def paired(
            name: str = name, publisher: Any = publisher, sent: Any = sent, infos: Any = infos
        ) -> bool:
            message = picture(rig, name)
            sent.width, sent.height = message.width, message.height
            publisher.publish(sent)
            eyes[name].publish(message)
            wanted = message.header
            found = infos.wait(lambda info: info.header == wanted, RESEND_S)
            return found is not None and bool(found.k[0] == sent.k[0])

        wait_until(paired, f"camera_info of {name}")


def test_every_topic_lies_below_its_camera(rig: Rig) -> None:
    rows = markdown.table(README, "topic", "type", "what")
    topics = [row[0].strip("`") for row in rows]
    outputs = {topic.removeprefix("~/") for topic in topics if topic.startswith("~/")}
    if LabelInfo is None:
        outputs.discard("label_info")
    namespace = rig.process.namespace
    expected = {f"{namespace}/segmentation/{name}/{topic}" for name in CAMERAS for topic in outputs}
    # That of all cameras together.
    expected.add(f"{namespace}/segmentation/ground_grid")

    def published() -> set[str]:
        if ("segmentation", namespace) not in rig.client.node.get_node_names_and_namespaces():
            # Not discovered yet, where no test came before this one.
            return set()
        ends = rig.client.node.get_publisher_names_and_types_by_node("segmentation", namespace)
        own = {topic for topic, _ in ends if topic.startswith(f"{namespace}/segmentation/")}
        return own - {f"{namespace}/segmentation/transition_event"}

    wait_until(lambda: published() >= expected, "the outputs of both cameras")
    assert published() == expected


def test_a_bad_image_of_one_camera_leaves_the_other_untouched(
    rig: Rig, eyes: dict[str, Any]
) -> None:
    def failed(name: str) -> int:
        return int(rig.value(f"camera {name}", "frames failed"))

    before = {name: failed(name) for name in CAMERAS}
    bad = picture(rig, "front")
    bad.step = 1

    def counted(status: DiagnosticStatus) -> bool:
        eyes["front"].publish(bad)
        return int(values(status)["frames failed"]) > before["front"]

    status = rig.status("camera front", counted)
    assert status.level == status.WARN
    assert f"{rig.process.namespace}/front/image" in status.message
    assert "/front/image" in rig.process.wait_for_log("no mask for an image on ")
    for name in ("rear", "front"):
        message = picture(rig, name)
        mask = rig.mask(eyes[name], message, rig.output(f"{name}/mask"))
        np.testing.assert_array_equal(mask, stripes(WIDTH, HEIGHT))
    rear = rig.status("camera rear")
    assert int(values(rear)["frames failed"]) == before["rear"]
    assert "bad images" not in rear.message


def test_a_silent_camera_is_named_and_the_other_is_well(rig: Rig, eyes: dict[str, Any]) -> None:
    rig.client.must_set(max_age_warn_s=0.5, max_age_error_s=0.0)
    rig.output("front/mask")

    def kept_alive(status: DiagnosticStatus) -> bool:
        eyes["front"].publish(picture(rig, "front"))
        # Of its camera_info in the tests before there is a doubt beside it.
        return bool(status.level == status.WARN and "no image" in status.message)

    silent = rig.status("camera rear", kept_alive)
    assert f"no image on {rig.process.namespace}/rear/image" in silent.message

    def well(status: DiagnosticStatus) -> bool:
        eyes["front"].publish(picture(rig, "front"))
        return "no image" not in status.message

    assert rig.status("camera front", well)
    rig.client.must_set(max_age_warn_s=1.0, max_age_error_s=5.0)


def test_a_landing_zone_is_remembered_for_its_camera_only(rig: Rig, eyes: dict[str, Any]) -> None:
    frames = 8
    rig.client.must_set(traversable_classes=["road"], landing_frames=frames)
    ground = np.full((HEIGHT, WIDTH), CamVidClass.ROAD, np.uint8)
    # Of one colour all over, it would show nothing.
    ground[:, : WIDTH // 4] = CamVidClass.BUILDING
    zones = {name: rig.output(f"{name}/landing_zone", LandingZone) for name in CAMERAS}

    def zone(name: str) -> Any:
        message = image(painted(ground), "rgb8", rig.client.header(name))
        # One after the other at 30 Hz: a gap would let the count begin again.
        number = message.header.stamp.sec
        message.header.stamp.sec, message.header.stamp.nanosec = divmod(
            10**12 + number * 33_000_000, 10**9
        )
        (answer,) = rig.client.ask(eyes[name], message, zones[name])
        return answer

    wait_until(lambda: bool(zone("front").found), "a zone before the front camera")
    # One frame, and not the eighth in a row.
    assert not zone("rear").found
    rig.client.must_set(traversable_classes=[""], landing_frames=3)


def test_points_are_made_of_the_camera_s_own_depth(rig: Rig, eyes: dict[str, Any]) -> None:
    clouds = {name: rig.output(f"{name}/points", PointCloud2) for name in CAMERAS}
    depths = {name: rig.client.camera(Image, f"{name}/depth") for name in CAMERAS}
    info = rig.client.node.create_publisher(CameraInfo, "rear/camera_info", RELIABLE)

    def came() -> bool:
        message = picture(rig, "rear")
        depth = image(SCENE.depth.astype(np.float32), "32FC1", message.header)
        info.publish(intrinsics())
        depths["rear"].publish(depth)
        eyes["rear"].publish(message)
        wanted = message.header
        return clouds["rear"].wait(lambda cloud: cloud.header == wanted, RESEND_S) is not None

    wait_until(came, "a cloud of the rear camera")
    assert not clouds["front"].messages
    assert int(rig.value("depth front", "depths received")) == 0
    rig.wait_for_count("depth rear", "depths received", 1)


def test_through_the_states_and_around_again(rig: Rig, eyes: dict[str, Any]) -> None:
    def change(*transitions: int) -> None:
        for transition in transitions:
            request = ChangeState.Request(transition=Transition(id=transition))
            assert rig.client.call(ChangeState, "segmentation/change_state", request).success

    for _ in range(2):
        change(Transition.TRANSITION_DEACTIVATE, Transition.TRANSITION_CLEANUP)
        for name, publisher in eyes.items():
            wait_until(lambda p=publisher: p.get_subscription_count() == 0, f"{name} let go")  # type: ignore[misc]
            for part in ("camera", "network"):
                idle = rig.status(f"{part} {name}", lambda s: "not configured" in s.message)
                assert idle.level == DiagnosticStatus.STALE
        change(Transition.TRANSITION_CONFIGURE, Transition.TRANSITION_ACTIVATE)
        for name, publisher in eyes.items():
            assert int(rig.value(f"camera {name}", "frames failed")) == 0
            rig.mask(publisher, picture(rig, name), rig.output(f"{name}/mask"))


def test_set_enabled_is_for_all(rig: Rig, eyes: dict[str, Any]) -> None:
    for enabled in (False, True):
        request = SetBool.Request(data=enabled)
        assert rig.client.call(SetBool, "segmentation/set_enabled", request).success
        for name in CAMERAS:
            until(lambda s, on=enabled: ("disabled" in s.message) != on, rig, f"network {name}")  # type: ignore[misc]
    for name in CAMERAS:
        rig.mask(eyes[name], picture(rig, name), rig.output(f"{name}/mask"))


def test_a_fast_camera_does_not_starve_a_slow_one(tmp_path: Path, tiny_path: Path) -> None:
    """Each image of the slow one waits for at most two of the fast one, which floods the node."""
    parameters = {"cameras": "[fast, slow]", "input_size": f"[{SLOW_SIDE}, {SLOW_SIDE}]"}
    with Rig(tmp_path, tiny_path, parameters) as rig:
        fast, slow = (rig.client.camera(topic=f"{name}/image") for name in ("fast", "slow"))
        times = {
            name: rig.output(f"{name}/timing", SegmentationTiming) for name in ("fast", "slow")
        }
        (alone,) = rig.client.ask(fast, rig.painted(64, 48), times["fast"])
        rig.client.ask(slow, rig.painted(64, 48), times["slow"])
        # An image that is asked about again while it waits counts as dropped, too.
        asked = int(rig.value("network slow", "frames dropped"))
        flood, done = rig.painted(64, 48), threading.Event()

        def run() -> None:
            while not done.wait(alone.processing_time_ms / 1e3 / 4.0):
                fast.publish(flood)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            times["fast"].clear()
            wait_until(lambda: len(times["fast"].messages) >= 3, "the flood")
            between = []
            for _ in range(8):
                before = len(times["fast"].messages)
                message = rig.painted(64, 48)
                slow.publish(message)
                wanted = message.header.stamp
                found = times["slow"].wait(lambda time: time.header.stamp == wanted)  # noqa: B023
                assert found is not None
                between.append(len(times["fast"].messages) - before)
        finally:
            done.set()
            thread.join()
        assert int(rig.value("network slow", "frames dropped")) == asked
        rig.wait_for_count("network fast", "frames dropped", 1)
    # The one in hand and the one whose turn it is; one more may be on its way to this process. The
    # median, since a busy machine may take long to hand the image over.
    assert sorted(between)[len(between) // 2] <= 3, between


def test_memory_of_a_camera(tmp_path: Path, tiny_path: Path) -> None:
    """A camera more costs less than 20 MB, all its images of 640x480 listened to."""
    used = []
    for number, cameras in enumerate((["a"], ["a", "b", "c", "d"])):
        folder = tmp_path / str(number)
        folder.mkdir()
        with Rig(folder, tiny_path, {"cameras": f"[{', '.join(cameras)}]"}) as rig:
            for name in cameras:
                publisher = rig.client.camera(topic=f"{name}/image")
                outputs = [
                    rig.output(f"{name}/{topic}")
                    for topic in ("mask", "color_mask", "overlay", "confidence", "traversable")
                ]
                for _ in range(5):
                    message = rig.painted(640, 480)
                    answers = rig.client.ask(publisher, message, *outputs)
                    assert all(answer.header == message.header for answer in answers)
                    assert pixels_of(answers[0]).shape == (480, 640)
            status = Path(f"/proc/{rig.process.pid}/status").read_text()
            (kilobytes,) = [
                line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")
            ]
            used.append(int(kilobytes) / 1024)
    assert (used[1] - used[0]) / 3 < 20.0, used
