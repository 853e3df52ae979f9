# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""PNM and PAM pictures by the scale and the order that their headers say."""

from __future__ import annotations

import numpy as np
import pytest

from attendseg_ros.images.bad_image import BadImageError, Reason
from attendseg_ros.images.encoded import decode_rgb

WIDTH, HEIGHT = 32, 16
Y, X = np.mgrid[:HEIGHT, :WIDTH]
COLOURS = np.dstack([X * 8, Y * 16, np.full_like(X, 40)])
"""RGB."""
GREY = COLOURS[..., 0]
ALPHA = np.zeros_like(GREY)


def pnm(kind: str, samples: np.ndarray, largest: int) -> bytes:
    """Samples of 0 to 255 as a file of a scale."""
    values = np.rint(samples * (largest / 255)).astype(int)
    header = f"P{kind}\n# by hand\n{WIDTH} {HEIGHT}\n{largest}\n"
    if kind == "7":
        depth = 1 if samples.ndim == 2 else samples.shape[2]
        header = f"P7\nWIDTH {WIDTH}\nHEIGHT {HEIGHT}\nDEPTH {depth}\nMAXVAL {largest}\nENDHDR\n"
    if kind in "23":
        return (header + "# all of it\n" + " ".join(map(str, values.ravel()))).encode()
    return header.encode() + values.astype(">u2" if largest > 255 else np.uint8).tobytes()


@pytest.mark.parametrize("largest", [15, 100, 127, 255, 1023, 4095, 40000, 65535])
@pytest.mark.parametrize(
    ("kind", "samples", "expected"),
    [
        ("2", GREY, np.dstack([GREY] * 3)),
        ("5", GREY, np.dstack([GREY] * 3)),
        ("3", COLOURS, COLOURS),
        ("6", COLOURS, COLOURS),
        ("7", COLOURS, COLOURS),
        ("7", GREY, np.dstack([GREY] * 3)),
        ("7", np.dstack([COLOURS, ALPHA]), COLOURS),
        ("7", np.dstack([GREY, ALPHA]), np.dstack([GREY] * 3)),
    ],
    ids=[
        "grey digits",
        "grey",
        "digits",
        "colours",
        "pam",
        "grey pam",
        "pam with alpha",
        "grey pam with alpha",
    ],
)
def test_samples_are_of_the_scale_that_the_header_says(
    kind: str,
    samples: np.ndarray,
    expected: np.ndarray,
    largest: int,
) -> None:
    rgb = decode_rgb(pnm(kind, samples, largest))
    assert rgb.dtype == np.uint8
    np.testing.assert_allclose(rgb.astype(int), expected, atol=max(1.0, 130 / largest))


def test_samples_of_16_bits_may_use_fewer() -> None:
    """A camera of 12 bits, as tools write what it calls mono16."""
    samples = np.rint(GREY * (4095 / 255)).astype(">u2")
    data = f"P5 {WIDTH} {HEIGHT} 65535\n".encode() + samples.tobytes()
    np.testing.assert_allclose(decode_rgb(data)[..., 0].astype(int), GREY, atol=1)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"P2 2 2 255\n1 2 3 x", Reason.TRUNCATED),
        (b"P2 2 2 255\n1 2 3 -4", Reason.TRUNCATED),
        (b"P5 2 2 70000\n" + bytes(8), Reason.UNDECODABLE),
        (b"P5 2 2 0\n" + bytes(8), Reason.UNDECODABLE),
        (b"P7\nWIDTH 2\nHEIGHT 1\nDEPTH 9\nMAXVAL 255\nENDHDR\n" + bytes(18), Reason.UNDECODABLE),
        (b"P5 2 2 255", Reason.TRUNCATED),
    ],
    ids=repr,
)
def test_what_fits_no_header_is_refused(data: bytes, reason: Reason) -> None:
    with pytest.raises(BadImageError) as caught:
        decode_rgb(data)
    assert caught.value.reason is reason
