# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The segmentation node's parameters: one table that declares, describes, checks and holds them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from math import isfinite
from typing import Any

from rcl_interfaces.msg import (
    FloatingPointRange,
    IntegerRange,
    ParameterDescriptor,
    SetParametersResult,
)
from rclpy.node import Node
from rclpy.parameter import Parameter

from attendseg_ros.errors import AttendSegError
from attendseg_ros.inference import AUTO, ENGINE_NAMES, Bundle
from attendseg_ros.inference.engines import LARGEST_SIDE

IMAGE_TRANSPORTS = ("raw", "compressed")
ENGINES = (AUTO, *ENGINE_NAMES)


class ParameterError(AttendSegError):
    """A parameter value that cannot be used; the message says what would be right."""


def _parameter(
    default: Any,
    description: str,
    *,
    live: bool = True,
    limits: tuple[float, float] | None = None,
    constraints: str = "",
) -> Any:
    metadata = {
        "description": description,
        "live": live,
        "limits": limits,
        "constraints": constraints,
    }
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Settings:
    """The schema of the parameters and, as an instance, the values of all at one moment.

    A field's name, type and default are the parameter's; its metadata hold the rest. A frame is
    processed from start to end with one instance, so a change never shows in half a frame.
    """

    model: str = _parameter(
        "street",
        "Name of a shipped model, or path of a model bundle's folder.",
        live=False,
    )
    engine: str = _parameter(
        AUTO,
        "Inference engine; auto measures those installed at start and takes the fastest.",
        live=False,
        constraints="one of " + ", ".join(ENGINES),
    )
    num_threads: int = _parameter(
        0,
        "Processor threads of the network; 0 lets the engine choose.",
        live=False,
        limits=(0, 256),
    )
    image_transport: str = _parameter(
        "raw",
        "raw subscribes to sensor_msgs/Image, compressed to CompressedImage on <image>/compressed.",
        live=False,
        constraints="one of " + ", ".join(IMAGE_TRANSPORTS),
    )
    autostart: bool = _parameter(
        True,
        "Configure and activate at start; false waits for the lifecycle services.",
        live=False,
    )
    overlay_alpha: float = _parameter(
        0.5, "Weight of the class colours in ~/overlay.", limits=(0.0, 1.0)
    )
    min_confidence: float = _parameter(
        0.0, "Pixels the network is less sure of become unlabelled (255).", limits=(0.0, 1.0)
    )
    classes: tuple[str, ...] = _parameter(
        ("",),
        "Names of the classes to keep, all others become unlabelled (255); [''] keeps all.",
        constraints="names of the model's classes, or ['']",
    )
    max_rate_hz: float = _parameter(
        0.0, "Most frames processed in a second; 0 is unlimited.", limits=(0.0, 1000.0)
    )
    input_size: tuple[int, ...] = _parameter(
        (0, 0),
        "Width and height, in pixels, at which the network sees the image; [0, 0] is the model's.",
        constraints=f"multiples of the model's size_multiple up to {LARGEST_SIDE}, or [0, 0]",
    )
    lazy: bool = _parameter(
        True, "Run the network only while somebody subscribes to one of the outputs."
    )
    diagnostics_period_s: float = _parameter(
        1.0, "Seconds between two reports on /diagnostics.", limits=(0.1, 60.0)
    )
    min_rate_warn_hz: float = _parameter(
        0.0, "WARN when fewer masks a second come out; 0 is off.", limits=(0.0, 1000.0)
    )
    min_rate_error_hz: float = _parameter(
        0.0, "ERROR when fewer masks a second come out; 0 is off.", limits=(0.0, 1000.0)
    )
    max_latency_warn_ms: float = _parameter(
        0.0, "WARN when the p95 of camera to mask is longer; 0 is off.", limits=(0.0, 60000.0)
    )
    max_latency_error_ms: float = _parameter(
        0.0, "ERROR when the p95 of camera to mask is longer; 0 is off.", limits=(0.0, 60000.0)
    )
    max_age_warn_s: float = _parameter(
        1.0, "WARN when the last image is older; 0 is off.", limits=(0.0, 3600.0)
    )
    max_age_error_s: float = _parameter(
        5.0, "ERROR when the last image is older; 0 is off.", limits=(0.0, 3600.0)
    )
    max_drop_ratio_warn: float = _parameter(
        1.0,
        "WARN when a larger share of frames is replaced by newer ones unprocessed; 1 is off.",
        limits=(0.0, 1.0),
    )

    @property
    def kept_classes(self) -> tuple[str, ...] | None:
        """The classes to keep; None keeps all."""
        return tuple(filter(None, self.classes)) or None

    @property
    def network_size(self) -> tuple[int, int] | None:
        """The network's input (width, height); None is the model's own."""
        width, height = self.input_size
        return (width, height) if width else None


@dataclass(frozen=True)
class ParameterSpec:
    """One row of the parameter table, for whoever prints or checks it."""

    name: str
    default: Any
    description: str
    live: bool
    limits: tuple[float, float] | None
    constraints: str

    def descriptor(self) -> ParameterDescriptor:
        """The row as `ros2 param describe` and rqt_reconfigure read it."""
        descriptor = ParameterDescriptor(
            name=self.name,
            description=self.description,
            read_only=not self.live,
            additional_constraints=self.constraints,
        )
        if self.limits is not None:
            low, high = self.limits
            if isinstance(self.default, float):
                descriptor.floating_point_range = [
                    FloatingPointRange(from_value=low, to_value=high)
                ]
            else:
                descriptor.integer_range = [
                    IntegerRange(from_value=int(low), to_value=int(high), step=1)
                ]
        return descriptor


SCHEMA: tuple[ParameterSpec, ...] = tuple(
    ParameterSpec(name=row.name, default=row.default, **row.metadata) for row in fields(Settings)
)


def check(settings: Settings, bundle: Bundle | None) -> None:
    """Refuses values that the ranges of the descriptors cannot refuse.

    Args:
        settings: the values to come.
        bundle: the model in use, which knows classes and sizes; None while there is none yet.

    Raises:
        ParameterError: says which parameter is wrong, and what would be right.
    """
    for name, allowed in (("engine", ENGINES), ("image_transport", IMAGE_TRANSPORTS)):
        if getattr(settings, name) not in allowed:
            raise ParameterError(
                f"{name} must be one of {', '.join(allowed)}, got {getattr(settings, name)!r}"
            )
    for spec in SCHEMA:
        if isinstance(spec.default, float) and not isfinite(getattr(settings, spec.name)):
            raise ParameterError(f"{spec.name} must be a finite number")
    _check_input_size(settings.input_size, bundle)
    if bundle is not None:
        unknown = [n for n in settings.kept_classes or () if n not in bundle.classes.names]
        if unknown:
            raise ParameterError(
                f"classes: model {bundle.name!r} has no {', '.join(map(repr, unknown))}; "
                f"its classes are {', '.join(bundle.classes.names)}"
            )


def _check_input_size(size: tuple[int, ...], bundle: Bundle | None) -> None:
    if size == (0, 0):
        return
    form = f"input_size must be [width, height] from 1 to {LARGEST_SIDE}, or [0, 0]"
    if len(size) != 2 or not all(0 < side <= LARGEST_SIDE for side in size):
        raise ParameterError(f"{form} for the model's own, got {list(size)}")
    if bundle is None:
        return
    multiple = bundle.size_multiple
    if any(side % multiple for side in size):
        nearest = [max(1, round(side / multiple)) * multiple for side in size]
        raise ParameterError(
            f"input_size {list(size)}: model {bundle.name!r} takes multiples of {multiple} only; "
            f"the nearest is {nearest}"
        )


class Parameters:
    """Declares every parameter on a node and keeps the current `Settings`."""

    def __init__(
        self,
        node: Node,
        bundle: Callable[[], Bundle | None],
        on_change: Callable[[Settings, Settings], None],
    ) -> None:
        """Declares the parameters and starts to listen for changes.

        Args:
            node: the node that owns the parameters.
            bundle: gives the model that new values must fit; None while there is none.
            on_change: called in the executor's thread with the values before and after a change.

        Raises:
            ParameterError: a value given at start cannot be used.
        """
        self._bundle = bundle
        self._on_change = on_change
        values = {}
        for spec in SCHEMA:
            default = list(spec.default) if isinstance(spec.default, tuple) else spec.default
            declared = node.declare_parameter(spec.name, default, spec.descriptor())
            values[spec.name] = _plain(declared.value)
        self._settings = Settings(**values)
        check(self._settings, None)
        node.add_on_set_parameters_callback(self._accept)

    @property
    def settings(self) -> Settings:
        """The values of this moment; any thread may read it."""
        return self._settings

    def _accept(self, changes: list[Parameter[Any]]) -> SetParametersResult:
        # One assignment swaps all values at once. It happens here and not after the setting,
        # since Humble has no add_post_set_parameters_callback.
        names = {spec.name for spec in SCHEMA}
        known = {change.name: _plain(change.value) for change in changes if change.name in names}
        candidate = replace(self._settings, **known)
        try:
            check(candidate, self._bundle())
        except ParameterError as error:
            return SetParametersResult(successful=False, reason=str(error))
        if known:
            before, self._settings = self._settings, candidate
            self._on_change(before, candidate)
        return SetParametersResult(successful=True)


def _plain(value: Any) -> Any:
    # Arrays come as list or array.array, depending on the distribution.
    return value if isinstance(value, (str, bool, int, float)) else tuple(value)
