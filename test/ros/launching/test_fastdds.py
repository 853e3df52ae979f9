# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which Fast DDS profile a launched node gets."""

from __future__ import annotations

from pathlib import Path

import pytest

from attendseg_ros.ros.launching.fastdds import fastdds_environment

CONFIG = Path(__file__).parents[3] / "config"


@pytest.mark.parametrize(
    ("asked", "image_size", "file"),
    [
        ("", (250, 250), "fastdds_small_images.xml"),
        ("", (640, 480), "fastdds_small_images.xml"),
        ("", (480, 640), "fastdds_small_images.xml"),
        ("", (641, 480), "fastdds_large_images.xml"),
        ("", None, "fastdds_large_images.xml"),
        ("large", (250, 250), "fastdds_large_images.xml"),
        ("small", None, "fastdds_small_images.xml"),
    ],
)
def test_a_shipped_profile_by_name_or_by_the_images(
    asked: str, image_size: tuple[int, int] | None, file: str
) -> None:
    found = fastdds_environment({"ROS_DISTRO": "kilted"}, asked, CONFIG, image_size)
    assert found == {"FASTDDS_DEFAULT_PROFILES_FILE": str(CONFIG / file)}
    assert (CONFIG / file).is_file()


def test_what_the_user_says_wins(tmp_path: Path) -> None:
    mine = tmp_path / "mine.xml"
    mine.touch()
    found = fastdds_environment({"ROS_DISTRO": "humble"}, str(mine), CONFIG, (250, 250))
    assert found == {"FASTRTPS_DEFAULT_PROFILES_FILE": str(mine)}
    assert fastdds_environment({}, "none", CONFIG, (250, 250)) == {}
    own = {"FASTDDS_DEFAULT_PROFILES_FILE": "/mine.xml"}
    assert fastdds_environment(own, "small", CONFIG, None) == {}
    with pytest.raises(FileNotFoundError, match=r"fastdds_profile: .*nowhere"):
        fastdds_environment({}, str(tmp_path / "nowhere.xml"), CONFIG, None)
