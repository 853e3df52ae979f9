# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Image files, folders and videos as sources."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from attendseg_ros.errors import DataError
from attendseg_ros.pictures import natural_key
from attendseg_ros.playback import MaskSink, VideoWriter, open_source
from attendseg_ros.playback.images import FOLDER_RATE_HZ

RED = (200, 30, 20)
BLUE = (20, 40, 210)


def picture(color: tuple[int, int, int], width: int = 64, height: int = 48) -> NDArray[np.uint8]:
    """An RGB picture of one colour."""
    return np.full((height, width, 3), color, np.uint8)


def save(path: Path, rgb: NDArray[np.uint8]) -> None:
    """Writes an RGB picture in the format of the file's suffix."""
    bgr = rgb if rgb.shape[2] == 1 else cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR)
    assert cv2.imwrite(str(path), bgr)


def textured(seed: int = 0) -> NDArray[np.uint8]:
    """A picture that takes a JPEG or PNG many bytes."""
    noise = np.random.default_rng(seed).integers(0, 256, (96, 128, 3), np.uint8)
    return np.asarray(cv2.GaussianBlur(noise, (3, 3), 0), np.uint8)


def test_image_file_is_one_rgb_frame(tmp_path: Path) -> None:
    save(tmp_path / "front.png", picture(RED))
    frames = list(open_source(tmp_path / "front.png"))
    assert [(frame.name, frame.index, frame.stamp_ns) for frame in frames] == [("front", 0, 0)]
    assert frames[0].rgb.dtype == np.uint8
    assert frames[0].rgb.flags.c_contiguous
    np.testing.assert_array_equal(frames[0].rgb, picture(RED))


def test_folder_is_read_in_natural_order_at_its_rate(tmp_path: Path) -> None:
    for number in (10, 2, 1):
        save(tmp_path / f"img_{number}.png", picture((number, 0, 0)))
    (tmp_path / "LICENSE").write_text("free")
    source = open_source(tmp_path)
    frames = list(source)
    assert source.frame_count == 3
    assert source.rate_hz == FOLDER_RATE_HZ
    assert [frame.name for frame in frames] == ["img_1", "img_2", "img_10"]
    assert [int(frame.rgb[0, 0, 0]) for frame in frames] == [1, 2, 10]
    assert frames[2].stamp_ns == round(2e9 / FOLDER_RATE_HZ)


def test_names_that_a_disk_may_take_for_the_same_are_not_given(tmp_path: Path) -> None:
    """Of two masks on a FAT stick one would replace the other."""
    for name in ("Road.png", "road.png", "caf\u00e9.png", "cafe\u0301.png", "other.png"):
        cv2.imwrite(str(tmp_path / name), np.zeros((8, 8, 3), np.uint8))
    names = [frame.name for frame in open_source(tmp_path)]
    assert len({unicodedata.normalize("NFC", name).casefold() for name in names}) == 5
    assert "other" in names


def test_files_that_differ_only_in_suffix_keep_distinct_names(tmp_path: Path) -> None:
    save(tmp_path / "a.png", picture(RED))
    save(tmp_path / "a.bmp", picture(BLUE))
    assert sorted(frame.name for frame in open_source(tmp_path)) == ["a.bmp", "a.png"]


def test_no_two_frames_of_a_folder_share_a_name(tmp_path: Path) -> None:
    long = "n" * 251
    for name in ("a.jpg", "a.png", "a.png.png", "b.png", f"{long}.png", f"{long}.jpg"):
        (tmp_path / name).write_bytes(cv2.imencode(name[-4:], picture(RED))[1].tobytes())
    names = [frame.name for frame in open_source(tmp_path)]
    assert len(set(names)) == 6
    assert {"a.jpg", "a.png", "b"} < set(names)
    with MaskSink(tmp_path / "masks") as sink:
        for frame in open_source(tmp_path):
            sink.write(frame, frame.rgb[..., 0])
    assert len(list((tmp_path / "masks").iterdir())) == 6


@pytest.mark.parametrize(
    ("pixels", "expected"),
    [
        (np.full((4, 4), 77, np.uint8), (77, 77, 77)),
        (np.full((4, 4), 77 * 257, np.uint16), (77, 77, 77)),
        (np.full((4, 4, 4), (3, 2, 1, 128), np.uint8), (1, 2, 3)),
    ],
    ids=["grey", "16 bits", "alpha"],
)
def test_every_kind_of_png_becomes_8_bit_rgb(
    tmp_path: Path, pixels: NDArray[Any], expected: tuple[int, int, int]
) -> None:
    assert cv2.imwrite(str(tmp_path / "x.png"), pixels)
    (frame,) = open_source(tmp_path / "x.png")
    np.testing.assert_array_equal(frame.rgb, picture(expected, 4, 4))


def test_source_can_be_iterated_again(tmp_path: Path) -> None:
    save(tmp_path / "a.png", picture(RED))
    source = open_source(tmp_path)
    assert [frame.name for frame in source] == [frame.name for frame in source] == ["a"]


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99])
def test_cut_off_image_in_a_folder_is_named_and_skipped(
    tmp_path: Path, suffix: str, share: float
) -> None:
    for name in ("a", "b", "c"):
        save(tmp_path / f"{name}{suffix}", textured())
    damaged = tmp_path / f"b{suffix}"
    content = damaged.read_bytes()
    damaged.write_bytes(content[: int(len(content) * share)])
    source = open_source(tmp_path)
    assert [(frame.name, frame.index) for frame in source] == [("a", 0), ("c", 2)]
    (line,) = source.skipped
    assert line.startswith(f"b{suffix}: ")


def test_jpeg_with_a_thumbnail_is_known_to_be_cut_off(tmp_path: Path) -> None:
    """The thumbnail in a camera's EXIF data has an end marker, which is not the picture's."""
    save(tmp_path / "thumbnail.jpg", picture(BLUE))
    save(tmp_path / "photo.jpg", textured())
    thumbnail = (tmp_path / "thumbnail.jpg").read_bytes()
    photo = (tmp_path / "photo.jpg").read_bytes()
    segment = b"\xff\xe1" + (len(thumbnail) + 2).to_bytes(2, "big") + thumbnail
    whole = photo[:2] + segment + photo[2:]
    (tmp_path / "photo.jpg").write_bytes(whole)
    (frame,) = open_source(tmp_path / "photo.jpg")
    assert frame.rgb.shape == (96, 128, 3)
    (tmp_path / "photo.jpg").write_bytes(whole[:-100])
    with pytest.raises(DataError, match=r"photo\.jpg.*truncated: the JPEG of"):
        list(open_source(tmp_path / "photo.jpg"))


def test_folder_of_unreadable_images_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"none of 1 image.*a\.jpg"):
        list(open_source(tmp_path))


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nowhere: no such file or folder"):
        open_source(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "address", ["https://example.com/x.jpg", "rtsp://10.0.0.2:554/live", "http://example.com/x.mp4"]
)
def test_an_address_is_no_file(address: str) -> None:
    with pytest.raises(DataError, match="is an address, and frames are read from files"):
        open_source(address)


def test_folder_without_images_says_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(DataError, match=r"no image in it \(found notes\.txt\).*\.png"):
        open_source(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="found nothing"):
        open_source(tmp_path / "empty")


@pytest.mark.parametrize("content", [b"", b"this is no video"])
def test_file_that_is_neither_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"clip\.mp4: not a readable video"):
        open_source(path)


def test_topic_is_refused_where_there_are_none(tmp_path: Path) -> None:
    save(tmp_path / "a.png", picture(RED))
    with pytest.raises(DataError, match="only from a bag"):
        open_source(tmp_path / "a.png", topic="/camera/image_raw")


def test_video_frames_come_in_order_with_their_times(tmp_path: Path) -> None:
    writer = VideoWriter(tmp_path / "clip.mp4", rate_hz=20.0)
    for level in (40, 120, 200):
        writer.write(picture((level, level, level)))
    writer.close()
    source = open_source(tmp_path / "clip.mp4")
    frames = list(source)
    assert source.rate_hz == pytest.approx(20.0)
    assert source.frame_count == 3
    assert source.skipped == []
    assert [frame.stamp_ns for frame in frames] == [0, 50_000_000, 100_000_000]
    assert [frame.name for frame in frames] == ["clip_000000", "clip_000001", "clip_000002"]
    for frame, level in zip(frames, (40, 120, 200), strict=True):
        assert frame.rgb.shape == (48, 64, 3)
        assert abs(float(frame.rgb.mean()) - level) < 6


def test_video_keeps_red_red(tmp_path: Path) -> None:
    writer = VideoWriter(tmp_path / "clip.mp4", rate_hz=10.0)
    writer.write(picture(RED))
    writer.close()
    (frame,) = open_source(tmp_path / "clip.mp4")
    assert frame.rgb[..., 0].mean() > frame.rgb[..., 2].mean() + 100


def test_natural_order() -> None:
    names = ["b1", "a10", "a9", "10", "9", "A2"]
    assert sorted(names, key=natural_key) == ["9", "10", "A2", "a9", "a10", "b1"]


def test_files_of_a_folder_that_are_no_pictures_are_named(tmp_path: Path) -> None:
    for name in ("a.jpg", "b.png", "c.webp", "d.gif", "e.pgm"):
        save(tmp_path / name, textured()[..., :1] if name == "e.pgm" else textured())
    for name in ("f.jfif", "g.JPE", "h.mpo"):
        (tmp_path / name).write_bytes((tmp_path / "a.jpg").read_bytes())
    for name in ("IMG_1.HEIC", "LICENSE", "._a.jpg", "Thumbs.db"):
        (tmp_path / name).write_bytes(b"x")
    source = open_source(tmp_path)
    assert [frame.name for frame in source] == list("abcdefgh")
    assert source.skipped == []
    assert source.left_out == [
        "IMG_1.HEIC: HEIC, which is not read: convert it to JPEG or PNG",
        "LICENSE: no picture by its name",
    ]
    with pytest.raises(DataError, match=r"IMG_1\.HEIC: HEIC, which is not read"):
        open_source(tmp_path / "IMG_1.HEIC")


@pytest.mark.parametrize("name", ["frames.mp4", "frame.png", "drive.mcap", "drive.bag", "frames"])
def test_a_pipe_is_refused_at_once(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    (tmp_path / "link").symlink_to(name)
    for given in (name, "link"):
        with pytest.raises(DataError, match=rf"{given}: is a pipe"):
            open_source(tmp_path / given)
    with pytest.raises(DataError, match="is a pipe, a device"):
        open_source("/dev/zero")
