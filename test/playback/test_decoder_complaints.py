# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a decoder complains of: interlaced frames, damage that it conceals, and its own lines."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from support.videos import even_video

from attendseg_ros.errors import DataError
from attendseg_ros.overhearing import FFMPEG, PICTURES, Overhearing
from attendseg_ros.playback import VideoWriter, open_source

# Three frames of MPEG-2, of one colour and interlaced.
INTERLACED = bytes.fromhex(
    "000001b302002013ffffe000000001b5148200010000000001b80008004000000100000ffff8000001b58ffff300000"
    "00001011379aa52978f7e8d694a5222000001021379aa52978f7e8d694a5222000001000057fffb80000001b5811ff3"
    "000000000101126e6c00000102126e6c000001000097fffb80000001b5811ff3000000000101126e6c00000102126e6c"
)


def test_interlaced_frames_are_read_right_or_not_at_all(tmp_path: Path) -> None:
    """FFmpeg 8 converts none, and OpenCV gives memory that nobody wrote in their place."""
    (tmp_path / "tape.m2v").write_bytes(INTERLACED)
    source = open_source(tmp_path / "tape.m2v")
    frames, refusal = [], ""
    try:
        frames = list(source)
    except DataError as error:
        refusal = str(error)
    assert len(frames) == 3 or "none of 3 frames can be read: its frames are interlaced" in refusal
    for frame in frames:
        assert np.abs(frame.rgb.astype(int) - (200, 40, 40)).max() < 6


def test_damage_that_a_decoder_conceals_is_said_in_a_note(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    noise = np.random.default_rng(0).integers(0, 256, (5, 48, 64, 3), np.uint8)
    with closing(VideoWriter(path, 10.0)) as writer:
        for picture in noise:
            writer.write(picture)
    content = bytearray(path.read_bytes())
    place = content.index(b"mdat") + 2000
    content[place : place + 60] = bytes(60)
    path.write_bytes(content)
    source = open_source(path)
    assert list(source)
    (note,) = source.notes
    assert note.startswith("clip.mp4: the decoder found damage")
    whole = open_source(even_video(tmp_path / "whole.avi", 5))
    assert len(list(whole)) == 5
    assert whole.notes == []


def test_nothing_but_our_line_is_printed_and_nothing_of_others_is_lost(tmp_path: Path) -> None:
    path = even_video(tmp_path / "clip.mp4", 20)
    path.write_bytes(path.read_bytes()[:500])
    script = """
import os, sys, threading
from pathlib import Path
from attendseg_ros.errors import DataError
from attendseg_ros.playback import open_source
from attendseg_ros.overhearing import Overhearing, tell
try:
    open_source(Path(sys.argv[1]))
except DataError:
    os.write(2, b"refused\\n")
ear = Overhearing()
with ear, Overhearing():
    tell(b"at once\\n")
    os.write(2, b"[h264 @ 0x1f] bad\\n and more\\nof another\\n")
    os.write(2, b"[ WARN:0@1.2] global cap.cpp\\n and more\\n")
os.write(2, b"then\\n")
print(ear.heard(), ear.heard())
ear.close()
"""
    process = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True
    )
    assert process.stderr == "refused\nat once\nthen\nof another\n"
    assert process.stdout == "['h264: bad'] []\n"


def test_lines_of_the_node_s_log_are_no_decoder_s(capfd: pytest.CaptureFixture[str]) -> None:
    line = "[ERROR] [1796026714.961059278] [camera]: playing\n"
    theirs = "[ WARN:0@0.012] global cap.cpp:1 open(): no such stream\n"
    for library in (FFMPEG, PICTURES):
        with closing(Overhearing(library)) as ear:
            with ear:
                os.write(2, (theirs + line).encode())
            ear.heard()
    assert capfd.readouterr().err == 2 * line
