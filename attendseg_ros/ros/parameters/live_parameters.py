# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Declares the parameters of `Settings` on a node, checks every change and holds the values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import inf
from typing import Any

from rcl_interfaces.msg import SetParametersResult
from rclpy.parameter import Parameter

from attendseg_ros.errors import AttendSegError, described
from attendseg_ros.inference import Bundle, load_bundle
from attendseg_ros.inference.engines import LARGEST_SIDE
from attendseg_ros.pictures import one_form
from attendseg_ros.ros.camera.camera_name import problem_of
from attendseg_ros.ros.parameters.framing_parameters import check_framing
from attendseg_ros.ros.parameters.ground_parameters import check_ground
from attendseg_ros.ros.parameters.lidar_parameters import check_lidar
from attendseg_ros.ros.parameters.outspoken_node import OutspokenNode
from attendseg_ros.ros.parameters.parameter_table import (
    CLASS_LISTS,
    OF_CONFIDENCE,
    SCHEMA,
    WITHOUT_CLASS,
)
from attendseg_ros.ros.parameters.parameter_values import ParameterError, listed
from attendseg_ros.ros.parameters.settings import Settings
from attendseg_ros.shortening import shortened


def check_settings(settings: Settings, bundle: Bundle | None) -> None:
    """Refuses values that the ranges of the descriptors cannot refuse.

    Args:
        settings: the values to come.
        bundle: the model in use, which knows classes and sizes; None while there is none yet.

    Raises:
        ParameterError: says which parameter is wrong, and what would be right.
    """
    for spec in SCHEMA:
        value = getattr(settings, spec.name)
        if spec.choices and value not in spec.choices:
            raise ParameterError(
                f"{spec.name} must be {spec.constraints}, got {shortened(value)}", spec.name
            )
    problem = problem_of(tuple(filter(None, settings.cameras)))
    if problem:
        raise ParameterError(f"cameras: {problem}", "cameras")
    for spec in SCHEMA:
        low, high = spec.limits or (-inf, inf)
        value = getattr(settings, spec.name)
        # Not a number is in no range.
        if isinstance(value, (int, float)) and not low <= value <= high:
            raise ParameterError(
                f"{spec.name} must be a number from {low} to {high}, got {value}", spec.name
            )
    _check_input_size(settings.input_size, bundle)
    check_framing(settings)
    check_lidar(settings)
    both = [n for n in settings.free_classes if n in settings.occupied_classes]
    if both:
        raise ParameterError(
            f"{listed(both)} cannot be in traversable_classes and in "
            "obstacle_classes: take it out of one first",
            "traversable_classes",
        )
    check_ground(settings)
    if 0.0 < settings.points_max_range_m <= settings.points_min_range_m:
        raise ParameterError(
            f"points_max_range_m must be above points_min_range_m, or 0 for no limit, got "
            f"{settings.points_max_range_m:g} and {settings.points_min_range_m:g}",
            "points_max_range_m",
        )
    if bundle is not None:
        _check_confidence(settings, bundle)
        for name in CLASS_LISTS:
            _check_class_names(name, getattr(settings, name), bundle)


def _check_confidence(settings: Settings, bundle: Bundle) -> None:
    """Refuses what takes a confidence or an average, of a model that gives neither."""
    for name in OF_CONFIDENCE:
        if getattr(settings, name) > 0.0 and not bundle.gives_confidence:
            raise ParameterError(
                f"{name}: model {bundle.name!r} gives class ids without confidence, so it must be "
                f"0.0, got {getattr(settings, name)}",
                name,
            )


def _check_class_names(name: str, classes: tuple[str, ...], bundle: Bundle) -> None:
    known = {"", *bundle.classes.names} | ({WITHOUT_CLASS} if name == "painted_classes" else set())
    unknown = [n for n in classes if one_form(n) not in known]
    if unknown:
        raise ParameterError(
            f"{name}: model {bundle.name!r} has no {listed(unknown)}; "
            f"its classes are {', '.join(bundle.classes.names)}",
            name,
        )


def _check_input_size(size: tuple[int, ...], bundle: Bundle | None) -> None:
    if size in ((), (0, 0)):
        return
    form = f"input_size must be [width, height] from 1 to {LARGEST_SIDE}, or [0, 0]"
    if len(size) != 2 or not all(0 < side <= LARGEST_SIDE for side in size):
        raise ParameterError(
            f"{form} for the model's own, got {shortened(list(size))}", "input_size"
        )
    if bundle is None:
        return
    multiple = bundle.size_multiple
    if bundle.output_size is not None and size != bundle.input_size:
        raise ParameterError(
            f"input_size {list(size)}: model {bundle.name!r} {bundle.unfit_size(size)}: give "
            f"{list(bundle.input_size)}, or [0, 0]",
            "input_size",
        )
    if any(side % multiple for side in size):
        nearest = [max(1, round(side / multiple)) * multiple for side in size]
        raise ParameterError(
            f"input_size {list(size)}: model {bundle.name!r} takes multiples of {multiple} only; "
            f"the nearest is {nearest}",
            "input_size",
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
        node: OutspokenNode,
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
        values = {}
        for spec in SCHEMA:
            default = list(spec.default) if isinstance(spec.default, tuple) else spec.default
            declared = node.declare_parameter(spec.name, default, spec.descriptor())
            values[spec.name] = _plain(declared.value)
        self._settings = Settings(**values)
        try:
            check_settings(self._settings, None)
        except ParameterError as error:
            raise node.with_source(error) from error
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
            Parameter(name, value=list(value) if isinstance(value, tuple) else value)
            for name, value in values.items()
        ]
        self._restoring = True
        try:
            result = self._node.set_parameters_atomically(parameters)
            reason = "" if result.successful else result.reason
        except Exception as error:
            # Whatever becomes of it, the executor that calls this must go on.
            reason = described(error)
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
        known = {change.name: _plain(change.value) for change in changes if change.name in names}
        candidate = replace(self._settings, **known)
        bundle = self._bundle()
        try:
            if "model" in known and not self._restoring:
                # 10 ms, and whoever asks for a bundle that is broken hears so in the answer.
                loaded = load_bundle(candidate.model)
                bundle = None if bundle is None else loaded
            check_settings(candidate, bundle)
        except AttendSegError as error:
            return SetParametersResult(successful=False, reason=str(error))
        before, self._settings = self._settings, candidate
        if known and not self._restoring:
            try:
                self._on_change(Change(before, candidate, frozenset(known), bundle))
            except Exception:
                self._settings = before
                raise
        return SetParametersResult(successful=True)


def _in_words(value: Any) -> str:
    return repr(list(value) if isinstance(value, tuple) else value)


def _plain(value: Any) -> Any:
    # Arrays come as list or array.array, depending on the distribution.
    return value if isinstance(value, (str, bool, int, float)) else tuple(value)
