# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Thin things in large images: what an image loses on its way to the network shows in the mask."""

from __future__ import annotations

from contextlib import closing

import cv2
import numpy as np
from numpy.typing import NDArray

from attendseg_ros.inference import Segmenter, load_bundle
from attendseg_ros.scene import StreetScene

WIDTH, HEIGHT = 1280, 720


def test_poles_at_720p_are_found_better_than_by_skipping_pixels() -> None:
    bundle = load_bundle("street")
    pole = bundle.classes.id_of("pole")
    overlap = {"ours": np.zeros(2, np.int64), "bilinear": np.zeros(2, np.int64)}
    with closing(Segmenter(bundle, "onnxruntime", 2)) as segmenter:
        for seed in range(66):
            frame = StreetScene(seed, WIDTH, HEIGHT).render(0.0)
            skipped = np.asarray(cv2.resize(frame.rgb, segmenter.input_size), np.uint8)
            small = segmenter.segment(skipped).labels
            masks: dict[str, NDArray[np.uint8]] = {
                "ours": segmenter.segment(frame.rgb).labels,
                "bilinear": np.asarray(
                    cv2.resize(small, (WIDTH, HEIGHT), interpolation=cv2.INTER_NEAREST), np.uint8
                ),
            }
            for name, mask in masks.items():
                found, true = mask == pole, frame.labels == pole
                overlap[name] += ((found & true).sum(), (found | true).sum())
    iou = {name: both / either for name, (both, either) in overlap.items()}
    assert iou["ours"] > iou["bilinear"] + 0.002, iou
