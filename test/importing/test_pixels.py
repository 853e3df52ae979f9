# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The numbers that a network wants of a pixel, as the options tell them."""

from __future__ import annotations

import numpy as np
import pytest

from attendseg_ros.errors import DataError
from attendseg_ros.importing.pixels import Pixels


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("imagenet", [0.5], None, None, False), "--like"),
        ((None, None, [0.0], None, False), "--std"),
        ((None, [1.0, 2.0], None, None, False), "--mean"),
        ((None, None, None, -1.0, False), "--scale"),
    ],
)
def test_pixels_that_cannot_be(arguments: tuple[object, ...], words: str) -> None:
    with pytest.raises(DataError, match=words):
        Pixels.of_options(*arguments)  # type: ignore[arg-type]


def test_mean_and_std_tell_their_own_scale() -> None:
    small = Pixels.of_options(None, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225], None, False)
    large = Pixels.of_options(None, [123.675, 116.28, 103.53], [58.395, 57.12, 57.375], None, False)
    assert small is not None
    assert large is not None
    for first, second in zip(small.factors(), large.factors(), strict=True):
        np.testing.assert_allclose(first, second, rtol=1e-3)
