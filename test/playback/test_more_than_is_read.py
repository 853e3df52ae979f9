# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Files that hold more than decoders read: the rest is not left out without a word."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from support.videos import even_video

from attendseg_ros.playback import open_source


@pytest.mark.parametrize("suffix", ["mp4", "flv", "wmv"])
def test_files_joined_into_one_are_said_to_be(tmp_path: Path, suffix: str) -> None:
    """Of these, decoders read no second one."""
    video = even_video(tmp_path / f"drive.{suffix}", 5)
    whole = open_source(video)
    assert len(list(whole)) == 5
    assert whole.skipped == []
    video.write_bytes(video.read_bytes() * 2)
    joined = open_source(video)
    assert len(list(joined)) == 5
    assert ["several files joined" in line for line in joined.skipped] == [True]


def test_a_picture_of_several_pages_is_said_to_be_one(tmp_path: Path) -> None:
    pages = [np.full((32, 48, 3), value, np.uint8) for value in (10, 90, 200)]
    cv2.imwrite(str(tmp_path / "plain.tif"), pages[0])
    assert cv2.imwritemulti(str(tmp_path / "scan.tif"), pages)
    source = open_source(tmp_path)
    assert len(list(source)) == 2
    assert source.notes == ["scan.tif: holds 3 pictures, of which the first is read"]
    assert len(list(source)) == 2
    assert len(source.notes) == 1
