# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The shipped profiles of Fast DDS, and which of them suits a camera."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

PROFILE_VARIABLE = "FASTDDS_DEFAULT_PROFILES_FILE"
OLD_PROFILE_VARIABLE = "FASTRTPS_DEFAULT_PROFILES_FILE"

SHIPPED_PROFILES = {size: f"fastdds_{size}_images.xml" for size in ("large", "small")}
"""Files in config/ by what `fastdds_profile:=` calls them."""

_MOST_SMALL_PIXELS = 640 * 480
"""An image that the small profile has room for."""


def suiting_profile(image_size: tuple[int, int] | None) -> str:
    """The name of the profile with room enough, and no more, for a camera's images.

    Args:
        image_size: width and height, pixels; None where that is unknown: they may be large.
    """
    small = image_size is not None and image_size[0] * image_size[1] <= _MOST_SMALL_PIXELS
    return "small" if small else "large"


def suited_environment(
    environment: Mapping[str, str], image_size: tuple[int, int]
) -> dict[str, str]:
    """The variables that exchange a shipped profile for the one that suits a camera's images.

    A profile of the user's own stays, and so does none.
    """
    wanted = SHIPPED_PROFILES[suiting_profile(image_size)]
    named = {
        name: Path(environment[name])
        for name in (PROFILE_VARIABLE, OLD_PROFILE_VARIABLE)
        if name in environment
    }
    return {
        name: str(file.with_name(wanted))
        for name, file in named.items()
        if file.name in SHIPPED_PROFILES.values() and file.with_name(wanted).is_file()
    }
