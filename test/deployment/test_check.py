# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Logits that are not finite pass no check, however few they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.faulty_bundle import BAD, marked, write_bad_logits
from support.tiny_bundle import painted, stripes

from attendseg_ros.deployment.check import agreement
from attendseg_ros.errors import LogitsError
from attendseg_ros.inference import create_engine, load_bundle

SIZE = (704, 64)
GOOD = painted(stripes(*SIZE, count=8))


def test_one_nan_of_the_engine_or_of_the_network_is_refused(tmp_path: Path) -> None:
    path = write_bad_logits(tmp_path / "nan", np.nan, everywhere=False, input_size=SIZE)
    bundle = load_bundle(path)
    right = create_engine("onnxruntime", bundle, SIZE, 1).infer(GOOD)
    assert agreement(bundle, "onnxruntime", [GOOD], [right]).pixels == 1.0
    with pytest.raises(LogitsError, match="engine 'onnxruntime' with model 'tiny': 1 NaN"):
        agreement(bundle, "onnxruntime", [marked(GOOD, BAD)], [right])
    wrong = right.copy()
    wrong[0, 0, 0] = np.nan
    with pytest.raises(LogitsError, match="the network of model 'tiny': 1 NaN"):
        agreement(bundle, "onnxruntime", [GOOD], [wrong])
