# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Declares the parameters of `Settings` on a node, checks every change and holds the values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

from rcl_interfaces.msg import SetParametersResult
from rclpy.node import Node
from rclpy.parameter import Parameter

from attendseg_ros.errors import AttendSegError
from attendseg_ros.inference import Bundle, load_bundle
from attendseg_ros.inference.engines import LARGEST_SIDE
from attendseg_ros.ros.camera_name import problem_of
from attendseg_ros.ros.rectification import CHOICES as RECTIFIED_CHOICES
from attendseg_ros.ros.settings import (
    CLASS_LISTS,
    ENGINES,
    HEIGHT_SOURCES,
    IMAGE_TRANSPORTS,
    SCHEMA,
    YES_OR_NO,
    ParameterSpec,
    Settings,
)

CHOICES = {
    "engine": ENGINES,
    "image_transport": IMAGE_TRANSPORTS,
    "height_source": HEIGHT_SOURCES,
    "image_is_rectified": RECTIFIED_CHOICES,
}
"""What the parameters may be that are one of a few words."""


class ParameterError(AttendSegError):
    """A parameter value that cannot be used; the message says what would be right."""


def check(settings: Settings, bundle: Bundle | None) -> None:
    """Refuses values that the ranges of the descriptors cannot refuse.

    Args:
        settings: the values to come.
        bundle: the model in use, which knows classes and sizes; None while there is none yet.

    Raises:
        ParameterError: says which parameter is wrong, and what would be right.
    """
    for name, allowed in CHOICES.items():
        if getattr(settings, name) not in allowed:
            raise ParameterError(
                f"{name} must be one of {', '.join(allowed)}, got {getattr(settings, name)!r}"
            )
    problem = problem_of(tuple(filter(None, settings.cameras)))
    if problem:
        raise ParameterError(f"cameras: {problem}")
    for spec in SCHEMA:
        if isinstance(spec.default, float) and not isfinite(getattr(settings, spec.name)):
            raise ParameterError(f"{spec.name} must be a finite number")
    _check_input_size(settings.input_size, bundle)
    both = [n for n in settings.free_classes if n in settings.occupied_classes]
    if both:
        raise ParameterError(
            f"{', '.join(map(repr, both))} cannot be in traversable_classes and in "
            "obstacle_classes: take it out of one first"
        )
    if 0.0 < settings.points_max_range_m <= settings.points_min_range_m:
        raise ParameterError(
            f"points_max_range_m must be above points_min_range_m, or 0 for no limit, got "
            f"{settings.points_max_range_m:g} and {settings.points_min_range_m:g}"
        )
    if bundle is not None:
        for name in CLASS_LISTS:
            _check_class_names(name, getattr(settings, name), bundle)


def _check_class_names(name: str, classes: tuple[str, ...], bundle: Bundle) -> None:
    unknown = [n for n in classes if n and n not in bundle.classes.names]
    if unknown:
        raise ParameterError(
            f"{name}: model {bundle.name!r} has no {', '.join(map(repr, unknown))}; "
            f"its classes are {', '.join(bundle.classes.names)}"
        )


def _check_input_size(size: tuple[int, ...], bundle: Bundle | None) -> None:
    if size in ((), (0, 0)):
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


@dataclass(frozen=True)
class Change:
    """Parameters that were set together.

    Attributes:
        before: all values before.
        after: all values from now on.
        names: what was set, also to the value it had.
        bundle: the model that the values fit; None while the node has none.
    """

    before: Settings
    after: Settings
    names: frozenset[str]
    bundle: Bundle | None


class Parameters:
    """Declares every parameter on a node and keeps the current `Settings`."""

    def __init__(
        self,
        node: Node,
        bundle: Callable[[], Bundle | None],
        on_change: Callable[[Change], None],
    ) -> None:
        """Declares the parameters and starts to listen for changes.

        Args:
            node: the node that owns the parameters.
            bundle: gives the model that new values must fit; None while there is none.
            on_change: called in the executor's thread after a change.

        Raises:
            ParameterError: a value given at start cannot be used.
        """
        self._node = node
        self._bundle = bundle
        self._on_change = on_change
        self._restoring = False
        self._settings = Settings(**{spec.name: _declare(node, spec) for spec in SCHEMA})
        check(self._settings, None)
        node.add_on_set_parameters_callback(self._accept)

    @property
    def settings(self) -> Settings:
        """The values of this moment; any thread may read it."""
        return self._settings

    def restore(self, values: Mapping[str, Any]) -> str:
        """Sets parameters to values that are in effect already, for whoever reads them.

        To be called in the executor's thread.

        Returns:
            Which parameters still read what is not in effect, and why; empty when none does.
        """
        parameters = [
            Parameter(name, _TYPES[name], list(value) if isinstance(value, tuple) else value)
            for name, value in values.items()
        ]
        self._restoring = True
        try:
            result = self._node.set_parameters_atomically(parameters)
            reason = "" if result.successful else result.reason
        except Exception as error:
            # Whatever becomes of it, the executor that calls this must go on.
            reason = f"{type(error).__name__}: {' '.join(str(error).split())}"
        finally:
            self._restoring = False
        if not reason:
            return ""
        running = ", ".join(f"{name} {_in_words(value)}" for name, value in values.items())
        return f"parameters could not be set back to what runs ({running}): {reason}"

    def _accept(self, changes: list[Parameter[Any]]) -> SetParametersResult:
        # One assignment swaps all values at once. It happens here and not after the setting,
        # since Humble has no add_post_set_parameters_callback.
        names = {spec.name for spec in SCHEMA}
        known = {
            change.name: _meant(change.name, change.value)
            for change in changes
            if change.name in names
        }
        candidate = replace(self._settings, **known)
        bundle = self._bundle()
        try:
            if "model" in known and not self._restoring:
                # 10 ms, and whoever asks for a bundle that is broken hears so in the answer.
                loaded = load_bundle(candidate.model)
                bundle = None if bundle is None else loaded
            check(candidate, bundle)
        except AttendSegError as error:
            return SetParametersResult(successful=False, reason=str(error))
        before, self._settings = self._settings, candidate
        if known and not self._restoring:
            self._on_change(Change(before, candidate, frozenset(known), bundle))
        return SetParametersResult(successful=True)


def typed(parameters: Iterable[Parameter[Any]]) -> list[Parameter[Any]]:
    """Gives empty lists the type that the parameter has.

    An empty list tells no type: rclpy takes it for bytes, `ros2 param set` for booleans.
    """
    return [
        Parameter(parameter.name, _TYPES[parameter.name], [])
        if parameter.name in _LISTS and _is_empty_list(parameter)
        else parameter
        for parameter in parameters
    ]


_TYPES = {
    spec.name: Parameter.Type.from_parameter_value(
        list(spec.default) if isinstance(spec.default, tuple) else spec.default
    )
    for spec in SCHEMA
}

_LISTS = {spec.name for spec in SCHEMA if isinstance(spec.default, tuple)}


def _is_empty_list(parameter: Parameter[Any]) -> bool:
    scalars = (str, bool, int, float)
    return not (parameter.value is None or isinstance(parameter.value, scalars) or parameter.value)


def _declare(node: Node, spec: ParameterSpec) -> Any:
    """Declares a parameter; returns its value."""
    default = list(spec.default) if spec.name in _LISTS else spec.default
    descriptor = spec.descriptor()
    value = node.declare_parameter(spec.name, default, descriptor).value
    if value is None and spec.name in _LISTS:
        # An empty list has no type, so ROS takes one given at start for no value at all. rclpy
        # keeps the very descriptor, through which one that is read-only can be set here as well.
        value, descriptor.read_only = [], False
        node.set_parameters([Parameter(spec.name, _TYPES[spec.name], value)])
        descriptor.read_only = not spec.live
    return _meant(spec.name, value)


def _in_words(value: Any) -> str:
    return repr(list(value) if isinstance(value, tuple) else value)


def _meant(name: str, value: Any) -> Any:
    if name in YES_OR_NO and isinstance(value, bool):
        return "yes" if value else "no"
    return _plain(value)


def _plain(value: Any) -> Any:
    # Arrays come as list or array.array, depending on the distribution.
    return value if isinstance(value, (str, bool, int, float)) else tuple(value)
