# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a processor could do that the engines installed do not: OpenVINO has no rosdep key."""

from __future__ import annotations

import platform
from collections.abc import Mapping

from attendseg_ros.inference.engines import available_engines

X86 = ("x86_64", "AMD64")
"""Names that systems give to the processors on which OpenVINO nearly always wins."""


def missed_engine(
    engines: Mapping[str, str | None] | None = None, machine: str | None = None
) -> str | None:
    """What is missed where only ONNX Runtime is installed on an x86 processor, and how to get it.

    Args:
        engines: why each engine is not available, None where it is; those here when left out.
        machine: name of the processor's architecture; this one's when left out.

    Returns:
        A sentence for the log, or None where nothing is missed.
    """
    here = available_engines() if engines is None else engines
    if (machine or platform.machine()) not in X86:
        return None
    if here["onnxruntime"] is not None or here["openvino"] is None:
        return None
    return (
        "OpenVINO is not installed: on x86 it runs the shipped models in half to two thirds of "
        "ONNX Runtime's time. scripts/install_engines.bash installs it, or: pip install openvino"
    )
