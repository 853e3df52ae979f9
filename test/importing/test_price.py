# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which layers stay in float, and what 8 bits cost."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from support.foreign_graphs import Foreign, class_table, image_of, painted
from support.tiny_bundle import write_tiny_bundle

from attendseg_ros.errors import BundleError, DataError
from attendseg_ros.importing.adapting import Said, adapt
from attendseg_ros.importing.pixels import Pixels
from attendseg_ros.importing.price import AUTO, Quantization, find_hurt, quantize
from attendseg_ros.inference import Bundle, load_bundle

STEPS = [f"step {number}" for number in range(64)]


@pytest.mark.parametrize("hurt", [(0,), (63,), (20, 21), (5, 40)])
def test_the_steps_that_hurt_are_found(hurt: tuple[int, ...]) -> None:
    """Each of them costs a tenth of the pixels, every other step next to nothing."""
    wanted = {STEPS[number] for number in hurt}
    asked = 0

    def changed(in_float: Sequence[str]) -> float:
        nonlocal asked
        asked += 1
        left = set(STEPS) - set(in_float)
        return 0.1 * len(wanted & left) + 0.0001 * len(left)

    kept = find_hurt(STEPS, set(STEPS), 0.05, changed)
    assert wanted <= set(kept)
    assert len(kept) <= 4 * len(wanted)
    assert asked <= 40


def test_nothing_stays_in_float_where_nothing_hurts() -> None:
    assert find_hurt(STEPS, set(STEPS), 0.05, lambda _: 0.01) == []


def test_the_search_ends_where_nothing_helps() -> None:
    kept = find_hurt(STEPS, set(STEPS), 0.05, lambda _: 0.5)
    assert len(kept) <= len(STEPS)


def outlier_network(folder: Path) -> Path:
    """A network whose scores lie beside a huge constant for a while, which 8 bits cannot hold."""
    foreign = Foreign()
    model = foreign.model()
    huge = np.array(0.0, np.float32)
    weights = np.concatenate([np.eye(4), np.zeros((1, 4))]).astype(np.float32)[..., None, None]
    bias = np.array([0, 0, 0, 0, 1e5], np.float32)
    back = np.concatenate([np.eye(4), np.zeros((4, 1))], axis=1).astype(np.float32)[..., None, None]
    values = {"huge": huge, "spread": weights, "bias": bias, "back": back}
    model.graph.initializer.extend(numpy_helper.from_array(v, k) for k, v in values.items())
    model.graph.node.extend(
        [
            helper.make_node("Conv", ["result", "spread", "bias"], ["wide"], name="wide"),
            helper.make_node("Conv", ["wide", "back"], ["scores"], name="back"),
        ]
    )
    del model.graph.output[:]
    model.graph.output.append(helper.make_tensor_value_info("scores", TensorProto.FLOAT, None))
    onnx.save(model, str(folder / "network.onnx"))
    return folder / "network.onnx"


@pytest.fixture
def outlier(tmp_path: Path) -> tuple[Bundle, onnx.ModelProto, Path]:
    foreign = Foreign()
    said = Said(Pixels(foreign.scale, foreign.mean, foreign.std), input_size=(96, 64))
    made = adapt(outlier_network(tmp_path), said, 4, "mine.yaml")
    bundle = write_tiny_bundle(
        tmp_path / "bundle",
        classes=class_table(),
        input_size=(96, 64),
        model=made.model.SerializeToString(),
        overrides={"precision": "fp32", "size_multiple": 1, "output_stride": 1},
    )
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for number in range(8):
        mask = np.roll(painted(96, 64), 8 * number, axis=1)
        cv2.imwrite(str(pictures / f"{number}.png"), image_of(mask)[..., ::-1])
    return load_bundle(bundle), made.model, pictures


def test_too_high_a_price_is_refused_and_auto_pays_less(
    outlier: tuple[Bundle, onnx.ModelProto, Path],
) -> None:
    bundle, model, pictures = outlier
    with pytest.raises(BundleError, match=r"8 bits cost .* --max-loss is 5 %: try --keep-float"):
        quantize(bundle, model, Quantization(pictures))
    made, price = quantize(bundle, model, Quantization(pictures, keep_float=(AUTO,)))
    assert price.loss <= 0.05
    assert set(price.in_float) & {"wide", "back"}
    assert len(price.in_float) < price.layers
    assert any(node.op_type == "DequantizeLinear" for node in made.graph.node)


def test_a_step_that_is_not_there_is_named(
    outlier: tuple[Bundle, onnx.ModelProto, Path],
) -> None:
    bundle, model, pictures = outlier
    with pytest.raises(DataError, match="--keep-float nowhere: there is no such step"):
        quantize(bundle, model, Quantization(pictures, keep_float=("nowhere",)))


def test_pictures_are_read_as_they_are_segmented(
    outlier: tuple[Bundle, onnx.ModelProto, Path],
) -> None:
    """Samples of 12 bits in 16 are not black, and what is cut off decides no ranges."""
    bundle, model, pictures = outlier
    keep = (AUTO,)
    _, expected = quantize(bundle, model, Quantization(pictures, keep_float=keep))
    for file in pictures.iterdir():
        bgr = np.asarray(cv2.imread(str(file)), np.uint16)
        cv2.imwrite(str(file), bgr * 16 + bgr // 16)
    _, price = quantize(bundle, model, Quantization(pictures, keep_float=keep))
    assert price == expected
    content = (pictures / "3.png").read_bytes()
    (pictures / "3.png").write_bytes(content[:-20])
    with pytest.raises(DataError, match=r"3\.png: cannot be decoded as an image: .*truncated"):
        quantize(bundle, model, Quantization(pictures))
