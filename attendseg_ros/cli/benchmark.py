# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`attendseg benchmark latency|pipeline|peers`: measures, saves JSON and a plot."""

from __future__ import annotations

import argparse
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from attendseg_ros.benchmark.latency import LatencyPlan, measure_latency
from attendseg_ros.benchmark.machine import in_words, machine
from attendseg_ros.benchmark.pipeline import TRANSPORTS, PipelinePlan, measure_pipeline
from attendseg_ros.benchmark.plots import plot
from attendseg_ros.benchmark.results import write_results
from attendseg_ros.benchmark.tables import markdown
from attendseg_ros.cli.verb import Result, add_engine, need_packages, size
from attendseg_ros.errors import EngineError
from attendseg_ros.inference import ENGINE_NAMES, available_engines
from attendseg_ros.inference.bundle import PRECISIONS
from attendseg_ros.inference.engines import PROCESSOR_ENGINES, check_available

NAME = "benchmark"
HELP = "measure speed on this machine: the engines, the whole pipeline, networks of others"

_OUTPUTS = ("mask", "color_mask", "overlay", "confidence")
_AS_FAST_AS_IT_GOES = "max"

# torch's engine knows our own operators only.
_RUN_ANY_GRAPH = ("onnxruntime", "openvino", "cuda", "tensorrt")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See `Verb`."""
    kinds = parser.add_subparsers(
        title="what to measure", metavar="WHAT", dest="kind", required=True
    )
    for kind, (text, add, _) in _KINDS.items():
        own = kinds.add_parser(kind, help=text, description=text)
        add(own)
        own.add_argument(
            "-o",
            "--output",
            type=Path,
            default=Path(f"benchmark_{kind}.json"),
            metavar="FILE",
            help="results; a plot goes beside it, as PNG (default: %(default)s)",
        )
        # Suppressed: the verb has the option too, and its value must not be reset here.
        own.add_argument(
            "--json", action="store_true", default=argparse.SUPPRESS, help="print JSON"
        )


def run(arguments: argparse.Namespace) -> Result:
    """See `Verb`."""
    for name, text in in_words(machine()).items():
        print(f"{name}: {text}", file=sys.stderr)
    measure = _KINDS[arguments.kind][2]
    results = measure(arguments)
    write_results(arguments.output, results)
    why_none = plot(results, arguments.output.with_suffix(".png"))
    if why_none is not None:
        print(why_none, file=sys.stderr)
    return results


def describe(result: Result) -> str:
    """See `Verb`."""
    return markdown(result)


def _add_latency(parser: argparse.ArgumentParser) -> None:
    _add_models(parser)
    parser.add_argument(
        "--engines",
        nargs="+",
        choices=ENGINE_NAMES,
        metavar="ENGINE",
        help="(default: onnxruntime and openvino, those that are installed)",
    )
    parser.add_argument(
        "--precision",
        nargs="+",
        choices=PRECISIONS,
        help="fp32 of an 8-bit model: its graph without quantization, which takes the package "
        "onnx (default: both where it is installed)",
    )
    parser.add_argument(
        "--sizes",
        nargs="+",
        type=size,
        default=[],
        metavar="WxH",
        help="of the network's input (default: each model's own)",
    )
    parser.add_argument("--threads", nargs="+", type=_positive, default=[1, 2, 4], metavar="N")
    _add_repeats(parser)


def _latency(arguments: argparse.Namespace) -> dict[str, Any]:
    precisions = arguments.precision
    if precisions is None:
        has_onnx = importlib.util.find_spec("onnx") is not None
        precisions = list(PRECISIONS) if has_onnx else []
    elif "fp32" in precisions:
        need_packages("benchmark latency --precision fp32", "onnx")
    return measure_latency(
        LatencyPlan(
            models=arguments.model,
            engines=arguments.engines or _installed(),
            precisions=precisions,
            sizes=arguments.sizes,
            threads=arguments.threads,
            repeats=arguments.repeats,
        )
    )


def _installed() -> list[str]:
    """The engines that a node chooses from.

    torch is there to check the others, not to be fast, and a GPU is asked for by name.

    Raises:
        EngineError: none is installed.
    """
    missing = available_engines()
    found = [name for name in PROCESSOR_ENGINES if name != "torch" and missing[name] is None]
    if not found:
        raise EngineError("no engine is installed: pip install onnxruntime")
    return found


def _add_pipeline(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", default="street", metavar="MODEL", help="(default: %(default)s)")
    add_engine(parser)
    parser.add_argument(
        "--transports", nargs="+", choices=TRANSPORTS, default=["raw"], help="of the images"
    )
    parser.add_argument(
        "--sizes",
        nargs="+",
        type=size,
        default=[(640, 480), (1280, 720), (1920, 1080)],
        metavar="WxH",
        help="of the images (default: 640x480 1280x720 1920x1080)",
    )
    parser.add_argument(
        "--rates",
        nargs="+",
        type=_rate,
        default=[10.0, 30.0, 60.0, 0.0],
        metavar="HZ",
        help="of the camera; max sends when the image before the last has its mask "
        "(default: 10 30 60 max)",
    )
    parser.add_argument(
        "--cameras",
        nargs="+",
        type=_positive,
        default=[1],
        metavar="N",
        help="that send such images to one node; several show how fair it is (default: 1)",
    )
    parser.add_argument(
        "--outputs",
        nargs="+",
        choices=_OUTPUTS,
        default=["mask"],
        help="that the listener subscribes to; latency is of the first (default: mask)",
    )
    for name, default, text in (
        ("duration", 30.0, "measured time of each scenario"),
        ("warm-up", 3.0, "time before it"),
    ):
        parser.add_argument(
            f"--{name}", type=_seconds, default=default, metavar="S", help=f"{text} [%(default)g s]"
        )
    parser.add_argument(
        "--reliable", action="store_true", help="the camera publishes reliably, not as sensor data"
    )
    parser.add_argument(
        "--against-baseline",
        action="store_true",
        help="also the node that tutorials show, in the same run (needs the source checkout, "
        "transformers, and makes the camera reliable)",
    )


def _pipeline(arguments: argparse.Namespace) -> dict[str, Any]:
    # Nothing is imported here: ROS runs in processes of its own.
    need_packages("benchmark pipeline", "rclpy")
    if arguments.against_baseline:
        need_packages("benchmark pipeline --against-baseline", "torch", "transformers")
    plan = PipelinePlan(
        model=arguments.model,
        engine=arguments.engine,
        threads=arguments.threads,
        transports=arguments.transports,
        sizes=arguments.sizes,
        rates_hz=arguments.rates,
        cameras=arguments.cameras,
        outputs=arguments.outputs,
        duration_s=arguments.duration,
        warm_up_s=arguments.warm_up,
        reliable=arguments.reliable,
        against_baseline=arguments.against_baseline,
    )
    return measure_pipeline(plan, lambda results: write_results(arguments.output, results))


def _add_peers(parser: argparse.ArgumentParser) -> None:
    _add_models(parser)
    parser.add_argument(
        "--rivals",
        nargs="*",
        metavar="NAME",
        help="names, such as EdgeSegNet or SegFormer-B0; none for ours alone (default: all)",
    )
    parser.add_argument(
        "--size",
        type=size,
        default=(480, 360),
        metavar="WxH",
        help="of the images; each network gets the next larger it takes (default: 480x360)",
    )
    parser.add_argument(
        "--engine", choices=_RUN_ANY_GRAPH, default="onnxruntime", help="(default: %(default)s)"
    )
    parser.add_argument("--threads", type=int, default=0, metavar="N")
    _add_repeats(parser)


def _peers(arguments: argparse.Namespace) -> dict[str, Any]:
    need_packages("benchmark peers", "torch", "onnx")
    check_available(arguments.engine)
    from attendseg_ros.benchmark.peers import PeersPlan, measure_peers

    return measure_peers(
        PeersPlan(
            models=arguments.model,
            rivals=arguments.rivals,
            image_size=arguments.size,
            engine=arguments.engine,
            threads=arguments.threads,
            repeats=arguments.repeats,
            graphs=arguments.output.with_name(f"{arguments.output.stem}_graphs"),
        )
    )


def _add_models(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model",
        nargs="+",
        default=["street"],
        metavar="MODEL",
        help="shipped models or bundle folders (default: street)",
    )


def _add_repeats(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--repeats",
        type=_positive,
        default=200,
        metavar="N",
        help="measured runs of each case (default: %(default)s)",
    )


def _rate(text: str) -> float:
    if text == _AS_FAST_AS_IT_GOES:
        return 0.0
    return _above_zero(text, f"a rate is a number of Hz above 0 or '{_AS_FAST_AS_IT_GOES}'")


def _seconds(text: str) -> float:
    return _above_zero(text, "a time is a number of seconds above 0")


def _above_zero(text: str, rule: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{rule}, got '{text}'")
    return value


def _positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"must be a whole number above 0, got '{text}'")
    return int(text)


_Kind = tuple[
    str,
    Callable[[argparse.ArgumentParser], None],
    Callable[[argparse.Namespace], dict[str, Any]],
]

_KINDS: dict[str, _Kind] = {
    "latency": ("the engine alone: engines, precisions, sizes, threads", _add_latency, _latency),
    "pipeline": ("camera to mask over the real middleware", _add_pipeline, _pipeline),
    "peers": ("counts and latency beside networks of others", _add_peers, _peers),
}
