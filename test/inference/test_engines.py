# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Engines: each gives the known answer and the others' numbers, and says what it cannot run."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper
from support.tiny_bundle import SHARPNESS, colour_classifier, painted, stripes, write_tiny_bundle

from attendseg_ros.errors import BundleError, EngineError
from attendseg_ros.inference import (
    ENGINE_NAMES,
    Bundle,
    available_engines,
    create_engine,
    load_bundle,
)
from attendseg_ros.inference.engine import default_threads, physical_cores
from attendseg_ros.inference.openvino_engine import settings_for
from attendseg_ros.labels import ClassTable

SIZE = (704, 64)
LOGIT_STEP_BOUND = 1.01
"""Engines may round a number that lies between two of the 8-bit output's steps either way."""


def random_image(width: int, height: int) -> NDArray[np.uint8]:
    return np.random.default_rng(5).integers(0, 256, (height, width, 3), np.uint8)


def exact_logits(image: NDArray[np.uint8], classes: ClassTable) -> NDArray[np.float32]:
    """What the tiny graph would compute without quantization, from its definition."""
    height, width = image.shape[:2]
    blocks = image.reshape(height // 4, 4, width // 4, 4, 3).astype(np.float64).mean(axis=(1, 3))
    pixels = (blocks - 128.0) / 64.0
    colors = (np.array([info.color for info in classes.classes]) - 128.0) / 64.0
    logits = SHARPNESS * (2.0 * pixels @ colors.T - (colors**2).sum(axis=1))
    return np.asarray(np.moveaxis(logits, -1, 0), np.float32)


def test_an_engine_computes_the_graph(engine_name: str, tiny: Bundle) -> None:
    engine = create_engine(engine_name, tiny, SIZE, num_threads=2)
    assert engine.name == engine_name
    assert engine.input_size == SIZE
    image = painted(stripes(*SIZE))
    logits = engine.infer(image)
    assert logits.dtype == np.float32
    assert logits.shape == (11, 16, 176)
    np.testing.assert_array_equal(logits.argmax(axis=0), stripes(*SIZE)[::4, ::4])
    # 8-bit weights are off by up to half a step each, the output by half a step.
    assert np.abs(logits - exact_logits(image, tiny.classes)).max() < 1.5
    engine.close()


def test_engines_agree(engine_name: str, tiny: Bundle) -> None:
    image = random_image(*SIZE)
    reference = create_engine("onnxruntime", tiny, SIZE).infer(image).copy()
    logits = create_engine(engine_name, tiny, SIZE).infer(image)
    step = np.diff(np.unique(reference)).min()
    assert np.abs(logits - reference).max() <= LOGIT_STEP_BOUND * step
    assert (logits != reference).mean() < 0.001


def test_a_read_only_image_is_fine(
    engine_name: str, tiny: Bundle, recwarn: pytest.WarningsRecorder
) -> None:
    image = np.frombuffer(bytes(random_image(*SIZE)), np.uint8).reshape(SIZE[1], SIZE[0], 3)
    engine = create_engine(engine_name, tiny, SIZE)
    recwarn.clear()
    engine.infer(image)
    assert not recwarn.list


def test_an_unknown_engine_is_refused_with_the_known_ones(tiny: Bundle) -> None:
    with pytest.raises(EngineError, match=r"unknown engine 'tpu'.*onnxruntime, openvino, torch"):
        create_engine("tpu", tiny, SIZE)


def test_an_engine_that_is_not_installed_is_refused_with_what_to_install(
    tiny: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name: None if name == "openvino" else find_spec(name),
    )
    reason = available_engines()["openvino"]
    assert reason is not None
    assert "openvino is not installed" in reason
    with pytest.raises(EngineError, match=r"openvino.*not installed.*pip install openvino"):
        create_engine("openvino", tiny, SIZE)


def test_every_engine_is_reported() -> None:
    assert tuple(available_engines()) == ENGINE_NAMES


@pytest.mark.parametrize("size", [(100, 64), (0, 64), (64, -64), (4160, 64)])
def test_an_input_size_that_does_not_fit_is_refused(tiny: Bundle, size: tuple[int, int]) -> None:
    with pytest.raises(EngineError, match=r"from 64 to 4096, multiples of 64, got"):
        create_engine("onnxruntime", tiny, size)


@pytest.mark.parametrize("number", [-1, 257, 99999])
def test_a_number_of_threads_that_cannot_be_is_refused(tiny: Bundle, number: int) -> None:
    """ONNX Runtime starts them all, and hangs the machine."""
    with pytest.raises(EngineError, match=rf"num_threads must be 0 .* up to 256, got {number}"):
        create_engine("onnxruntime", tiny, SIZE, num_threads=number)


@pytest.mark.parametrize(
    ("cores", "threads"), [(1, 1), (2, 2), (3, 2), (4, 3), (6, 4), (8, 4), (64, 4)]
)
def test_threads_by_default_leave_cores_to_the_robot(
    cores: int, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("attendseg_ros.inference.engine.physical_cores", lambda: cores)
    assert default_threads() == threads


def with_input(
    name: str = "image",
    shape: Sequence[int | str] = (1, "height", "width", 3),
    perm: Sequence[int] = (0, 3, 1, 2),
) -> onnx.ModelProto:
    """The colour classifier's graph with another input, permuted to planes by `perm`."""
    model = colour_classifier(ClassTable.load("camvid"))
    value = helper.make_tensor_value_info(name, TensorProto.UINT8, shape)
    model.graph.input[0].CopyFrom(value)
    transpose = helper.make_node("Transpose", [name], ["planes"], perm=perm)
    model.graph.node[0].CopyFrom(transpose)
    return model


WRONG_GRAPHS = {
    "input name": (with_input(name="x"), r"its input must be image uint8 .* got x uint8"),
    "fixed other size": (
        with_input(shape=[1, 32, 32, 3]),
        r"its input must be image uint8 \(1, 64, 704, 3\).* got image uint8 \(1, 32, 32, 3\)",
    ),
    "planes first": (
        with_input(shape=[1, 3, "height", "width"], perm=(0, 1, 2, 3)),
        r"its input must be image uint8 \(1, 64, 704, 3\).* got image uint8 \(1, 3, ",
    ),
    "fewer classes": (
        colour_classifier(ClassTable(ClassTable.load("camvid").classes[:5])),
        r"must be logits float32 \(1, 11, 16, 176\).* got logits float32 \(1, 5, ",
    ),
}


@pytest.mark.parametrize("case", WRONG_GRAPHS)
def test_a_graph_that_does_not_fit_model_yaml_is_refused(
    engine_name: str, tmp_path: Path, case: str
) -> None:
    model, words = WRONG_GRAPHS[case]
    bundle = load_bundle(write_tiny_bundle(tmp_path / "b", model=model.SerializeToString()))
    with pytest.raises(BundleError, match=words) as caught:
        create_engine(engine_name, bundle, SIZE)
    assert str(bundle.path / "model.onnx") in str(caught.value)


def test_a_wrong_output_stride_is_refused(engine_name: str, tmp_path: Path) -> None:
    bundle = load_bundle(write_tiny_bundle(tmp_path / "b", overrides={"output_stride": 8}))
    with pytest.raises(BundleError, match=r"must .*8, 88\).* got .*16, 176\)"):
        create_engine(engine_name, bundle, SIZE)


def test_a_file_that_is_no_graph_is_refused(engine_name: str, tmp_path: Path) -> None:
    path = write_tiny_bundle(tmp_path / "b", model=b"not an ONNX graph" * 10)
    bundle = load_bundle(path)
    with pytest.raises((EngineError, BundleError), match=r"model\.onnx") as caught:
        create_engine(engine_name, bundle, SIZE)
    assert "\n" not in str(caught.value)


def test_the_torch_engine_names_an_operator_it_does_not_know(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    model = colour_classifier(ClassTable.load("camvid"))
    model.graph.node[-1].output[0] = "before"
    model.graph.node.append(helper.make_node("Softsign", ["before"], ["logits"]))
    bundle = load_bundle(write_tiny_bundle(tmp_path / "b", model=model.SerializeToString()))
    with pytest.raises(EngineError, match="does not know the operator Softsign; it knows Add"):
        create_engine("torch", bundle, SIZE)


def test_an_engine_whose_installation_is_broken_says_so(
    tiny: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "openvino.py").write_text("raise ImportError('libtbb.so.12:\\nno such file')\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    for module in list(sys.modules):
        if module.split(".")[0] == "openvino" or module.endswith("openvino_engine"):
            monkeypatch.delitem(sys.modules, module)
    with pytest.raises(EngineError, match=r"installed but cannot be imported: libtbb.so.12: no"):
        create_engine("openvino", tiny, SIZE)


def test_openvino_keeps_each_thread_on_a_core_only_where_it_has_all_of_them(
    tiny: Bundle,
) -> None:
    cores = physical_cores()
    assert settings_for(cores)["ENABLE_CPU_PINNING"]
    assert cores == 1 or not settings_for(cores - 1)["ENABLE_CPU_PINNING"]
    # The thread that asks for a result is the program's, and may run where it likes afterwards.
    before = os.sched_getaffinity(0)
    with closing(create_engine("openvino", tiny, SIZE, cores)) as engine:
        engine.infer(random_image(*SIZE))
        assert os.sched_getaffinity(0) == before
