# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The node with a foreign network of one size that gives class ids and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.depth_camera import DepthCamera
from support.foreign_graphs import Foreign, class_file, image_of, painted
from support.point_clouds import read
from support.ros_client import image
from support.segmentation_rig import HEIGHT, WIDTH, Rig
from support.waiting import wait_until

from attendseg_ros.importing.adapting import Said
from attendseg_ros.importing.bundle_import import ImportConfig, import_model
from attendseg_ros.importing.pixels import Pixels

SIZE = (96, 64)
MASK = painted(*SIZE)

pytestmark = pytest.mark.usefixtures("defaults")


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    folder = tmp_path_factory.mktemp("rig")
    foreign = Foreign(ends_in="hidden_ids", size=SIZE)
    pixels = Pixels(foreign.scale, foreign.mean, foreign.std)
    config = ImportConfig(
        model=foreign.write(folder / "network.onnx"),
        bundle=folder / "foreign",
        classes=str(class_file(folder, ["red", "green", "blue", "yellow"])),
        said=Said(pixels),
    )
    import_model(config)
    with Rig(folder, Path(config.bundle)) as rig:
        yield rig


def sent(rig: Rig) -> Any:
    return image(image_of(MASK), "rgb8", rig.client.header())


def test_the_mask_is_the_network_s(rig: Rig, camera: Any) -> None:
    masks = rig.output("mask")
    np.testing.assert_array_equal(rig.mask(camera, sent(rig), masks), MASK)


def test_there_is_no_confidence_and_that_is_said(rig: Rig, camera: Any) -> None:
    masks, confidences = rig.output("mask"), rig.output("confidence")
    line = "gives class ids without confidence"

    def said() -> bool:
        # The node may not know the second subscriber yet as it has the first image.
        rig.mask(camera, sent(rig), masks)
        return line in rig.process.log()

    wait_until(said, "a line of the log")
    assert "confidence has a subscriber" in rig.process.wait_for_log(line)
    rig.mask(camera, sent(rig), masks)
    assert confidences.messages == []


@pytest.mark.parametrize("name", ["min_confidence", "temporal_smoothing"])
def test_what_takes_a_confidence_is_refused(name: str, rig: Rig) -> None:
    (result,) = rig.client.set(**{name: 0.5})
    assert not result.successful
    assert result.reason.startswith(f"{name}: model 'foreign' gives class ids")


def test_another_size_is_refused_with_the_one_there_is(rig: Rig) -> None:
    (result,) = rig.client.set(input_size=[192, 64])
    assert not result.successful
    assert "takes 96x64 only" in result.reason
    rig.client.must_set(input_size=list(SIZE))


def test_points_are_of_no_certainty(rig: Rig, camera: Any, depth: DepthCamera) -> None:
    picture = image(image_of(painted(WIDTH, HEIGHT)), "rgb8", rig.client.header())
    cloud = read(depth.cloud(camera, picture))
    assert set(np.unique(cloud["label"])) <= {0, 1, 2, 3}
    assert (cloud["confidence"] == 0).all()
