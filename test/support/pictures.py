# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Pictures as cameras send them, and the words with which they are refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from attendseg_ros.images.bad_image import BadImageError
from attendseg_ros.images.encoded import decode_message


def photo(width: int = 320, height: int = 240) -> NDArray[np.uint8]:
    """BGR with detail everywhere and no mid-grey at its end."""
    noise = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    return np.asarray(cv2.GaussianBlur(noise, (0, 0), 2), np.uint8)


def picture(suffix: str, pixels: NDArray[Any], options: Sequence[int] = ()) -> bytes:
    done, data = cv2.imencode(suffix, np.ascontiguousarray(pixels), list(options))
    assert done
    return data.tobytes()


def refusal(data: bytes, form: str = "jpeg") -> BadImageError:
    with pytest.raises(BadImageError) as caught:
        decode_message(data, form)
    assert "\n" not in str(caught.value)
    return caught.value
