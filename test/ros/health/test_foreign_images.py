# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Images that the model was not trained on: said in ~/timing, /diagnostics and the log."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticStatus
from support.familiar_bundle import FAMILIARITY
from support.ros_client import image, values
from support.segmentation_rig import HEIGHT, WIDTH, Rig
from support.tiny_bundle import write_tiny_bundle

from attendseg_ros.ros.health.foreign_watch import FEWEST, FRAMES, ForeignWatch

pytestmark = pytest.mark.usefixtures("defaults")

WORDS = "this does not look like what `scenes` was trained on"


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model whose own images are painted in its colours."""
    ranges = [{**FAMILIARITY["ranges"][0], "input_size": [WIDTH, HEIGHT]}]
    return write_tiny_bundle(
        tmp_path_factory.mktemp("bundle") / "scenes",
        input_size=(WIDTH, HEIGHT),
        overrides={"name": "scenes", "familiarity": {**FAMILIARITY, "ranges": ranges}},
    )


@pytest.fixture(scope="module")
def rig(folder: Path, scenes: Path) -> Iterator[Rig]:
    with Rig(folder, scenes) as rig:
        yield rig


def noise(rig: Rig) -> Any:
    pixels = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    return image(pixels, "rgb8", rig.client.header())


def show(rig: Rig, camera: Any, message: Any, count: int) -> list[float]:
    """Sends an image until it was answered so many times; returns how foreign each was."""
    timing = rig.timing()
    found = []
    for _ in range(count):
        message.header = rig.client.header()
        (answer,) = rig.client.ask(camera, message, timing)
        found.append(float(answer.foreignness))
    return found


def is_known(status: DiagnosticStatus) -> bool:
    return values(status)["foreignness"] != "unknown"


def test_noise_raises_the_alarm_and_the_models_own_scenes_end_it(rig: Rig, camera: Any) -> None:
    assert max(show(rig, camera, rig.painted(), FRAMES)) < 1.0
    assert WORDS not in rig.status("network", is_known).message

    foreign = show(rig, camera, noise(rig), FRAMES)
    assert min(foreign) > 1.0
    status = rig.status("network", lambda status: WORDS in status.message)
    assert status.level == status.WARN
    assert "(limit 1)" in status.message
    assert float(values(status)["foreignness"]) == pytest.approx(foreign[-1], abs=0.01)
    assert WORDS in rig.process.wait_for_log(WORDS)

    show(rig, camera, rig.painted(), FRAMES)
    rig.status("network", lambda status: WORDS not in status.message)


def test_one_foreign_image_among_others_is_no_alarm(rig: Rig, camera: Any) -> None:
    show(rig, camera, rig.painted(), FEWEST)
    assert show(rig, camera, noise(rig), 1)[0] > 1.0
    assert WORDS not in rig.status("network", is_known).message


def test_nought_switches_the_alarm_off(rig: Rig, camera: Any) -> None:
    show(rig, camera, noise(rig), FRAMES)
    rig.status("network", lambda status: WORDS in status.message)
    rig.client.must_set(max_foreignness_warn=0.0)
    status = rig.status("network", lambda status: WORDS not in status.message)
    assert float(values(status)["foreignness"]) > 1.0
    rig.client.must_set(max_foreignness_warn=50.0)
    status = rig.status("network", is_known)
    assert WORDS not in status.message


def test_another_model_begins_anew_and_may_know_nothing(
    rig: Rig, camera: Any, tiny_path: Path
) -> None:
    show(rig, camera, noise(rig), FRAMES)
    rig.status("network", lambda status: WORDS in status.message)
    rig.client.must_set(model=str(tiny_path))
    rig.status("network", lambda status: values(status)["model"] == "tiny")
    show(rig, camera, noise(rig), FEWEST)
    assert isnan(show(rig, camera, noise(rig), 1)[0])
    status = rig.status("network")
    assert "does not look like" not in status.message
    assert values(status)["foreignness"] == "unknown"


def test_the_median_needs_a_few_images_and_forgets_old_ones() -> None:
    watch = ForeignWatch()
    for _ in range(FEWEST - 1):
        watch.add(3.0)
    assert isnan(watch.median)
    assert not watch.begins(1.0)
    watch.add(float("nan"))
    assert isnan(watch.median)
    watch.add(3.0)
    assert watch.median == 3.0
    assert watch.begins(1.0)
    assert not watch.begins(1.0)
    for _ in range(FRAMES):
        watch.add(0.0)
    assert watch.median == 0.0
    assert not watch.begins(1.0)
    assert not watch.begins(0.0)
