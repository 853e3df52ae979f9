# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What all our nodes do alike: parameters as people write them, and a net for the unexpected."""

from __future__ import annotations

import sys
from collections.abc import Collection
from dataclasses import replace
from functools import cached_property
from typing import Any

from rcl_interfaces.msg import ParameterDescriptor, SetParametersResult
from rclpy.callback_groups import CallbackGroup
from rclpy.node import Node
from rclpy.parameter import Parameter

from attendseg_ros.near_names import nearest
from attendseg_ros.ros.parameters import qos_parameters
from attendseg_ros.ros.parameters.given_parameters import GivenParameters
from attendseg_ros.ros.parameters.parameter_spec import ParameterSpec
from attendseg_ros.ros.parameters.parameter_values import ParameterError, fitting
from attendseg_ros.ros.runtime.callback_groups import ForgettingGroup
from attendseg_ros.ros.runtime.safety_net import SafetyNet
from attendseg_ros.shortening import shortened_text

_TYPES = {
    bool: (Parameter.Type.BOOL, Parameter.Type.BOOL_ARRAY),
    int: (Parameter.Type.INTEGER, Parameter.Type.INTEGER_ARRAY),
    float: (Parameter.Type.DOUBLE, Parameter.Type.DOUBLE_ARRAY),
    str: (Parameter.Type.STRING, Parameter.Type.STRING_ARRAY),
}


class OutspokenNode(Node):
    """A node, to be named before LifecycleNode among the bases of a managed one.

    rclpy compares types only, so that 5 is refused for a double, and names them by its own
    constants; a value beside the range by a rounding error it lets through.
    """

    def __init__(self, name: str, **options: Any) -> None:
        """Makes the node with its services.

        Args:
            name: of the node.
            options: of rclpy's node.
        """
        self._specs: dict[str, ParameterSpec] = {}
        self._said_unused_qos = False
        self._group = ForgettingGroup()
        super().__init__(name, **options)
        self.net = SafetyNet(self.get_logger().error)

    @cached_property
    def _given(self) -> GivenParameters:
        # Asked for already while rclpy makes the node, which declares parameters of its own.
        return GivenParameters(sys.argv[1:], self.get_fully_qualified_name())

    @property
    def default_callback_group(self) -> CallbackGroup:
        """The group of whatever is created without another."""
        return self._group

    def declare_parameter(
        self,
        name: str,
        value: Any = None,
        descriptor: ParameterDescriptor | None = None,
        ignore_override: bool = False,
    ) -> Any:
        """Declares a parameter, which takes what means the same as its type.

        One without a default, and one of any type, are left to rclpy.

        Raises:
            ParameterError: the value given at start cannot be used; the message names its source.
        """
        descriptor = ParameterDescriptor() if descriptor is None else descriptor
        if descriptor.dynamic_typing or ignore_override or value in (None, [], ()):
            return self._declare(name, value, descriptor, ignore_override)
        qos_parameters.describe(name, descriptor)
        spec = spec_of(name, value, descriptor)
        # Whatever was given, of any type, comes out of this one.
        anything = ParameterDescriptor(name=name, dynamic_typing=True)
        given = self._declare(name, value, anything, False).value
        self.undeclare_parameter(name)
        if given is None and isinstance(spec.default, tuple):
            # An empty list has no type, so ROS takes one for no value at all.
            given = []
        try:
            fitted = fitting(spec, given)
        except ParameterError as error:
            raise self.with_source(error) from error
        self._declare_value(spec, value, fitted, descriptor)
        self._specs[name] = spec
        return self.get_parameter(name)

    def _declare(
        self, name: str, value: Any, descriptor: ParameterDescriptor, ignore_override: bool
    ) -> Any:
        return super().declare_parameter(name, value, descriptor, ignore_override)

    def with_source(self, error: ParameterError) -> ParameterError:
        """The same error with the file or argument that its parameter's value comes from."""
        return ParameterError(f"{self._given.source_of(error.name)}{error}", error.name)

    def warn_of_unused(self) -> None:
        """Logs, once all parameters are declared, what was given at start and has no effect."""
        result = self.list_parameters([], 0)
        for line in self._given.warnings(result.names):
            self.get_logger().warning(line)

    def warn_of_unused_qos(self, later: Collection[str] = ()) -> None:
        """The same of the QoS of topics, once the publishers and subscriptions are there.

        It is said once only, however often they are made again.

        Args:
            later: full names of topics that the node may subscribe to later.
        """
        if self._said_unused_qos:
            return
        self._said_unused_qos = True
        declared = self.list_parameters([], 0).names
        known = [*declared, *qos_parameters.subscribed_later(later)]
        for line in self._given.qos_warnings(known):
            self.get_logger().warning(line)

    def set_parameters_atomically(self, parameter_list: list[Any]) -> SetParametersResult:
        """Sets parameters from what people write, all or none; every service ends here."""
        try:
            return super().set_parameters_atomically([self._fitting(p) for p in parameter_list])
        except ParameterError as error:
            return SetParametersResult(successful=False, reason=str(error))
        except Exception as error:
            names = ", ".join(shortened_text(parameter.name) for parameter in parameter_list)
            self.net.catch(f"the change of {names}", error)
            reason = f"unexpected {type(error).__name__}: {shortened_text(error)}"
            return SetParametersResult(successful=False, reason=reason)

    def _fitting(self, parameter: Any) -> Any:
        spec = self._specs.get(parameter.name)
        if spec is None:
            if not self.has_parameter(parameter.name):
                raise self._unknown(parameter.name)
            return parameter
        if not spec.live:
            raise ParameterError(f"{spec.name} is read-only: it can be given at start only")
        return _parameter(spec, fitting(spec, parameter.value))

    def _unknown(self, name: str) -> ParameterError:
        near = nearest(name, sorted(self._specs))
        hint = f": the nearest is {near}" if near else ""
        return ParameterError(f"there is no parameter {shortened_text(name)}{hint}", name)

    def _declare_value(
        self, spec: ParameterSpec, default: Any, value: Any, descriptor: ParameterDescriptor
    ) -> None:
        if value != []:
            self._declare(spec.name, value, descriptor, True)
            return
        # The type of an empty list cannot be seen from the list, only from the default.
        self._declare(spec.name, default, replace(spec, live=True).descriptor(), True)
        empty = _parameter(spec, value)
        super().set_parameters_atomically([empty])
        descriptor.type = empty.type_.value
        self.set_descriptor(spec.name, descriptor)


def spec_of(name: str, default: Any, descriptor: ParameterDescriptor) -> ParameterSpec:
    """A parameter as its declaration describes it."""
    ranges = [*descriptor.floating_point_range, *descriptor.integer_range]
    return ParameterSpec(
        name=name,
        default=tuple(default) if isinstance(default, (list, tuple)) else default,
        description=descriptor.description,
        live=not descriptor.read_only,
        limits=(ranges[0].from_value, ranges[0].to_value) if ranges else None,
        constraints=descriptor.additional_constraints,
    )


def _parameter(spec: ParameterSpec, value: Any) -> Any:
    is_list = isinstance(spec.default, tuple)
    kind = type(spec.default[0]) if is_list else type(spec.default)
    return Parameter(spec.name, _TYPES[kind][is_list], value)
