# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""~/painted_points of a running node: clouds of any layout, pairing, occlusion, bad clouds."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sensor_msgs.msg import PointCloud2, PointField
from support.depth_camera import intrinsics, shifted
from support.lidar import CAMERA_FROM_LIDAR, Lidar, cloud, field, positions, rows
from support.ros_client import pixels_of, values, wait_until
from support.segmentation_rig import HEIGHT, WIDTH, Rig
from support.tiny_bundle import painted, stripes

from attendseg_ros.labels import ClassTable

TABLE = ClassTable.load("camvid")
TRUTH = stripes(WIDTH, HEIGHT)
COLORS = painted(TRUTH).astype(np.uint32)
PACKED = COLORS[..., 0] << 16 | COLORS[..., 1] << 8 | COLORS[..., 2]
POSE = f"[{', '.join(map(str, CAMERA_FROM_LIDAR))}]"


@pytest.fixture(scope="module")
def rig(folder: Path, tiny_path: Path) -> Iterator[Rig]:
    with Rig(folder, tiny_path) as rig:
        yield rig


@pytest.fixture(scope="module")
def lidar(rig: Rig) -> Lidar:
    return Lidar(rig)


@pytest.fixture(autouse=True)
def pose(rig: Rig, defaults: None) -> None:
    del defaults
    rig.client.must_set(T_camera_lidar=list(CAMERA_FROM_LIDAR))


LAYOUTS: dict[str, dict[str, Any]] = {
    "Ouster": {
        "step": 48,
        "extra": (("intensity", 16, 7), ("t", 20, 6), ("ring", 26, 4), ("range", 32, 6)),
    },
    "Velodyne": {"step": 22, "extra": (("intensity", 12, 7), ("ring", 16, 4), ("time", 18, 7))},
    "Livox": {"step": 26, "extra": (("tag", 16, 2), ("line", 17, 2), ("timestamp", 18, 8))},
    "doubles": {"step": 40, "code": "<f8", "offsets": (0, 8, 16)},
    "any order": {"step": 21, "offsets": (9, 1, 15), "gap": 11},
    "big-endian": {"step": 16, "code": ">f4"},
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_layout_is_painted_and_kept_byte_for_byte(
    rig: Rig, camera: Any, lidar: Lidar, name: str
) -> None:
    picture = rig.painted()
    sent = cloud(positions(), picture.header, **LAYOUTS[name])
    sent.header.frame_id = "lidar"
    answer = lidar.paint(camera, picture, sent)
    assert answer.header == sent.header
    assert (answer.height, answer.width) == (HEIGHT, WIDTH)
    assert answer.is_bigendian == sent.is_bigendian
    assert answer.is_dense
    assert answer.fields[: len(sent.fields)] == sent.fields
    assert [(f.name, f.datatype, f.count) for f in answer.fields[len(sent.fields) :]] == [
        ("rgb", PointField.FLOAT32, 1),
        ("label", PointField.UINT8, 1),
        ("confidence", PointField.UINT8, 1),
    ]
    np.testing.assert_array_equal(rows(answer)[..., : sent.point_step], rows(sent))
    np.testing.assert_array_equal(field(answer, "label"), TRUTH)
    np.testing.assert_array_equal(field(answer, "rgb"), PACKED)
    (confidence,) = rig.client.ask(camera, rig.painted(), rig.output("confidence"))
    np.testing.assert_array_equal(field(answer, "confidence"), pixels_of(confidence))


def test_points_out_of_view_and_those_that_are_no_numbers_are_255(
    rig: Rig, camera: Any, lidar: Lidar
) -> None:
    points = positions()
    points[3, 100:110] = np.nan
    points[4, 100:110] = np.inf
    points[5, 100:110] = -points[5, 100:110]
    points[6, 100:110, 1] += 50.0
    unseen = np.zeros(TRUTH.shape, bool)
    unseen[3:7, 100:110] = True
    picture = rig.painted()
    answer = lidar.paint(camera, picture, cloud(points, picture.header))
    np.testing.assert_array_equal(field(answer, "label"), np.where(unseen, 255, TRUTH))
    assert (field(answer, "confidence")[unseen] == 0).all()
    assert (field(answer, "rgb")[unseen] == 0).all()


def test_what_is_behind_is_not_painted(rig: Rig, camera: Any, lidar: Lidar) -> None:
    wall, board = positions(8.0), positions(3.0, step=2)[8:24, 100:200]
    points = np.concatenate([wall.reshape(1, -1, 3), board.reshape(1, -1, 3)], axis=1)
    picture = rig.painted()
    answer = lidar.paint(camera, picture, cloud(points, picture.header))
    labels = field(answer, "label")[0]
    behind, front = labels[: TRUTH.size].reshape(TRUTH.shape), labels[TRUTH.size :]
    np.testing.assert_array_equal(front, TRUTH[16:48:2, 200:400:2].ravel())
    assert (behind[20:44, 212:388] == 255).all()
    far = np.ones(TRUTH.shape, bool)
    far[:, 170:430] = False
    np.testing.assert_array_equal(behind[far], TRUTH[far])


def test_painting_ring_gap_deg(rig: Rig, camera: Any, lidar: Lidar) -> None:
    wall, board = positions(8.0), positions(3.0, step=5)
    points = np.concatenate([wall.reshape(1, -1, 3), board.reshape(1, -1, 3)], axis=1)
    hidden = {}
    for gap_deg in (0.0, 1.0):
        rig.client.must_set(painting_ring_gap_deg=gap_deg)
        picture = rig.painted()
        answer = lidar.paint(camera, picture, cloud(points, picture.header))
        hidden[gap_deg] = (field(answer, "label")[0, : TRUTH.size] == 255).mean()
    assert hidden[0.0] == pytest.approx(1 / 25, abs=0.01)
    assert hidden[1.0] > 0.5


def test_painted_classes(rig: Rig, camera: Any, lidar: Lidar) -> None:
    rig.client.must_set(painted_classes=["road", "building"])
    picture = rig.painted()
    points = np.concatenate([positions(), -positions()], axis=1)
    sent = cloud(points, picture.header, gap=3)
    kept = np.isin(TRUTH, [TABLE.id_of("road"), TABLE.id_of("building")])
    answer = lidar.paint(camera, picture, sent)
    assert (answer.height, answer.width) == (1, kept.sum())
    np.testing.assert_array_equal(field(answer, "label")[0], TRUTH[kept])
    np.testing.assert_array_equal(rows(answer)[0, :, :16], rows(sent)[:, :WIDTH][kept])
    rig.client.must_set(painted_classes=["road", "building", "unlabelled"])
    picture = rig.painted()
    answer = lidar.paint(camera, picture, cloud(points, picture.header))
    assert answer.width == kept.sum() + TRUTH.size
    (result,) = rig.client.set(painted_classes=["unicorn"])
    assert "painted_classes: model 'tiny' has no 'unicorn'" in result.reason


def test_a_field_of_the_same_name_is_kept_under_another(
    rig: Rig, camera: Any, lidar: Lidar
) -> None:
    picture = rig.painted()
    sent = cloud(positions(), picture.header, step=24, extra=(("label", 12, 6), ("rgb", 16, 7)))
    answer = lidar.paint(camera, picture, sent)
    names = [f.name for f in answer.fields]
    assert names == ["x", "y", "z", "input_label", "input_rgb", "rgb", "label", "confidence"]
    assert [f.offset for f in answer.fields[3:5]] == [12, 16]
    np.testing.assert_array_equal(rows(answer)[..., :24], rows(sent))
    np.testing.assert_array_equal(field(answer, "label"), TRUTH)


def test_masks_of_another_size_paint_as_well(rig: Rig, camera: Any, lidar: Lidar) -> None:
    rig.client.must_set(output_size=[352, 32])
    picture = rig.painted()
    answer = lidar.paint(camera, picture, cloud(positions(step=2), picture.header))
    labels, expected = field(answer, "label"), TRUTH[::2, ::2]
    # Beside the borders both classes are right.
    assert (labels == expected).mean() > 0.95


def test_distortion_is_taken_into_account(rig: Rig, camera: Any, lidar: Lidar) -> None:
    # Barrel distortion moves pixels towards the middle, so a board at the pinhole's edge is inside.
    info = intrinsics(distortion_model="plumb_bob", d=[-0.2, 0.0, 0.0, 0.0, 0.0])
    picture = rig.painted()
    answer = lidar.paint(camera, picture, cloud(positions(), picture.header), info)
    labels = field(answer, "label")
    x = (np.arange(WIDTH) - info.k[2]) / info.k[0]
    y = (31.0 - info.k[5]) / info.k[4]
    seen = np.rint(info.k[0] * x * (1.0 - 0.2 * (x**2 + y**2)) + info.k[2]).astype(int)
    inside = (seen >= 0) & (seen < WIDTH)
    np.testing.assert_array_equal(labels[31][inside], TRUTH[31][seen[inside]])


def counted(rig: Rig, reason: str, send: Any) -> str:
    """Sends a cloud until it is counted; returns the report's message."""
    key = f"clouds not painted: {reason}"
    before = int(rig.value("painting", key))

    def fits(status: Any) -> bool:
        send()
        return int(values(status)[key]) > before

    status = rig.status("painting", fits)
    assert status.level >= status.WARN
    return str(status.message)


def test_painting_tolerance_ms(rig: Rig, camera: Any, lidar: Lidar) -> None:
    rig.client.must_set(painting_tolerance_ms=20.0)

    def send() -> None:
        picture = rig.painted()
        lidar.send(camera, picture, cloud(positions(), shifted(picture.header, 40.0)))

    counted(rig, "no mask within tolerance", send)
    line = rig.process.wait_for_log("is not painted: no mask within tolerance")
    assert "painting_tolerance_ms is 20" in line
    rig.client.must_set(painting_tolerance_ms=60.0)
    picture = rig.painted()
    answer = lidar.paint(camera, picture, cloud(positions(), shifted(picture.header, 40.0)))
    np.testing.assert_array_equal(field(answer, "label"), TRUTH)


def bad(rig: Rig, what: str) -> tuple[PointCloud2, str, str]:
    """A bad cloud, the reason it is counted by, and words of the log."""
    sent = cloud(positions(), rig.client.header())
    if what == "no z":
        sent.fields = sent.fields[:2]
        return sent, "cloud of no use", "the cloud has no field z; its fields are x, y"
    if what == "too few bytes":
        sent.data = sent.data[:-1]
        return sent, "cloud of no use", "bytes of data for 704x64 points of 16 bytes"
    if what == "row_step":
        sent.row_step = 7
        return sent, "cloud of no use", "row_step must be at least width times point_step"
    if what == "integers":
        sent.fields[0].datatype = PointField.INT32
        return sent, "cloud of no use", "the field x is of datatype 5"
    sent.header.stamp.sec = sent.header.stamp.nanosec = 0
    return sent, "stamp not set", "cloud without a stamp"


@pytest.mark.parametrize("what", ["no z", "too few bytes", "row_step", "integers", "no stamp"])
def test_a_bad_cloud_is_refused_in_words_and_the_next_is_painted(
    rig: Rig, camera: Any, lidar: Lidar, what: str
) -> None:
    sent, reason, words = bad(rig, what)

    def send() -> None:
        picture = rig.painted()
        if what != "no stamp":
            sent.header = copy.deepcopy(picture.header)
        lidar.send(camera, picture, sent)

    def said() -> bool:
        send()
        return words in rig.process.log()

    counted(rig, reason, send)
    # A cause is logged once in five seconds, whatever it is.
    wait_until(said, words)
    picture = rig.painted()
    answer = lidar.paint(camera, picture, cloud(positions(), picture.header))
    np.testing.assert_array_equal(field(answer, "label"), TRUTH)


def test_a_cloud_without_points_comes_back_without_points(
    rig: Rig, camera: Any, lidar: Lidar
) -> None:
    picture = rig.painted()
    sent = cloud(positions()[:0], picture.header)
    answer = lidar.paint(camera, picture, sent)
    assert answer.width * answer.height == len(answer.data) == 0
    assert [f.name for f in answer.fields[-3:]] == ["rgb", "label", "confidence"]


@pytest.mark.parametrize("what", ["empty", "no numbers", "elsewhere"])
def test_clouds_of_which_the_camera_sees_nothing_are_told(
    rig: Rig, camera: Any, lidar: Lidar, what: str
) -> None:
    words = "the camera sees no point of the clouds on"
    points = {
        "empty": positions()[:0],
        "no numbers": positions() * np.nan,
        "elsewhere": positions() * -1.0,
    }[what]

    def told(status: Any) -> bool:
        picture = rig.painted()
        lidar.send(camera, picture, cloud(points, picture.header))
        return words in status.message

    picture = rig.painted()
    lidar.paint(camera, picture, cloud(positions(), picture.header))
    rig.status("painting", lambda status: words not in status.message)
    status = rig.status("painting", told)
    assert status.level == status.WARN
    rig.process.wait_for_log(words)
    picture = rig.painted()
    lidar.paint(camera, picture, cloud(positions(), picture.header))
    rig.status("painting", lambda status: words not in status.message)


def test_camera_info_of_another_size_paints_nothing(rig: Rig, camera: Any, lidar: Lidar) -> None:
    wrong = intrinsics(width=WIDTH // 2, height=HEIGHT // 2)
    lidar.painted.clear()

    def send() -> None:
        picture = rig.painted()
        lidar.send(camera, picture, cloud(positions(), picture.header), wrong)

    counted(rig, "camera_info of no use", send)
    assert "is not painted: camera_info of no use: camera_info of another size" in rig.process.log()
    assert lidar.painted.messages == []


def test_without_a_pose_nothing_is_painted_and_it_is_said(
    rig: Rig, camera: Any, lidar: Lidar
) -> None:
    rig.client.must_set(T_camera_lidar=[])
    lidar.painted.clear()

    def send() -> None:
        picture = rig.painted()
        sent = cloud(positions(), picture.header)
        sent.header = copy.deepcopy(picture.header)
        sent.header.frame_id = "lidar"
        lidar.send(camera, picture, sent)

    counted(rig, "lidar's pose unknown", send)
    line = rig.process.wait_for_log("is not painted: lidar's pose unknown")
    assert "T_camera_lidar" in line
    assert lidar.painted.messages == []


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([1.0, 2.0], "must be 16 numbers, the rows of a 4x4 matrix, or [] for TF, got 2"),
        ([1.0] * 16, "last row must be 0, 0, 0, 1"),
        ([*CAMERA_FROM_LIDAR[:3], 0.1, *([0.0] * 11), 1.0], "no rotation"),
    ],
)
def test_what_is_no_pose_is_refused(rig: Rig, value: list[float], words: str) -> None:
    (result,) = rig.client.set(T_camera_lidar=value)
    assert not result.successful
    assert words in result.reason


def test_the_lidar_is_subscribed_to_only_while_painted_points_are_wanted(
    tmp_path: Path, tiny_path: Path
) -> None:
    with Rig(tmp_path, tiny_path, {"T_camera_lidar": POSE}) as rig:
        node = rig.client.node
        publisher = node.create_publisher(PointCloud2, "points_in", 10)
        camera = rig.client.camera()
        rig.mask(camera, rig.painted(), rig.output("mask"))
        assert publisher.get_subscription_count() == 0
        subscription = node.create_subscription(
            PointCloud2, "segmentation/painted_points", lambda _: None, 10
        )
        wait_until(lambda: publisher.get_subscription_count() == 1, "a subscriber of points_in")
        rig.status("painting")
        node.destroy_subscription(subscription)
        wait_until(lambda: publisher.get_subscription_count() == 0, "nobody to want clouds")
