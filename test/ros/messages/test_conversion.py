# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Encodings that are not in the table go to cv_bridge, where there is one.

PyPI has no cv_bridge: a module of its name with its one function stands in for it here.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from sensor_msgs.msg import Image

from attendseg_ros.images.bad_image import BadImageError
from attendseg_ros.images.sample_bits import SampleBits
from attendseg_ros.pictures import MAX_PIXELS
from attendseg_ros.ros.messages.conversion import cv_bridge_converter, to_rgb

SIZE = (4, 2)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """What cv_bridge gives, or raises, for the next images."""
    prepared: list[Any] = []

    class CvBridge:
        def imgmsg_to_cv2(self, _message: Image, encoding: str) -> Any:
            assert encoding == "rgb8"
            answer = prepared.pop()
            if isinstance(answer, Exception):
                raise answer
            return answer

    module = ModuleType("cv_bridge")
    module.CvBridge = CvBridge  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "cv_bridge", module)
    cv_bridge_converter.cache_clear()
    yield prepared
    cv_bridge_converter.cache_clear()


def message(encoding: str) -> Image:
    width, height = SIZE
    return Image(width=width, height=height, step=width, encoding=encoding, data=bytes(8))


def converted(encoding: str) -> Any:
    return to_rgb(message(encoding), SampleBits(), MAX_PIXELS)


def test_cv_bridge_converts_what_the_table_does_not_hold(answers: list[Any]) -> None:
    picture = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    answers.append(picture)
    assert np.array_equal(converted("newest_encoding"), picture)


def test_the_table_comes_first(answers: list[Any]) -> None:
    answers.append(AssertionError("not asked"))
    assert converted("mono8").shape == (2, 4, 3)
    assert len(answers) == 1


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (RuntimeError("Unrecognized image encoding [what]"), "Unrecognized image encoding"),
        (np.zeros((2, 4), np.uint8), "in place of an RGB image"),
        (np.zeros((2, 3, 3), np.uint8), "in place of an RGB image"),
        (np.zeros((2, 4, 3), np.float32), "in place of an RGB image"),
    ],
)
def test_what_is_no_image_is_refused(answers: list[Any], answer: Any, reason: str) -> None:
    answers.append(answer)
    with pytest.raises(BadImageError, match=reason):
        converted("what")


def test_too_large_an_image_is_not_handed_over(answers: list[Any]) -> None:
    answers.append(AssertionError("not asked"))
    huge = message("what")
    huge.width = huge.height = 60_000
    with pytest.raises(BadImageError, match="60000x60000"):
        to_rgb(huge, SampleBits(), MAX_PIXELS)
    assert len(answers) == 1
