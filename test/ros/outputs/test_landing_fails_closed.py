# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A limit in metres that cannot be checked at this moment: no zone, the reason, WARN, counted."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sensor_msgs.msg import CameraInfo, Image, RegionOfInterest
from std_msgs.msg import Header
from support.overhead import SIDE, Overhead, ground, intrinsics, overhead_of
from support.ros_client import image, values, wait_until
from support.segmentation_rig import Rig

from attendseg_ros.labels.camvid import CamVidClass
from attendseg_ros.msg import LandingZone
from attendseg_ros.ros.parameters.parameter_table import SCHEMA

FOCAL_LENGTH = 200.0
HEIGHT_M = 6.0
LABELS = ground((100, 140, 60))

pytestmark = pytest.mark.usefixtures("defaults")


@pytest.fixture(scope="module")
def rig(folder: Path, tiny_path: Path) -> Iterator[Rig]:
    with Rig(folder, tiny_path) as rig:
        yield rig


def info(**fields: Any) -> CameraInfo:
    return CameraInfo(
        **{"width": SIDE, "height": SIDE, "k": intrinsics(FOCAL_LENGTH), "d": [0.0] * 5, **fields}
    )


def plane(metres: float = HEIGHT_M) -> Image:
    return image(np.full((SIDE, SIDE), metres, np.float32), "32FC1", Header())


class Descent:
    """An overhead camera whose depth and camera_info go with each frame, or what stands for them.

    The limit of 1 m is kept by the 60 px, 1.8 m, that are free. So is the one of 20 px.
    """

    def __init__(self, rig: Rig, camera: Any) -> None:
        self._rig = rig
        self._camera = camera
        self.look_again()
        self._depth = rig.client.camera(topic="depth")
        self._info = rig.client.camera(CameraInfo, "camera_info")

    def look_again(self) -> None:
        """Sets what all tests want, whatever was set before; frames start from the beginning."""
        rig = self._rig
        self.overhead: Overhead = overhead_of(rig, self._camera)
        # A height that was right before the descent must never stand in for depth.
        rig.client.must_set(landing_frames=1, landing_min_radius_m=1.0, height_above_ground_m=60.0)

    def see(
        self,
        depth: Image | None = None,
        camera_info: CameraInfo | None = None,
        late_s: float = 0.0,
        frame: str = "downward",
    ) -> LandingZone:
        """The zone of the next frame, after depth of the frame before was sent."""
        zone = self.overhead.see(LABELS)
        if depth is not None:
            stamp_ns = zone.header.stamp.sec * 10**9 + zone.header.stamp.nanosec
            seconds, nanoseconds = divmod(stamp_ns + round(late_s * 1e9), 10**9)
            depth.header.stamp.sec, depth.header.stamp.nanosec = seconds, nanoseconds
            depth.header.frame_id = frame
            self._depth.publish(depth)
        if camera_info is not None:
            self._info.publish(camera_info)
        return zone

    def until_found(self) -> LandingZone:
        """All is well: the zone and its metres are there."""
        zones: list[LandingZone] = []

        def found() -> bool:
            zones.append(self.see(plane(), info()))
            return bool(zones[-1].found)

        wait_until(found, "a landing zone")
        assert zones[-1].position.z == HEIGHT_M
        return zones[-1]

    def until_refused(self, reason: str, **what: Any) -> LandingZone:
        """What is wrong shows, and from then on nothing else."""
        zones: list[LandingZone] = []

        def refused() -> bool:
            zones.append(self.see(**what))
            return reason in zones[-1].reason

        wait_until(refused, f"a zone refused for {reason}")
        for _ in range(3):
            zones.append(self.see(**what))
        for zone in zones[-4:]:
            assert not zone.found
            assert "landing_min_radius_m cannot be checked: " in zone.reason
            position = zone.position
            numbers = [zone.radius, zone.radius_m, position.x, position.y, position.z]
            assert all(map(math.isnan, numbers))
        # Either the metres are right, or there is no zone: never pixels in their place.
        assert all(zone.position.z == HEIGHT_M for zone in zones if zone.found)
        return zones[-1]

    def assert_said(self, reason: str, **what: Any) -> None:
        """The status warns and counts, and the log has it."""
        key = f"refused because metres are unknown: {reason}"
        before = int(self._rig.value("landing", key))

        def counted() -> bool:
            self.see(**what)
            status = self._rig.status("landing")
            warns = status.level == status.WARN and key in status.message
            return warns and int(values(status)[key]) > before

        wait_until(counted, f"a warning of {reason}")
        words = f"has no zone, 1 m cannot be checked: {reason}"
        wait_until(lambda: words in self._rig.process.log(), f"a line of the log with {words}")


@pytest.fixture(scope="module")
def above(rig: Rig, camera: Any) -> Descent:
    return Descent(rig, camera)


@pytest.fixture
def descent(above: Descent) -> Descent:
    above.look_again()
    return above


def saturated() -> Image:
    return image(np.full((SIDE, SIDE), 65535, np.uint16), "16UC1", Header())


def slope() -> Image:
    """The ground as a camera sees it that looks forward rather than down."""
    depth = np.linspace(12.0, 3.0, SIDE, dtype=np.float32)[:, None] * np.ones((1, SIDE), np.float32)
    return image(depth, "32FC1", Header())


def without(measured_share: float) -> Image:
    depth = np.full((SIDE, SIDE), np.nan, np.float32)
    depth[: round(SIDE * measured_share)] = HEIGHT_M
    return image(depth, "32FC1", Header())


BAD: dict[str, tuple[Callable[[], dict[str, Any]], str]] = {
    "depth stops": (dict, "depth of another moment"),
    "depth is late": (lambda: {"depth": plane(), "late_s": -0.6}, "depth of another moment"),
    "depth is of the future": (
        lambda: {"depth": plane(), "late_s": 3.0},
        "depth of another moment",
    ),
    "depth is elsewhere": (lambda: {"depth": plane(), "frame": "left"}, "depth in another frame"),
    "depth is of another size": (
        lambda: {"depth": image(np.ones((9, 16), np.float32), "32FC1", Header())},
        "depth of another size",
    ),
    "depth is a picture": (
        lambda: {"depth": image(np.ones((SIDE, SIDE, 3), np.uint8), "rgb8", Header())},
        "unknown depth encoding",
    ),
    "depth measures nothing": (lambda: {"depth": plane(math.nan)}, "free ground not measured"),
    "depth is 0": (lambda: {"depth": plane(0.0)}, "free ground not measured"),
    "depth is a float's largest": (lambda: {"depth": plane(3.4e38)}, "free ground not measured"),
    "depth is in millimetres": (
        lambda: {"depth": plane(1000.0 * HEIGHT_M)},
        "free ground not measured",
    ),
    "depth is 16 bits' largest": (lambda: {"depth": saturated()}, "free ground not measured"),
    "depth is negative": (lambda: {"depth": plane(-6.0)}, "free ground not measured"),
    "the ground is not level": (lambda: {"depth": slope()}, "free ground not level"),
    "depth is of other places": (lambda: {"depth": without(0.3)}, "free ground not measured"),
    "camera_info is empty": (lambda: of(k=[0.0] * 9), "camera_info without intrinsics"),
    "camera_info is no number": (
        lambda: of(k=intrinsics(math.nan)),
        "camera_info without intrinsics",
    ),
    "camera_info is of another size": (lambda: of(width=512), "camera_info of another size"),
    "camera_info is binned": (
        lambda: of(binning_x=2, binning_y=2),
        "camera_info of another size",
    ),
    "camera_info is of a region": (
        lambda: of(roi=RegionOfInterest(x_offset=8, y_offset=8, width=64, height=64)),
        "camera_info of another size",
    ),
    "the lens distorts in an unknown way": (
        lambda: of(d=[-0.3, 0.1, 0.0, 0.0, 0.0], distortion_model=""),
        "camera_info with an unknown lens",
    ),
    "the lens lacks a coefficient": (
        lambda: of(d=[-0.3, 0.1, 0.0], distortion_model="equidistant"),
        "camera_info with an unknown lens",
    ),
    "the lens is unknown": (
        lambda: of(distortion_model="pancake"),
        "camera_info with an unknown lens",
    ),
    "the lens is of no camera": (
        lambda: of(d=[-1e300] * 8, distortion_model="rational_polynomial"),
        "camera_info with an unknown lens",
    ),
    "the lens is hardly one": (
        lambda: of(d=[1e-320, 1e9, 0.0, 0.0, 0.0], distortion_model="plumb_bob"),
        "camera_info with an unknown lens",
    ),
    "the focal length is in millimetres": (
        lambda: of(k=intrinsics(4.0)),
        "camera_info without intrinsics",
    ),
    "the focal length is out of all measure": (
        lambda: of(k=intrinsics(1e9)),
        "camera_info without intrinsics",
    ),
    "the lens shows no ground there": (
        lambda: of(d=[-50.0, 0.0, 0.0, 0.0, 0.0], distortion_model="plumb_bob"),
        "free ground not measured",
    ),
    "the lens is no number": (lambda: of(d=[math.nan] * 5), "camera_info with an unknown lens"),
}


def of(**fields: Any) -> dict[str, Any]:
    return {"depth": plane(), "camera_info": info(**fields)}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_checked_is_no_zone(descent: Descent, name: str) -> None:
    make, reason = BAD[name]
    descent.until_found()
    what = make()
    descent.until_refused(reason, **what)
    descent.assert_said(reason, **what)
    # It is back once all is well again.
    descent.until_found()


def test_only_camera_info_is_missing(tmp_path: Path, tiny_path: Path) -> None:
    with Rig(tmp_path, tiny_path) as rig:
        descent = Descent(rig, rig.client.camera())
        descent.until_refused("no camera_info: nothing has arrived on", depth=plane())
        descent.assert_said("no camera_info", depth=plane())
        descent.until_found()


def test_height_source_says_what_is_asked_for(tmp_path: Path, tiny_path: Path) -> None:
    with Rig(tmp_path, tiny_path) as rig:
        camera, infos = rig.client.camera(), rig.client.camera(CameraInfo, "camera_info")
        overhead = overhead_of(rig, camera)
        rig.client.must_set(landing_frames=1, landing_min_radius_m=1.0)

        def zone(fits: Callable[[Any], bool]) -> Any:
            def shown(zone: Any) -> bool:
                infos.publish(info())
                return fits(zone)

            return overhead.see_until(LABELS, shown)

        # Nobody speaks of depth: the parameter is the only source, and it must be a height.
        refused = zone(lambda zone: "no height" in zone.reason)
        assert not refused.found
        assert "height_above_ground_m is 0" in refused.reason
        rig.client.must_set(height_above_ground_m=10.0)
        assert zone(lambda zone: zone.position.z == 10.0).found
        # A depth camera that is there but sends nothing is asked for.
        silent = rig.client.camera(topic="depth")
        assert not zone(lambda zone: "no depth: nothing has arrived on" in zone.reason).found
        # It still is when it dies, however long ago.
        rig.client.node.destroy_publisher(silent)
        for _ in range(10):
            assert not overhead.see(LABELS).found
        rig.client.must_set(height_source="parameter")
        assert zone(lambda zone: zone.found).position.z == 10.0
        rig.client.must_set(height_source="depth")
        assert not zone(lambda zone: "no depth" in zone.reason).found


def test_depth_of_another_shape_than_the_image_gives_no_metres(rig: Rig, descent: Descent) -> None:
    """It has the size of the mask, and its pixels are other places than the image's."""
    descent.until_found()
    rig.client.must_set(output_size=[SIDE, SIDE // 2])
    flat = image(np.full((SIDE // 2, SIDE), HEIGHT_M, np.float32), "32FC1", Header())
    zone = descent.until_refused("depth of another size", depth=flat)
    assert f"{SIDE}x{SIDE // 2} for an image of {SIDE}x{SIDE}, another shape" in zone.reason
    rig.client.must_set(output_size=[SIDE // 2, SIDE // 2])
    half = image(np.full((SIDE // 2, SIDE // 2), HEIGHT_M, np.float32), "32FC1", Header())
    wait_until(lambda: descent.see(half).found, "a zone by depth of half the size")


def test_a_remapped_depth_topic_is_asked_for(tmp_path: Path, tiny_path: Path) -> None:
    remapped = ("-r", "depth:=aligned_depth")
    parameters = {"height_above_ground_m": 10.0, "landing_min_radius_m": 1.0, "landing_frames": 1}
    with Rig(tmp_path, tiny_path, parameters, arguments=remapped) as rig:
        overhead = overhead_of(rig, rig.client.camera())
        zone = overhead.see_until(LABELS, lambda zone: "no depth" in zone.reason)
        assert not zone.found
        assert f"{rig.process.namespace}/aligned_depth" in zone.reason


def test_where_nothing_is_free_nothing_is_missing(rig: Rig, descent: Descent) -> None:
    descent.until_found()
    roofs = ground()
    # Of one colour all over, it would show nothing.
    roofs[:, : SIDE // 4] = CamVidClass.TREE
    zone = descent.overhead.see_until(roofs, lambda zone: not zone.found)
    assert zone.reason == "no free area of radius >= 1 m in view"
    rig.status("landing", lambda status: status.message == "no landing zone in view")


def test_words_that_are_no_choice_are_refused(rig: Rig) -> None:
    for name in ("height_source", "image_is_rectified"):
        (result,) = rig.client.set(**{name: "perhaps"})
        assert not result.successful
        (spec,) = (spec for spec in SCHEMA if spec.name == name)
        assert f"{name} must be {spec.constraints}" in result.reason


def test_yes_and_no_come_as_yaml_reads_them(rig: Rig, descent: Descent) -> None:
    """`ros2 param set` and a parameter file make true and false of yes and no."""
    k = intrinsics(FOCAL_LENGTH)
    p = [*k[:3], 0.0, *k[3:6], 0.0, *k[6:], 0.0]
    unknown = of(d=[-0.3, 0.1, 0.0, 0.0, 0.0], p=p, distortion_model="pancake")
    for given in (True, "yes"):
        rig.client.must_set(image_is_rectified=given)

        def found() -> bool:
            return bool(descent.see(**unknown).found)

        wait_until(found, f"a zone with image_is_rectified {given}")
    rig.client.must_set(image_is_rectified=False)
    descent.until_refused("camera_info with an unknown lens", **unknown)
    for other in (1, 0.5, ["yes"]):
        (result,) = rig.client.set(image_is_rectified=other)
        assert not result.successful
        assert "auto, yes, no" in result.reason
