# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The flicker benchmark measures what it says: a street standing still, and one driven along."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from support.tiny_bundle import write_tiny_bundle

from attendseg_ros.benchmark.flicker import (
    SETTLED,
    FlickerPlan,
    averaged_blindly,
    driving,
    flicker,
    measure_flicker,
    smoothed,
    standing,
)
from attendseg_ros.benchmark.tables import markdown
from attendseg_ros.errors import BundleError
from attendseg_ros.inference import Segmenter, load_bundle
from attendseg_ros.labels import ClassTable
from attendseg_ros.scene import StreetScene

FRAMES = SETTLED + 8


@pytest.fixture(scope="module")
def scene() -> StreetScene:
    return StreetScene(11, 128, 64)


@pytest.fixture(scope="module")
def segmenter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Segmenter]:
    folder = write_tiny_bundle(tmp_path_factory.mktemp("bundle"), input_size=(128, 64))
    made = Segmenter(load_bundle(folder), "onnxruntime", num_threads=1)
    yield made
    made.close()


def test_standing_frames_differ_in_noise_alone(scene: StreetScene) -> None:
    first, *others = standing(scene, 5.0, 4)
    for frame in others:
        np.testing.assert_array_equal(frame.labels, first.labels)
        assert (frame.rgb != first.rgb).any()
        # Six times the strongest noise of a street.
        assert np.abs(frame.rgb.astype(int) - first.rgb).max() < 2 * 6 * 5


def test_driving_frames_move(scene: StreetScene) -> None:
    first, *_, last = driving(scene, 5.0, 30)
    assert (first.labels != last.labels).any()


def test_smoothing_lowers_the_flicker_that_is_measured(
    scene: StreetScene, segmenter: Segmenter
) -> None:
    plain, smooth = (
        flicker(smoothed(segmenter, weight), standing(scene, 5.0, FRAMES)) for weight in (0.0, 0.8)
    )
    assert plain > 0.0
    assert smooth < plain / 2


def test_averaging_all_pixels_smears_what_moves(segmenter: Segmenter) -> None:
    drive = list(driving(StreetScene(11, 128, 64), 5.0, FRAMES))

    def changed(masks: Iterator[NDArray[np.uint8]]) -> float:
        plain = smoothed(segmenter, 0.0)(drive)
        return float(np.mean([(a != b).mean() for a, b in zip(masks, plain, strict=True)]))

    blind = changed(averaged_blindly(segmenter.bundle, "onnxruntime", 0.8)(drive))
    assert changed(smoothed(segmenter, 0.8)(drive)) < blind / 4


def test_all_ways_of_smoothing_are_scored(tiny: Path) -> None:
    results = measure_flicker(FlickerPlan(str(tiny), "onnxruntime", 1, SETTLED + 2))
    cases = [(case["smoothing"], case["of_all_pixels"]) for case in results["cases"]]
    assert cases == [(0.0, False), (0.5, False), (0.8, False), (0.8, True)]
    first = results["cases"][0]
    assert first["changed"] == 0.0
    assert results["engine"] == "onnxruntime"
    assert "| 0.8, but of all pixels " in markdown(results)


def test_a_model_of_other_classes_is_refused(tmp_path: Path) -> None:
    folder = write_tiny_bundle(tmp_path / "drone", classes=ClassTable.load("drone"))
    with pytest.raises(BundleError, match="the streets have CamVid's classes"):
        measure_flicker(FlickerPlan(str(folder), "onnxruntime", 1, SETTLED + 2))
