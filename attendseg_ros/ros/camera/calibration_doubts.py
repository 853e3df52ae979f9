# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Numbers of camera_info that can be right, and hardly are: metres by them are wrong then."""

from __future__ import annotations

from math import acos, degrees, isfinite
from typing import Any

import numpy as np
from sensor_msgs.msg import CameraInfo

from attendseg_ros.geometry.lens_models import numbers
from attendseg_ros.ros.camera.intrinsics import to_lens, window_of
from attendseg_ros.ros.depth.depth_errors import DepthError
from attendseg_ros.shortening import shortened

ASIDE = 0.2
"""Share by which a principal point is off the middle along both axes, to the same side, in a matrix
of another resolution. Sensors are mounted to a few hundredths."""

IN_THE_MIDDLE = 0.1
"""Share by which a principal point that is in the middle may be off it along both axes."""

LEAST_SEEN = 0.2
"""Share of an image's pixels that see something. The least that is built is a quarter: a fisheye's
round picture on a wide sensor."""

LEAST_TURN_DEG, LEAST_BASELINE_M = 0.2, 0.001
"""What less than these does to a place is less than what the lens's model is off."""


def other_resolution(info: CameraInfo, topic: str, *, rectified: bool) -> str:
    """That a matrix can hardly be of an image of this size, in words; empty where it can.

    A driver that has one calibration, and images of any size, sends such numbers.

    Args:
        info: the camera's.
        topic: where it came.
        rectified: whether P counts, and not K.
    """
    cx, cy, name = _principal_point(info, rectified)
    if not (isfinite(cx) and isfinite(cy) and info.width > 1 and info.height > 1):
        return ""
    shares = _shares((cx, cy), (info.width, info.height))
    nearer, farther = max(shares) < 1.0 - ASIDE, min(shares) > 1.0 / (1.0 - ASIDE)
    if not (nearer or farther):
        return ""
    return (
        f"cx {cx:g} and cy {cy:g} in {name} of {topic} are far from the middle of its "
        f"{info.width}x{info.height}: is it of another resolution, or of a part of the image "
        "without its roi? Metres are wrong then"
    )


def of_the_part(info: CameraInfo, topic: str, *, rectified: bool) -> str:
    """That a matrix is of the part that is read out, in words; empty where it can be of the sensor.

    Width, height, K and P are those of the full sensor, from which `binning` and `roi` take a part.
    A driver that was calibrated as it is used sends those of the part, and names the part as well.

    Args:
        info: as for `other_resolution`.
        topic: likewise.
        rectified: likewise.
    """
    try:
        window = window_of(info)
    except DepthError:
        return ""
    full, part = (info.width, info.height), window.size
    cx, cy, name = _principal_point(info, rectified)
    if part == full or min(part) < 2 or not (isfinite(cx) and isfinite(cy)):
        return ""
    off_in_full = max(abs(share - 1.0) for share in _shares((cx, cy), full))
    off_in_part = max(abs(share - 1.0) for share in _shares((cx, cy), part))
    if off_in_part > IN_THE_MIDDLE or off_in_full <= ASIDE:
        return ""
    return (
        f"cx {cx:g} and cy {cy:g} in {name} of {topic} are the middle of {part[0]}x{part[1]}, "
        f"which its roi and binning take from {full[0]}x{full[1]}: is {name} of that part already? "
        "Metres are wrong then"
    )


def of_another_lens(info: CameraInfo, topic: str, *, rectified: bool) -> str:
    """That hardly any pixel sees something by D, in words; empty where enough do.

    Args:
        info: as for `other_resolution`.
        topic: likewise.
        rectified: whether D counts no more.
    """
    if rectified or not any(info.d):
        return ""
    try:
        width, height = window_of(info).size
        lens = to_lens(info, width, height)
    except DepthError:
        return ""
    columns, rows = np.meshgrid(np.linspace(0, width - 1, 33), np.linspace(0, height - 1, 25))
    seen = float(np.isfinite(lens.unproject(columns, rows)[..., 2]).mean())
    if seen >= LEAST_SEEN:
        return ""
    return (
        f"D {numbers(info.d)} of {topic} gives {seen:.0%} of the pixels a direction by "
        f"{shortened(info.distortion_model)}: is it of another lens or model? The others have no "
        "metres"
    )


def _principal_point(info: CameraInfo, rectified: bool) -> tuple[float, float, str]:
    """Its column and row, and the name of the matrix that they are from."""
    if rectified and any(info.p):
        return float(info.p[2]), float(info.p[6]), "P"
    return float(info.k[2]), float(info.k[5]), "K"


def _shares(point: tuple[float, float], size: tuple[int, int]) -> list[float]:
    """Where a point lies along the sides of an image; 1.0 in the middle, 2.0 at the far end."""
    return [2.0 * at / (side - 1) for at, side in zip(point, size, strict=True)]


def frame_of_the_first(info: CameraInfo, topic: str) -> str:
    """That the second camera of a pair names the frame of the first, in words; empty if not.

    Args:
        info: the camera's.
        topic: where it came.
    """
    frame = info.header.frame_id
    if "left" not in frame.lower() or baseline_m(info) < LEAST_BASELINE_M:
        return ""
    return (
        f"P of {topic} is of the right camera of a pair, {baseline_m(info):.3f} m beside the left "
        f"one, and its frame is {shortened(frame)}: metres are from the lens, and so wrong by that "
        "in the left camera's frame; let the driver name the right camera's own"
    )


def stereo_in_words(info: CameraInfo) -> str:
    """What makes a camera one of a pair, and whose frame metres are in; empty for a single one."""
    parts = []
    if baseline_m(info) >= LEAST_BASELINE_M:
        parts.append(f"P is {baseline_m(info):.3f} m beside the first camera")
    if turn_deg(info) >= LEAST_TURN_DEG:
        parts.append(f"R turns rectified images by {turn_deg(info):.1f} degrees")
    if not parts:
        return ""
    return f"; one of a pair ({', '.join(parts)}): metres are in the optical frame of this image"


def baseline_m(info: CameraInfo) -> float:
    """How far the lens is from that of the first camera of its pair, metres; 0.0 for the first."""
    fx, tx = float(info.p[0]), float(info.p[3])
    fy, ty = float(info.p[5]), float(info.p[7])
    across = abs(tx / fx) if fx else 0.0
    down = abs(ty / fy) if fy else 0.0
    metres = max(across, down)
    return metres if isfinite(metres) else 0.0


def turn_deg(info: CameraInfo) -> float:
    """By how much R turns the camera to make its images rectified, degrees."""
    r: Any = info.r
    cosine = (float(r[0]) + float(r[4]) + float(r[8]) - 1.0) / 2.0
    if not any(r) or not isfinite(cosine):
        return 0.0
    return degrees(acos(max(-1.0, min(1.0, cosine))))
