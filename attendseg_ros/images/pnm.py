# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""PNM and PAM pictures by what their headers say: OpenCV knows one scale and one order only.

It takes samples up to 100 for ones up to 255, red of a PAM for blue, and digits behind which no
space follows for a file that is cut off.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attendseg_ros.images.bad_image import BadImageError, Reason, check_length, check_size

_FIELD = re.compile(rb"(?:\s|#[^\n]*\n)*(\S+)")
_PAM_FIELD = re.compile(rb"^(WIDTH|HEIGHT|DEPTH|MAXVAL) +(\d+)", re.MULTILINE)
_NUMBER = re.compile(rb"-?\d+(\.\d*)?")
_COMMENT = re.compile(rb"#[^\n]*")
_LONGEST_FIELD = 20
_LONGEST_HEADER = 4096
_SIXTEEN_BITS = 65535

_DEPTHS = {b"2": 1, b"3": 3, b"5": 1, b"6": 3}
"""Samples a pixel, of the kinds that are not left to OpenCV."""


def check_pnm(data: bytes, max_pixels: int) -> None:
    """Refuses a PNM that is too large or not all there.

    Raises:
        BadImageError: says so.
    """
    kind = data[1:2]
    if kind == b"7":
        fields, end = _pam_header(data)
        width, height = fields[b"WIDTH"], fields[b"HEIGHT"]
        check_size(width, height, max_pixels)
        sample = 2 if fields[b"MAXVAL"] > 255 else 1
        check_length("PAM", data, end + width * height * fields[b"DEPTH"] * sample)
        return
    values, position = _header(data)
    width, height = int(values[0]), int(values[1])
    check_size(width, height, max_pixels)
    if kind in b"123":
        # Written in digits: each sample takes one at least.
        samples = width * height * (3 if kind == b"3" else 1)
        check_length("PNM", data, position + samples)
        return
    row = {
        b"4": (width + 7) // 8,
        b"5": width * (2 if values[-1] > 255 else 1),
        b"6": 3 * width * (2 if values[-1] > 255 else 1),
        b"f": 4 * width,
        b"F": 12 * width,
    }[kind]
    check_length("PNM", data, position + 1 + row * height)


def decode_pnm(data: bytes) -> NDArray[Any] | None:
    """Decodes a PNM of whole numbers.

    Args:
        data: what `check_pnm` has let through.

    Returns:
        (H, W) or (H, W, 3) in BGR: uint8; uint16 where samples may be of any of 16 bits. None for
        other pictures, and for those that OpenCV reads as they are: bits and floats.

    Raises:
        BadImageError: the samples are not what the header says.
    """
    kind = data[1:2]
    if data[:1] != b"P" or (kind != b"7" and kind not in _DEPTHS):
        return None
    if kind == b"7":
        fields, start = _pam_header(data)
        width, height, depth = fields[b"WIDTH"], fields[b"HEIGHT"], fields[b"DEPTH"]
        largest = fields[b"MAXVAL"]
    else:
        values, start = _header(data)
        width, height, largest = map(int, values)
        depth, start = _DEPTHS[kind], start + 1
    if not 1 <= largest <= _SIXTEEN_BITS or not 1 <= depth <= 4:
        raise BadImageError(
            Reason.UNDECODABLE,
            f"the PNM's samples go up to {largest}, {depth} a pixel: 1 to {_SIXTEEN_BITS}, and up "
            "to 4 a pixel, are read",
        )
    count = width * height * depth
    if kind in b"23":
        samples = _of_digits(data[start - 1 :], count)
    else:
        samples = np.frombuffer(data, ">u2" if largest > 255 else np.uint8, count, start)
    pixels = samples.reshape(height, width, depth)
    # Grey with alpha, and colours with it: what cannot be seen counts like all others.
    pixels = pixels[..., 2::-1] if depth > 2 else pixels[..., 0]
    if largest == _SIXTEEN_BITS:
        return np.asarray(pixels, np.uint16)
    if largest == 255:
        return np.ascontiguousarray(pixels, np.uint8)
    scaled = np.minimum(pixels, largest) * np.float32(255.0 / largest)
    return np.asarray(np.rint(scaled), np.uint8)


def _of_digits(text: bytes, count: int) -> NDArray[Any]:
    digits = _COMMENT.sub(b"", text).decode("ascii", "replace")
    try:
        numbers = np.fromstring(digits, np.int32, count, sep=" ")
    except (ValueError, DeprecationWarning):
        numbers = np.empty(0, np.int32)
    if len(numbers) < count or numbers.min(initial=0) < 0:
        raise BadImageError(
            Reason.TRUNCATED,
            f"the PNM has not {count} samples in digits behind its header, as that says",
        )
    return np.asarray(np.minimum(numbers, _SIXTEEN_BITS), np.uint16)


def _header(data: bytes) -> tuple[list[float], int]:
    """Width, height and, but for bits, the largest sample or a float's scale; where they end."""
    position, values = 2, []
    for _ in range(2 if data[1:2] in b"14" else 3):
        found = _FIELD.match(data[: position + _LONGEST_HEADER], position)
        if found is None or not _NUMBER.fullmatch(found.group(1)[:_LONGEST_FIELD]):
            raise BadImageError(Reason.TRUNCATED, "the PNM's header is not all there")
        values.append(float(found.group(1)[:_LONGEST_FIELD]))
        position = found.end()
    return values, position


def _pam_header(data: bytes) -> tuple[dict[bytes, int], int]:
    end = data.index(b"ENDHDR\n") + 7 if b"ENDHDR\n" in data[:_LONGEST_HEADER] else 0
    fields = {name: int(value) for name, value in _PAM_FIELD.findall(data[:end])}
    if len(fields) < 4:
        raise BadImageError(Reason.TRUNCATED, "the PAM's header is not all there")
    return fields, end
