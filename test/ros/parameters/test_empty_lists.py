# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Lists that are empty, which tell no type: at start, in a file, through the services."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rcl_interfaces.msg import Parameter as ParameterMessage
from rcl_interfaces.msg import ParameterDescriptor, ParameterType, ParameterValue
from rcl_interfaces.srv import (
    DescribeParameters,
    GetParameters,
    SetParameters,
    SetParametersAtomically,
)
from support.ros_client import wait_until
from support.segmentation_rig import HEIGHT, WIDTH, Rig
from support.tiny_bundle import write_tiny_bundle

from attendseg_ros.ros.parameters.parameter_table import SCHEMA

ARRAYS = {
    str: ParameterType.PARAMETER_STRING_ARRAY,
    int: ParameterType.PARAMETER_INTEGER_ARRAY,
    float: ParameterType.PARAMETER_DOUBLE_ARRAY,
}
LISTS = {
    spec.name: ARRAYS[type(spec.default[0])] for spec in SCHEMA if isinstance(spec.default, tuple)
}
LIVE = [spec.name for spec in SCHEMA if spec.name in LISTS and spec.live]

FULL: dict[str, Any] = {
    "input_size": [128, 64],
    "output_size": [352, 32],
    "roi": [0, 0, 8, 8],
    "ahead_region": [0.1, 0.1, 0.5, 0.5],
    "T_camera_lidar": np.eye(4).ravel().tolist(),
}
"""What lists may hold that are not of classes."""

EMPTY = [
    ParameterType.PARAMETER_BYTE_ARRAY,  # rclpy's Parameter(name, value=[])
    ParameterType.PARAMETER_BOOL_ARRAY,  # ros2 param set
    ParameterType.PARAMETER_INTEGER_ARRAY,
    ParameterType.PARAMETER_DOUBLE_ARRAY,
    ParameterType.PARAMETER_STRING_ARRAY,
]


@pytest.fixture(scope="module", params=["file", "command line"])
def rig(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, tiny_path: Path
) -> Iterator[Rig]:
    folder = tmp_path_factory.mktemp("empty")
    if request.param == "file":
        lines = "".join(f"    {name}: []\n" for name in LISTS)
        path = folder / "parameters.yaml"
        path.write_text(f"/**:\n  ros__parameters:\n{lines}")
        arguments = ("--params-file", str(path))
        rig = Rig(folder, tiny_path, arguments=arguments)
    else:
        rig = Rig(folder, tiny_path, dict.fromkeys(LISTS, "[]"))
    with rig:
        yield rig


def value_of(rig: Rig, name: str) -> ParameterValue:
    request = GetParameters.Request(names=[name])
    (value,) = rig.client.call(GetParameters, "segmentation/get_parameters", request).values
    return value


def assert_empty(rig: Rig, name: str) -> None:
    value = value_of(rig, name)
    assert value.type == LISTS[name]
    assert not value.string_array_value
    assert not value.integer_array_value
    assert not value.double_array_value


def test_they_read_back_as_empty_lists_and_mean_the_default(rig: Rig) -> None:
    for name in LISTS:
        assert_empty(rig, name)
    camera = rig.client.camera()
    # No class is left out.
    assert 255 not in rig.mask(camera, rig.painted(), rig.output("mask"))
    assert rig.value("network", "input size") == f"{WIDTH}x{HEIGHT}"


def test_what_may_not_change_still_may_not(rig: Rig) -> None:
    request = DescribeParameters.Request(names=list(LISTS))
    answer = rig.client.call(DescribeParameters, "segmentation/describe_parameters", request)
    for name, descriptor in zip(LISTS, answer.descriptors, strict=True):
        assert isinstance(descriptor, ParameterDescriptor)
        assert descriptor.type == LISTS[name]
        assert descriptor.read_only == (name not in LIVE)
    (result,) = rig.client.set(cameras=["front"])
    assert not result.successful
    assert_empty(rig, "cameras")


@pytest.mark.parametrize("name", LIVE)
@pytest.mark.parametrize("kind", EMPTY)
def test_they_may_be_set_whatever_type_is_said(rig: Rig, name: str, kind: int) -> None:
    rig.client.must_set(**{name: FULL.get(name, ["road"])})
    parameter = ParameterMessage(name=name, value=ParameterValue(type=kind))
    call = rig.client.call
    if kind % 2:
        request = SetParameters.Request(parameters=[parameter])
        (result,) = call(SetParameters, "segmentation/set_parameters", request).results
    else:
        atomic = SetParametersAtomically.Request(parameters=[parameter])
        service = "segmentation/set_parameters_atomically"
        result = call(SetParametersAtomically, service, atomic).result
    assert result.successful, result.reason
    assert_empty(rig, name)


def test_the_parameter_goes_back_with_a_model_that_cannot_run(
    rig: Rig, tmp_path: Path, tiny_path: Path
) -> None:
    broken = write_tiny_bundle(tmp_path / "broken", model=b"nonsense")
    rig.client.must_set(model=str(broken))
    wait_until(lambda: rig.client.get("model") == str(tiny_path), "the parameter to be set back")
    assert_empty(rig, "classes")
    rig.client.must_set(classes=["road"])
    rig.client.must_set(classes=[""])
