# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Logits that are NaN or infinite make no mask, whatever engine they come from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import numpy_helper
from support.faulty_bundle import BAD, marked, write_bad_logits, write_half_overflow
from support.tiny_bundle import colour_classifier, painted, stripes, write_tiny_bundle

from attendseg_ros.errors import LogitsError
from attendseg_ros.inference import Bundle, Segmenter, available_engines, load_bundle
from attendseg_ros.inference.decode import Decoder
from attendseg_ros.inference.smoothing import Smoother
from attendseg_ros.labels import ClassTable

SIZE = (704, 64)
TRUTH = stripes(*SIZE, count=8)
GOOD = painted(TRUTH)


@pytest.fixture(params=["onnxruntime", "openvino"])
def branching_engine(request: pytest.FixtureRequest) -> str:
    """Engines that know the operators which make a fault depend on the image."""
    reason = available_engines()[request.param]
    if reason is not None:
        pytest.skip(reason)
    return str(request.param)


@pytest.fixture(params=[np.nan, np.inf, -np.inf], ids=str)
def value(request: pytest.FixtureRequest) -> float:
    return float(request.param)


@pytest.fixture
def sometimes_nan(tmp_path: Path) -> Iterator[Segmenter]:
    bundle = load_bundle(write_bad_logits(tmp_path / "nan", np.nan, input_size=SIZE))
    with closing(Segmenter(bundle, "onnxruntime", 1)) as segmenter:
        yield segmenter


@pytest.mark.parametrize("everywhere", [True, False], ids=["all", "one"])
@pytest.mark.parametrize("confidence", [True, False])
def test_such_a_frame_is_refused_with_engine_and_model_and_the_next_one_served(
    branching_engine: str, value: float, everywhere: bool, confidence: bool, tmp_path: Path
) -> None:
    path = write_bad_logits(tmp_path / "bad", value, everywhere=everywhere, input_size=SIZE)
    with closing(Segmenter(load_bundle(path), branching_engine, 1)) as segmenter:
        for _ in range(2):
            np.testing.assert_array_equal(segmenter.segment(GOOD).labels, TRUTH)
            with pytest.raises(LogitsError) as refusal:
                segmenter.segment(marked(GOOD, BAD), confidence=confidence)
    text = str(refusal.value)
    count = 11 * 16 * 176
    amount = count if everywhere else 1
    kinds = (amount, 0) if np.isnan(value) else (0, amount)
    assert f"engine '{branching_engine}' with model 'tiny'" in text
    assert f"{kinds[0]} NaN and {kinds[1]} infinite of {count} logits" in text


@pytest.mark.parametrize("scale", [np.nan, np.inf], ids=str)
def test_no_engine_makes_a_class_of_logits_that_are_all_unusable(
    engine_name: str, scale: float, tmp_path: Path
) -> None:
    model = colour_classifier(ClassTable.load("camvid"))
    # Of the last operator alone: the one before would make a number of it.
    model.graph.node[-1].input[1] = "broken_scale"
    model.graph.initializer.append(numpy_helper.from_array(np.float32(scale), "broken_scale"))
    onnx.checker.check_model(model)
    path = write_tiny_bundle(tmp_path / "bad", model=model.SerializeToString(), input_size=SIZE)
    with (
        closing(Segmenter(load_bundle(path), engine_name, 1)) as segmenter,
        pytest.raises(LogitsError, match=f"engine '{engine_name}' with model 'tiny'"),
    ):
        segmenter.segment(GOOD)


def test_what_overflows_in_float16_is_infinite_and_refused(tmp_path: Path) -> None:
    bundle = load_bundle(write_half_overflow(tmp_path / "half", input_size=SIZE))
    with closing(Segmenter(bundle, "onnxruntime", 1)) as segmenter:
        np.testing.assert_array_equal(segmenter.segment(GOOD).labels, TRUTH)
        with pytest.raises(LogitsError, match=r"0 NaN and [1-9]"):
            segmenter.segment(marked(GOOD, BAD))


def test_smoothing_goes_on_as_if_a_bad_frame_had_never_come(
    sometimes_nan: Segmenter, tiny: Bundle
) -> None:
    noise = np.random.default_rng(3).integers(-3, 4, (4, *GOOD.shape))
    images = [np.clip(GOOD + one, 0, 250).astype(np.uint8) for one in noise]

    def last(segmenter: Segmenter, shown: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
        confidence = None
        for number, rgb in enumerate(shown):
            try:
                result = segmenter.segment(
                    rgb, smoothing=0.9, stamp_ns=(number + 1) * 10**8, confidence=True
                )
                confidence = result.confidence
            except LogitsError:
                assert rgb[0, 0, 0] == BAD
        assert confidence is not None
        return confidence

    bad = marked(images[0], BAD)
    with_bad = last(sometimes_nan, [images[0], images[1], bad, images[2], images[3]])
    with closing(Segmenter(tiny, "onnxruntime", 1)) as other:
        without = last(other, images)
        unsmoothed = other.segment(images[3], confidence=True).confidence
    np.testing.assert_array_equal(with_bad, without)
    assert (with_bad != unsmoothed).any()


def test_a_first_frame_that_is_bad_leaves_no_average(sometimes_nan: Segmenter) -> None:
    with pytest.raises(LogitsError):
        sometimes_nan.segment(marked(GOOD, BAD), smoothing=0.9, stamp_ns=1)
    result = sometimes_nan.segment(GOOD, smoothing=0.9, stamp_ns=2)
    np.testing.assert_array_equal(result.labels, TRUTH)


@pytest.mark.parametrize("confidence", [True, False])
def test_decoder_and_smoother_refuse_by_themselves(value: float, confidence: bool) -> None:
    logits = np.zeros((3, 4, 8), np.float32)
    logits[1, 2, 3] = value
    with pytest.raises(LogitsError):
        Decoder((0, 1, 2), (32, 16)).decode(logits, (32, 16), confidence=confidence)
    with pytest.raises(LogitsError):
        Smoother().smooth(logits, np.zeros((16, 32, 3), np.uint8), 0.5, (32, 16), 1)


def test_large_numbers_are_no_infinity() -> None:
    logits = np.full((2, 4, 8), 1e38, np.float32)
    logits[1] = -1e38
    labels, confidence = Decoder((0, 1), (32, 16)).decode(logits, (32, 16), confidence=True)
    assert confidence is not None
    assert (labels == 0).all()
    assert (confidence == 255).all()
