# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A network that gives NaN for some images: no mask of those, counted, named, and got over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from support.faulty_bundle import BAD, marked, write_bad_logits, write_half_overflow
from support.ros_client import image, pixels_of, values, wait_until
from support.segmentation_rig import HEIGHT, WIDTH, Rig
from support.tiny_bundle import painted, stripes

SIZE = (WIDTH, HEIGHT)
TRUTH = stripes(*SIZE, count=8)
GOOD = painted(TRUTH)
SAYS = "engine 'onnxruntime' with model 'tiny'"
KEY = "frames failed: network result not finite"

pytestmark = pytest.mark.usefixtures("defaults")


@pytest.fixture(scope="module", params=["nan", "overflow"])
def rig(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    folder = tmp_path_factory.mktemp("rig")
    if request.param == "nan":
        model = write_bad_logits(folder / "model", np.nan, input_size=SIZE)
    else:
        model = write_half_overflow(folder / "model", input_size=SIZE)
    with Rig(folder, model) as rig:
        yield rig


def good(rig: Rig) -> Any:
    return image(GOOD, "rgb8", rig.client.header())


def bad(rig: Rig) -> Any:
    return image(marked(GOOD, BAD), "rgb8", rig.client.header())


def test_it_is_refused_named_and_counted_and_the_next_one_served(rig: Rig, camera: Any) -> None:
    masks = rig.output("mask")
    rig.client.ask(camera, good(rig), masks)
    line = rig.refuses(camera, bad(rig), good(rig), "network result not finite")
    assert SAYS in line
    assert "logits" in line
    rig.wait_for_count("network", KEY, 1)


def test_a_few_in_a_row_are_an_error_until_a_mask_comes(rig: Rig, camera: Any) -> None:
    masks = rig.output("mask")
    rig.client.ask(camera, good(rig), masks)
    masks.clear()
    sent = bad(rig)
    stopped = [False]

    def in_error(status: Any) -> bool:
        if not stopped[0]:
            camera.publish(sent)
        return bool(status.level == status.ERROR and "in a row" in status.message)

    status = rig.status("network", in_error)
    assert SAYS in status.message
    assert "frames in a row without a mask" in status.message
    # It stays so though nothing more comes.
    stopped[0] = True
    assert rig.status("network").level == status.ERROR
    rig.client.ask(camera, good(rig), masks)
    rig.status("network", lambda s: s.level == s.OK or "in a row" not in s.message)
    assert all(mask.header.stamp != sent.header.stamp for mask in masks.messages)


@pytest.mark.parametrize("output", ["traversable", "confidence", "color_mask", "overlay"])
def test_no_output_has_anything_of_it(rig: Rig, camera: Any, output: str) -> None:
    inbox = rig.output(output)
    rig.client.must_set(traversable_classes=["road"], obstacle_classes=["car"])
    rig.client.ask(camera, good(rig), inbox)
    sent, before = bad(rig), int(rig.value("network", KEY))
    inbox.clear()

    def counted() -> bool:
        camera.publish(sent)
        return int(rig.value("network", KEY)) > before

    wait_until(counted, "the frame to be counted")
    rig.client.ask(camera, good(rig), inbox)
    assert all(message.header.stamp != sent.header.stamp for message in inbox.messages)


def test_smoothing_survives_it(rig: Rig, camera: Any) -> None:
    rig.client.must_set(temporal_smoothing=0.9)
    masks = rig.output("mask")
    for _ in range(3):
        rig.client.ask(camera, good(rig), masks)
        before = int(rig.value("network", KEY))

        def counted(before: int = before) -> bool:
            camera.publish(bad(rig))
            return int(rig.value("network", KEY)) > before

        wait_until(counted, "the frame to be counted")
        (answer,) = rig.client.ask(camera, good(rig), masks)
        np.testing.assert_array_equal(pixels_of(answer), TRUTH)
    assert values(rig.status("network"))["model"] == "tiny"
