# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""ROS 1 and ROS 2 bags as sources."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from support import bags

from attendseg_ros.errors import DataError
from attendseg_ros.playback import open_source

COLORS = ((200, 30, 20), (20, 180, 40), (10, 20, 220))
STAMPS = (bags.START_NS - 5, bags.START_NS + 99_999_990, 0)


def pictures() -> list[NDArray[np.uint8]]:
    """One RGB picture of each colour, of a width that needs no padding."""
    return [np.full((6, 8, 3), color, np.uint8) for color in COLORS]


@pytest.mark.parametrize("kind", bags.KINDS)
def test_raw_images_of_every_kind_of_bag(tmp_path: Path, kind: str) -> None:
    store = bags.typestore_of(kind)
    images = [
        bags.raw_image(store, rgb, "rgb8", stamp)
        for rgb, stamp in zip(pictures(), STAMPS, strict=True)
    ]
    texts = [store.types[bags.STRING](data="hello")] * 3
    path = bags.write_bag(
        tmp_path, kind, [("/chat", bags.STRING, texts), ("/front/image_raw", bags.IMAGE, images)]
    )
    source = open_source(path)
    frames = list(source)
    assert source.frame_count == 3
    assert source.rate_hz == pytest.approx(10.0)
    assert "/front/image_raw" in source.description
    assert [frame.index for frame in frames] == [0, 1, 2]
    assert frames[0].name == "front_image_raw_000000"
    # The third header holds no stamp: the recording time stands in for it.
    assert [frame.stamp_ns for frame in frames] == [*STAMPS[:2], bags.START_NS + 200_000_000]
    for frame, rgb in zip(frames, pictures(), strict=True):
        assert frame.rgb.flags.c_contiguous
        np.testing.assert_array_equal(frame.rgb, rgb)


@pytest.mark.parametrize("kind", bags.KINDS)
@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_compressed_images(tmp_path: Path, kind: str, suffix: str) -> None:
    store = bags.typestore_of(kind)
    images = [bags.compressed_image(store, rgb, suffix, 1) for rgb in pictures()]
    path = bags.write_bag(tmp_path, kind, [("/image/compressed", bags.COMPRESSED, images)])
    for frame, rgb in zip(open_source(path), pictures(), strict=True):
        difference = np.abs(frame.rgb.astype(int) - rgb.astype(int)).max()
        assert difference <= (0 if suffix == ".png" else 8)


@pytest.mark.parametrize(("kind", "pattern"), [("mcap", "*.mcap"), ("sqlite3", "*.db3")])
def test_storage_file_alone_is_enough(tmp_path: Path, kind: str, pattern: str) -> None:
    store = bags.typestore_of(kind)
    images = [bags.raw_image(store, pictures()[0], "rgb8", 1)]
    path = bags.write_bag(tmp_path, kind, [("/image_raw", bags.IMAGE, images)])
    (file,) = path.glob(pattern)
    (frame,) = open_source(file)
    np.testing.assert_array_equal(frame.rgb, pictures()[0])


@pytest.mark.parametrize(
    ("encoding", "pixels", "expected"),
    [
        ("bgr8", np.full((4, 6, 3), (1, 2, 3), np.uint8), (3, 2, 1)),
        ("8UC3", np.full((4, 6, 3), (1, 2, 3), np.uint8), (3, 2, 1)),
        ("rgba8", np.full((4, 6, 4), (1, 2, 3, 4), np.uint8), (1, 2, 3)),
        ("mono8", np.full((4, 6), 9, np.uint8), (9, 9, 9)),
        ("mono16", np.full((4, 6), 90 * 257, np.uint16), (90, 90, 90)),
        ("bayer_rggb8", np.full((4, 6), 50, np.uint8), (50, 50, 50)),
        ("mono12", np.full((4, 6), 90 * 16, np.uint16), (90, 90, 90)),
        ("yuv422", np.full((4, 6, 2), 128, np.uint8), (130, 130, 130)),
        ("YUYV", np.full((4, 6, 2), 128, np.uint8), (130, 130, 130)),
    ],
)
@pytest.mark.parametrize("padding", [0, 10])
def test_encodings_with_and_without_padded_rows(
    tmp_path: Path, encoding: str, pixels: NDArray[Any], expected: tuple[int, ...], padding: int
) -> None:
    store = bags.typestore_of("mcap")
    image = bags.raw_image(store, pixels, encoding, 1, padding)
    path = bags.write_bag(tmp_path, "mcap", [("/image_raw", bags.IMAGE, [image])])
    (frame,) = open_source(path)
    np.testing.assert_array_equal(frame.rgb, np.full((4, 6, 3), expected, np.uint8))


def test_topic_can_be_chosen(tmp_path: Path) -> None:
    store = bags.typestore_of("mcap")
    left, right, _ = ([bags.raw_image(store, rgb, "rgb8", 1)] for rgb in pictures())
    path = bags.write_bag(
        tmp_path, "mcap", [("/left", bags.IMAGE, left), ("/right", bags.IMAGE, right)]
    )
    (first,) = open_source(path)
    (chosen,) = open_source(path, topic="/right")
    np.testing.assert_array_equal(first.rgb, pictures()[0])
    np.testing.assert_array_equal(chosen.rgb, pictures()[1])
    with pytest.raises(DataError, match=r"no images on topic /middle.*/left, /right"):
        open_source(path, topic="/middle")


def test_bag_without_images_lists_its_topics(tmp_path: Path) -> None:
    store = bags.typestore_of("mcap")
    texts = [store.types[bags.STRING](data="hello")]
    path = bags.write_bag(tmp_path, "mcap", [("/chat", bags.STRING, texts)])
    with pytest.raises(DataError, match=r"no topic with images.*/chat \(std_msgs/msg/String\)"):
        open_source(path)


def test_damaged_image_in_a_bag_is_named_and_skipped(tmp_path: Path) -> None:
    store = bags.typestore_of("mcap")
    images = [bags.raw_image(store, rgb, "rgb8", 1) for rgb in pictures()]
    images[1].data = images[1].data[:-1]
    path = bags.write_bag(tmp_path, "mcap", [("/image_raw", bags.IMAGE, images)])
    source = open_source(path)
    assert [frame.index for frame in source] == [0, 2]
    (line,) = source.skipped
    assert line.startswith("image 1 on /image_raw: image of 8x6, 'rgb8'")


def test_image_of_a_size_its_encoding_cannot_have_does_no_harm(tmp_path: Path) -> None:
    store = bags.typestore_of("mcap")
    # Two pixels share their colour in YUV 4:2:2; OpenCV 4.5 makes something of it, 5 refuses.
    odd = bags.raw_image(store, np.full((4, 5, 2), 128, np.uint8), "yuv422", 1)
    good = bags.raw_image(store, pictures()[0], "rgb8", 1)
    path = bags.write_bag(tmp_path, "mcap", [("/image_raw", bags.IMAGE, [odd, good])])
    source = open_source(path)
    assert [frame.index for frame in source][-1] == 1
    assert all("image of 5x4, 'yuv422'" in line for line in source.skipped)


def test_an_encoding_that_the_node_does_not_know_is_named(tmp_path: Path) -> None:
    store = bags.typestore_of("mcap")
    images = [bags.raw_image(store, np.ones((4, 6), np.float64), "64FC1", 1)]
    path = bags.write_bag(tmp_path, "mcap", [("/field", bags.IMAGE, images)])
    with pytest.raises(DataError, match=r"/field: image of 6x4, '64FC1': unknown encoding"):
        list(open_source(path))


@pytest.mark.parametrize("name", ["x.bag", "x.mcap", "x.db3"])
@pytest.mark.parametrize("content", [b"", b"no bag at all", b"\x89MCAP0\r\n" * 9])
def test_file_that_is_no_bag_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=rf"{name}: cannot be read as a bag"):
        open_source(tmp_path / name)


@pytest.mark.parametrize("kind", bags.KINDS)
def test_damaged_bag_raises_nothing_but_data_errors(tmp_path: Path, kind: str) -> None:
    store = bags.typestore_of(kind)
    images = [bags.raw_image(store, rgb, "rgb8", 1) for rgb in pictures()]
    path = bags.write_bag(tmp_path, kind, [("/image_raw", bags.IMAGE, images)])
    file = path if kind == "ros1" else next(f for f in path.iterdir() if f.suffix != ".yaml")
    content = file.read_bytes()
    random = np.random.default_rng(7)
    refusals = []
    for _ in range(60):
        damaged = np.frombuffer(content, np.uint8).copy()
        damaged[random.integers(0, damaged.size, 20)] = random.integers(0, 256, 20)
        file.write_bytes(damaged.tobytes())
        try:
            source = open_source(path)
            list(source)
            refusals += source.skipped
        except DataError as error:
            refusals.append(str(error))
    assert refusals
    assert not any("\n" in refusal for refusal in refusals)


def test_the_topic_that_nobody_chose_is_said(tmp_path: Path) -> None:
    store = bags.typestore_of("mcap")
    topics: bags.Topics = [
        (name, bags.IMAGE, [bags.raw_image(store, rgb, "rgb8", 1) for rgb in pictures()])
        for name in ("/left/image_raw", "/right/image_raw")
    ]
    path = bags.write_bag(tmp_path, "mcap", topics)
    (note,) = open_source(path).notes
    assert "/left/image_raw is read" in note
    assert note.endswith("not /right/image_raw")
    assert open_source(path, "/right/image_raw").notes == []


@pytest.mark.parametrize("kind", bags.KINDS)
def test_what_else_a_topic_holds_is_said_and_no_image(tmp_path: Path, kind: str) -> None:
    store = bags.typestore_of(kind)
    images = [bags.raw_image(store, rgb, "rgb8", 1) for rgb in pictures()]
    texts = [store.types[bags.STRING](data="hello")] * 2
    path = bags.write_bag(
        tmp_path, kind, [("/front", bags.STRING, texts), ("/front", bags.IMAGE, images)]
    )
    source = open_source(path)
    assert source.frame_count == 3
    (note,) = source.notes
    assert note.startswith("2 messages on /front (std_msgs/msg/String) are no images")
    for index, (frame, rgb) in enumerate(zip(source, pictures(), strict=True)):
        assert frame.index == index
        np.testing.assert_array_equal(frame.rgb, rgb)
    assert source.skipped == []
