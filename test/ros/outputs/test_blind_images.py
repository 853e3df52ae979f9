# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Of an image that shows nothing, nothing is free: models call a covered lens floor or grass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sensor_msgs.msg import Image, LaserScan
from support.depth_camera import DepthCamera, metres
from support.ground_rig import BY_PARAMETERS, CLASSES, GroundCamera, cells_of, picture
from support.lidar import CAMERA_FROM_LIDAR, Lidar, cloud, field, positions
from support.ros_client import image, pixels_of, values, wait_until
from support.segmentation_rig import HEIGHT, WIDTH, Rig
from support.tiny_bundle import painted, stripes

from attendseg_ros.labels import UNLABELLED, ClassTable
from attendseg_ros.labels.camvid import CamVidClass
from attendseg_ros.msg import ClassShares, LandingZone
from attendseg_ros.navigation import FREE, UNKNOWN

pytestmark = pytest.mark.usefixtures("defaults")

ROAD = painted(np.full((HEIGHT, WIDTH), CamVidClass.ROAD, np.uint8))
"""To the tiny bundle this is a road, as a covered lens is a meadow to the model `drone`."""

_DARK = [name for name in ClassTable.load("camvid").names if name not in ("road", "building")]
"""Whatever the tiny bundle takes black for."""

WORDS = "the image shows nothing (contrast 0.0 of 255, limit 2)"


@pytest.fixture(scope="module")
def rig(folder: Path, tiny_path: Path) -> Iterator[Rig]:
    with Rig(folder, tiny_path) as rig:
        yield rig


@pytest.fixture
def free(rig: Rig) -> None:
    rig.client.must_set(
        traversable_classes=["road"],
        obstacle_classes=["building"],
        landing_frames=1,
        landing_min_radius_px=2.0,
    )


def nothing(rig: Rig) -> Image:
    return image(ROAD, "rgb8", rig.client.header())


def something(rig: Rig) -> Image:
    """A road with a few other pixels in a corner."""
    seen = ROAD.copy()
    seen[:8, :64] = 255 - seen[:8, :64]
    return image(seen, "rgb8", rig.client.header())


@pytest.mark.usefixtures("free")
def test_nothing_of_it_is_free(rig: Rig, camera: Any) -> None:
    outputs = {
        name: rig.output(name, kind)
        for name, kind in (
            ("mask", Image),
            ("traversable", Image),
            ("landing_zone", LandingZone),
            ("class_shares", ClassShares),
        )
    }

    def answers(make: Callable[[Rig], Image]) -> list[Any]:
        while True:
            found = list(rig.client.ask(camera, make(rig), *outputs.values()))
            # An image that had to be sent twice is no landing place.
            if "once more" not in found[2].reason:
                return found

    for make, blind in ((something, False), (nothing, True), (something, False)):
        mask, traversable, zone, shares = answers(make)
        # What the network says is published all the same.
        assert (pixels_of(mask) == CamVidClass.ROAD).mean() > 0.8
        unknown = pixels_of(traversable) == UNKNOWN
        assert unknown.all() if blind else (pixels_of(traversable) == FREE).mean() > 0.8
        assert zone.found != blind
        assert (zone.reason == f"{WORDS}: nothing in it is known to be free") == blind
        assert (shares.free_share_ahead == 0.0) == blind


@pytest.mark.usefixtures("free")
def test_the_alarm_rings(rig: Rig, camera: Any) -> None:
    rig.client.must_set(min_free_share=0.5)

    def says(words: str, make: Any) -> None:
        def fits(status: Any) -> bool:
            camera.publish(make(rig))
            return words in status.message

        rig.status("ahead", fits)

    says("of what lies ahead is free", something)
    says("free share ahead fell to 0.000", nothing)


def test_the_part_that_the_network_sees_is_looked_at(rig: Rig, camera: Any) -> None:
    rig.client.must_set(traversable_classes=["road"], roi=[0, 8, WIDTH, HEIGHT - 8])
    traversable = rig.output("traversable")
    (answer,) = rig.client.ask(camera, something(rig), traversable)
    assert (pixels_of(answer) == UNKNOWN).all()


@pytest.mark.usefixtures("free")
def test_black_borders_are_not_free(rig: Rig, camera: Any) -> None:
    """Above a forest the corners beside a fisheye's circle were the only meadow there was."""
    rig.client.must_set(traversable_classes=["road", *_DARK], obstacle_classes=[])
    traversable = rig.output("traversable")
    seen = something(rig)
    pixels = np.frombuffer(seen.data, np.uint8).reshape(HEIGHT, WIDTH, 3).copy()
    pixels[:, WIDTH - 100 :] = (3, 0, 2)
    (answer,) = rig.client.ask(camera, image(pixels, "rgb8", seen.header), traversable)
    found = pixels_of(answer)
    assert (found[:, WIDTH - 99 :] == UNKNOWN).all()
    assert (found[16:, : WIDTH - 108] == FREE).all()


def half(rig: Rig, colour: tuple[int, int, int]) -> Image:
    """A road whose lower half is of one colour."""
    seen = something(rig)
    pixels = np.frombuffer(seen.data, np.uint8).reshape(HEIGHT, WIDTH, 3).copy()
    pixels[HEIGHT // 2 :] = colour
    return image(pixels, "rgb8", seen.header)


@pytest.mark.parametrize("colour", [(0, 0, 0), (0, 135, 0), (128, 128, 128), (255, 121, 255)])
def test_nothing_of_an_empty_half_is_free(
    rig: Rig, camera: Any, depth: DepthCamera, colour: tuple[int, int, int]
) -> None:
    """To `drone` and `offroad` the green of an empty YUV buffer is grass, and they are sure."""
    rig.client.must_set(traversable_classes=["road", *_DARK], ahead_region=[0.0, 0.6, 1.0, 0.4])
    outputs = [rig.output("traversable"), rig.output("class_shares", ClassShares)]
    traversable, shares = rig.client.ask(camera, half(rig, colour), *outputs)
    assert (pixels_of(traversable)[HEIGHT // 2 :] == UNKNOWN).all()
    assert (pixels_of(traversable)[9:15] == FREE).all()
    assert shares.free_share_ahead == 0.0
    found = depth.cloud(camera, half(rig, colour))
    labels = np.frombuffer(found.data, np.uint8)[12::20]
    assert (labels == UNLABELLED).mean() > 0.49
    assert (labels == CamVidClass.ROAD).mean() > 0.2


def test_lost_blocks_and_repeated_rows_are_not_free(rig: Rig, camera: Any) -> None:
    """A road that goes on to the robot's feet, of which no more than the upper half has come."""
    rig.client.must_set(traversable_classes=["road", *_DARK])
    traversable = rig.output("traversable")
    seen = something(rig)
    noise = np.random.default_rng(3).integers(0, 9, (HEIGHT, WIDTH, 3), np.uint8)
    road = np.frombuffer(seen.data, np.uint8).reshape(noise.shape) // 2 + 60 + noise
    pixels = road.copy()
    pixels[HEIGHT // 2 :] = pixels[HEIGHT // 2]
    pixels[:, WIDTH - 200 : WIDTH - 100] = road[:, WIDTH - 200 : WIDTH - 100]
    (answer,) = rig.client.ask(camera, image(pixels, "rgb8", seen.header), traversable)
    assert (pixels_of(answer) != UNKNOWN).any(axis=1).all(), "rows that differ anywhere are seen"
    pixels = road.copy()
    pixels[HEIGHT // 2 :] = pixels[HEIGHT // 2]
    message = image(pixels, "rgb8", rig.client.header())
    (answer,) = rig.client.ask(camera, message, traversable)
    assert (pixels_of(answer)[HEIGHT // 2 + 1 :] == UNKNOWN).all()
    assert (pixels_of(answer)[: HEIGHT // 2 - 16] == FREE).all()
    pixels = road.copy()
    pixels[HEIGHT // 2 :, 100:200] = (0, 135, 0)
    message = image(pixels, "rgb8", rig.client.header())
    (answer,) = rig.client.ask(camera, message, traversable)
    assert (pixels_of(answer)[HEIGHT // 2 :, 100:200] == UNKNOWN).all()
    assert (pixels_of(answer)[:, 240:] == FREE).all()


def test_raw_thermal_images_are_not_free(rig: Rig, camera: Any) -> None:
    """Of 14 bits a scene fills a twentieth, from somewhere in the middle on."""
    every = [*ClassTable.load("camvid").names]
    rig.client.must_set(traversable_classes=every, obstacle_classes=[])
    traversable = rig.output("traversable")
    scene = painted(stripes(WIDTH, HEIGHT))[..., 1].astype(np.uint16)
    for pixels, shown in ((scene * 64, True), (7300 + scene * 3, False)):
        message = image(pixels, "mono16", rig.client.header())
        (answer,) = rig.client.ask(camera, message, traversable)
        assert (pixels_of(answer) == FREE).any() == shown
        assert (pixels_of(answer) != UNKNOWN).any() == shown


def test_half_filled_buffers_are_told(rig: Rig, camera: Any) -> None:
    rig.output("mask")

    def says(colour: tuple[int, int, int], *, told: bool) -> None:
        def fits(status: Any) -> bool:
            camera.publish(half(rig, colour))
            return ("only empty memory has" in status.message) == told

        rig.status("camera", fits)

    says((0, 135, 0), told=True)
    says((0, 130, 60), told=False)


def test_points_have_no_class_and_chosen_ones_are_none(
    rig: Rig, camera: Any, depth: DepthCamera
) -> None:
    """In the dark an infrared camera measures what the colour camera does not show."""
    found = depth.cloud(camera, nothing(rig))
    assert (np.frombuffer(found.data, np.uint8)[12::20] == UNLABELLED).all()
    rig.client.must_set(points_classes=["building"])
    depth.clouds.clear()

    def told(status: Any) -> bool:
        message = nothing(rig)
        depth.send(camera, message, metres(message.header))
        return "image shows nothing" in status.message

    status = rig.status("depth", told)
    assert status.level == status.WARN
    assert int(values(status)["images without points: image shows nothing"]) > 0
    rig.process.wait_for_log(f"image shows nothing: {WORDS}")
    depth.clouds.clear()
    rig.status("depth", told)
    assert not depth.clouds.messages


def test_painted_points_have_no_class_and_chosen_ones_are_none(rig: Rig, camera: Any) -> None:
    rig.client.must_set(T_camera_lidar=list(CAMERA_FROM_LIDAR))
    lidar = Lidar(rig)

    def pair() -> tuple[Image, Any]:
        message = nothing(rig)
        sent = cloud(positions(), rig.client.header("lidar"))
        sent.header.stamp = message.header.stamp
        return message, sent

    assert (field(lidar.paint(camera, *pair()), "label") == UNLABELLED).all()
    rig.client.must_set(painted_classes=["building"])

    def told(status: Any) -> bool:
        lidar.send(camera, *pair())
        return "image shows nothing" in status.message

    assert rig.status("painting", told).level == b"\1"


def test_the_ground_is_unknown(tmp_path: Path, tiny_path: Path) -> None:
    with Rig(tmp_path, tiny_path) as rig:
        rig.client.must_set(**CLASSES, **BY_PARAMETERS)
        camera = GroundCamera(rig)
        _, scan = camera.map(fits=lambda grid: bool((cells_of(grid) == FREE).any()))
        assert isinstance(scan, LaserScan)
        blank = picture(camera.header())
        blank.data = bytes(ROAD[:1, :1].tobytes() * (blank.width * blank.height))

        def unknown() -> bool:
            blank.header = camera.header()
            camera.grids.clear()
            camera.scans.clear()
            camera.send(blank, None)
            grid = camera.grids.wait(lambda one: one.header.stamp == blank.header.stamp, 0.5)
            scan = camera.scans.wait(lambda one: one.header.stamp == blank.header.stamp, 0.5)
            if grid is None or scan is None:
                return False
            assert (cells_of(grid) == -1).all()
            assert all(isnan(one) for one in scan.ranges)
            return True

        wait_until(unknown, "a ground map of nothing")
