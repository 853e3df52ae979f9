# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A model bundle read from disk: a folder of model.onnx, model.yaml and MODEL_CARD.md."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from attendseg_ros.documents import read_small_file, read_yaml, shortened, shortened_text
from attendseg_ros.errors import AttendSegError, BundleError, ClassTableError
from attendseg_ros.inference.registry import DESCRIPTION_FILE as DESCRIPTION_FILE
from attendseg_ros.inference.registry import find_bundle
from attendseg_ros.labels import ClassTable
from attendseg_ros.labels.classes import KEYS

FORMAT_VERSION = 1
MODEL_FILE = "model.onnx"
PRECISIONS = ("int8", "fp32")

MOST_MODEL_BYTES = 1 << 31
"""What a protocol buffer, which an ONNX file is, can hold."""


@dataclass(frozen=True)
class BundleCounts:
    """How large the network is: parameters, multiply-accumulates at `input_size`, weight bytes."""

    parameters: int
    macs: int
    weight_bytes: int


@dataclass(frozen=True)
class BundleLicense:
    """Who may use the weights, and on what terms the data they come from was given."""

    weights: str
    data: str


@dataclass(frozen=True)
class Bundle:
    """Everything model.yaml says, and the checked content of model.onnx.

    The graph takes `image`, uint8 (1, height, width, 3) RGB with height and width multiples of
    `size_multiple`, and gives `logits`, float32 (1, len(classes), height / output_stride,
    width / output_stride), one channel a class in the order of `classes`.

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
        license: terms of the weights and of their training data.
        model: the bytes of model.onnx.
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
    license: BundleLicense
    model: bytes = field(repr=False)


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
    except Exception as error:
        # The node asks for any path that a user sets: whatever is wrong with it is an answer.
        raise BundleError(
            f"model {shortened_text(name_or_path)!r} cannot be loaded: {type(error).__name__}: "
            f"{shortened_text(error)}"
        ) from error


def _load(name_or_path: str | Path) -> Bundle:
    path = find_bundle(name_or_path)
    description_file = path / DESCRIPTION_FILE
    fields = _Fields(_read_yaml(description_file), description_file)
    sha256 = fields.sha256()
    return Bundle(
        path=path,
        name=fields.text("name"),
        description=fields.text("description"),
        precision=fields.choice("precision", PRECISIONS),
        sha256=sha256,
        input_size=fields.input_size(),
        input_sizes=fields.input_sizes(),
        size_multiple=fields.count("size_multiple", minimum=1),
        output_stride=fields.count("output_stride", minimum=1),
        classes=fields.classes(),
        counts=BundleCounts(
            **{
                key: fields.section("counts").count(key)
                for key in ("parameters", "macs", "weight_bytes")
            }
        ),
        scores=fields.section("scores").values,
        license=BundleLicense(
            **{key: fields.section("license").text(key) for key in ("weights", "data")}
        ),
        model=_read_model(path / MODEL_FILE, sha256),
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


class _Fields:
    """The fields of one mapping in model.yaml, each checked as it is read."""

    def __init__(self, values: object, file: Path, prefix: str = "") -> None:
        if not isinstance(values, Mapping):
            what = prefix.rstrip(".") or "its content"
            raise BundleError(f"{file}: {what} must be a mapping, got {shortened(values)}")
        self.values: Mapping[str, Any] = values
        self._file = file
        self._prefix = prefix
        if not prefix:
            self._check_version()

    def _check_version(self) -> None:
        version = self.values.get("format_version")
        if version != FORMAT_VERSION or isinstance(version, bool):
            raise BundleError(
                f"{self._file}: format_version must be {FORMAT_VERSION}, the one this version of "
                f"attendseg_ros reads, got {shortened(version)}"
            )

    def _wrong(self, key: str, wanted: str) -> BundleError:
        got = shortened(self.values[key]) if key in self.values else "nothing"
        return BundleError(f"{self._file}: {self._prefix}{key} must be {wanted}, got {got}")

    def text(self, key: str) -> str:
        value = self.values.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self._wrong(key, "a text that is not empty")
        return value

    def choice(self, key: str, choices: tuple[str, ...]) -> str:
        value = self.values.get(key)
        if value not in choices:
            raise self._wrong(key, f"one of {', '.join(choices)}")
        return str(value)

    def count(self, key: str, minimum: int = 0) -> int:
        value = self.values.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < minimum:
            raise self._wrong(key, f"an integer of at least {minimum}")
        return value

    def section(self, key: str) -> _Fields:
        if not isinstance(self.values.get(key), Mapping):
            raise self._wrong(key, "a mapping")
        return _Fields(self.values[key], self._file, f"{self._prefix}{key}.")

    def sha256(self) -> str:
        value = self.values.get("sha256")
        if not isinstance(value, str) or len(value) != 64 or set(value) - set("0123456789abcdef"):
            raise self._wrong("sha256", "64 lower-case hexadecimal digits")
        return value

    def input_size(self) -> tuple[int, int]:
        size = _size(self.values.get("input_size"), self.count("size_multiple", minimum=1))
        if size is None:
            raise self._wrong("input_size", self._form_of_size())
        return size

    def input_sizes(self) -> tuple[tuple[int, int], ...]:
        own, multiple = self.input_size(), self.count("size_multiple", minimum=1)
        given = self.values.get("input_sizes", [list(own)])
        sizes = [_size(size, multiple) for size in given] if isinstance(given, list) else []
        found = {size for size in sizes if size is not None}
        if len(found) < len(sizes) or own not in found:
            raise self._wrong(
                "input_sizes",
                f"a list of {self._form_of_size()}, none twice, with input_size {list(own)} "
                "among them",
            )
        return tuple(sorted(found, key=lambda size: (size[0] * size[1], size), reverse=True))

    def _form_of_size(self) -> str:
        multiple = self.count("size_multiple", minimum=1)
        return f"[width, height], each a positive multiple of {multiple}"

    def classes(self) -> ClassTable:
        table = {key: self.values[key] for key in KEYS if key in self.values}
        try:
            return ClassTable.from_mapping(table)
        except ClassTableError as error:
            raise BundleError(f"{self._file}: {error}") from error


def _size(value: object, multiple: int) -> tuple[int, int] | None:
    """The width and height that a list holds; None when it does not."""
    if not isinstance(value, list) or len(value) != 2:
        return None
    for side in value:
        if not isinstance(side, int) or isinstance(side, bool) or side < 1 or side % multiple:
            return None
    return value[0], value[1]
