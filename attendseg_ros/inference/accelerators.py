# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The engines that need an NVIDIA GPU: which there are, and what each lacks on this machine."""

from __future__ import annotations

import ctypes
import importlib.util
from dataclasses import dataclass
from pathlib import Path

GPU_ENGINES = ("cuda", "tensorrt", "torch-cuda")

_DRIVER = "libcuda.so.1"


@dataclass(frozen=True)
class _Build:
    """What tells a package built for the GPU from one that is not, without importing either."""

    package: str
    library: str
    what: str
    remedy: str


_ONNXRUNTIME_REMEDY = "install onnxruntime-gpu in its place, on a Jetson NVIDIA's own wheel"
_BUILDS = {
    "cuda": _Build(
        "onnxruntime", "capi/libonnxruntime_providers_cuda.so", "CUDA", _ONNXRUNTIME_REMEDY
    ),
    "tensorrt": _Build(
        "onnxruntime", "capi/libonnxruntime_providers_tensorrt.so", "TensorRT", _ONNXRUNTIME_REMEDY
    ),
    "torch-cuda": _Build(
        "torch", "lib/libtorch_cuda.so", "CUDA", "install a torch that is built with it"
    ),
}


def reason_missing(name: str) -> str | None:
    """Why an engine of `GPU_ENGINES`, whose Python packages are installed, cannot run here.

    Returns:
        None where its library is built for the GPU and the machine has NVIDIA's driver. Whether
        both fit together shows only when the engine is made.
    """
    build = _BUILDS[name]
    if not any((folder / build.library).exists() for folder in _folders(build.package)):
        return f"the installed {build.package} is built without {build.what}: {build.remedy}"
    try:
        ctypes.CDLL(_DRIVER)
    except OSError:
        return f"the NVIDIA driver's {_DRIVER} is not found: is there a GPU, and its driver?"
    return None


def _folders(package: str) -> list[Path]:
    spec = importlib.util.find_spec(package)
    return [] if spec is None else [Path(text) for text in spec.submodule_search_locations or ()]
