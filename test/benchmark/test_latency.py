# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The engines measured alone, and the float version of an 8-bit model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from support.tiny_bundle import painted, stripes, write_tiny_bundle

from attendseg_ros.benchmark.latency import LatencyPlan, check_same_engine, measure_latency
from attendseg_ros.benchmark.machine import gpus, in_words, machine
from attendseg_ros.deployment.float_twin import float_twin
from attendseg_ros.errors import BundleError, EngineError
from attendseg_ros.inference import available_engines, load_bundle
from attendseg_ros.inference.engines import create_engine


def plan(tiny: Path, **changes: object) -> LatencyPlan:
    settings = {
        "models": [str(tiny)],
        "engines": ["onnxruntime", "openvino"],
        "precisions": ["int8", "fp32"],
        "sizes": [(128, 64), (64, 64)],
        "threads": [1, 2],
        "repeats": 6,
    }
    return LatencyPlan(**{**settings, **changes})  # type: ignore[arg-type]


def test_measures_every_combination(tiny: Path) -> None:
    results = measure_latency(plan(tiny))
    cases = results["cases"]
    what = {
        (case["precision"], case["engine"], tuple(case["size"]), case["threads"]) for case in cases
    }
    assert len(what) == len(cases) == 2 * 2 * 2 * 2
    for case in cases:
        assert case["ran_on"] == case["engine"]
        assert case["ms"]["n"] == results["repeats"] == 10
        assert 0 < case["ms"]["min"] <= case["ms"]["p50"] <= case["ms"]["p95"] <= case["ms"]["max"]


def test_takes_the_models_own_size_when_none_is_given(tiny: Path) -> None:
    (case,) = measure_latency(
        plan(tiny, engines=["onnxruntime"], precisions=["int8"], sizes=[], threads=[1], repeats=1)
    )["cases"]
    assert case["size"] == [128, 64]


def test_refuses_a_size_that_the_network_cannot_take(tiny: Path) -> None:
    with pytest.raises(EngineError, match="multiples of 64, got 100x100"):
        measure_latency(plan(tiny, sizes=[(100, 100)]))


def test_refuses_8_bits_of_a_float_model(tmp_path: Path) -> None:
    folder = write_tiny_bundle(tmp_path / "float", overrides={"precision": "fp32"})
    with pytest.raises(BundleError, match="is an fp32 model: measure it with --precision fp32"):
        measure_latency(plan(folder, precisions=["int8"]))


def test_refuses_a_number_under_another_engines_name() -> None:
    check_same_engine("onnxruntime", "onnxruntime")
    with pytest.raises(EngineError, match="'cuda' was asked for but 'onnxruntime' ran"):
        check_same_engine("cuda", "onnxruntime")


@pytest.mark.parametrize("model", ["tiny", "street"])
@pytest.mark.parametrize("engine", ["onnxruntime", "openvino"])
def test_the_float_twin_is_the_same_network(model: str, engine: str, tiny: Path) -> None:
    bundle = load_bundle(tiny if model == "tiny" else model)
    twin = float_twin(bundle)
    assert twin.precision == "fp32"
    assert twin.counts.weight_bytes == 4 * bundle.counts.parameters
    operators = [node.op_type for node in onnx.load_from_string(twin.model).graph.node]
    assert "QuantizeLinear" not in operators
    # The one that makes numbers of the camera's bytes.
    assert operators.count("DequantizeLinear") == 1
    size = (128, 64)
    image = painted(stripes(*size))
    said = [create_engine(engine, each, size, 1).infer(image).copy() for each in (bundle, twin)]
    agreed = np.mean(said[0].argmax(axis=0) == said[1].argmax(axis=0))
    assert agreed > 0.9
    assert not np.array_equal(*said)


def test_refuses_an_engine_that_is_not_there_before_it_measures(tiny: Path) -> None:
    if available_engines()["tensorrt"] is None:
        pytest.skip("TensorRT is here")
    with pytest.raises(EngineError, match=r"'tensorrt' is not available: .*without TensorRT"):
        measure_latency(plan(tiny, engines=["onnxruntime", "tensorrt"]))


def test_the_gpu_is_named_where_the_kernel_tells_of_one(tmp_path: Path) -> None:
    assert gpus(tmp_path) == []
    card = tmp_path / "driver" / "nvidia" / "gpus" / "0000:01:00.0"
    card.mkdir(parents=True)
    (card / "information").write_text("Model: \t\t NVIDIA RTX A2000\nIRQ:   \t\t 155\n")
    assert gpus(tmp_path) == ["NVIDIA RTX A2000"]
    words = in_words(dict(machine(), gpus=gpus(tmp_path)))
    assert words["GPU"] == "NVIDIA RTX A2000"
    assert "GPU" not in in_words(dict(machine(), gpus=[]))


def test_a_jetson_is_named_by_its_board(tmp_path: Path) -> None:
    (tmp_path / "device-tree").mkdir()
    (tmp_path / "device-tree" / "model").write_text("NVIDIA Jetson Orin Nano\0")
    assert gpus(tmp_path) == ["NVIDIA Jetson Orin Nano"]
    (tmp_path / "device-tree" / "model").write_text("Raspberry Pi 5 Model B\0")
    assert gpus(tmp_path) == []


def test_the_machine_is_named() -> None:
    facts = machine()
    assert 1 <= facts["physical_cores"] <= facts["logical_processors"]
    assert facts["libraries"]["onnxruntime"]
    assert len(facts["load_average"]) == 3
    quiet, busy = dict(facts, load_average=[0.0, 0, 0]), dict(facts, load_average=[99.0, 0, 0])
    assert "busy" not in in_words(quiet)["load before"]
    assert "busy" in in_words(busy)["load before"]
