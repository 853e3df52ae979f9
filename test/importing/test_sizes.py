# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The input sizes of a foreign network, and the grids of its scores."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from onnx import helper, numpy_helper, save
from support.adapted_bundles import SIZE, adapted, bundle_of, segmented
from support.foreign_graphs import Foreign, image_of, painted

from attendseg_ros.errors import EngineError
from attendseg_ros.importing.adapting import Said, adapt
from attendseg_ros.importing.pixels import Pixels
from attendseg_ros.inference import Segmenter


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
