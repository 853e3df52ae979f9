# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What exporters leave in a file and beside it: names, weights, settings of the pixels."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from onnx import helper, save, save_model
from support.adapted_bundles import SIZE, bundle_of, segmented
from support.foreign_graphs import Foreign, image_of, painted

from attendseg_ros.errors import DataError
from attendseg_ros.importing.adapting import Adapted, Said, adapt
from attendseg_ros.importing.pixels import Pixels


def adapted(folder: Path, foreign: Foreign) -> Adapted:
    """The folder's network, with what its user says of it."""
    said = Said(Pixels(foreign.scale, foreign.mean, foreign.std), input_size=SIZE)
    return adapt(folder / "network.onnx", said, 4, "classes.yaml")


def check_masks(folder: Path, made: Adapted) -> None:
    mask = painted(*SIZE)
    labels = segmented(bundle_of(folder, made), image_of(mask)).labels
    np.testing.assert_array_equal(labels, mask)


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
    made = adapted(tmp_path, Foreign())
    assert made.taken.name == "image"
    check_masks(tmp_path, made)


def test_external_data_is_brought_into_the_bundle(tmp_path: Path) -> None:
    save_model(
        Foreign().model(),
        str(tmp_path / "network.onnx"),
        save_as_external_data=True,
        location="network.onnx.data",
        size_threshold=0,
    )
    made = adapted(tmp_path, Foreign())
    check_masks(tmp_path, made)


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
    made = adapted(tmp_path, foreign)
    check_masks(tmp_path, made)


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
    check_masks(tmp_path, made)


def test_a_damaged_configuration_is_named(tmp_path: Path) -> None:
    (tmp_path / "preprocessor_config.json").write_text("{")
    file = Foreign().write(tmp_path / "network.onnx")
    with pytest.raises(DataError, match=r"preprocessor_config\.json"):
        adapt(file, Said(), 4, "classes.yaml")
