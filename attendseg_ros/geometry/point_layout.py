# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How the points of a `sensor_msgs/PointCloud2` lie in its bytes, whoever made them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.errors import AttendSegError

UINT8, FLOAT32, FLOAT64 = 2, 7, 8

_SIZES = {1: 1, 2: 1, 3: 2, 4: 2, 5: 4, 6: 4, 7: 4, 8: 8}
"""Bytes of each datatype of `sensor_msgs/PointField`."""

_COORDINATES = {FLOAT32: "f4", FLOAT64: "f8"}


class CloudError(AttendSegError):
    """A cloud of which no point can be placed; the message is one line."""


@dataclass(frozen=True)
class PointField:
    """A field of a point, as in `sensor_msgs/PointField`.

    Attributes:
        name: of the field.
        offset: bytes from the start of the point.
        datatype: the number that `sensor_msgs/PointField` gives the type.
        count: elements; some drivers write 0 for one.
    """

    name: str
    offset: int
    datatype: int
    count: int = 1


@dataclass(frozen=True)
class CloudLayout:
    """What a `sensor_msgs/PointCloud2` says of its bytes.

    Attributes:
        width: points of a row.
        height: rows; 1 for a cloud that is not organised.
        fields: of each point.
        point_step: bytes from a point to the next.
        row_step: bytes from a row to the next.
        is_bigendian: whether numbers begin with their highest byte.
    """

    width: int
    height: int
    fields: tuple[PointField, ...]
    point_step: int
    row_step: int
    is_bigendian: bool = False

    @property
    def points(self) -> int:
        """How many points there are."""
        return self.width * self.height

    @property
    def order(self) -> str:
        """The byte order, as NumPy writes it."""
        return ">" if self.is_bigendian else "<"

    def flat(self, count: int) -> CloudLayout:
        """The same of other points, in a single row."""
        return replace(self, width=count, height=1, row_step=count * self.point_step)

    def points_of(self, data: Any) -> NDArray[np.void]:
        """Every point as one piece of memory.

        Args:
            data: a buffer, such as the message's array; bytes past the last row are left alone.

        Returns:
            Void of point_step bytes (height, width), a view of the data. Copying such pieces takes
            half the time of copying bytes.

        Raises:
            CloudError: the sizes contradict each other, or there are too few bytes.
        """
        shape, kind = (self.height, self.width), f"V{self.point_step}"
        if not self.points:
            return np.zeros(shape, f"V{max(1, self.point_step)}")
        row_step, needed = self._row_step, (self.height - 1) * self._row_step + self._row
        if self.point_step < 1 or row_step < self._row:
            raise CloudError(
                f"point_step {self.point_step} and row_step {self.row_step} do not hold "
                f"{self.width} points a row: row_step must be at least width times point_step"
            )
        if len(data) < needed:
            raise CloudError(
                f"{len(data)} bytes of data for {self.width}x{self.height} points of "
                f"{self.point_step} bytes: {needed} are needed"
            )
        points: NDArray[np.void] = np.ndarray(
            shape, kind, data, strides=(row_step, self.point_step)
        )
        return points

    def coordinates(self, data: Any) -> NDArray[Any]:
        """The positions of the points.

        Args:
            data: a buffer that `points_of` takes.

        Returns:
            New (points, 3) in the machine's byte order, float32 or, if a coordinate is, float64.

        Raises:
            CloudError: x, y or z is missing, of another type, or not inside the point.
        """
        axes = [self._axis(name) for name in "xyz"]
        codes = [_COORDINATES[axis.datatype] for axis in axes]
        offsets = [axis.offset for axis in axes]
        kind: Any = np.float64 if "f8" in codes else np.float32
        if not self.points:
            return np.empty((0, 3), kind)
        strides = (self._row_step, self.point_step)
        shape = (self.height, self.width)
        if codes == ["f4"] * 3 and offsets == [offsets[0] + 4 * index for index in range(3)]:
            # One copy takes a third of the time of three.
            together = np.ndarray(shape, "V12", data, offsets[0], strides).copy()
            xyz: NDArray[Any] = together.view(f"{self.order}f4").reshape(-1, 3)
            return xyz.astype(kind, copy=False)
        xyz = np.empty((*shape, 3), kind)
        for index, (offset, code) in enumerate(zip(offsets, codes, strict=True)):
            code = f"{self.order}{code}"
            xyz[..., index] = np.ndarray(shape, code, data, offset, strides)
        return xyz.reshape(-1, 3)

    @property
    def _row(self) -> int:
        return self.width * self.point_step

    @property
    def _row_step(self) -> int:
        # Of a single row the step says nothing, and some drivers leave it at 0.
        return self._row if self.height == 1 else self.row_step

    def _axis(self, name: str) -> PointField:
        field = next((field for field in self.fields if field.name == name), None)
        if field is None:
            names = ", ".join(field.name for field in self.fields) or "none"
            raise CloudError(f"the cloud has no field {name}; its fields are {names}")
        if field.datatype not in _COORDINATES:
            raise CloudError(
                f"the field {name} is of datatype {field.datatype}; it must be FLOAT32 "
                f"({FLOAT32}) or FLOAT64 ({FLOAT64})"
            )
        if field.offset < 0 or field.offset + _SIZES[field.datatype] > self.point_step:
            raise CloudError(
                f"the field {name} at byte {field.offset} does not lie inside a point of "
                f"{self.point_step} bytes"
            )
        return field


def with_added(
    layout: CloudLayout, added: Sequence[tuple[str, int]]
) -> tuple[CloudLayout, tuple[int, ...]]:
    """The layout of the same points with further fields behind their bytes.

    Fields keep their offsets. One that has the name of a new one is called `input_<name>` from now
    on: who reads `label` wants the new one, and no byte of the old one is lost.

    Args:
        layout: of the points as they came.
        added: name and datatype of each new field, the largest first.

    Returns:
        The layout of a cloud without padding between rows, and the new fields' offsets. The point
        ends at a multiple of four bytes.
    """
    taken = {field.name for field in layout.fields} | {name for name, _ in added}
    renamed = []
    for field in layout.fields:
        name = field.name
        if name in {new for new, _ in added}:
            while name in taken:
                name = f"input_{name}"
            taken.add(name)
        renamed.append(replace(field, name=name))
    end, offsets = layout.point_step, []
    for name, datatype in added:
        size = _SIZES[datatype]
        end = -(-end // size) * size
        offsets.append(end)
        renamed.append(PointField(name, end, datatype))
        end += size
    step = -(-end // 4) * 4
    wider = replace(layout, fields=tuple(renamed), point_step=step, row_step=step * layout.width)
    return wider, tuple(offsets)
