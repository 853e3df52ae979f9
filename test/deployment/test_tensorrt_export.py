# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Export for TensorRT: the rules are kept, the score is the network's, and the bundle says so."""

from __future__ import annotations

from pathlib import Path

import onnx
import pytest
import yaml
from support.small_network import small_images
from torch import nn

from attendseg_ros.deployment.bundle_graph import bundle_graph
from attendseg_ros.deployment.calibration import CalibrationSet
from attendseg_ros.deployment.export import ExportConfig, ExportReport, export
from attendseg_ros.deployment.float_twin import float_twin
from attendseg_ros.deployment.graph import float_graph
from attendseg_ros.deployment.tensorrt_rules import broken_rules
from attendseg_ros.errors import BundleError
from attendseg_ros.inference import load_bundle


@pytest.fixture(scope="module", params=["int8", "fp32"])
def for_tensorrt(
    request: pytest.FixtureRequest, training_run: Path, tmp_path_factory: pytest.TempPathFactory
) -> ExportReport:
    folder = tmp_path_factory.mktemp("tensorrt") / request.param
    config = ExportConfig(
        run=training_run, bundle=folder, precision=request.param, target="tensorrt"
    )
    return export(config)


def test_keeps_the_rules_and_the_score(for_tensorrt: ExportReport) -> None:
    bundle = load_bundle(for_tensorrt.bundle)
    assert bundle.target == "tensorrt"
    assert broken_rules(onnx.load_from_string(bundle.model), bundle.precision) == []
    # What OpenVINO does with full-range weights hangs on the processor.
    assert set(for_tensorrt.agreement) == {"onnxruntime", "torch"}
    assert for_tensorrt.eight_bit_convolutions == {}
    before, after = for_tensorrt.before[0].mean_iou, for_tensorrt.after[0].mean_iou
    assert before is not None
    assert after is not None
    assert after >= before - 0.01
    assert bundle.scores[bundle.precision]["mean_iou"] == pytest.approx(after, abs=1e-4)


def test_its_card_says_what_it_is_made_for(for_tensorrt: ExportReport) -> None:
    card = (for_tensorrt.bundle / "MODEL_CARD.md").read_text()
    assert "| Made for | TensorRT: keeps its published rules, not measured on a GPU;" in card
    assert ("int8 activations" in card) == (load_bundle(for_tensorrt.bundle).precision == "int8")


def test_its_quantization_can_be_taken_out(for_tensorrt: ExportReport) -> None:
    bundle = load_bundle(for_tensorrt.bundle)
    if bundle.precision == "fp32":
        pytest.skip("a bundle in 32 bits has none to take out")
    graph = onnx.load_from_string(float_twin(bundle).model).graph
    assert not {"QuantizeLinear", "DequantizeLinear"} & {node.op_type for node in graph.node}


def test_a_bundle_for_the_processor_is_what_it_was(exported: ExportReport) -> None:
    assert "target" not in yaml.safe_load((exported.bundle / "model.yaml").read_text())
    assert "Made for" not in (exported.bundle / "MODEL_CARD.md").read_text()
    assert load_bundle(exported.bundle).target == "cpu"


def test_a_network_that_breaks_a_rule_is_refused() -> None:
    graph = float_graph(nn.Sequential(nn.Conv2d(3, 4, 1), nn.ConvTranspose2d(4, 2, 2, 2)))
    calibration = CalibrationSet(small_images(1), 1, 0)
    with pytest.raises(BundleError, match=r"breaks TensorRT's rules: ConvTranspose '.*only Conv"):
        bundle_graph(graph, "tensorrt", calibration)
