# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What holds of every rendered scene: it depends on its seed, its size and the time alone."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from typing import TypeAlias

import numpy as np
import pytest

from attendseg_ros.scene import RoomScene, SceneFrame, StreetScene

Scene: TypeAlias = type[StreetScene] | type[RoomScene]

FINGERPRINT = """
import hashlib
from attendseg_ros import scene
frame = scene.{name}(3, 160, 120).render(7.25)
print(hashlib.sha256(frame.rgb.tobytes() + frame.labels.tobytes()).hexdigest())
"""


@pytest.fixture(params=[StreetScene, RoomScene], ids=lambda kind: kind.__name__)
def kind(request: pytest.FixtureRequest) -> Scene:
    chosen: Scene = request.param
    return chosen


def same(first: SceneFrame, second: SceneFrame) -> bool:
    return np.array_equal(first.rgb, second.rgb) and np.array_equal(first.labels, second.labels)


def test_a_frame_does_not_depend_on_what_was_rendered_before(kind: Scene) -> None:
    scene = kind(3, 160, 120)
    first = scene.render(7.25)
    scene.render(0.0)
    scene.render(100.0)
    assert same(first, scene.render(7.25))
    assert same(first, kind(3, 160, 120).render(7.25))


def test_a_frame_is_the_same_in_another_process(kind: Scene) -> None:
    frame = kind(3, 160, 120).render(7.25)
    here = hashlib.sha256(frame.rgb.tobytes() + frame.labels.tobytes()).hexdigest()
    done = subprocess.run(
        [sys.executable, "-c", FINGERPRINT.format(name=kind.__name__)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == here


def test_seeds_give_different_scenes(kind: Scene) -> None:
    frames = [kind(seed, 160, 120).render(5.0) for seed in range(4)]
    for index, frame in enumerate(frames):
        for other in frames[:index]:
            assert np.mean(frame.labels != other.labels) > 0.05
            assert np.abs(frame.rgb.astype(int) - other.rgb).mean() > 5.0


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((0, 15, 480), "at least 16x16, got 15x480"),
        ((0, 160, 15), "at least 16x16, got 160x15"),
        ((-1, 640, 480), "seed must be at least 0"),
    ],
)
def test_what_cannot_be_rendered_is_refused(
    kind: Scene, arguments: tuple[int, int, int], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        kind(*arguments)
