# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The values of the segmentation node's parameters at one moment, and what they mean together."""

from __future__ import annotations

from dataclasses import dataclass

from attendseg_ros.inference import Framing
from attendseg_ros.ros.camera.camera_name import CameraName
from attendseg_ros.ros.parameters.parameter_table import AHEAD, ParameterTable


@dataclass(frozen=True)
class Settings(ParameterTable):
    """The values of all parameters at one moment, by their names, and readings of some.

    A frame is processed from start to end with one instance, so a change never shows in half a
    frame.
    """

    @property
    def camera_names(self) -> tuple[CameraName, ...]:
        """The cameras served: at least one."""
        return tuple(map(CameraName, filter(None, self.cameras))) or (CameraName(),)

    @property
    def kept_classes(self) -> tuple[str, ...] | None:
        """The classes to keep; None keeps all."""
        return tuple(filter(None, self.classes)) or None

    @property
    def free_classes(self) -> tuple[str, ...]:
        """The classes that are free in ~/traversable."""
        return tuple(filter(None, self.traversable_classes))

    @property
    def occupied_classes(self) -> tuple[str, ...]:
        """The classes that are occupied in ~/traversable."""
        return tuple(filter(None, self.obstacle_classes))

    @property
    def region_ahead(self) -> tuple[float, ...]:
        """Where ahead is: x, y, width and height as shares of the image."""
        return self.ahead_region or AHEAD

    @property
    def kept_points_classes(self) -> tuple[str, ...] | None:
        """The classes to keep in ~/points; None keeps all."""
        return tuple(filter(None, self.points_classes)) or None

    @property
    def kept_painted_classes(self) -> tuple[str, ...] | None:
        """The classes to keep in ~/painted_points; None keeps all."""
        return tuple(filter(None, self.painted_classes)) or None

    @property
    def lidar_poses(self) -> tuple[tuple[float, ...], ...]:
        """For each camera the 16 numbers of the lidar's pose; empty takes TF."""
        given = self.T_camera_lidar
        if given in ((), (0.0,)):
            return ()
        return tuple(given[start : start + 16] for start in range(0, len(given), 16))

    @property
    def framing(self) -> Framing:
        """Which part of an image is labelled, and at which size."""
        roi = tuple(self.roi) if any(self.roi) else None
        size = tuple(self.output_size) if any(self.output_size) else None
        return Framing(roi, size)  # type: ignore[arg-type]  # their lengths are checked

    @property
    def network_size(self) -> tuple[int, int] | None:
        """The network's input (width, height); None is the model's own."""
        if not any(self.input_size):
            return None
        width, height = self.input_size
        return (width, height)
