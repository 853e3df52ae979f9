# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Label with the shipped models on emulated Arm boards: `make arm`, or `python -m reliability.arm`.

The aarch64 wheel of ONNX Runtime runs under qemu-user, and its label maps are compared with this
machine's. Exit status 1 where fewer pixels agree than must. Times under emulation mean nothing.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from tqdm import tqdm

from attendseg_ros.errors import AttendSegError
from attendseg_ros.inference import Bundle, load_bundle, shipped_models
from attendseg_ros.markdown import table
from reliability.arm import label_maps
from reliability.arm.agreement import LEAST, Agreement, agreements
from reliability.arm.boards import BOARDS
from reliability.arm.images import in_both_ways, pictures, rendered
from reliability.arm.system import ArmSystem, prepare

_SOURCES = Path(__file__).resolve().parents[2]


def main() -> int:
    """Runs what the command line asks for; returns the exit status."""
    options = _arguments()
    try:
        found = _compared(options)
    except AttendSegError as error:
        sys.exit(f"reliability.arm: {error}")
    print(described(found))
    return 0 if all(one.is_enough for every in found.values() for one in every) else 1


def described(found: dict[str, list[Agreement]]) -> str:
    """A table of what was found on each board, and whether it is enough."""
    header = ["board", "emulated", "model", "compared", "images", "pixels alike", "fewest", "bound"]
    rows = [
        [
            *(BOARDS[name].name, BOARDS[name].cpu, one.model, one.way, str(one.images)),
            *(f"{100 * one.share:.4f} %", f"{100 * one.fewest:.4f} %"),
            f"{100 * LEAST[one.way]:g} %" + ("" if one.is_enough else " MISSED"),
        ]
        for name, every in found.items()
        for one in every
    ]
    return table(header, rows)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m reliability.arm", description=__doc__)
    parser.add_argument("--board", nargs="+", choices=[*BOARDS], default=[*BOARDS], help="[all]")
    parser.add_argument("--models", nargs="+", default=[*shipped_models()], help="[those shipped]")
    parser.add_argument("--images", type=int, default=4, help="[4]")
    parser.add_argument("--pictures", type=Path, help="folder of pictures [rendered scenes]")
    parser.add_argument("-o", "--output", type=Path, default=Path("arm_output"))
    options = parser.parse_args()
    if options.images < 1:
        parser.error("--images must be 1 or more")
    return options


def _compared(options: argparse.Namespace) -> dict[str, list[Agreement]]:
    found: dict[str, list[Agreement]] = {board: [] for board in options.board}
    bundles = [load_bundle(model) for model in options.models]
    system = prepare(options.output)
    for bundle in tqdm(bundles, desc="labelling", unit="model"):
        for board, agreement in _of_bundle(bundle, system, options):
            found[board] += agreement
    return found


def _of_bundle(
    bundle: Bundle, system: ArmSystem, options: argparse.Namespace
) -> Iterator[tuple[str, list[Agreement]]]:
    count, folder = options.images, options.pictures
    images = rendered(count, bundle.classes) if folder is None else pictures(folder, count)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        given, here = work / "images.npz", work / "here.npz"
        label_maps.save(given, in_both_ways(images, [bundle.input_size]))
        label_maps.write_label_maps(given, here, [str(bundle.path)])
        for board in options.board:
            files = [given, here, work / "there.npz"]
            yield board, _agreements(system, board, files, bundle)


def _agreements(
    system: ArmSystem, board: str, files: list[Path], bundle: Bundle
) -> list[Agreement]:
    given, here, there = files
    script = [label_maps.__file__, str(given), str(there), str(bundle.path)]
    said = json.loads(system.run(BOARDS[board], script, [_SOURCES]))
    tqdm.write(
        f"{BOARDS[board].name}, {bundle.name}: {said['machine']}, "
        f"ONNX Runtime {said['onnxruntime']}"
    )
    with np.load(here) as mine, np.load(there) as theirs:
        return agreements(dict(mine), dict(theirs))


if __name__ == "__main__":
    sys.exit(main())
