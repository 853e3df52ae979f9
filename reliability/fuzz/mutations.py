# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Good inputs with a few things changed in them, drawn by Hypothesis."""

from __future__ import annotations

from hypothesis import strategies

# What parsers stumble over: lengths of every width, signs, the marks of the formats.
_TOKENS = (
    b"\x00",
    b"\xff",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"\x00\x00\x00\x80",
    b"\xff" * 8,
    b"\xff\xd9",
    b"IEND",
    b"- ",
    b": ",
    b"[" * 200,
    b"{" * 200,
    b"&a [*a, *a]",
    b"!!python/object:os.system",
    b"2026-13-45",
    b".nan",
    b"1e999",
    b"0x",
    b"\xe2\x80\xae",
    b"\r\n",
)


def _insert(data: bytes, at: int, token: bytes) -> bytes:
    return data[:at] + token + data[at:]


def _replace(data: bytes, at: int, token: bytes) -> bytes:
    return data[:at] + token + data[at + len(token) :]


def _cut(data: bytes, at: int, _token: bytes) -> bytes:
    return data[:at]


def _remove(data: bytes, at: int, token: bytes) -> bytes:
    return data[:at] + data[at + len(token) :]


def _repeat(data: bytes, at: int, token: bytes) -> bytes:
    return data[:at] + data[at : at + 8 * len(token)] * 3 + data[at:]


_EDITS = strategies.tuples(
    strategies.sampled_from((_insert, _replace, _cut, _remove, _repeat)),
    strategies.floats(0.0, 1.0),
    strategies.one_of(strategies.sampled_from(_TOKENS), strategies.binary(min_size=1, max_size=8)),
)


@strategies.composite
def mutated(draw: strategies.DrawFn, seeds: list[bytes]) -> bytes:
    """One of the seeds with up to four edits; at times bytes without any form."""
    if draw(strategies.integers(0, 19)) == 0:
        return draw(strategies.binary(max_size=256))
    data = draw(strategies.sampled_from(seeds))
    for edit, where, token in draw(strategies.lists(_EDITS, max_size=4)):
        data = edit(data, int(where * len(data)), token)
    return data
