# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""~/points of a running node: geometry, fields, pairing, parameters, laziness."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from numpy.typing import NDArray
from sensor_msgs.msg import Image, PointCloud2
from support.depth_camera import SCENE, DepthCamera, intrinsics, metres, shifted
from support.point_clouds import colors, positions, read
from support.ros_client import RESEND_S, image, pixels_of, wait_until
from support.segmentation_rig import HEIGHT, WIDTH, Rig
from support.tiny_bundle import painted, stripes

from attendseg_ros.labels import UNLABELLED, ClassTable

TABLE = ClassTable.load("camvid")
TRUTH = stripes(WIDTH, HEIGHT)


pytestmark = pytest.mark.usefixtures("defaults")


@pytest.fixture(scope="module")
def rig(folder: Path, tiny_path: Path) -> Iterator[Rig]:
    with Rig(folder, tiny_path) as rig:
        yield rig


def points(depth: DepthCamera, camera: Any, rig: Rig) -> NDArray[np.void]:
    return read(depth.cloud(camera, rig.painted()))


def is_there(points: NDArray[np.void]) -> NDArray[np.bool_]:
    """Where there is a point; its coordinates are there together or not at all."""
    there = np.isfinite(positions(points))
    np.testing.assert_array_equal(there.all(axis=-1), there.any(axis=-1))
    return np.asarray(there.all(axis=-1))


def test_points_lie_on_the_surfaces_of_the_scene(rig: Rig, camera: Any, depth: DepthCamera) -> None:
    assert SCENE.is_sphere.any()
    picture = rig.painted()
    cloud = depth.cloud(camera, picture)
    assert cloud.header == picture.header
    old = rig.painted()
    old.header.frame_id = "/camera"
    assert depth.cloud(camera, old).header.frame_id == "camera", "tf2 refuses the slash"
    assert (cloud.width, cloud.height) == (WIDTH, HEIGHT)
    assert not cloud.is_dense
    there = positions(read(cloud))
    assert SCENE.errors(there).max() < 1e-3
    np.testing.assert_allclose(there, SCENE.rays * SCENE.depth[..., None], atol=1e-3)


@pytest.mark.parametrize("padding", [0, 12])
@pytest.mark.parametrize("is_bigendian", [0, 1])
@pytest.mark.parametrize("encoding", ["16UC1", "mono16", "32FC1"])
def test_every_form_of_depth_gives_the_same_points(
    rig: Rig, camera: Any, depth: DepthCamera, encoding: str, is_bigendian: int, padding: int
) -> None:
    picture = rig.painted()
    order = ">" if is_bigendian else "<"
    if encoding == "32FC1":
        pixels: NDArray[Any] = SCENE.depth.astype(f"{order}f4")
    else:
        pixels = np.rint(SCENE.depth * 1e3).astype(f"{order}u2")
    message = image(pixels, encoding, picture.header, padding=padding, is_bigendian=is_bigendian)
    there = positions(read(depth.cloud(camera, picture, message)))
    assert SCENE.errors(there).max() < 1e-3


def test_points_say_what_the_masks_say(rig: Rig, camera: Any, depth: DepthCamera) -> None:
    picture = rig.painted()
    there = read(depth.cloud(camera, picture))
    answers = rig.client.ask(camera, picture, rig.output("mask"), rig.output("confidence"))
    mask, confidence = map(pixels_of, answers)
    np.testing.assert_array_equal(mask, TRUTH)
    np.testing.assert_array_equal(there["label"], mask)
    np.testing.assert_array_equal(there["confidence"], confidence)
    np.testing.assert_array_equal(colors(there), painted(TRUTH))


def test_labels_follow_the_parameters_of_the_mask(
    rig: Rig, camera: Any, depth: DepthCamera
) -> None:
    rig.client.must_set(classes=["car"])
    car = TABLE.id_of("car")
    there = points(depth, camera, rig)
    np.testing.assert_array_equal(there["label"], np.where(car == TRUTH, car, UNLABELLED))
    assert is_there(there).all()


def test_where_nothing_was_measured_there_is_no_point(
    rig: Rig, camera: Any, depth: DepthCamera
) -> None:
    measured = SCENE.depth.astype(np.float32)
    for row, invalid in enumerate((0.0, np.nan, np.inf, -np.inf, -1.0)):
        measured[10 + row, 100:200] = invalid
    picture = rig.painted()
    there = read(depth.cloud(camera, picture, image(measured, "32FC1", picture.header)))
    wanted = np.ones(measured.shape, bool)
    wanted[10:15, 100:200] = False
    np.testing.assert_array_equal(is_there(there), wanted)
    np.testing.assert_array_equal(there["label"], TRUTH)

    millimetres = np.rint(SCENE.depth * 1e3).astype(np.uint16)
    millimetres[~wanted] = 0
    picture = rig.painted()
    there = read(depth.cloud(camera, picture, image(millimetres, "16UC1", picture.header)))
    np.testing.assert_array_equal(is_there(there), wanted)


def test_intrinsics_are_of_the_image_raw_or_rectified_and_changes_count(
    rig: Rig, camera: Any, depth: DepthCamera
) -> None:
    other = [9.0, 0.0, 9.0, 0.0, 9.0, 9.0, 0.0, 0.0, 1.0]

    def errors(**fields: Any) -> float:
        cloud = depth.cloud(camera, rig.painted(), info=intrinsics(**fields))
        return float(SCENE.errors(positions(read(cloud))).max())

    assert errors(p=[*other[:3], 0.0, *other[3:6], 0.0, *other[6:], 0.0]) < 1e-3
    assert errors(p=[0.0] * 12) < 1e-3
    rig.client.must_set(image_is_rectified="yes")
    assert errors(k=other) < 1e-3
    assert errors(k=other, d=[-0.3, 0.1, 0.0, 0.0, 0.0]) < 1e-3


@pytest.mark.parametrize(
    ("model", "d"),
    [
        ("plumb_bob", [-0.28, 0.09, 0.001, -0.0007, -0.01]),
        ("rational_polynomial", [0.5, -0.3, 0.001, 0.0, 0.1, 0.7, -0.2, 0.05]),
        ("equidistant", [-0.01, 0.02, -0.01, 0.003]),
    ],
)
def test_points_of_a_raw_image_lie_where_its_lens_sees_them(
    rig: Rig, camera: Any, depth: DepthCamera, model: str, d: list[float]
) -> None:
    """OpenCV projects each point of the cloud back onto the very pixel that it belongs to."""
    info = intrinsics(distortion_model=model, d=d)
    there = positions(read(depth.cloud(camera, rig.painted(), info=info))).astype(np.float64)
    matrix = np.array(info.k).reshape(3, 3)
    flat = there.reshape(-1, 1, 3)
    if model == "equidistant":
        pixels = cv2.fisheye.projectPoints(flat, np.zeros(3), np.zeros(3), matrix, np.array(d))[0]
    else:
        pixels = cv2.projectPoints(flat, np.zeros(3), np.zeros(3), matrix, np.array(d))[0]
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    truth = np.stack([columns, rows], axis=-1)
    np.testing.assert_allclose(pixels.reshape(HEIGHT, WIDTH, 2), truth, atol=0.01)
    np.testing.assert_allclose(there[..., 2], SCENE.depth, rtol=1e-6)


def test_the_nearest_depth_is_taken_though_another_comes_first(
    rig: Rig, camera: Any, depth: DepthCamera
) -> None:
    depth.cloud(camera, rig.painted())
    picture = rig.painted()
    rig.mask(camera, picture, rig.output("mask"))
    far = np.full((HEIGHT, WIDTH), 99.0, np.float32)
    for offset_ms in (-17.0, -6.0, 12.0):
        header = shifted(picture.header, offset_ms)
        sent = metres(header) if offset_ms == -6.0 else image(far, "32FC1", header)
        depth.publisher.publish(sent)
    wait_until(lambda: depth.of(picture, RESEND_S) is not None, "the cloud of the nearest depth")
    assert SCENE.errors(positions(read(depth.of(picture)))).max() < 1e-3


def test_points_classes(rig: Rig, camera: Any, depth: DepthCamera) -> None:
    rig.client.must_set(points_classes=["car", "road"])
    there = points(depth, camera, rig)
    kept = [TABLE.id_of("car"), TABLE.id_of("road")]
    np.testing.assert_array_equal(is_there(there), np.isin(TRUTH, kept))
    np.testing.assert_array_equal(there["label"], TRUTH)
    rig.client.must_set(points_classes=[""])
    assert is_there(points(depth, camera, rig)).all()


def test_points_min_range_m_and_points_max_range_m(
    rig: Rig, camera: Any, depth: DepthCamera
) -> None:
    low, high = (float(np.quantile(SCENE.ranges, share)) for share in (0.3, 0.7))
    rig.client.must_set(points_min_range_m=low)
    there = is_there(points(depth, camera, rig))
    sure = (np.abs(SCENE.ranges - low) > 1e-4) & (np.abs(SCENE.ranges - high) > 1e-4)
    np.testing.assert_array_equal(there[sure], (SCENE.ranges > low)[sure])
    rig.client.must_set(points_max_range_m=high)
    there = is_there(points(depth, camera, rig))
    np.testing.assert_array_equal(there[sure], ((SCENE.ranges > low) & (SCENE.ranges < high))[sure])
    (result,) = rig.client.set(points_min_range_m=high + 1.0)
    assert not result.successful
    assert "points_max_range_m must be above points_min_range_m" in result.reason


def test_an_unknown_class_is_refused_with_those_there_are(rig: Rig) -> None:
    (result,) = rig.client.set(points_classes=["car", "unicorn"])
    assert not result.successful
    assert result.reason.startswith("points_classes: ")
    assert "'unicorn'" in result.reason
    assert all(name in result.reason for name in TABLE.names)


def test_points_max_rate_hz(rig: Rig, camera: Any, depth: DepthCamera) -> None:
    rig.client.must_set(points_max_rate_hz=2.0)
    depth.cloud(camera, rig.painted())
    masks = rig.output("mask")
    masks.clear()
    depth.clouds.clear()
    start = time.monotonic()
    while len(masks.messages) < 60 or time.monotonic() < start + 2.0:
        depth.send(camera, rig.painted())
        time.sleep(0.02)
    clouds, spent = len(depth.clouds.messages), time.monotonic() - start
    assert 1 <= clouds <= 2.0 * spent + 2
    rig.client.must_set(points_max_rate_hz=0.0)
    for _ in range(10):
        depth.cloud(camera, rig.painted())


@pytest.mark.parametrize("offset_ms", [-40.0, 40.0])
def test_depth_tolerance_ms(rig: Rig, camera: Any, depth: DepthCamera, offset_ms: float) -> None:
    key = "images without points: no depth within tolerance"
    before = int(rig.value("depth", key))
    picture = rig.painted()
    apart = metres(shifted(picture.header, offset_ms))

    def counted() -> bool:
        depth.send(camera, picture, apart)
        return int(rig.value("depth", key)) > before

    wait_until(counted, "an image without depth to be counted")
    assert depth.of(picture) is None
    rig.client.must_set(depth_tolerance_ms=50.0)
    later = rig.painted()
    cloud = depth.cloud(camera, later, metres(shifted(later.header, offset_ms)))
    assert cloud.header == later.header


def test_a_mask_does_not_wait_for_depth_and_points_follow_it(
    rig: Rig, camera: Any, depth: DepthCamera
) -> None:
    depth.cloud(camera, rig.painted())
    picture = rig.painted()
    rig.mask(camera, picture, rig.output("mask"))
    assert depth.of(picture) is None

    def came() -> bool:
        depth.publisher.publish(metres(picture.header))
        return depth.of(picture, RESEND_S) is not None

    wait_until(came, "the cloud of a mask that is already out")
    assert SCENE.errors(positions(read(depth.of(picture)))).max() < 1e-3


def parts(rig: Rig) -> set[str]:
    """What the node's next report speaks of."""
    rig.reports.clear()
    prefix = f"{rig.process.namespace.strip('/')}/segmentation: "
    report = rig.reports.wait(
        lambda report: all(status.name.startswith(prefix) for status in report.status)
    )
    return {status.name.removeprefix(prefix) for status in report.status}


def test_depth_is_subscribed_to_only_while_points_are_wanted(
    tmp_path: Path, tiny_path: Path
) -> None:
    with Rig(tmp_path, tiny_path) as rig:
        node = rig.client.node
        publisher = node.create_publisher(Image, "depth", 10)
        camera, masks = rig.client.camera(), rig.output("mask")
        rig.mask(camera, rig.painted(), masks)
        assert publisher.get_subscription_count() == 0
        assert "depth" not in parts(rig)
        subscription = node.create_subscription(
            PointCloud2, "segmentation/points", lambda _: None, 10
        )
        # No image is needed: a camera may wait for its first subscriber, too.
        wait_until(lambda: publisher.get_subscription_count() == 1, "a subscriber of depth")
        rig.status("depth")
        node.destroy_subscription(subscription)
        wait_until(lambda: publisher.get_subscription_count() == 0, "nobody to want depth")
        rig.mask(camera, rig.painted(), masks)
        # The overrides of the QoS are declared again.
        again = DepthCamera(rig)
        again.cloud(camera, rig.painted())


def test_deactivating_lets_go_of_depth_and_activating_takes_it_up(
    rig: Rig, camera: Any, depth: DepthCamera
) -> None:
    def change(transition: int) -> None:
        request = ChangeState.Request(transition=Transition(id=transition))
        assert rig.client.call(ChangeState, "segmentation/change_state", request).success

    change(Transition.TRANSITION_DEACTIVATE)
    wait_until(lambda: depth.publisher.get_subscription_count() == 0, "depth to be let go")
    change(Transition.TRANSITION_ACTIVATE)
    depth.await_node()
    picture = rig.painted()
    assert depth.cloud(camera, picture).header == picture.header


def test_qos_overrides_of_depth(tmp_path: Path, tiny_path: Path) -> None:
    namespace = "/deep"
    overrides = {f"qos_overrides.{namespace}/depth.subscription.reliability": "reliable"}
    with Rig(tmp_path, tiny_path, overrides, namespace=namespace) as rig:
        DepthCamera(rig)
        (end,) = rig.client.node.get_subscriptions_info_by_topic(f"{namespace}/depth")
        assert end.qos_profile.reliability.name == "RELIABLE"
