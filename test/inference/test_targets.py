# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A bundle that is made for something else than what runs it is told of, with the command."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from support.tiny_bundle import write_tiny_bundle

from attendseg_ros.inference import Bundle, load_bundle
from attendseg_ros.inference.targets import advice


def test_a_bundle_that_says_nothing_is_for_the_processor(tiny: Bundle, tmp_path: Path) -> None:
    assert tiny.target == "cpu"
    path = write_tiny_bundle(tmp_path / "b", overrides={"target": "tensorrt"})
    assert load_bundle(path).target == "tensorrt"


@pytest.mark.parametrize("engine", ["tensorrt", "cuda", "tensorrt+cuda", "cuda+onnxruntime"])
def test_on_a_gpu_a_bundle_for_the_processor_is_warned_of(tiny: Bundle, engine: str) -> None:
    found = advice(tiny, engine)
    assert found is not None
    assert found.is_warning
    assert f"'tiny' runs on {engine} but is made for the processor" in found.text
    assert "attendseg export RUN -o BUNDLE --target tensorrt" in found.text


@pytest.mark.parametrize("engine", ["onnxruntime", "openvino", "torch"])
def test_on_a_processor_a_bundle_for_tensorrt_is_told_of(tiny: Bundle, engine: str) -> None:
    found = advice(replace(tiny, target="tensorrt"), engine)
    assert found is not None
    assert not found.is_warning
    assert f"'tiny' is made for TensorRT and runs on {engine}" in found.text


@pytest.mark.parametrize(
    ("target", "precision", "engine"),
    [
        *(("cpu", "int8", engine) for engine in ("openvino", "onnxruntime", "torch")),
        *(("tensorrt", "int8", engine) for engine in ("tensorrt", "tensorrt+cuda", "cuda")),
        # Without quantization CUDA runs either.
        ("cpu", "fp32", "cuda"),
        # torch interprets the graph step by step and quantizes nothing anew.
        ("cpu", "int8", "torch-cuda"),
    ],
)
def test_nothing_is_said_where_they_fit(
    tiny: Bundle, target: str, precision: str, engine: str
) -> None:
    assert advice(replace(tiny, target=target, precision=precision), engine) is None


def test_tensorrt_reads_no_image_of_a_float_bundle_for_the_processor(tiny: Bundle) -> None:
    found = advice(replace(tiny, precision="fp32"), "tensorrt+cuda")
    assert found is not None
    assert found.is_warning
