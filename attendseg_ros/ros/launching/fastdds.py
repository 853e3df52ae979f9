# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The Fast DDS profile of a launched node, and files that arguments name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from attendseg_ros.fastdds_profiles import (
    OLD_PROFILE_VARIABLE,
    PROFILE_VARIABLE,
    SHIPPED_PROFILES,
    suiting_profile,
)


def existing_file(argument: str, path: str) -> str:
    """The path; launch itself would only warn of a missing file and start without it.

    Raises:
        FileNotFoundError: there is no such file.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"{argument}: there is no file {path!r}")
    return path


def fastdds_environment(
    environment: Mapping[str, str],
    profile: str,
    config: Path,
    image_size: tuple[int, int] | None,
) -> dict[str, str]:
    """The variable that chooses the profile; the user's own wins, whichever its name.

    Args:
        environment: variables that the node will have.
        profile: one of `SHIPPED_PROFILES`, or the path of a file; "none" leaves the middleware's
            defaults; empty: by the images.
        config: folder of the shipped profiles.
        image_size: width and height of the node's images, pixels; None where that is unknown: they
            may be large.

    Raises:
        FileNotFoundError: there is no such file.
    """
    if profile == "none" or {PROFILE_VARIABLE, OLD_PROFILE_VARIABLE} & set(environment):
        return {}
    # Fast DDS 3 renamed the variable, and the distributions that have it warn of the old name.
    old = environment.get("ROS_DISTRO") in ("humble", "iron", "jazzy")
    name = OLD_PROFILE_VARIABLE if old else PROFILE_VARIABLE
    profile = profile or suiting_profile(image_size)
    if profile in SHIPPED_PROFILES:
        profile = str(config / SHIPPED_PROFILES[profile])
    return {name: existing_file("fastdds_profile", profile)}
