# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A model bundle read from disk: a folder of model.onnx, model.yaml and MODEL_CARD.md."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from attendseg_ros.documents import read_small_file, read_yaml
from attendseg_ros.errors import AttendSegError, BundleError, reason_of
from attendseg_ros.inference.bundle_fields import Fields
from attendseg_ros.inference.bundle_keys import COUNTS, unread_keys
from attendseg_ros.inference.confidence_calibration import ConfidenceCalibration
from attendseg_ros.inference.familiarity import Familiarity
from attendseg_ros.inference.registry import DESCRIPTION_FILE as DESCRIPTION_FILE
from attendseg_ros.inference.registry import find_bundle
from attendseg_ros.labels import UNLABELLED, ClassTable
from attendseg_ros.shortening import shortened_text
from attendseg_ros.terms import Terms

MODEL_FILE = "model.onnx"
PRECISIONS = ("int8", "fp32")

TARGETS = ("cpu", "tensorrt")
"""What a graph is made for: the engines on the processor, or TensorRT, which quantizes otherwise.

Both run on every engine; what differs is which one computes them in 8 bits throughout.
"""

OUTPUTS = ("logits", "probabilities", "class_ids")
"""What a graph's output can be: scores before a softmax, shares of one, or one map of channels."""

DECODINGS = ("network", "image")
"""At whose size the largest logit is looked for, where the image is the larger one."""

MOST_MODEL_BYTES = 1 << 31
"""What a protocol buffer, which an ONNX file is, can hold."""


@dataclass(frozen=True)
class BundleCounts:
    """How large the network is: parameters, multiply-accumulates at `input_size`, weight bytes."""

    parameters: int
    macs: int
    weight_bytes: int


@dataclass(frozen=True)
class Bundle:
    """Everything model.yaml says, and the checked content of model.onnx.

    The graph takes `image`, uint8 (1, height, width, 3) RGB with height and width multiples of
    `size_multiple`, and gives `logits`, float32 (1, channels, height / output_stride,
    width / output_stride), one channel a class in the order of `classes`. Networks of others may
    give more channels, other values (`output`) and another grid (`output_size`).

    Attributes:
        path: the bundle's folder.
        name: what the model is called.
        description: one or two sentences about it.
        precision: "int8" or "fp32".
        sha256: of model.onnx, in lower-case hexadecimal.
        input_size: width and height in pixels at which its scores were measured.
        input_sizes: the sizes that the node may choose among to hold a latency, the one of most
            pixels first; `input_size` is one of them.
        size_multiple: what any other width and height must be a multiple of.
        output_stride: input pixels a logit pixel, along each side.
        classes: names, ids and colours.
        counts: size of the network.
        scores: measured accuracy, as its training left it.
        license: terms of the weights and of the data that they come from.
        model: the bytes of model.onnx.
        output: one of `OUTPUTS`. "class_ids" is a single channel, of the number of the winning one.
        background_channel: the channel that wins where there is none of the classes.
        output_size: width and height of the output of a graph that takes `input_size` only; None
            for one that takes other sizes too.
        decoding: one of `DECODINGS`.
        calibration: how sure it is of what it says; None where nobody measured.
        familiarity: what tells images that are foreign to the model; None where nobody measured.
        target: one of `TARGETS`.
        unread: a line for each key of model.yaml that has no effect, as a misspelled one.
    """

    path: Path
    name: str
    description: str
    precision: str
    sha256: str
    input_size: tuple[int, int]
    input_sizes: tuple[tuple[int, int], ...]
    size_multiple: int
    output_stride: int
    classes: ClassTable
    counts: BundleCounts
    scores: Mapping[str, Any]
    license: Terms
    model: bytes = field(repr=False)
    output: str = OUTPUTS[0]
    background_channel: int | None = None
    output_size: tuple[int, int] | None = None
    decoding: str = DECODINGS[0]
    calibration: ConfidenceCalibration | None = None
    familiarity: Familiarity | None = None
    target: str = TARGETS[0]
    unread: tuple[str, ...] = ()

    @property
    def channel_ids(self) -> tuple[int, ...]:
        """The class id that each channel stands for; `UNLABELLED` for the background."""
        ids = list(self.classes.ids)
        if self.background_channel is not None:
            ids.insert(self.background_channel, UNLABELLED)
        return tuple(ids)

    @property
    def temperature(self) -> float:
        """What logits are divided by before the softmax of the confidence."""
        return 1.0 if self.calibration is None else self.calibration.temperature

    @property
    def gives_confidence(self) -> bool:
        """Whether the output tells how sure the network is."""
        return self.output != "class_ids"

    def output_shape(self, input_size: tuple[int, int]) -> tuple[int, int, int]:
        """Channels, height and width of the output for an input of a width and height."""
        width, height = self.output_size or (side // self.output_stride for side in input_size)
        return (len(self.channel_ids) if self.gives_confidence else 1), height, width

    def unfit_size(self, input_size: tuple[int, ...]) -> str | None:
        """Why the graph cannot take an input of a width and height; None where it can."""
        if self.output_size is not None and input_size != self.input_size:
            width, height = self.input_size
            return f"takes {width}x{height} only"
        if any(side < 1 or side % self.size_multiple for side in input_size):
            return f"takes multiples of {self.size_multiple} only"
        return None


def load_bundle(name_or_path: str | Path) -> Bundle:
    """Reads and checks a bundle.

    Args:
        name_or_path: the name of a model ("street", "pkg://package/name") or the path of a
            bundle's folder, see `find_bundle`.

    Raises:
        BundleError: there is no such model, a file is missing, model.onnx is not the file that
            model.yaml was written for, or a field of model.yaml is wrong.
    """
    try:
        return _load(name_or_path)
    except AttendSegError:
        raise
    except OSError as error:
        place = error.filename or name_or_path
        raise BundleError(f"{shortened_text(place)} cannot be read: {reason_of(error)}") from error
    except Exception as error:
        # The node asks for any path that a user sets: whatever is wrong with it is an answer.
        raise BundleError(
            f"model {shortened_text(name_or_path)!r} cannot be loaded: {type(error).__name__}: "
            f"{shortened_text(error)}"
        ) from error


def _load(name_or_path: str | Path) -> Bundle:
    path = find_bundle(name_or_path)
    description_file = path / DESCRIPTION_FILE
    fields = Fields(_read_yaml(description_file), description_file)
    sha256 = fields.sha256()
    classes = fields.classes()
    output = fields.choice_or("output", OUTPUTS)
    return Bundle(
        path=path,
        name=fields.name("name"),
        description=fields.text("description"),
        precision=fields.choice("precision", PRECISIONS),
        sha256=sha256,
        input_size=fields.input_size(),
        input_sizes=fields.input_sizes(),
        size_multiple=fields.count("size_multiple", minimum=1),
        output_stride=fields.count("output_stride", minimum=1),
        classes=classes,
        counts=BundleCounts(**{key: fields.section("counts").count(key) for key in COUNTS}),
        scores=fields.section("scores").values,
        license=fields.terms(),
        model=_read_model(path / MODEL_FILE, sha256),
        output=output,
        background_channel=fields.background_channel(len(classes)),
        output_size=fields.output_size(),
        decoding=fields.choice_or("decoding", DECODINGS),
        calibration=fields.calibration(output),
        familiarity=fields.familiarity(),
        target=fields.choice_or("target", TARGETS),
        unread=tuple(unread_keys(fields.values, description_file)),
    )


def _read_yaml(file: Path) -> object:
    _must_be_there(file)
    return read_yaml(file, BundleError)


def _must_be_there(file: Path) -> None:
    if not file.exists():
        raise BundleError(
            f"{file} is missing: a bundle is a folder of {MODEL_FILE} and {DESCRIPTION_FILE}"
        )


def _read_model(file: Path, sha256: str) -> bytes:
    _must_be_there(file)
    content = read_small_file(file, BundleError, MOST_MODEL_BYTES)
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise BundleError(
            f"{file} ({len(content)} bytes) is truncated or was changed: its sha256 is {found}, "
            f"{DESCRIPTION_FILE} says {sha256}; copy the whole bundle again"
        )
    return content
