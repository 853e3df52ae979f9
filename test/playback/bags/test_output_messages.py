# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The outputs that a bag gets: what the node would have published."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support import bags
from support.labelled_bags import CLASSES, decoded, drive, label, label_some, out_name, raw

from attendseg_ros.playback.bags.bag_source import BagSource
from attendseg_ros.playback.bags.labelled_bag import LabelledBag

OUTPUTS = ("mask", "color_mask", "overlay", "confidence", "label_info")


@pytest.mark.parametrize("kind", bags.KINDS)
def test_every_output_of_the_node_can_be_chosen(tmp_path: Path, kind: str) -> None:
    path, out = drive(tmp_path, kind), tmp_path / out_name(kind)
    label(path, out, OUTPUTS)
    palette = CLASSES.palette()
    colors = [m.data.reshape(6, 8, 3) for _, m in decoded(out, "/segmentation/color_mask")]
    np.testing.assert_array_equal(colors[1], np.broadcast_to(palette[2], (6, 8, 3)))
    overlays = [m for _, m in decoded(out, "/segmentation/overlay")]
    assert [overlay.encoding for overlay in overlays] == ["rgb8", "rgb8"]
    blended = (palette[2].astype(int) + 2) / 2
    assert np.abs(overlays[1].data.reshape(6, 8, 3) - blended).max() <= 0.5
    confidences = [m for _, m in decoded(out, "/segmentation/confidence")]
    assert [int(confidence.data[0]) for confidence in confidences] == [0, 4]
    ((time_ns, names),) = decoded(out, "/segmentation/label_info")
    assert time_ns == bags.START_NS
    assert [(n.class_id, n.class_name) for n in names.class_map] == [
        (info.id, info.name) for info in CLASSES.classes
    ]


@pytest.mark.parametrize("kind", bags.KINDS)
def test_results_of_an_earlier_run_are_painted_like_new_ones(tmp_path: Path, kind: str) -> None:
    store = bags.typestore_of(kind)
    pictures = [np.full((6, 8, 3), (level, 50, 90), np.uint8) for level in range(3)]
    for name, type_, images in (
        ("raw", bags.IMAGE, [bags.raw_image(store, p, "rgb8", 7) for p in pictures]),
        ("png", bags.COMPRESSED, [bags.compressed_image(store, p, ".png", 7) for p in pictures]),
    ):
        folder = tmp_path / name
        folder.mkdir()
        path = bags.write_bag(folder, kind, [("/camera", type_, images)])
        whole, resumed = (folder / "new" / f"{n}_{out_name(kind)}" for n in ("whole", "resumed"))
        label(path, whole, OUTPUTS)
        label_some(LabelledBag(BagSource(path), resumed, OUTPUTS), 2)
        label(path, resumed, OUTPUTS)
        assert raw(resumed) == raw(whole)
        assert len(decoded(resumed, "/segmentation/overlay")) == 3
