# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The outputs that a bag gets: what the node would have published."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support import bags
from support.labelled_bags import CLASSES, decoded, drive, label, out_name


@pytest.mark.parametrize("kind", bags.KINDS)
def test_every_output_of_the_node_can_be_chosen(tmp_path: Path, kind: str) -> None:
    path, out = drive(tmp_path, kind), tmp_path / out_name(kind)
    label(path, out, ("mask", "color_mask", "overlay", "confidence", "label_info"))
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
