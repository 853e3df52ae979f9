# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""ONNX Runtime's execution providers: what to ask for, and what really ran.

Where a provider cannot start, or does not know an operator, ONNX Runtime takes the next one without
an error. Only its profile says for certain where each step of a network ran.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Provider = tuple[str, dict[str, str]]

_PROVIDERS = {
    "tensorrt": "TensorrtExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "onnxruntime": "CPUExecutionProvider",
}
"""By engine, each followed by those that take over what it cannot run."""

_CUDA_OPTIONS = {
    # TF32 would round what is not quantized, and the engines would no longer agree.
    "use_tf32": "0",
    # A Jetson's GPU shares the memory of the robot's other processes.
    "arena_extend_strategy": "kSameAsRequested",
}


def providers_for(engine: str, precision: str) -> list[Provider]:
    """The providers to ask for, in their order, each with its options.

    Options: https://onnxruntime.ai/docs/execution-providers/.

    Args:
        engine: "onnxruntime", "cuda" or "tensorrt".
        precision: of the bundle, "int8" or "fp32".
    """
    names = list(_PROVIDERS)
    options = {
        "tensorrt": {"trt_int8_enable": "1" if precision == "int8" else "0"},
        "cuda": _CUDA_OPTIONS,
        "onnxruntime": {},
    }
    return [(_PROVIDERS[name], dict(options[name])) for name in names[names.index(engine) :]]


def steps_by_provider(profile: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """How many steps each provider ran, from the events of a session's profile."""
    counts: dict[str, int] = {}
    for event in profile:
        provider = event.get("args", {}).get("provider")
        if event.get("cat") == "Node" and provider:
            counts[provider] = counts.get(provider, 0) + 1
    return counts


def name_of(steps: Mapping[str, int]) -> str:
    """The engine that ran, such as "cuda", or "tensorrt+cuda" where two shared the work.

    Args:
        steps: as `steps_by_provider` gives them.
    """
    known = [engine for engine, provider in _PROVIDERS.items() if steps.get(provider)]
    others = sorted(set(steps) - set(_PROVIDERS.values()))
    return "+".join([*known, *others])


def explain_fallback(asked: str, ran: str) -> str:
    """Why another engine runs than the one asked for, as far as ONNX Runtime lets it be known."""
    if asked in ran.split("+"):
        return f"it cannot run every step of the network, and {ran} share them"
    return (
        f"ONNX Runtime could not start it and took {ran} in its place; its own message says which "
        "library or driver it lacks"
    )
