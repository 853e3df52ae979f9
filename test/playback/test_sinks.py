# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Masks, coloured masks, overlays and videos as files."""

from __future__ import annotations

import contextlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from support.full_disk import full_disk

from attendseg_ros.errors import DataError
from attendseg_ros.labels import ClassTable
from attendseg_ros.playback import (
    ColorSink,
    Frame,
    MaskSink,
    OverlaySink,
    OverlayVideoSink,
    VideoWriter,
    open_source,
)
from attendseg_ros.playback.video_sink import fit

PALETTE = ClassTable.load("camvid").palette()
LABELS = np.repeat(np.array([0, 3, 8, 255], np.uint8), 16).reshape(1, 64).repeat(48, axis=0)
FRAME = Frame(np.full((48, 64, 3), 100, np.uint8), 0, "street_7", 7)


def test_mask_file_holds_the_class_ids(tmp_path: Path) -> None:
    with MaskSink(tmp_path / "masks") as sink:
        sink.write(FRAME, LABELS)
    read = cv2.imread(str(tmp_path / "masks" / "street_7.png"), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(read, LABELS)


def test_color_file_holds_the_classes_colours(tmp_path: Path) -> None:
    with ColorSink(tmp_path, PALETTE) as sink:
        sink.write(FRAME, LABELS)
    read = next(iter(open_source(tmp_path / "street_7.png"))).rgb
    np.testing.assert_array_equal(read, PALETTE[LABELS])


def test_overlay_file_mixes_image_and_colours(tmp_path: Path) -> None:
    with OverlaySink(tmp_path, PALETTE, alpha=0.25) as sink:
        sink.write(FRAME, LABELS)
    read = next(iter(open_source(tmp_path / "street_7.png"))).rgb
    expected = 0.75 * 100 + 0.25 * PALETTE[LABELS].astype(float)
    expected[LABELS == 255] = 100
    np.testing.assert_allclose(read, expected, atol=1)


def test_files_are_written_without_traces(tmp_path: Path) -> None:
    with MaskSink(tmp_path) as sink:
        sink.write(FRAME, LABELS)
        sink.write(FRAME, LABELS)
    assert [file.name for file in tmp_path.iterdir()] == ["street_7.png"]


def test_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataError, match="file/masks: cannot be made"):
        MaskSink(tmp_path / "file" / "masks")


def test_overlay_video_appears_when_complete(tmp_path: Path) -> None:
    path = tmp_path / "overlay.mp4"
    with OverlayVideoSink(path, PALETTE, rate_hz=12.5, alpha=1.0) as sink:
        for _ in range(5):
            sink.write(FRAME, LABELS)
        assert not path.exists()
    assert list(tmp_path.iterdir()) == [path]
    source = open_source(path)
    frames = list(source)
    assert source.rate_hz == pytest.approx(12.5)
    assert len(frames) == 5
    # The middle of the road's stripe, away from edges that the codec blurs.
    road = frames[0].rgb[10:38, 20:28].reshape(-1, 3).mean(axis=0)
    np.testing.assert_allclose(road, PALETTE[3], atol=20)


@pytest.mark.parametrize(
    ("rate_hz", "written_hz"),
    [(99.977, 99.98), (333.3333, 333.33), (1e9, 1000.0), (1e-5, 0.1), (14.98765, 14.988)],
)
def test_any_rate_is_written_as_nearly_as_can_be(
    tmp_path: Path, rate_hz: float, written_hz: float
) -> None:
    """As the median interval of a camera gives, which no codec counts in."""
    path = tmp_path / "overlay.mp4"
    with OverlayVideoSink(path, PALETTE, rate_hz) as sink:
        for _ in range(3):
            sink.write(FRAME, LABELS)
    assert len(list(open_source(path))) == 3
    capture = cv2.VideoCapture(str(path))
    assert capture.get(cv2.CAP_PROP_FPS) == pytest.approx(written_hz, rel=1e-4)
    capture.release()


def test_interrupted_video_leaves_nothing(tmp_path: Path) -> None:
    sink = OverlayVideoSink(tmp_path / "overlay.mp4", PALETTE, rate_hz=10.0)
    with contextlib.suppress(KeyboardInterrupt), sink:
        sink.write(FRAME, LABELS)
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_what_another_run_has_made_since_the_start_is_not_replaced(tmp_path: Path) -> None:
    video, pictures = tmp_path / "overlay.mp4", tmp_path / "masks"
    late = OverlayVideoSink(video, PALETTE, rate_hz=10.0, replace=False)
    mask = MaskSink(pictures, replace=False)
    mask.write(FRAME, LABELS)
    video.write_text("theirs")
    pictures.mkdir()
    (pictures / "street_7.png").write_text("theirs")
    with pytest.raises(DataError, match=r"overlay\.mp4: exists already"):
        late.write(FRAME, LABELS)
    late.discard()
    with pytest.raises(DataError, match=r"masks/street_7\.png: exists already"):
        mask.close()
    assert (pictures / "street_7.png").read_text() == video.read_text() == "theirs"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["masks", "overlay.mp4"]


def test_pictures_of_other_sizes_fit_into_the_video(tmp_path: Path) -> None:
    writer = VideoWriter(tmp_path / "mixed.mp4", 10.0)
    for size in ((64, 48), (30, 90), (1, 1)):
        writer.write(np.full((size[1], size[0], 3), 200, np.uint8))
    writer.close()
    assert [frame.rgb.shape for frame in open_source(tmp_path / "mixed.mp4")] == [(48, 64, 3)] * 3


@pytest.mark.parametrize("size", [(1, 1), (641, 481), (33, 7)])
def test_video_of_any_size_can_be_read_back(tmp_path: Path, size: tuple[int, int]) -> None:
    writer = VideoWriter(tmp_path / "odd.mp4", 10.0)
    writer.write(np.full((size[1], size[0], 3), 200, np.uint8))
    writer.close()
    (frame,) = open_source(tmp_path / "odd.mp4")
    assert frame.rgb.shape[1] >= size[0]
    assert frame.rgb.shape[0] >= size[1]


@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_video_without_room_leaves_the_old_one(tmp_path: Path, share: float) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (20, 240, 320, 3), np.uint8)
    path = tmp_path / "clip.mp4"

    def write() -> None:
        with OverlayVideoSink(path, PALETTE, rate_hz=10.0) as sink:
            for index, picture in enumerate(noise):
                frame = Frame(picture, index * 10**8, "", index)
                sink.write(frame, np.full((240, 320), 255, np.uint8))

    write()
    old = path.read_bytes()
    with (
        full_disk(int(share * len(old))),
        pytest.raises(DataError, match=r"clip\.mp4: (cannot be written|OpenCV cannot write)"),
    ):
        write()
    assert path.read_bytes() == old
    assert list(tmp_path.iterdir()) == [path]


def test_other_video_formats_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"overlay\.avi: a video is written as \.mp4"):
        VideoWriter(tmp_path / "overlay.avi", 10.0)


def test_fitting_keeps_the_aspect() -> None:
    white = np.full((10, 40, 3), 255, np.uint8)
    fitted = fit(white, (80, 80))
    assert fitted.shape == (80, 80, 3)
    rows = np.flatnonzero(fitted[:, 40, 0])
    assert (rows[0], rows[-1]) == (30, 49)


def test_single_pixel_is_an_image(tmp_path: Path) -> None:
    pixel = Frame(np.full((1, 1, 3), (9, 8, 7), np.uint8), 0, "pixel", 0)
    with OverlaySink(tmp_path, PALETTE, alpha=0.0) as sink:
        sink.write(pixel, np.zeros((1, 1), np.uint8))
    (frame,) = open_source(tmp_path)
    assert frame.rgb.tolist() == [[[9, 8, 7]]]
