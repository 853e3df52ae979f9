# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""One run: starts node and camera, records, stops them, and shows what came out."""

from __future__ import annotations

import math
import os
import shutil
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from attendseg_ros.inference import load_bundle
from attendseg_ros.placing import Placing, check_apart, keep_everything, real_place
from attendseg_ros.playback import open_source
from demo.budget import PictureBudget, Sent
from demo.children import Child
from demo.errors import DemoError
from demo.evaluation import evaluate
from demo.listener import Listener
from demo.live import LiveView
from demo.pictures import GRID, VIDEO, draw
from demo.recording import Message, RecordingWriter
from demo.report import table, write_summary
from demo.scenes import Scene, scene_of
from demo.topics import IMAGE, NODE

_NODE_MODULE = "attendseg_ros.ros.segmentation_node"
_SYNTHETIC_MODULE = "attendseg_ros.ros.synthetic_camera_node"
_PLAYBACK_MODULE = "attendseg_ros.ros.playback_camera_node"

# Loading a model and measuring every engine takes some seconds, on a busy machine many.
_START_TIMEOUT_S = 120.0
_FIRST_MASK_TIMEOUT_S = 30.0
_LAST_MASKS_S = 1.0
_POLL_S = 0.1

# The node and the recording: both have the first image, and the counts fit together.
_LISTENERS = 2

# A folder of a few pictures is shown again until there is something to look at and to measure.
_SHORTEST_S = 6.0

# Twice what 30 s of 640x480 at 30 Hz take.
_DISK_BYTES = 2_500_000_000

_RECORDING = "recording"
_SUMMARY = "summary.json"


@dataclass(frozen=True)
class Options:
    """What to show.

    Attributes:
        model: name of a shipped model or path of a bundle; None for the environment's.
        environment: where the synthetic camera is.
        engine: engine's name, or "auto".
        input: image, folder, video or bag; None for the synthetic camera.
        seconds: length of the run; an input that is shorter ends it earlier.
        seed: street or building of the synthetic camera; None for a good one.
        output: folder for everything that is written.
    """

    model: str | None
    environment: str
    engine: str
    input: Path | None
    seconds: float
    seed: int | None
    output: Path


@dataclass(frozen=True)
class _Camera:
    """The camera process to be, and for how long it is watched."""

    shown: str
    module: str
    parameters: dict[str, bool | int | float | str]
    seconds: float
    left_out: Sequence[str] = ()


def run_demo(options: Options) -> None:
    """Runs the demo and prints its table.

    Raises:
        AttendSegError: the model or the input cannot be used, or a process failed.
    """
    scene = scene_of(options.environment)
    model = options.model or scene.model()
    classes = load_bundle(model).classes
    camera = _camera(options, scene)
    recording = options.output / _RECORDING
    print(f"{camera.shown}, for {camera.seconds:.0f} s", flush=True)
    for line in camera.left_out:
        print(f"left out   {line}", flush=True)
    # What an earlier run left stays until this one has it all.
    with closing(_prepare(options)) as placing:
        try:
            sent = _record(options, model, camera, len(classes), placing.unfinished / _RECORDING)
            evaluation = evaluate(placing.unfinished / _RECORDING, classes, sent)
            draw(placing.unfinished / _RECORDING, classes, placing.unfinished)
            write_summary(placing.unfinished / _SUMMARY, camera.shown, evaluation)
            placing.finish()
        except OSError as error:
            raise DemoError(f"{options.output}: cannot be written: {error}") from error
    gigabytes = sum(file.stat().st_size for file in recording.iterdir()) / 1e9
    print(f"\n{table(camera.shown, evaluation)}\n")
    print(f"pictures   {options.output / GRID}")
    print(f"video      {options.output / VIDEO}")
    print(f"recording  {recording} (MCAP, {gigabytes:.1f} GB: opens in Foxglove)")
    if evaluation.frames_recorded < evaluation.frames_sent:
        print(
            f"           with the pictures of {evaluation.frames_recorded} of "
            f"{evaluation.frames_sent} frames, and everything else of all"
        )
    print(f"numbers    {options.output / _SUMMARY}")


def _camera(options: Options, scene: Scene) -> _Camera:
    if options.input is None:
        seed = scene.seed if options.seed is None else options.seed
        return _Camera(
            shown=f"synthetic camera in {scene.shown} {seed}",
            module=_SYNTHETIC_MODULE,
            parameters={
                "scene": scene.name,
                "seed": seed,
                "rate_hz": scene.rate_hz,
                "wait_for_subscribers": _LISTENERS,
            },
            seconds=options.seconds,
        )
    source = open_source(options.input)
    length_s = source.length_s or options.seconds
    # Whole passes, so that no picture counts more than another.
    passes = math.ceil(_SHORTEST_S / length_s)
    return _Camera(
        shown=source.description,
        module=_PLAYBACK_MODULE,
        parameters={
            "path": str(options.input),
            "loop": passes > 1,
            "wait_for_subscribers": _LISTENERS,
        },
        seconds=min(options.seconds, passes * length_s),
        left_out=source.left_out,
    )


def _prepare(options: Options) -> Placing:
    """Makes room; the logs alone are written into the output's folder at once."""
    output = options.output
    if options.input is not None:
        check_apart(output, [options.input])
    try:
        real_place(output).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DemoError(f"{output}: cannot be written: {error}") from error
    free = shutil.disk_usage(output).free
    if free < _DISK_BYTES:
        raise DemoError(
            f"{output}: {free / 1e9:.1f} GB are free; the recording needs up to "
            f"{_DISK_BYTES / 1e9:.1f} GB"
        )
    placing = Placing(output, keep_everything)
    placing.unfinished.mkdir()
    return placing


def _record(
    options: Options, model: str, camera: _Camera, num_classes: int, recording: Path
) -> Sent:
    """Runs both processes and leaves the recording; stops the processes whatever happens."""
    domain_id = free_domain_id()
    os.environ["ROS_DOMAIN_ID"] = str(domain_id)
    view = LiveView(num_classes)
    budget = PictureBudget()
    with RecordingWriter(recording) as writer:

        def hear(message: Message) -> None:
            view.see(message)
            if budget.admits(message):
                writer.put(message)

        with Listener(domain_id, hear) as listener:
            _run_processes(options, model, camera, listener, view)
    if writer.dropped:
        print(f"the disk was too slow: {writer.dropped} messages are not in the recording")
    return budget.sent


def _run_processes(
    options: Options, model: str, camera: _Camera, listener: Listener, view: LiveView
) -> None:
    print("starting the segmentation node ...", flush=True)
    node_process = Child(
        _NODE_MODULE,
        {"model": model, "engine": options.engine},
        {"image": IMAGE},
        options.output / "segmentation_node.log",
    )
    with node_process as node:
        _await(
            lambda: listener.node_listens(NODE, IMAGE),
            listener,
            [node],
            _START_TIMEOUT_S,
            "the segmentation node does not subscribe to the camera",
        )
        log = options.output / "camera.log"
        with Child(camera.module, camera.parameters, {}, log) as source:
            _await(
                lambda: view.masks > 0,
                listener,
                [node, source],
                _FIRST_MASK_TIMEOUT_S,
                "no mask came",
            )
            _watch(camera.seconds, node, source, listener, view)
        # The last image's mask is still on its way.
        time.sleep(_LAST_MASKS_S)
        _require_running(node)


def _watch(seconds: float, node: Child, source: Child, listener: Listener, view: LiveView) -> None:
    """Shows the progress until the time is over or the camera has shown everything."""
    start = time.monotonic()
    form = "{percentage:3.0f}% |{bar:24}| {elapsed} {desc}"
    total = round(seconds, 1)
    with tqdm(total=total, bar_format=form) as bar:
        while (elapsed := time.monotonic() - start) < seconds and not source.ended:
            listener.check()
            _require_running(node)
            bar.set_description_str(view.text(), refresh=False)
            bar.n = round(elapsed, 1)
            bar.refresh()
            time.sleep(0.5)
        bar.n = total
        bar.set_description_str(view.text())


def _require_running(node: Child) -> None:
    if node.ended:
        raise DemoError("the segmentation node ended before the demo did")


def _await(
    condition: Callable[[], bool],
    listener: Listener,
    children: list[Child],
    timeout_s: float,
    failure: str,
) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        listener.check()
        for child in children:
            # Raises if it failed; a short input may well end before its first mask is here.
            _ = child.ended
        if time.monotonic() > deadline:
            # The node is the first of them.
            said = children[0].last_words()
            raise DemoError(f"{failure} within {timeout_s:.0f} s; the node's last words: {said}")
        time.sleep(_POLL_S)


def free_domain_id() -> int:
    """A ROS domain that nobody on this host uses at the moment.

    Domains up to 101 stay clear of the ports that Linux gives out by itself. The first participant
    of domain d listens for unicast discovery on UDP port 7400 + 250 d + 10 (OMG DDSI-RTPS 2.3,
    9.6.1.1), so a domain whose port can be bound is free.

    Raises:
        DemoError: all are taken.
    """
    first = os.getpid()
    for offset in range(101):
        domain_id = 1 + (first + offset) % 101
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind(("", 7400 + 250 * domain_id + 10))
            except OSError:
                continue
        return domain_id
    raise DemoError("no ROS domain is free on this host")
