# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Weights beside an ONNX file, read only from the file's own folder and within bounds."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import onnx
from onnx import TensorProto

from attendseg_ros.errors import DataError
from attendseg_ros.importing.tensors import all_tensors, bytes_of
from attendseg_ros.inference.bundle import MOST_MODEL_BYTES
from attendseg_ros.shortening import shortened_text


def read_external_data(model: onnx.ModelProto, path: Path) -> None:
    """Brings every tensor that is stored beside the file into the model.

    Raises:
        DataError: a tensor's place is outside of the folder, missing, too short or too large.
    """
    total = model.ByteSize()
    for tensor in all_tensors(model):
        if tensor.data_location != TensorProto.EXTERNAL:
            continue
        content = _content(tensor, path, MOST_MODEL_BYTES - total)
        total += len(content)
        tensor.raw_data = content
        del tensor.external_data[:]
        tensor.ClearField("data_location")


def _content(tensor: TensorProto, path: Path, most: int) -> bytes:
    name = shortened_text(tensor.name)
    entries = {entry.key: entry.value for entry in tensor.external_data}
    file = _place(path, entries.get("location", ""), name)
    wanted = bytes_of(tensor, path)
    offset = _number(entries, "offset", 0, path, name)
    length = _number(entries, "length", wanted, path, name)
    if length != wanted:
        raise DataError(
            f"{path}: tensor '{name}' of {list(tensor.dims)} takes {wanted} bytes, and {length} "
            f"are said to be in {file.name}"
        )
    if wanted > most:
        raise DataError(f"{path}: its weights take more than {MOST_MODEL_BYTES} bytes")
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise DataError(
            f"{path}: its weights are in {file.name}, which is not beside it: copy both files"
        ) from None
    except OSError as error:
        raise DataError(f"{file}: cannot be read: {error.strerror}") from error
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise DataError(f"{file} is not a file: a folder, pipe or device holds no weights")
        if offset + length > found.st_size:
            raise DataError(
                f"{file} is truncated: tensor '{name}' ends at byte {offset + length}, the file "
                f"at {found.st_size}"
            )
        with open(handle, "rb", closefd=False) as opened:
            opened.seek(offset)
            return opened.read(length)
    finally:
        os.close(handle)


def _place(path: Path, location: str, name: str) -> Path:
    """The file that a location means; never one outside of the model's folder."""
    folder = Path(os.path.realpath(path.parent))
    shown = shortened_text(location)
    if not location or "\0" in location or Path(location).is_absolute():
        raise DataError(
            f"{path}: tensor '{name}' lies in '{shown}': only files in the model's own folder are "
            "read"
        )
    file = path.parent / location
    real = Path(os.path.realpath(file))
    if folder != real.parent and folder not in real.parents:
        raise DataError(
            f"{path}: tensor '{name}' lies in '{shown}', which leads out of the model's folder: "
            "only files in it are read (copy links as files: cp -L)"
        )
    return file


def _number(entries: dict[str, str], key: str, default: int, path: Path, name: str) -> int:
    text = entries.get(key, str(default))
    if not text.isdecimal() or len(text) > 18:
        raise DataError(f"{path}: tensor '{name}' has the {key} {shortened_text(text)!r}")
    return int(text)
