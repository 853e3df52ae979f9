# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What counts of parameters that are set one after another, while something else runs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.tiny_bundle import write_tiny_bundle

from attendseg_ros.inference import Bundle, load_bundle
from attendseg_ros.ros.model.model_request import ModelRequests
from attendseg_ros.ros.parameters.settings import Settings

FIRST = Settings(model="old", classes=("car",))
PACED = Settings(target_latency_ms=50.0)


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return load_bundle(str(write_tiny_bundle(tmp_path_factory.mktemp("models") / "old")))


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return load_bundle(str(write_tiny_bundle(tmp_path_factory.mktemp("models") / "new")))


@pytest.fixture
def requests(old: Bundle) -> ModelRequests:
    """Those of a node in which the old model runs at its own size."""
    return ModelRequests(FIRST, old)


def test_what_needs_no_other_network_need_not_be_prepared(
    requests: ModelRequests, old: Bundle
) -> None:
    asked = replace(FIRST, min_confidence=0.5)
    assert not requests.follow(asked, old, anew=False)
    assert requests.now.settings is asked
    assert requests.settings_for(old) is asked


def test_another_size_is_prepared_also_where_it_was_not_set(
    requests: ModelRequests, old: Bundle
) -> None:
    width, height = old.input_size
    assert requests.follow(replace(FIRST, input_size=(2 * width, height)), old, anew=False)
    assert requests.now.size == (2 * width, height)
    assert requests.follow(FIRST, old, anew=False)
    assert requests.now.size == old.input_size


def test_what_is_asked_for_twice_is_told_apart(requests: ModelRequests, old: Bundle) -> None:
    assert requests.follow(FIRST, old, anew=True)
    first = requests.now
    assert requests.follow(FIRST, old, anew=True)
    assert requests.now.attempt > first.attempt


def test_a_frame_has_the_classes_of_the_model_that_runs(
    requests: ModelRequests, old: Bundle, new: Bundle
) -> None:
    asked = replace(FIRST, model="new", classes=("lawn",), jpeg_quality=50)
    requests.follow(asked, new, anew=True)
    settings = requests.settings_for(old)
    assert (settings.classes, settings.jpeg_quality) == (("car",), 50)
    requests.take_effect(requests.now, new, new.input_size)
    assert requests.settings_for(new) is asked


def test_what_a_model_without_confidence_cannot_have_is_not_its_own(
    old: Bundle, new: Bundle
) -> None:
    """Set together with a model that has one, and cannot run."""
    ids = replace(old, output="class_ids")
    requests = ModelRequests(FIRST, ids)
    asked = replace(FIRST, model="new", min_confidence=0.5, temporal_smoothing=0.5)
    requests.follow(asked, new, anew=True)
    settings = requests.settings_for(ids)
    assert (settings.min_confidence, settings.temporal_smoothing) == (0.0, 0.0)
    values = requests.take_back(requests.now, ids, ids.input_size)
    assert (values["min_confidence"], values["temporal_smoothing"]) == (0.0, 0.0)
    assert requests.settings_for(ids).min_confidence == 0.0


def test_a_model_that_fails_is_taken_back_with_its_classes(
    requests: ModelRequests, old: Bundle, new: Bundle
) -> None:
    requests.follow(replace(FIRST, model="new", classes=("lawn",)), new, anew=True)
    failed = requests.now
    values = requests.take_back(failed, old, old.input_size)
    assert (values["model"], values["classes"]) == ("old", ("car",))
    assert (requests.now.bundle, requests.now.settings) == (old, FIRST)
    # It was taken back already, and what is asked for now has not failed.
    assert requests.take_back(failed, old, old.input_size) == {}


def test_a_size_that_fails_takes_nothing_else_back(requests: ModelRequests, old: Bundle) -> None:
    width, height = old.input_size
    asked = replace(FIRST, input_size=(2 * width, height), jpeg_quality=50)
    requests.follow(asked, old, anew=True)
    requests.settle(old, old.input_size)
    values = requests.take_back(requests.now, old, old.input_size)
    assert values == {"input_size": FIRST.input_size}
    assert requests.now.settings == replace(FIRST, jpeg_quality=50)


def test_nothing_is_taken_back_once_something_else_is_asked_for(
    requests: ModelRequests, old: Bundle, new: Bundle
) -> None:
    requests.follow(replace(FIRST, model="new"), new, anew=True)
    failed = requests.now
    requests.follow(FIRST, old, anew=True)
    assert requests.take_back(failed, old, old.input_size) == {}
    assert requests.now.bundle is old


def test_a_paced_size_is_kept_while_the_target_and_the_size_set_stay(
    requests: ModelRequests, old: Bundle
) -> None:
    width, height = old.input_size
    smaller = (width // 2, height)
    requests.follow(PACED, old, anew=False)
    assert requests.pace(smaller, PACED)
    assert requests.now.size == smaller
    still = replace(PACED, target_latency_ms=60.0)
    assert not requests.follow(still, old, anew=False)
    assert requests.now.size == smaller
    assert requests.follow(replace(still, target_latency_ms=0.0), old, anew=False)
    assert requests.now.size == old.input_size


def test_a_size_chosen_by_earlier_parameters_is_not_asked_for(
    requests: ModelRequests, old: Bundle
) -> None:
    requests.follow(PACED, old, anew=False)
    before = requests.now
    assert not requests.pace((64, 64), replace(PACED))
    assert requests.now is before


def test_a_paced_size_that_cannot_run_is_named(requests: ModelRequests, old: Bundle) -> None:
    width, height = old.input_size
    smaller = (width // 2, height)
    requests.follow(PACED, old, anew=False)
    requests.pace(smaller, PACED)
    requests.stop_pacing(requests.now, old.input_size)
    assert (requests.now.size, requests.now.refused) == (old.input_size, smaller)
