# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Every kind of graph becomes one that takes camera bytes and gives the known answer."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper, save, save_model
from support.foreign_graphs import Foreign, class_table, image_of, painted
from support.tiny_bundle import write_tiny_bundle

from attendseg_ros.errors import DataError, EngineError
from attendseg_ros.importing.adapting import Adapted, Said, adapt
from attendseg_ros.importing.pixels import Pixels
from attendseg_ros.inference import Bundle, Segmentation, Segmenter, load_bundle

SIZE = (96, 64)

SMALL = (0.5, 0.5, 0.5)
"""Of 0 to 1; ranges that float16 holds too."""


def adapted(folder: Path, foreign: Foreign, classes: int = 4, **said: object) -> Adapted:
    """What an import makes of a network, given what its builder knows."""
    file = foreign.write(folder / "network.onnx")
    known: dict[str, object] = {"is_bgr": foreign.bgr}
    if foreign.dtype != "uint8":
        known["pixels"] = Pixels(foreign.scale, foreign.mean, foreign.std, foreign.bgr)
    if foreign.size is None:
        known["input_size"] = SIZE
    return adapt(file, Said(**{**known, **said}), classes, "classes.yaml")  # type: ignore[arg-type]


def bundle_of(folder: Path, made: Adapted, classes: int = 4) -> Bundle:
    """The bundle of it, written as a whole import would, without asking all engines."""
    fields: dict[str, object] = {
        "precision": "fp32",
        "size_multiple": made.sizes.multiple,
        "output_stride": made.sizes.stride,
        "output": made.meaning.output,
        "background_channel": made.meaning.background_channel,
        "output_size": made.sizes.output_size and list(made.sizes.output_size),
    }
    written = write_tiny_bundle(
        folder / "bundle",
        classes=class_table(classes),
        input_size=made.input_size,
        model=made.model.SerializeToString(),
        overrides=fields,
    )
    return load_bundle(written)


def segmented(bundle: Bundle, image: NDArray[np.uint8]) -> Segmentation:
    with closing(Segmenter(bundle, "onnxruntime", num_threads=1)) as segmenter:
        return segmenter.segment(image, confidence=True)


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


def test_coarse_scores_are_left_to_the_decoder(tmp_path: Path) -> None:
    """The network's own enlargement goes, and what comes out stays the same."""
    foreign = Foreign(stride=4, enlarged=True, ends_in="ids")
    made = adapted(tmp_path, foreign)
    assert made.sizes.stride == 4
    assert made.scores.is_decided
    assert not any(node.op_type == "Resize" for node in made.model.graph.node)
    mask = painted(*SIZE)
    labels = segmented(bundle_of(tmp_path, made), image_of(mask)).labels
    # Scores of cells that lie within a block; between two blocks they mix.
    inner = np.s_[4:12, 4:12]
    np.testing.assert_array_equal(labels[inner], mask[inner])
    assert (labels == mask).mean() > 0.98


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


def test_a_grid_that_is_no_part_of_the_input_is_kept(tmp_path: Path) -> None:
    """65 cells for 513 pixels, as DeepLab's: no stride, so the size is the only one."""
    foreign = Foreign(stride=8, size=(129, 65))
    model = foreign.model()
    kernel = model.graph.node[0]
    kernel.attribute.append(helper.make_attribute("pads", [4, 4, 4, 4]))
    save(model, str(tmp_path / "network.onnx"))
    said = Said(Pixels(foreign.scale, foreign.mean, foreign.std))
    made = adapt(tmp_path / "network.onnx", said, 4, "classes.yaml")
    assert made.sizes.output_size == (17, 9)
    image = image_of(np.full((65, 129), 2, np.uint8))
    labels = segmented(bundle_of(tmp_path, made), image).labels
    assert labels.shape == (65, 129)
    assert (labels[8:-8, 8:-8] == 2).all()


def test_the_multiple_is_found_by_trying(tmp_path: Path) -> None:
    assert adapted(tmp_path, Foreign(stride=8)).sizes.multiple == 8
    assert adapted(tmp_path, Foreign()).sizes.multiple == 1


def test_sizes_and_counts_are_the_network_s(tmp_path: Path) -> None:
    made = adapted(tmp_path, Foreign(stride=4))
    kernel = 4 * 3 * 4 * 4
    assert made.macs == kernel * (SIZE[0] // 4) * (SIZE[1] // 4)


def test_names_that_the_bundle_needs_are_free(tmp_path: Path) -> None:
    """Exporters call inputs `image` and outputs `logits` too."""
    model = Foreign(layout="nhwc").model()
    for value, name in ((model.graph.input[0], "image"), (model.graph.output[0], "logits")):
        for node in model.graph.node:
            for names in (node.input, node.output):
                for position, found in enumerate(names):
                    if found == value.name:
                        names[position] = name
        value.name = name
    save(model, str(tmp_path / "network.onnx"))
    foreign = Foreign()
    said = Said(Pixels(foreign.scale, foreign.mean, foreign.std), input_size=SIZE)
    made = adapt(tmp_path / "network.onnx", said, 4, "classes.yaml")
    assert made.taken.name == "image"
    mask = painted(*SIZE)
    labels = segmented(bundle_of(tmp_path, made), image_of(mask)).labels
    np.testing.assert_array_equal(labels, mask)


def test_external_data_is_brought_into_the_bundle(tmp_path: Path) -> None:
    save_model(
        Foreign().model(),
        str(tmp_path / "network.onnx"),
        save_as_external_data=True,
        location="network.onnx.data",
        size_threshold=0,
    )
    foreign = Foreign()
    said = Said(Pixels(foreign.scale, foreign.mean, foreign.std), input_size=SIZE)
    made = adapt(tmp_path / "network.onnx", said, 4, "classes.yaml")
    mask = painted(*SIZE)
    labels = segmented(bundle_of(tmp_path, made), image_of(mask)).labels
    np.testing.assert_array_equal(labels, mask)


def test_what_hugging_face_writes_beside_a_network_is_read(tmp_path: Path) -> None:
    """Channels are turned round after the mean was taken off, so they are in RGB's order."""
    foreign = Foreign(bgr=True)
    config = {
        "do_normalize": True,
        "do_rescale": True,
        "rescale_factor": 1 / 255,
        "image_mean": foreign.mean[::-1],
        "image_std": foreign.std[::-1],
        "do_flip_channel_order": True,
        "size": {"width": SIZE[0], "height": SIZE[1]},
    }
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(config))
    made = adapt(foreign.write(tmp_path / "network.onnx"), Said(), 4, "classes.yaml")
    assert made.input_size == SIZE
    mask = painted(*SIZE)
    labels = segmented(bundle_of(tmp_path, made), image_of(mask)).labels
    np.testing.assert_array_equal(labels, mask)


def test_a_damaged_configuration_is_named(tmp_path: Path) -> None:
    (tmp_path / "preprocessor_config.json").write_text("{")
    file = Foreign().write(tmp_path / "network.onnx")
    with pytest.raises(DataError, match=r"preprocessor_config\.json"):
        adapt(file, Said(), 4, "classes.yaml")


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


def test_weights_among_the_inputs_are_no_inputs(tmp_path: Path) -> None:
    """So IR version 3 has them."""
    foreign = Foreign(opset=9)
    model = foreign.model()
    model.ir_version = 3
    model.graph.input.extend(
        helper.make_tensor_value_info(value.name, value.data_type, value.dims)
        for value in model.graph.initializer
    )
    save(model, str(tmp_path / "network.onnx"))
    said = Said(Pixels(foreign.scale, foreign.mean, foreign.std), input_size=SIZE)
    made = adapt(tmp_path / "network.onnx", said, 4, "classes.yaml")
    mask = painted(*SIZE)
    labels = segmented(bundle_of(tmp_path, made), image_of(mask)).labels
    np.testing.assert_array_equal(labels, mask)


def test_open_sides_that_hold_for_one_size_only_are_closed(tmp_path: Path) -> None:
    """Tracing leaves numbers in a graph whose sides say otherwise."""
    foreign = Foreign()
    model = foreign.model()
    sides = np.array([1, 4, SIZE[1], SIZE[0]])
    model.graph.initializer.append(numpy_helper.from_array(sides, "sides"))
    model.graph.node.append(helper.make_node("Reshape", ["result", "sides"], ["scores"]))
    model.graph.output[0].name = "scores"
    save(model, str(tmp_path / "network.onnx"))
    said = Said(Pixels(foreign.scale, foreign.mean, foreign.std), input_size=SIZE)
    made = adapt(tmp_path / "network.onnx", said, 4, "classes.yaml")
    assert made.sizes.output_size == SIZE
    bundle = bundle_of(tmp_path, made)
    with pytest.raises(EngineError, match="takes 96x64 only"):
        Segmenter(bundle, "onnxruntime", input_size=(192, 128))
    mask = painted(*SIZE)
    np.testing.assert_array_equal(segmented(bundle, image_of(mask)).labels, mask)
