# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the log says of a model: what runs, and once which bundle the engine wants."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.tiny_bundle import write_tiny_bundle

from attendseg_ros.inference import Segmenter, load_bundle
from attendseg_ros.inference.selection import asked_for
from attendseg_ros.ros.model.model_news import ModelNews


class Log:
    def __init__(self) -> None:
        self.info: list[str] = []
        self.warnings: list[str] = []
        self.news = ModelNews(self.info.append, self.warnings.append)


@pytest.fixture
def segmenter(tiny_path: Path) -> Iterator[Segmenter]:
    with Segmenter.load(tiny_path, "onnxruntime", 1) as made:
        yield made


def test_a_bundle_for_the_processor_on_a_gpu_is_warned_of_once(segmenter: Segmenter) -> None:
    log = Log()
    # As on a machine with a GPU, which this one need not have.
    segmenter._selection = asked_for("tensorrt", "tensorrt+cuda")
    log.news.tell(segmenter)
    log.news.tell(segmenter)
    (warning,) = log.warnings
    assert "--target tensorrt" in warning
    log.news.forget()
    log.news.tell(segmenter)
    assert len(log.warnings) == 2


def test_a_bundle_for_tensorrt_on_the_processor_is_told_of(tiny_path: Path) -> None:
    log = Log()
    bundle = replace(load_bundle(tiny_path), target="tensorrt")
    with Segmenter(bundle, "onnxruntime", 1) as segmenter:
        log.news.tell(segmenter)
    assert "is made for TensorRT and runs on onnxruntime" in log.info[-1]
    assert log.warnings == []


def test_nothing_is_advised_where_they_fit(segmenter: Segmenter) -> None:
    log = Log()
    log.news.tell(segmenter)
    assert len(log.info) == 2
    assert "runs on onnxruntime" in log.info[-1]
    assert log.warnings == []


def test_keys_that_have_no_effect_are_warned_of_once(tmp_path: Path) -> None:
    log = Log()
    path = write_tiny_bundle(tmp_path / "b", overrides={"ouptut": "logits"})
    with Segmenter.load(path, "onnxruntime", 1) as segmenter:
        log.news.tell(segmenter)
        log.news.tell(segmenter)
    (warning,) = log.warnings
    assert "'ouptut' has no effect" in warning
    assert "the nearest is output" in warning
