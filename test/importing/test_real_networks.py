# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Networks of well-kept libraries: the bundle's mask is the library's own post-processing's."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from support.foreign_families import balanced, export
from support.foreign_graphs import class_file
from support.real_networks import families

from attendseg_ros.cli.main import main
from attendseg_ros.inference import Segmenter, load_bundle
from attendseg_ros.scene import StreetScene

MOST_OTHERS = 0.005
"""Share of the pixels that may have another class."""


def scene(width: int, height: int) -> NDArray[np.uint8]:
    """A picture with edges, areas and textures."""
    return StreetScene(3, width, height).render(7.25).rgb


@pytest.mark.parametrize("name", families())
def test_the_mask_is_the_library_s_own(name: str, tmp_path: Path) -> None:
    try:
        family = families()[name]()
    except (ImportError, RuntimeError) as error:
        pytest.skip(f"its library is not installed (requirements/import_test.txt): {error}")
    importlib.import_module(family.needs)
    image = scene(*family.size)
    network = balanced(family, family.build(), image)
    file = export(family, network, tmp_path / "network.onnx")
    one = str(class_file(tmp_path, ["object"]))
    options = [option.replace("{one}", one) for option in family.options]
    assert main(["import", str(file), "-o", str(tmp_path / "bundle"), *options]) == 0
    wanted = family.ask(network, image, image.shape[:2])
    assert len(np.unique(wanted)) > 1, "a mask of one class would prove little"
    bundle = load_bundle(tmp_path / "bundle")
    with closing(Segmenter(bundle, "onnxruntime")) as segmenter:
        labels = segmenter.segment(image).labels
        assert (labels != wanted).mean() <= MOST_OTHERS
        # An image of twice the size, of which the network sees the same: its pixels are doubled.
        larger = segmenter.segment(image.repeat(2, axis=0).repeat(2, axis=1)).labels
    wanted = family.ask(network, image, larger.shape)
    if bundle.decoding == "image" and wanted.shape == larger.shape:
        assert (larger != wanted).mean() <= MOST_OTHERS


@pytest.fixture(scope="module")
def tflite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of networks that went the way Keras, TFLite, ONNX, and of what TFLite says."""
    for package in ("tensorflow", "tf2onnx"):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"{package} is not installed (requirements/import_test.txt)")
    folder = tmp_path_factory.mktemp("tflite")
    np.save(folder / "image.npy", scene(256, 192))
    script = Path(__file__).parents[1] / "support" / "tflite_network.py"
    command = [sys.executable, str(script), str(folder), str(folder / "image.npy")]
    subprocess.run(command, check=True, timeout=300)
    return folder


@pytest.mark.parametrize("name", ["soft", "ids"])
def test_the_mask_is_tflite_s_own(name: str, tflite: Path, tmp_path: Path) -> None:
    told = ["--classes", "pascal_voc", "--like", "minus1to1"]
    bundle = tmp_path / "bundle"
    assert main(["import", str(tflite / f"{name}.onnx"), "-o", str(bundle), *told]) == 0
    wanted = np.load(tflite / f"{name}.npy")
    assert len(np.unique(wanted)) > 1
    with closing(Segmenter(load_bundle(bundle), "onnxruntime")) as segmenter:
        labels = segmenter.segment(np.load(tflite / "image.npy")).labels
    assert (labels != wanted).mean() <= MOST_OTHERS
