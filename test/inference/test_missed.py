# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What is said where only ONNX Runtime is installed."""

from __future__ import annotations

import pytest

from attendseg_ros.inference import ENGINE_NAMES, available_engines, missed_engine

ABSENT = "not installed"


def engines(*installed: str) -> dict[str, str | None]:
    return {name: None if name in installed else ABSENT for name in ENGINE_NAMES}


@pytest.mark.parametrize("machine", ["x86_64", "AMD64"])
def test_openvino_is_missed_beside_onnx_runtime_on_x86(machine: str) -> None:
    told = missed_engine(engines("onnxruntime", "torch"), machine)
    assert told is not None
    assert "scripts/install_engines.bash" in told
    assert "pip install openvino" in told
    assert "\n" not in told


@pytest.mark.parametrize(
    ("installed", "machine"),
    [
        (("onnxruntime",), "aarch64"),
        (("onnxruntime", "openvino"), "x86_64"),
        (("openvino",), "x86_64"),
        # Without any, the node does not start and says which to install.
        ((), "x86_64"),
    ],
)
def test_nothing_is_missed_elsewhere(installed: tuple[str, ...], machine: str) -> None:
    assert missed_engine(engines(*installed), machine) is None


def test_it_looks_at_this_machine() -> None:
    here = available_engines()
    expected = here["openvino"] is not None and here["onnxruntime"] is None
    assert (missed_engine(machine="x86_64") is not None) == expected
