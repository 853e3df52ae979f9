# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A shipped profile is exchanged for the one that suits a camera; another one stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from attendseg_ros.fastdds_profiles import (
    OLD_PROFILE_VARIABLE,
    PROFILE_VARIABLE,
    suited_environment,
)

CONFIG = Path(__file__).parents[1] / "config"
LARGE, SMALL = (str(CONFIG / f"fastdds_{size}_images.xml") for size in ("large", "small"))


@pytest.mark.parametrize("name", [PROFILE_VARIABLE, OLD_PROFILE_VARIABLE])
@pytest.mark.parametrize("before", [LARGE, SMALL])
def test_shared_memory_goes_by_the_images(name: str, before: str) -> None:
    assert suited_environment({name: before}, (640, 480)) == {name: SMALL}
    assert suited_environment({name: before}, (1280, 720)) == {name: LARGE}


def test_what_the_user_chose_stays(tmp_path: Path) -> None:
    assert suited_environment({}, (640, 480)) == {}
    assert suited_environment({PROFILE_VARIABLE: "/etc/fastdds.xml"}, (640, 480)) == {}
    alone = tmp_path / "fastdds_large_images.xml"
    alone.touch()
    assert suited_environment({PROFILE_VARIABLE: str(alone)}, (640, 480)) == {}
