# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Videos as people have them: odd names, uneven times, turned, cut off."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import wave
from pathlib import Path

import cv2
import numpy as np
import pytest
from support.videos import (
    QUARTER_TURN,
    even_video,
    hdr_video,
    trimmed_video,
    turned_video,
    uneven_video,
    with_sound,
)

from attendseg_ros.errors import DataError
from attendseg_ros.labels import ClassTable
from attendseg_ros.playback import Frame, MaskSink, OverlayVideoSink, open_source

TIMES_MS = (0, 100, 200, 300, 1000, 1100, 1200, 2000, 2100, 3100)
NAMES = (
    "12:30.mp4",
    "clip:%03d.mp4",
    "frame_%03d.mp4",
    "%d.mp4",
    "a#b?c=d.mp4",
    "file:x.mp4",
    "http:x.mp4",
    "concat:a|b.mp4",
    "pipe:.mp4",
    "-clip.mp4",
    "Fahrt grün 走.mp4",
    'it\'s "it".mp4',
    "[a]*.mp4",
    "%41.mp4",
)


def levels(frames: list[Frame]) -> list[int]:
    """The grey levels of frames, in tens."""
    return [round(float(frame.rgb.mean()) / 10) for frame in frames]


@pytest.mark.parametrize("name", NAMES)
def test_any_name_goes_in_and_out(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    even_video(tmp_path / "plain.mp4", 4).rename(tmp_path / name)
    (tmp_path / "x").mkdir()
    monkeypatch.chdir(tmp_path)
    frames = list(open_source(Path(name)))
    assert levels(frames) == [0, 1, 2, 3]
    with OverlayVideoSink(Path(f"out {name}"), ClassTable.load("camvid").palette(), 10.0) as sink:
        for frame in frames:
            sink.write(frame, np.full((48, 64), 255, np.uint8))
    assert len(list(open_source(Path(f"out {name}")))) == 4
    assert {entry.name for entry in tmp_path.iterdir()} == {name, f"out {name}", "x"}


def test_a_pattern_in_a_name_is_no_series_of_pictures(tmp_path: Path) -> None:
    for number in range(3):
        cv2.imwrite(str(tmp_path / f"frame_{number:03d}.jpg"), np.zeros((48, 64, 3), np.uint8))
    (tmp_path / "frame_%03d.mp4").write_bytes(b"no video")
    with pytest.raises(DataError, match="not a readable video"):
        open_source(tmp_path / "frame_%03d.mp4")


def test_frames_at_a_rate_that_varies_are_read_to_the_end_with_their_times(tmp_path: Path) -> None:
    source = open_source(uneven_video(tmp_path / "phone.mkv", TIMES_MS, 3200))
    frames = list(source)
    assert [frame.stamp_ns for frame in frames] == [ms * 1_000_000 for ms in TIMES_MS]
    assert levels(frames) == list(range(10))
    assert source.skipped == []
    # OpenCV says 32: the length times the rate.
    assert source.frame_count is None
    assert source.rate_hz == pytest.approx(10.0)
    assert source.description == "video phone.mkv (at a rate that varies)"
    assert source.length_s == pytest.approx(3.2, abs=0.1)
    assert [frame.stamp_ns for frame in source] == [frame.stamp_ns for frame in frames]


def test_a_rate_that_varies_later_is_counted_by_no_other(tmp_path: Path) -> None:
    # More even frames than are looked at beforehand.
    times_ms = (*range(0, 1400, 40), *range(1800, 4800, 600))
    source = open_source(uneven_video(tmp_path / "late.mkv", times_ms, 4800))
    assert source.length_s == pytest.approx(4.8, abs=0.1)
    # The header's rate is 10 Hz: by that it would be 48.
    assert source.frame_count is None
    assert len(list(source)) == len(times_ms) == 40
    assert source.skipped == []


def test_a_video_of_uneven_frames_takes_as_long_as_they_did(tmp_path: Path) -> None:
    source = open_source(uneven_video(tmp_path / "phone.mkv", TIMES_MS, 3200))
    palette = ClassTable.load("camvid").palette()
    with OverlayVideoSink(tmp_path / "out.mp4", palette, source.rate_hz, keeps_time=True) as sink:
        for frame in source:
            sink.write(frame, np.full((48, 64), 255, np.uint8))
    found = levels(list(open_source(tmp_path / "out.mp4")))
    assert found == [sum(time <= 100 * n for time in TIMES_MS) - 1 for n in range(32)]


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".avi", ".mov"])
@pytest.mark.parametrize("rate_hz", [10.0, 29.97])
def test_even_frames_are_counted_and_nothing_is_missed(
    tmp_path: Path, suffix: str, rate_hz: float
) -> None:
    source = open_source(even_video(tmp_path / f"clip{suffix}", 20, rate_hz))
    frames = list(source)
    assert source.frame_count == len(frames) == 20
    assert source.rate_hz == pytest.approx(rate_hz, rel=1e-3)
    assert source.length_s == pytest.approx(20 / rate_hz, rel=1e-3)
    assert source.skipped == []
    stamps_ms = np.array([frame.stamp_ns for frame in frames]) / 1e6
    # Matroska keeps whole milliseconds.
    np.testing.assert_allclose(stamps_ms, np.arange(20) * 1000 / rate_hz, atol=1.0)


def cut_off(path: Path) -> None:
    """Leaves the first six tenths of a file."""
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 6 // 10])


def read_cut_off(path: Path) -> tuple[int, str]:
    """Cuts a file off and reads it: the number of its frames, and the one line about them."""
    cut_off(path)
    source = open_source(path)
    count = len(list(source))
    (line,) = source.skipped
    return count, line


@pytest.mark.parametrize("suffix", [".mkv", ".avi"])
def test_a_video_that_is_cut_off_says_where(tmp_path: Path, suffix: str) -> None:
    path = even_video(tmp_path / f"clip{suffix}", 25)
    count, line = read_cut_off(path)
    assert 5 < count < 20
    assert f"the last of {count} frames that can be read is at {(count - 1) / 10:.1f} s" in line
    assert line.startswith(f"clip{suffix}: its header says 2.5 s")


def test_sound_that_goes_on_is_no_lack_of_pictures(tmp_path: Path) -> None:
    path = with_sound(uneven_video(tmp_path / "talk.mkv", range(0, 1000, 100), 3000))
    source = open_source(path)
    assert len(list(source)) == 10
    assert source.skipped == []
    # OpenCV says 30.
    assert source.frame_count is None
    count, line = read_cut_off(path)
    assert 2 < count < 10
    assert f"header says 3.0 s, and the last of {count} frames" in line


def test_a_video_that_begins_late_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "live.flv"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"FLV1"), 10.0, (64, 48))
    for level in range(20):
        writer.write(np.full((48, 64, 3), 10 * level, np.uint8))
    writer.release()
    # Coders that look ahead begin with a pause, which the header's length counts.
    content = bytearray(path.read_bytes())
    place = content.index(b"duration\0") + 9
    struct.pack_into(">d", content, place, struct.unpack_from(">d", content, place)[0] + 0.3)
    position = 13
    while position + 15 <= len(content):
        size = int.from_bytes(content[position + 1 : position + 4], "big")
        if content[position] == 9:
            time_ms = int.from_bytes(content[position + 4 : position + 7], "big") + 300
            content[position + 4 : position + 7] = time_ms.to_bytes(3, "big")
        position += 11 + size + 4
    path.write_bytes(content)
    source = open_source(path)
    assert len(list(source)) == 20
    assert source.skipped == []
    count, line = read_cut_off(path)
    assert 2 < count < 20
    assert f"header says 2.3 s, and the last of {count} frames" in line


def test_a_name_that_is_no_utf_8_goes_in_and_out(tmp_path: Path) -> None:
    """As bytes it ended the process, so another one tries."""
    name, out = (tmp_path / os.fsdecode(name) for name in (b"stra\xdfe.mp4", b"\xfcber.mp4"))
    even_video(tmp_path / "plain.mp4", 4).rename(name)
    code = (
        "import sys; from pathlib import Path\n"
        "from attendseg_ros.playback import VideoWriter, open_source\n"
        "source, writer = open_source(Path(sys.argv[1])), VideoWriter(Path(sys.argv[2]), 10.0)\n"
        "for frame in source: writer.write(frame.rgb)\n"
        "writer.close()\n"
    )
    subprocess.run([sys.executable, "-c", code, name, out], check=True)
    assert len(list(open_source(out))) == 4
    assert sorted(tmp_path.iterdir()) == sorted([name, out])


def test_a_name_as_long_as_names_can_be_leaves_room_for_numbers(tmp_path: Path) -> None:
    path = even_video(tmp_path / "x.mp4", 2).rename(tmp_path / f"{'ü' * 125}.mp4")
    with MaskSink(tmp_path / "out") as sink:
        for frame in open_source(path):
            sink.write(frame, np.zeros((48, 64), np.uint8))
    assert len(list((tmp_path / "out").iterdir())) == 2


@pytest.mark.parametrize("length_ms", [0.0, float("nan"), -5.0, 1e30])
def test_a_header_of_nonsense_does_no_harm(tmp_path: Path, length_ms: float) -> None:
    source = open_source(uneven_video(tmp_path / "x.mkv", range(0, 1000, 100), length_ms))
    assert len(list(source)) == 10
    assert source.rate_hz == pytest.approx(10.0)
    assert source.skipped == []


def test_times_that_go_back_do_not(tmp_path: Path) -> None:
    times = (0, 100, 200, 150, 120, 500)
    source = open_source(uneven_video(tmp_path / "x.mkv", times, 600))
    stamps = [frame.stamp_ns for frame in source]
    assert len(stamps) == 6
    assert stamps == sorted(set(stamps))


def test_a_turned_video_is_read_upright(tmp_path: Path) -> None:
    """Black above white, turned clockwise: white is at the left."""
    for frame in open_source(turned_video(tmp_path / "phone.mp4")):
        assert frame.rgb.shape == (64, 48, 3)
        assert frame.rgb[:, :20].mean() > 200
        assert frame.rgb[:, 28:].mean() < 50


@pytest.mark.parametrize(
    ("turn", "corners"),
    [
        ((1, 0, 0, 1), "black black grey white"),
        ((-1, 0, 0, -1), "white grey black black"),
        (QUARTER_TURN, "grey black white black"),
        ((-1, 0, 0, 1), "black black white grey"),
        ((1, 0, 0, -1), "grey white black black"),
        ((0, 1, 1, 0), "black grey black white"),
        ((0, -1, -1, 0), "white black grey black"),
    ],
)
def test_a_video_is_read_as_its_header_shows_it_mirrored_too(
    tmp_path: Path, turn: tuple[int, int, int, int], corners: str
) -> None:
    (frame, *_) = open_source(turned_video(tmp_path / "selfie.mp4", turn))
    levels = [int(frame.rgb[y, x].mean()) for y in (2, -3) for x in (2, -3)]
    names = ["black" if level < 60 else "white" if level > 200 else "grey" for level in levels]
    assert " ".join(names) == corners


def test_a_transport_stream_that_ends_amid_a_packet_is_told(tmp_path: Path) -> None:
    whole = tmp_path / "drone.ts"
    even_video(whole, 25)
    assert open_source(whole).notes == []
    source = open_source(whole)
    assert len(list(source)) == 25
    assert source.skipped == []
    whole.write_bytes(whole.read_bytes()[: -10 * 188 - 50])
    source = open_source(whole)
    count = len(list(source))
    assert 5 < count < 25
    (line,) = source.skipped
    assert line.startswith(f"drone.ts: the file is cut off: the last of {count} frames that can be")


def test_a_joint_of_two_transport_streams_is_told(tmp_path: Path) -> None:
    path = even_video(tmp_path / "drone.ts", 25)
    path.write_bytes(path.read_bytes() * 2)
    source = open_source(path)
    count = len(list(source))
    (note,) = source.notes
    assert 25 < count <= 50
    assert note.startswith("drone.ts: its times go back at frame 2")
    assert "pictures may be missing there; join videos with ffmpeg" in note


def test_sound_is_named(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "note.wav"), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(16000))
    path = even_video(tmp_path / "clip.mp4", 2)
    # What the file of a sound recorder looks like: one track, of sound.
    path.write_bytes(path.read_bytes().replace(b"vide", b"soun"))
    for name in ("note.wav", "clip.mp4"):
        with pytest.raises(DataError, match=r"readable video.*it is sound without pictures"):
            open_source(tmp_path / name)


def test_a_recording_that_was_never_ended_is_named(tmp_path: Path) -> None:
    path = even_video(tmp_path / "clip.mp4", 20)
    content = path.read_bytes()
    description = content.index(b"moov") - 4
    for length, what in ((description, "without the part"), (description + 99, "it is cut off$")):
        path.write_bytes(content[:length])
        with pytest.raises(DataError, match=rf"clip\.mp4: not a readable video.*{what}"):
            open_source(path)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", r"it is empty \(0 bytes\)"),
        (b"version https://git-lfs.github.com/spec/v1\n", "it is a Git LFS pointer"),
        (b"<html>", "it is a web page"),
    ],
)
def test_what_is_no_video_is_named(tmp_path: Path, content: bytes, what: str) -> None:
    (tmp_path / "clip.mp4").write_bytes(content)
    with pytest.raises(DataError, match=rf"clip\.mp4: not a readable video.*: {what}"):
        open_source(tmp_path / "clip.mp4")


def test_a_trimmed_video_is_not_called_cut_off(tmp_path: Path) -> None:
    """Its file counts the frames that its list of edits leaves out."""
    source = open_source(trimmed_video(tmp_path / "trimmed.mp4", 20, 12))
    frames = list(source)
    assert levels(frames) == list(range(12, 20))
    assert [frame.stamp_ns // 1_000_000 for frame in frames] == list(range(0, 800, 100))
    assert (source.skipped, source.notes) == ([], [])
    assert source.frame_count in (None, 8)
    assert source.length_s == pytest.approx(0.8)
    whole = open_source(even_video(tmp_path / "whole.mp4", 20))
    assert whole.frame_count == 20


@pytest.mark.parametrize(("curve", "name"), [(16, "PQ"), (18, "HLG"), (1, "")])
def test_hdr_is_said(tmp_path: Path, curve: int, name: str) -> None:
    source = open_source(hdr_video(tmp_path / "phone.mp4", curve))
    assert len(list(source)) == 3
    assert [note.split(", ")[0] for note in source.notes] == (
        [f"phone.mp4: is HDR ({name})"] if name else []
    )


def test_sound_in_ogg_is_named(tmp_path: Path) -> None:
    (tmp_path / "song.ogg").write_bytes(b"OggS\0\2" + bytes(22) + b"\x01vorbis" + bytes(99))
    with pytest.raises(DataError, match="it is sound without pictures"):
        open_source(tmp_path / "song.ogg")
