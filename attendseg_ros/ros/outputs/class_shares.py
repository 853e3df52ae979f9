# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""~/class_shares, and the alarm when too little of what lies ahead is free."""

from __future__ import annotations

from math import isnan, nan
from threading import Lock
from time import monotonic

import numpy as np
from diagnostic_msgs.msg import DiagnosticStatus, KeyValue
from numpy.typing import NDArray
from sensor_msgs.msg import RegionOfInterest

from attendseg_ros.labels import UNLABELLED, ClassTable
from attendseg_ros.labels.shares import region_of, shares, shares_in, total
from attendseg_ros.msg import ClassShare, ClassShares
from attendseg_ros.ros.outputs.labelled_frame import LabelledFrame
from attendseg_ros.ros.parameters.settings import Settings

Pixels = NDArray[np.uint8]

PATIENCE_S = 1.0
"""How old the last mask may be, where no parameter says it, for its free share to be known."""


def to_class_shares(frame: LabelledFrame) -> ClassShares:
    """Builds the message of a frame; its header goes into the message unchanged."""
    classes, labels = frame.classes, frame.labels
    height, width = labels.shape
    rows, columns = region_of(frame.settings.region_ahead, width, height)
    found = shares(labels, frame.segmentation.confidence)
    ahead = shares_in(labels, (rows, columns))
    return ClassShares(
        header=frame.header,
        classes=[
            ClassShare(
                id=info.id,
                name=info.name,
                share=float(found.share[info.id]),
                mean_confidence=float(found.mean_confidence[info.id]),
                share_ahead=float(ahead[info.id]),
            )
            for info in classes.classes
        ],
        unlabelled_share=float(found.share[UNLABELLED]),
        unlabelled_share_ahead=float(ahead[UNLABELLED]),
        free_share_ahead=_free_share(frame.known, (rows, columns), classes, frame.settings),
        region_ahead=RegionOfInterest(
            x_offset=columns.start,
            y_offset=rows.start,
            width=columns.stop - columns.start,
            height=rows.stop - rows.start,
        ),
    )


class FreeAhead:
    """Watches the free share ahead of one camera; any thread may."""

    def __init__(self, name: str) -> None:
        """Begins with no mask; the name is that of the status."""
        self._name = name
        self._lock = Lock()
        self._last, self._lowest = nan, nan
        self._noted_s = monotonic()

    def observe(self, known: Pixels, classes: ClassTable, settings: Settings) -> None:
        """Takes in a mask.

        Args:
            known: uint8 (H, W), what is known of ~/mask: 255 where nothing is seen to be free.
            classes: the model's.
            settings: where ahead is, and what is free there.
        """
        height, width = known.shape
        region = region_of(settings.region_ahead, width, height)
        free = _free_share(known, region, classes, settings)
        with self._lock:
            self._last, self._noted_s = free, monotonic()
            self._lowest = free if isnan(self._lowest) else min(free, self._lowest)

    def statuses(self, settings: Settings) -> list[DiagnosticStatus]:
        """The status of the masks since the last call; none while `min_free_share` is 0."""
        with self._lock:
            last, lowest, age_s = self._last, self._lowest, monotonic() - self._noted_s
            self._lowest = nan
        limit = settings.min_free_share
        if not limit:
            return []
        level, text = DiagnosticStatus.WARN, ""
        if not settings.free_classes:
            text = "min_free_share is set, but traversable_classes is empty: no class is free"
        elif age_s > max(PATIENCE_S, settings.max_age_warn_s, 2.0 * settings.diagnostics_period_s):
            text = f"free share ahead is not known: no mask for {age_s:.1f} s"
        elif lowest < limit:
            text = f"free share ahead fell to {lowest:.3f}, min_free_share is {limit:g}"
        elif isnan(last):
            level, text = DiagnosticStatus.STALE, "no mask yet"
        else:
            level, text = DiagnosticStatus.OK, f"{last:.3f} of what lies ahead is free"
        values = {
            "free share ahead": f"{last:.3f}",
            "lowest since the last report": f"{lowest:.3f}",
            "min_free_share": f"{limit:g}",
            "age of last mask (s)": f"{age_s:.2f}",
        }
        return [
            DiagnosticStatus(
                name=self._name,
                level=level,
                message=text,
                values=[KeyValue(key=key, value=value) for key, value in values.items()],
            )
        ]


def _free_share(
    known: Pixels, region: tuple[slice, slice], classes: ClassTable, settings: Settings
) -> float:
    """What is free of a region; NaN where no class is."""
    ids = [classes.id_of(name) for name in settings.free_classes]
    return total(shares_in(known, region), ids)
