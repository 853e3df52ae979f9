# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""AttendSeg beside networks of others: counts, and latency in one run on one engine."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from attendseg_ros.benchmark.bursts import BURST, burst
from attendseg_ros.benchmark.checkout import import_rivals
from attendseg_ros.benchmark.latency import check_same_engine
from attendseg_ros.benchmark.machine import machine
from attendseg_ros.benchmark.summary import summary
from attendseg_ros.deployment.float_twin import float_twin
from attendseg_ros.errors import BenchmarkError
from attendseg_ros.files import write_atomically
from attendseg_ros.inference import Bundle, load_bundle
from attendseg_ros.inference.bundle import BundleCounts
from attendseg_ros.inference.engines import create_engine
from attendseg_ros.json_text import to_json
from attendseg_ros.labels import ClassTable
from attendseg_ros.progress import progress_of
from attendseg_ros.terms import Terms

if TYPE_CHECKING:
    from benchmark.rivals import Rival

_FLOAT_BYTES = 4


@dataclass(frozen=True)
class PeersPlan:
    """What to measure.

    Attributes:
        models: names of shipped models or bundle folders; an 8-bit one is measured in both
            precisions, see `float_twin`.
        rivals: names of the networks of others; None for all.
        image_size: width and height of the images; a rival gets the next larger size that it
            takes, a model of ours its own input size.
        engine: that runs all of them.
        threads: of the engine; 0 for all physical cores but one, from two to four.
        repeats: measured runs of each network.
        graphs: folder where the exported networks are kept, so that the next run, or one that
            goes on after a stop, need not export them again.
    """

    models: Sequence[str]
    rivals: Sequence[str] | None
    image_size: tuple[int, int]
    engine: str
    threads: int
    repeats: int
    graphs: Path


@dataclass(frozen=True)
class Network:
    """One network, ready to run: ours, or another's as a bundle in memory."""

    name: str
    bundle: Bundle
    size: tuple[int, int]
    source: str
    accuracy: Mapping[str, Any] | None
    note: str = ""


def measure_peers(plan: PeersPlan) -> dict[str, Any]:
    """Counts every network, then runs all of them in turns.

    Counts and exported graphs are kept; latencies never are, because only those of one run can be
    compared.

    Raises:
        BenchmarkError: an unknown rival, or no source checkout.
        BundleError: a model is unfit.
        EngineError: the engine is not installed or cannot run a network.
    """
    facts = machine()
    networks = [*_ours(plan), *_rivals(plan)]
    times: list[list[float]] = [[] for _ in networks]
    rounds = max(1, -(-plan.repeats // BURST))
    with ExitStack() as stack:
        engines = []
        for network in progress_of(networks, desc="loading", leave=False):
            engine = create_engine(plan.engine, network.bundle, network.size, plan.threads)
            stack.enter_context(closing(engine))
            check_same_engine(plan.engine, engine.name)
            engines.append(engine)
        random = np.random.default_rng(0)
        for _ in progress_of(range(rounds), desc="rounds", leave=False):
            for network, engine, mine in zip(networks, engines, times, strict=True):
                width, height = network.size
                mine += burst(engine, random.integers(0, 256, (height, width, 3), np.uint8))
    return {
        "benchmark": "peers",
        "machine": facts,
        "engine": plan.engine,
        "threads": plan.threads,
        "image_size": list(plan.image_size),
        "repeats": rounds * BURST,
        "networks": [_row(network, mine) for network, mine in zip(networks, times, strict=True)],
    }


def _row(network: Network, times: list[float]) -> dict[str, Any]:
    return {
        "name": network.name,
        "precision": network.bundle.precision,
        "size": list(network.size),
        **asdict(network.bundle.counts),
        "ms": summary(times),
        "accuracy": network.accuracy,
        "source": network.source,
        "note": network.note,
    }


def _padded(size: tuple[int, int], multiple: int) -> tuple[int, int]:
    width, height = (-(-side // multiple) * multiple for side in size)
    return width, height


def _ours(plan: PeersPlan) -> Iterator[Network]:
    for model in plan.models:
        bundle = load_bundle(model)
        versions = [bundle]
        if bundle.precision == "int8":
            versions.append(float_twin(bundle))
        for version in versions:
            yield Network(
                name=f"AttendSeg {version.name}, {version.precision}",
                bundle=version,
                # Whatever the image, the node brings it to this size, and the scores are of it.
                size=version.input_size,
                source="attendseg_ros",
                accuracy=_scored(version),
            )


def _scored(bundle: Bundle) -> dict[str, Any] | None:
    """Pixel accuracy on CamVid as the bundle's training left it; "torch" is the float network."""
    key = "torch" if bundle.precision == "fp32" else bundle.precision
    scores = bundle.scores.get(key)
    if bundle.classes != ClassTable.load("camvid") or not isinstance(scores, Mapping):
        return None
    split = f"split '{bundle.scores.get('split')}'"
    if bundle.scores.get("trained_on_split"):
        split += ", which it was trained on"
    return {"value": scores["pixel_accuracy"], "source": f"own measurement, {split}"}


def _rivals(plan: PeersPlan) -> list[Network]:
    if plan.rivals is not None and not plan.rivals:
        return []
    known: dict[str, Rival] = {rival.name: rival for rival in import_rivals().RIVALS}
    names = list(known) if plan.rivals is None else list(plan.rivals)
    for name in names:
        if name not in known:
            raise BenchmarkError(f"unknown rival '{name}': there are {', '.join(known)}")
    plan.graphs.mkdir(parents=True, exist_ok=True)
    return [
        _rival(known[name], plan)
        for name in progress_of(names, desc="counting and exporting", leave=False)
    ]


def _rival(rival: Rival, plan: PeersPlan) -> Network:
    size = _padded(plan.image_size, rival.size_multiple)
    stem = f"{rival.name.replace(' ', '_').replace('+', 'plus')}_{size[0]}x{size[1]}"
    graph, counts_file = plan.graphs / f"{stem}.onnx", plan.graphs / f"{stem}.json"
    found = _kept(graph, counts_file)
    if found is None:
        from benchmark.rivals.export import export

        model, counts = export(rival, size)
        found = {**asdict(counts), "sha256": hashlib.sha256(model).hexdigest()}
        write_atomically(graph, model)
        write_atomically(counts_file, to_json(found).encode())
    return Network(
        name=rival.name,
        bundle=_as_bundle(rival, size, graph, found),
        size=size,
        source=rival.source,
        accuracy=None if rival.accuracy is None else asdict(rival.accuracy),
        note=rival.note,
    )


def _kept(graph: Path, counts_file: Path) -> dict[str, Any] | None:
    """The counts of a graph that was exported before, where both files are as they were written."""
    try:
        found: dict[str, Any] = json.loads(counts_file.read_text(encoding="utf-8"))
        whole = found["sha256"] == hashlib.sha256(graph.read_bytes()).hexdigest()
        return found if whole and {"parameters", "macs"} <= found.keys() else None
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _as_bundle(
    rival: Rival, size: tuple[int, int], graph: Path, counts: Mapping[str, int]
) -> Bundle:
    """So that the engines run it exactly as they run ours: same options, same camera bytes."""
    model = graph.read_bytes()
    return Bundle(
        path=graph.parent,
        name=rival.name,
        description=rival.source,
        precision="fp32",
        sha256=hashlib.sha256(model).hexdigest(),
        input_size=size,
        input_sizes=(size,),
        size_multiple=rival.size_multiple,
        output_stride=rival.output_stride,
        classes=ClassTable.load("camvid"),
        counts=BundleCounts(
            parameters=counts["parameters"],
            macs=counts["macs"],
            weight_bytes=_FLOAT_BYTES * counts["parameters"],
        ),
        scores={},
        license=Terms(weights="random"),
        model=model,
    )
