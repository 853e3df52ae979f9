# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Topics that can hardly be the right ones: each of them works, and none is well."""

from __future__ import annotations

from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

from sensor_msgs.msg import CameraInfo, RegionOfInterest
from support.ros_client import RosClient
from support.segmentation_rig import Rig
from support.waiting import wait_until

from attendseg_ros.msg import LandingZone

SAME = ("-r", "front/image:=seen", "-r", "rear/image:=seen")


def test_two_cameras_of_one_topic_are_named(tmp_path: Path, tiny_path: Path) -> None:
    cameras = {"cameras": "[front, middle, rear]"}
    with Rig(tmp_path, tiny_path, cameras, arguments=SAME) as rig:
        told = f"front/image and rear/image are the same topic, {rig.process.namespace}/seen"
        rig.process.wait_for_log(told)
        camera = rig.client.camera(topic="seen")
        rig.mask(camera, rig.painted(), rig.output("rear/mask"))
        for name in ("front", "rear"):
            status = rig.status(f"camera {name}")
            assert status.level == status.WARN
            assert told in status.message
        assert "same topic" not in rig.status("camera middle").message
        assert rig.process.log().count(told) == 1


def test_camera_info_of_another_frame_is_a_doubt_while_it_is_used(
    tmp_path: Path, tiny_path: Path
) -> None:
    with Rig(tmp_path, tiny_path) as rig:
        camera, infos = rig.client.camera(), rig.client.camera(CameraInfo, "camera_info")

        def status_of(frame: str) -> str:
            info = CameraInfo(width=704, height=64)
            info.header.frame_id = frame
            infos.publish(info)
            picture = rig.painted()
            picture.header.frame_id = "front"
            rig.mask(camera, picture, rig.output("mask"))
            return str(rig.status("camera").message)

        assert "is of the frame" not in status_of("rear")
        rig.output("camera_info", CameraInfo)
        told = "camera_info is of the frame 'rear' and the image of 'front'"
        wait_until(lambda: told in status_of("rear"), "a doubt")
        rig.process.wait_for_log(told)
        wait_until(lambda: "is of the frame" not in status_of("/front"), "no doubt")
        # Who names none has said nothing wrong.
        assert "is of the frame" not in status_of("")


def test_camera_info_of_two_cameras_on_one_topic_is_named(tmp_path: Path, tiny_path: Path) -> None:
    with Rig(tmp_path, tiny_path) as rig, RosClient(rig.process.namespace, "second") as second:
        camera = rig.client.camera()
        rig.mask(camera, rig.painted(), rig.output("mask"))
        rig.output("camera_info", CameraInfo)
        publishers = [one.camera(CameraInfo, "camera_info") for one in (rig.client, second)]
        space = rig.process.namespace
        # A name may come a moment after the publisher.
        told = (
            f"2 publishers send different camera_info on {space}/camera_info "
            f"({space}/client, {space}/second)"
        )

        k = [500.0, 0.0, 352.0, 0.0, 500.0, 32.0, 0.0, 0.0, 1.0]
        one = {"width": 704, "height": 64, "k": k}

        def says(other: CameraInfo, status: Any) -> bool:
            for publisher, info in zip(publishers, (CameraInfo(**one), other), strict=True):
                publisher.publish(info)
            camera.publish(rig.painted())
            return told in status.message

        longer = CameraInfo(**{**one, "k": [600.0, *k[1:4], 600.0, *k[5:]]})
        status = rig.status("camera", partial(says, longer))
        assert status.level == status.WARN
        # They may differ in the part of the sensor alone, or in P.
        region = RegionOfInterest(width=704, height=32)
        second_of_a_pair = [*k[:3], -60.0, *k[3:6], 0.0, *k[6:], 0.0]
        for other in (
            CameraInfo(**one, roi=region),
            CameraInfo(**one, binning_x=2),
            CameraInfo(**one, p=second_of_a_pair),
        ):
            # Twice the same is no fault.
            rig.status("camera", lambda status: not says(CameraInfo(**one), status))
            rig.status("camera", partial(says, other))


def test_images_that_name_no_frame_or_several_are_a_doubt_while_places_are_wanted(
    tmp_path: Path, tiny_path: Path
) -> None:
    with Rig(tmp_path, tiny_path) as rig:
        camera, masks = rig.client.camera(), rig.output("mask")
        frames = cycle([""])

        def send() -> None:
            picture = rig.painted()
            picture.header.frame_id = next(frames)
            camera.publish(picture)

        def says(status: Any, words: str, *, told: bool) -> bool:
            send()
            return bool(masks.messages) and (words in status.message) == told

        space = rig.process.namespace
        unnamed = f"the images on {space}/image name no frame_id"
        rig.status("camera", lambda status: says(status, unnamed, told=False))
        zones = rig.output("landing_zone", LandingZone)
        status = rig.status("camera", lambda status: says(status, unnamed, told=True))
        assert status.level == status.WARN
        rig.process.wait_for_log(unnamed)

        frames = cycle(["left", "right"])
        several = f"the images on {space}/image name another frame_id each time, as 'left' and 'ri"
        rig.status("camera", lambda status: says(status, several, told=True))

        # tf2 takes no name with a slash before it, and image and mask are a pair.
        frames = cycle(["/front"])
        rig.status("camera", lambda status: says(status, several, told=False))
        zones.clear()
        masks.clear()
        send()
        zone = zones.wait(lambda zone: zone.header.frame_id == "front")
        assert zone is not None
        mask = masks.wait(lambda mask: mask.header.stamp == zone.header.stamp)
        assert mask.header.frame_id == "/front"


def test_an_output_is_no_input(tmp_path: Path, tiny_path: Path) -> None:
    with Rig(tmp_path, tiny_path, arguments=("-r", "image:=segmentation/mask")) as rig:
        told = "this node itself: image is remapped to one of its outputs"
        status = rig.status("camera", lambda status: told in status.message)
        assert status.level == status.STALE
        assert f"{rig.process.namespace}/segmentation/mask" in status.message
        rig.process.wait_for_log(told)
