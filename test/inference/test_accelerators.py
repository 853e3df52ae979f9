# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The engines on a GPU, where there is none: refused by name, and a silent fallback is told of.

What a GPU computes is in test_engines.py and test_segmenter.py, which run wherever one is at hand.
"""

from __future__ import annotations

import ctypes
import importlib.util
import json
import re
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from attendseg_ros.errors import EngineError
from attendseg_ros.inference import AUTO, Bundle, Segmenter, available_engines, create_engine
from attendseg_ros.inference.accelerators import GPU_ENGINES
from attendseg_ros.inference.execution_providers import (
    explain_fallback,
    name_of,
    providers_for,
    steps_by_provider,
)
from attendseg_ros.inference.onnxruntime_engine import OnnxRuntimeEngine

SIZE = (704, 64)


def skip_where_there_is(engine: str) -> None:
    if available_engines()[engine] is None:
        pytest.skip(f"{engine} is available here")


@pytest.mark.parametrize(
    ("engine", "package"),
    [("cuda", "onnxruntime"), ("tensorrt", "onnxruntime"), ("torch-cuda", "torch")],
)
def test_a_machine_without_the_gpu_is_refused_with_what_is_missing_and_what_is_there(
    tiny: Bundle, engine: str, package: str
) -> None:
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"{package} is not installed")
    skip_where_there_is(engine)
    with pytest.raises(EngineError) as caught:
        Segmenter(tiny, engine)
    words = str(caught.value)
    assert f"engine '{engine}' is not available: " in words
    # PyPI's torch for Linux is built for CUDA: what is missing then is the driver.
    missing = rf"the installed {package} is built without|the NVIDIA driver's \S+ is not found"
    assert re.search(missing, words)
    assert "the engines here are onnxruntime" in words
    assert "\n" not in words


def test_a_gpu_build_without_a_driver_is_refused_by_the_drivers_name(
    tiny: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        pass
    else:
        pytest.skip("there is a driver here")
    package = tmp_path / "onnxruntime"
    (package / "capi").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "capi" / "libonnxruntime_providers_cuda.so").touch()
    monkeypatch.delitem(sys.modules, "onnxruntime")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(EngineError, match=r"'cuda' is not available: .*libcuda\.so\.1 is not fou"):
        create_engine("cuda", tiny, SIZE)


def test_auto_takes_no_gpu_that_it_has_not_run(tiny: Bundle) -> None:
    assert Segmenter(tiny, AUTO).engine_name not in GPU_ENGINES


@pytest.mark.parametrize("asked", ["cuda", "tensorrt"])
@pytest.mark.filterwarnings("ignore:Specified provider")
def test_an_engine_that_onnxruntime_fell_back_from_bears_the_name_of_what_runs(
    tiny: Bundle, asked: str
) -> None:
    skip_where_there_is(asked)
    engine = OnnxRuntimeEngine(tiny, SIZE, 1, asked)
    assert engine.name == "onnxruntime"
    plain = create_engine("onnxruntime", tiny, SIZE, 1)
    image = np.random.default_rng(3).integers(0, 256, (SIZE[1], SIZE[0], 3), np.uint8)
    np.testing.assert_array_equal(engine.infer(image), plain.infer(image))


def test_a_profile_says_where_each_step_ran(tiny: Bundle, tmp_path: Path) -> None:
    options = onnxruntime.SessionOptions()
    options.enable_profiling = True
    options.profile_file_prefix = str(tmp_path / "steps")
    session = onnxruntime.InferenceSession(tiny.model, options, providers=["CPUExecutionProvider"])
    session.run(None, {"image": np.zeros((1, 64, 128, 3), np.uint8)})
    profile = json.loads(Path(session.end_profiling()).read_text(encoding="utf-8"))
    steps = steps_by_provider(profile)
    assert set(steps) == {"CPUExecutionProvider"}
    assert steps["CPUExecutionProvider"] >= 1
    assert name_of(steps) == "onnxruntime"


def test_steps_on_several_providers_give_a_name_of_several() -> None:
    cpu, cuda = "CPUExecutionProvider", "CUDAExecutionProvider"
    assert name_of({cuda: 40}) == "cuda"
    assert name_of({cpu: 1, cuda: 40}) == "cuda+onnxruntime"
    assert name_of({cuda: 3, "TensorrtExecutionProvider": 1}) == "tensorrt+cuda"
    assert name_of({cuda: 3, "DmlExecutionProvider": 1}) == "cuda+DmlExecutionProvider"


def test_a_fallback_is_explained() -> None:
    assert "could not start it and took onnxruntime" in explain_fallback("cuda", "onnxruntime")
    assert "cuda+onnxruntime share" in explain_fallback("cuda", "cuda+onnxruntime")
    assert "could not start it and took cuda" in explain_fallback("tensorrt", "cuda")


def test_providers_are_asked_for_fastest_first_with_options_that_onnxruntime_takes() -> None:
    def names(engine: str) -> list[str]:
        return [name for name, _ in providers_for(engine, "int8")]

    tensorrt, cuda, cpu = names("tensorrt")
    assert names("cuda") == [cuda, cpu]
    assert names("onnxruntime") == [cpu]
    # Names are not free text: ONNX Runtime knows them, whether or not it is built with them.
    assert {tensorrt, cuda, cpu} <= set(onnxruntime.get_all_providers())
    assert "Tensorrt" in tensorrt
    assert "CUDA" in cuda


def test_only_an_8_bit_model_asks_tensorrt_for_8_bits() -> None:
    assert dict(providers_for("tensorrt", "int8"))["TensorrtExecutionProvider"] == {
        "trt_int8_enable": "1"
    }
    assert dict(providers_for("tensorrt", "fp32"))["TensorrtExecutionProvider"] == {
        "trt_int8_enable": "0"
    }
