# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which free disc to land on: large enough, seen for a while, and kept while it stays safe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf, isnan, nan

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.frame_continuity import FrameContinuity
from attendseg_ros.navigation.disc import Clearance, Disc, clearance_px, largest_disc


@dataclass(frozen=True)
class LandingRules:
    """When a free disc is a landing zone.

    Attributes:
        min_radius_px: the smallest radius in pixels.
        min_radius_m: the smallest radius in metres, which counts in place of the one in pixels;
            while the scale is not known, there is no zone then. 0 counts pixels.
        hysteresis: a zone is kept while its radius is at least `1 - hysteresis` of the largest's.
        frames: how many frames in a row must show a zone before it counts.
        image_px: pixels of the image along the side of one of the occupancy's, where that is
            smaller or larger: `min_radius_px` is of the image.
    """

    min_radius_px: float = 20.0
    min_radius_m: float = 0.0
    hysteresis: float = 0.2
    frames: int = 3
    image_px: float = 1.0


@dataclass(frozen=True)
class Verdict:
    """The landing zone of a frame, or why there is none.

    Attributes:
        zone: none when there is none.
        reason: empty when there is one.
        unchecked: whether there may be one, but its radius in metres is not known.
    """

    zone: Disc | None
    reason: str = ""
    unchecked: bool = field(default=False, compare=False)


class LandingSearch:
    """Looks for a landing zone in each frame of a stream, and sticks to the one it has.

    A zone is dropped in the very frame in which it is too small or not free any more, and a new
    one counts only once it was seen in several frames: errors of the network come and go. A frame
    that comes once more, from a camera that stands still, is none.
    Places are places in the image: what the camera's own motion does to them is not undone.
    """

    def __init__(self) -> None:
        self._stream = FrameContinuity()
        self._zone: Disc | None = None
        self._candidate: Disc | None = None
        self._seen = 0

    def find(
        self,
        occupancy: NDArray[np.uint8],
        rules: LandingRules,
        *,
        radius_m: Callable[[Disc], float] | None = None,
        stamp_ns: int = 0,
    ) -> Verdict:
        """Takes in the next frame.

        Args:
            occupancy: uint8 (H, W), 0 where it is safe; everything else, and everything outside the
                image, is not.
            rules: those of this frame.
            radius_m: the radius of a disc on the ground; None if not known, and neither is what is
                not above 0. It is asked for the largest disc first.
            stamp_ns: when the frame was taken; see `FrameContinuity.continues` for a restart.
        """
        height, width = occupancy.shape
        if self._stream.repeats(stamp_ns):
            # It shows nothing of this moment, and no zone a second time.
            return Verdict(None, "the image of before once more: its stamp has not moved")
        if not self._stream.continues((width, height), stamp_ns):
            self._zone = self._candidate = None
        clearance = clearance_px(occupancy)
        best = largest_disc(clearance)
        least = _Least(rules, radius_m)
        least_px = least.px(best)
        # A disc of no radius is no place to land, whatever the rules allow.
        if best.radius < least_px or best.radius <= 0.0:
            return self._nothing(f"no free area of radius >= {least} in view")
        if isnan(least_px):
            return self._nothing(f"radius >= {least} cannot be checked: no scale", unchecked=True)
        return self._steady(best, clearance, least, rules)

    def _nothing(self, reason: str, *, unchecked: bool = False) -> Verdict:
        self._zone = self._candidate = None
        return Verdict(None, reason, unchecked)

    def _steady(
        self, best: Disc, clearance: Clearance, least: _Least, rules: LandingRules
    ) -> Verdict:
        """The zone there was, while it will do; else the largest, once it was seen for a while."""
        kept_px = max((1.0 - rules.hysteresis) * best.radius, least.px(best))
        self._zone = least.left_of(self._zone, clearance)
        if self._zone is not None and self._zone.radius >= kept_px:
            self._candidate = None
            return Verdict(self._zone)
        candidate = least.left_of(self._candidate, clearance)
        stays = candidate is not None and candidate.radius >= kept_px
        self._seen = self._seen + 1 if stays else 1
        self._candidate = candidate if stays else best
        if self._seen >= rules.frames:
            self._zone, self._candidate = self._candidate, None
        if self._zone is not None:
            return Verdict(self._zone)
        return Verdict(
            None,
            f"free area of radius {best.radius * rules.image_px:.0f} px seen in {self._seen} of "
            f"the {rules.frames} frames it takes",
        )


@dataclass(frozen=True)
class _Least:
    """The radius that a disc must have at least."""

    rules: LandingRules
    radius_m: Callable[[Disc], float] | None

    def px(self, disc: Disc) -> float:
        """In pixels of the occupancy at the place of a disc; NaN where the scale is not known."""
        if self.rules.min_radius_m <= 0.0:
            return self.rules.min_radius_px / self.rules.image_px
        metres = nan if self.radius_m is None else self.radius_m(disc)
        return self.rules.min_radius_m * disc.radius / metres if 0.0 < metres < inf else nan

    def left_of(self, disc: Disc | None, clearance: Clearance) -> Disc | None:
        """What is free now where a disc was; None if it is too small, or nobody knows."""
        if disc is None:
            return None
        now = Disc(disc.x, disc.y, clearance.at(disc.x, disc.y))
        return now if now.radius > 0.0 and now.radius >= self.px(now) else None

    def __str__(self) -> str:
        rules = self.rules
        if rules.min_radius_m > 0.0:
            return f"{rules.min_radius_m:g} m"
        return f"{rules.min_radius_px:g} px"
