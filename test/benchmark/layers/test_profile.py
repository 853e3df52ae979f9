# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The time of a network by layer: what it adds up to, and that its multiplications are right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from attendseg_ros.benchmark.latency import LatencyPlan, measure_latency
from attendseg_ros.benchmark.layers import kinds
from attendseg_ros.benchmark.layers.layer import Layer
from attendseg_ros.benchmark.layers.openvino_layers import OpenVinoProfiler
from attendseg_ros.benchmark.layers.profile import BETWEEN, Part, to_mapping
from attendseg_ros.benchmark.tables import markdown
from attendseg_ros.errors import EngineError
from attendseg_ros.inference import load_bundle
from attendseg_ros.network.shape import Shape


def measured(model: str | Path, engine: str, *precisions: str) -> dict[str, Any]:
    plan = LatencyPlan(
        models=[str(model)],
        engines=[engine],
        precisions=precisions,
        sizes=[],
        threads=[1],
        repeats=25,
        profile=True,
    )
    return measure_latency(plan)


def layers_of(profile: dict[str, Any], kind: str) -> int:
    return sum(one["layers"] for one in profile["kinds"] if one["kind"] == kind)


def as_computed() -> int:
    """The multiply-accumulates of `street` whose stem reads blocks of two pixels.

    A kernel of 3x3 pixels is one of 3x2 blocks, whose fourth column is zero.
    """
    bundle = load_bundle("street")
    width, height = bundle.input_size
    stem, rgb = Shape.load("compact").stem, 3
    return bundle.counts.macs + (width // 2) * (height // 2) * stem * rgb * 3


@pytest.mark.parametrize("engine", ["onnxruntime", "openvino"])
def test_street_adds_up_layer_by_layer(engine: str) -> None:
    results = measured("street", engine)
    (case,) = results["cases"]
    profile = case["profile"]
    assert case["ran_on"] == engine
    assert case["ms"]["n"] == results["repeats"] == 25

    shares = [one["share"] for one in profile["layers"]]
    assert sum(shares) + profile["between_ms"] / profile["whole_ms"] == pytest.approx(1, abs=1e-3)
    assert sum(one["share"] for one in profile["kinds"]) == pytest.approx(1, abs=1e-4)
    assert profile["layers_ms"] + profile["between_ms"] == pytest.approx(profile["whole_ms"])
    # What an engine does outside its layers is little, whatever else the machine does.
    assert -0.02 < profile["between_ms"] / profile["whole_ms"] < 0.5
    assert len(profile["layers"]) > 100
    assert all(one["ms"] >= 0 for one in profile["layers"])

    assert profile["macs"] == as_computed() == sum(one["macs"] for one in profile["kinds"])
    assert layers_of(profile, kinds.DEPTHWISE) == 19
    assert layers_of(profile, kinds.POINTWISE) == 44
    assert layers_of(profile, kinds.DENSE) == 10
    # One for each of the eleven condensers and three steps of the decoder.
    assert layers_of(profile, kinds.RESIZING) == 14
    assert layers_of(profile, kinds.OTHER) == 0
    for one in profile["layers"]:
        if one["macs"] and one["ms"]:
            # The milliseconds are rounded to a tenth of a microsecond.
            told_ms = one["macs"] / one["gmac_per_s"] / 1e6
            assert told_ms == pytest.approx(one["ms"], rel=1e-3, abs=1e-4)

    told = markdown(results)
    assert "ms between the layers = " in told
    assert f"| whole inference       | {len(profile['layers'])} " in told
    assert "refine_4/conv/Conv" in told


def test_the_float_network_multiplies_as_often() -> None:
    (case,) = measured("street", "openvino", "fp32")["cases"]
    assert case["precision"] == "fp32"
    assert case["profile"]["macs"] == as_computed()


def test_padded_channels_count_as_they_are_computed() -> None:
    (case,) = measured("street", "onnxruntime", "fp32")["cases"]
    macs = load_bundle("street").counts.macs
    assert macs < case["profile"]["macs"] < 1.2 * macs


@pytest.mark.parametrize("engine", ["torch", "cuda"])
def test_refuses_an_engine_that_tells_no_layers(engine: str, tiny: Path) -> None:
    with pytest.raises(EngineError, match=f"'{engine}' cannot be profiled: .*and openvino"):
        measured(tiny, engine)


def test_a_layer_of_unknown_multiplications_leaves_the_sum_unknown() -> None:
    known = Layer("first", kinds.DENSE, 3_000_000, 1.0)
    unknown = Layer("second", kinds.OTHER, None, 2.0)
    profile = to_mapping(Part([known, unknown], whole_ms=4.0))
    assert profile["macs"] is None
    assert profile["layers"][0]["gmac_per_s"] == 3.0
    assert [(one["kind"], one["share"]) for one in profile["kinds"]] == [
        (kinds.OTHER, 0.5),
        (kinds.DENSE, 0.25),
        (BETWEEN, 0.25),
    ]


def test_a_layer_that_hardly_gets_on_has_a_speed_all_the_same() -> None:
    slow = Layer("starved", kinds.DEPTHWISE, 1_760_000, 87.0)
    profile = to_mapping(Part([slow], whole_ms=90.0))
    assert profile["layers"][0]["gmac_per_s"] == pytest.approx(0.02023, rel=1e-3)


@pytest.mark.parametrize(
    ("channels", "groups", "window", "kind"),
    [
        ((24, 40), 1, (3, 3), kinds.DENSE),
        ((24, 40), 1, (1, 1), kinds.POINTWISE),
        ((64, 64), 64, (5, 5), kinds.DEPTHWISE),
        ((64, 64), 4, (3, 3), kinds.GROUPED),
        ((64, 64), 64, (1, 1), kinds.ELEMENTWISE),
        ((1, 8), 1, (3, 3), kinds.DENSE),
    ],
)
def test_kinds_of_convolutions(
    channels: tuple[int, int], groups: int, window: tuple[int, int], kind: str
) -> None:
    assert kinds.kind_of_convolution(*channels, groups, window) == kind


def test_a_step_that_took_no_microsecond_while_warming_up_is_one_all_the_same() -> None:
    bundle = load_bundle("street")
    width, height = bundle.input_size
    profiler = OpenVinoProfiler(bundle, np.zeros((height, width, 3), np.uint8), 1)
    # OpenVINO says of such a step that it was not executed.
    name = next(iter(profiler._cold))
    del profiler._cold[name]
    profiler.run()
    assert name in [layer.name for layer in profiler.layers()]
