# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Every kind of graph becomes one that takes camera bytes and gives the known answer."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper, save
from support.adapted_bundles import SIZE, adapted, bundle_of, segmented
from support.foreign_graphs import Foreign, image_of, painted

from attendseg_ros.importing.adapting import Said, adapt
from attendseg_ros.importing.pixels import Pixels
from attendseg_ros.inference import Segmenter

SMALL = (0.5, 0.5, 0.5)
"""Of 0 to 1; ranges that float16 holds too."""

KINDS = {
    "nchw logits": (Foreign(), "logits"),
    "nhwc logits": (Foreign(layout="nhwc"), "logits"),
    "float16": (Foreign(dtype="float16", mean=SMALL, std=SMALL), "logits"),
    "bytes": (Foreign(dtype="uint8"), "logits"),
    "bytes, nhwc, bgr": (Foreign(dtype="uint8", layout="nhwc", bgr=True), "logits"),
    "bgr": (Foreign(bgr=True), "logits"),
    "0 to 255 with a mean": (Foreign(mean=(104.0, 117.0, 123.0), std=(1, 1, 1), scale=1), "logits"),
    "softmax": (Foreign(ends_in="softmax"), "probabilities"),
    "nhwc softmax": (Foreign(ends_in="softmax", layout="nhwc"), "probabilities"),
    "one size": (Foreign(size=SIZE), "logits"),
    "ids": (Foreign(ends_in="ids"), "logits"),
    "ids of 32 bits in a map": (Foreign(ends_in="ids_map", ids=TensorProto.INT32), "logits"),
    "ids, nhwc": (Foreign(ends_in="ids", layout="nhwc"), "logits"),
    "opset 9": (Foreign(opset=9, layout="nhwc", ends_in="softmax"), "probabilities"),
    "opset 11": (Foreign(opset=11, ends_in="ids"), "logits"),
    "opset 22": (Foreign(opset=22), "logits"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_mask_is_the_painted_one(kind: str, tmp_path: Path) -> None:
    foreign, output = KINDS[kind]
    made = adapted(tmp_path, foreign)
    assert made.meaning.output == output
    mask = painted(*SIZE)
    result = segmented(bundle_of(tmp_path, made), image_of(mask))
    np.testing.assert_array_equal(result.labels, mask)
    assert result.confidence is not None
    assert result.confidence.min() > 128


@pytest.mark.parametrize("engine", ["onnxruntime", "openvino"])
@pytest.mark.parametrize("kind", ["nhwc softmax", "bytes, nhwc, bgr", "ids"])
def test_engines_agree(kind: str, engine: str, tmp_path: Path) -> None:
    bundle = bundle_of(tmp_path, adapted(tmp_path, KINDS[kind][0]))
    mask = painted(*SIZE)
    with closing(Segmenter(bundle, engine, num_threads=1)) as segmenter:
        np.testing.assert_array_equal(segmenter.segment(image_of(mask)).labels, mask)


def test_a_softmax_before_the_winner_is_not_computed(tmp_path: Path) -> None:
    foreign = Foreign(ends_in="softmax")
    model = foreign.model()
    model.graph.node.append(helper.make_node("ArgMax", ["result"], ["winner"], axis=1))
    del model.graph.output[:]
    model.graph.output.append(helper.make_tensor_value_info("winner", TensorProto.INT64, None))
    save(model, str(tmp_path / "network.onnx"))
    said = Said(Pixels(foreign.scale, foreign.mean, foreign.std), input_size=SIZE)
    made = adapt(tmp_path / "network.onnx", said, 4, "classes.yaml")
    assert made.meaning.output == "logits"
    assert not {"Softmax", "ArgMax"}.intersection(n.op_type for n in made.model.graph.node)


def test_ids_that_cannot_be_traced_back_are_ids(tmp_path: Path) -> None:
    """A step that nobody knows stands between: no confidence, and that is said."""
    made = adapted(tmp_path, Foreign(ends_in="hidden_ids"))
    assert made.meaning.output == "class_ids"
    bundle = bundle_of(tmp_path, made)
    assert not bundle.gives_confidence
    mask = painted(*SIZE)
    result = segmented(bundle, image_of(mask))
    np.testing.assert_array_equal(result.labels, mask)
    assert result.confidence is None


@pytest.mark.parametrize("ends_in", ["sigmoid", "logit"])
def test_one_map_tells_a_class_from_the_rest(ends_in: str, tmp_path: Path) -> None:
    made = adapted(tmp_path, Foreign(ends_in=ends_in), classes=2)
    mask = painted(*SIZE, count=2)
    labels = segmented(bundle_of(tmp_path, made, 2), image_of(mask)).labels
    # The map is of the first colour; in a file of two classes it is the second.
    np.testing.assert_array_equal(labels, 1 - mask)


def test_one_map_and_one_class_leave_the_rest_unlabelled(tmp_path: Path) -> None:
    made = adapted(tmp_path, Foreign(ends_in="sigmoid"), classes=1)
    mask = painted(*SIZE, count=2)
    labels = segmented(bundle_of(tmp_path, made, 1), image_of(mask)).labels
    np.testing.assert_array_equal(labels, np.where(mask == 0, 0, 255))


def test_a_background_channel_is_unlabelled(tmp_path: Path) -> None:
    mask = painted(*SIZE)
    for place, ids in (("first", [255, 0, 1, 2]), ("last", [0, 1, 2, 255])):
        made = adapted(tmp_path, Foreign(), classes=3, background=place)
        labels = segmented(bundle_of(tmp_path, made, 3), image_of(mask)).labels
        np.testing.assert_array_equal(labels, np.array(ids, np.uint8)[mask])


def test_several_maps_below_one_half_are_none_of_the_classes(tmp_path: Path) -> None:
    """The scores 2 p.c - |c|^2 are above 0 for a colour itself, and below for black."""
    foreign = Foreign(ends_in="sigmoids")
    image = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    image[:, :48] = foreign.colors[3]
    half = adapted(tmp_path, foreign, background="half")
    labels = segmented(bundle_of(tmp_path, half), image).labels
    assert (labels[:, :48] != 255).all()
    assert (labels[:, 48:] == 255).all()
    none = adapted(tmp_path, foreign, background="none")
    assert (segmented(bundle_of(tmp_path, none), image).labels != 255).all()


def test_grey_images_are_weighed_sums(tmp_path: Path) -> None:
    """A network that doubles its only channel: class 1 where that is above the other's constant."""
    image = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 1, SIZE[1], SIZE[0]])
    result = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    kernel = np.array([0.0, 1.0], np.float32).reshape(2, 1, 1, 1)
    values = {"kernel": kernel, "bias": np.array([0.5, 0.0], np.float32)}
    graph = helper.make_graph(
        [helper.make_node("Conv", ["x", "kernel", "bias"], ["y"])],
        "grey",
        [image],
        [result],
        [numpy_helper.from_array(value, name) for name, value in values.items()],
    )
    opsets = [helper.make_opsetid("", 17)]
    save(helper.make_model(graph, opset_imports=opsets), str(tmp_path / "network.onnx"))
    pixels = Pixels.of_options("0to1", None, None, None, False)
    made = adapt(tmp_path / "network.onnx", Said(pixels), 2, "classes.yaml")
    assert made.taken.channels == 1
    random = np.random.default_rng(0)
    rgb = random.integers(0, 256, (SIZE[1], SIZE[0], 3), np.uint8)
    grey = rgb @ np.array([0.299, 0.587, 0.114])
    labels = segmented(bundle_of(tmp_path, made, 2), rgb).labels
    clear = np.abs(grey - 127.5) > 0.5
    np.testing.assert_array_equal(labels[clear], (grey > 127.5)[clear])
