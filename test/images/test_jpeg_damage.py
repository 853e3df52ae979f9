# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""JPEGs that were damaged on their way: refused in our words, and libjpeg's reach no terminal."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from functools import partial

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from attendseg_ros.images.bad_image import BadImageError, Reason
from attendseg_ros.images.encoded import decode_message, decode_rgb
from attendseg_ros.scene import StreetScene

RESTARTS = (cv2.IMWRITE_JPEG_RST_INTERVAL, 20)


def street(*parameters: int) -> bytes:
    bgr = np.ascontiguousarray(StreetScene(3, 640, 480).render(1.0).rgb[..., ::-1])
    return cv2.imencode(".jpg", bgr, list(parameters))[1].tobytes()


def shown(data: bytes) -> NDArray[np.uint8]:
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR), np.uint8)


def without_bytes_of_a_run(data: bytes) -> bytes:
    """Less than a restart's run: no marker is lost."""
    start = data.index(b"\xff\xd3") + 2
    return data[: start + 20] + data[data.index(b"\xff\xd4") :]


def of_codes_that_are_none(data: bytes) -> bytes:
    start = data.index(b"\xff\xd3") + 2
    return data[: start + 20] + b"\xff\x00" * 8 + data[start + 36 :]


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        (without_bytes_of_a_run, "data end before the blocks"),
        (of_codes_that_are_none, "a code that its tables do not have"),
    ],
)
def test_blocks_that_a_decoder_made_up_are_refused(
    damage: Callable[[bytes], bytes], what: str, capfd: pytest.CaptureFixture[str]
) -> None:
    data = damage(street(*RESTARTS))
    # What is left of it is no picture of the street, and OpenCV gives it all the same.
    assert shown(data).shape == (480, 640, 3)
    assert "Corrupt JPEG data" in capfd.readouterr().err
    for decode in (partial(decode_message, message_format="jpeg"), decode_rgb):
        with pytest.raises(BadImageError, match=f"the JPEG's data are damaged .*{what}") as caught:
            decode(data)
        assert caught.value.reason is Reason.UNDECODABLE
    assert capfd.readouterr().err == ""


def test_last_bits_that_an_encoder_left_out_are_no_damage(
    capfd: pytest.CaptureFixture[str],
) -> None:
    data = street()
    short = data[:-4] + data[-2:]
    assert (shown(short) != shown(data)).any()
    assert np.array_equal(shown(short)[:-18], shown(data)[:-18])
    assert "premature end" in capfd.readouterr().err
    np.testing.assert_array_equal(decode_message(short, "jpeg"), shown(short)[..., ::-1])


@pytest.mark.parametrize("marker", [b"\xff\xd3", b"\xff\xd9"])
def test_bytes_too_many_are_a_camera_s_way(
    marker: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    data = street(*RESTARTS)
    place = data.rindex(marker)
    odd = data[:place] + bytes(range(1, 40)) + data[place:]
    np.testing.assert_array_equal(shown(odd), shown(data))
    assert "extraneous bytes" in capfd.readouterr().err
    np.testing.assert_array_equal(decode_message(odd, "jpeg"), shown(data)[..., ::-1])
    assert capfd.readouterr().err == ""


def test_words_on_other_pictures_reach_no_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    data = bytearray(cv2.imencode(".png", np.zeros((8, 8, 3), np.uint8))[1].tobytes())
    # A tag of no value, and of a wrong sum.
    header_end = 33
    gamma = b"\x00\x00\x00\x04gAMA\x00\x00\x00\x00\x00\x00\x00\x00"
    data[header_end:header_end] = gamma
    shown(bytes(data))
    assert "libpng warning" in capfd.readouterr().err
    decode_message(bytes(data), "png")
    assert capfd.readouterr().err == ""


_WITHOUT_FILES = """
import resource, sys, threading
import cv2, numpy
from attendseg_ros.images.bad_image import BadImageError
from attendseg_ros.images.encoded import decode_message
tiff = cv2.imencode(".tiff", numpy.zeros((8, 8, 3), numpy.uint8))[1].tobytes()
data = sys.stdin.buffer.read()
assert decode_message(data, "jpeg").shape == (480, 640, 3)
most = resource.getrlimit(resource.RLIMIT_NOFILE)
# Of the two that hearing takes none, and one.
for files in (3, 4):
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, most[1]))
    assert decode_message(data, "jpeg").shape == (480, 640, 3)
    try:
        decode_message(tiff, "tiff")
    except BadImageError as error:
        # Of a damaged one OpenCV gives memory that nobody wrote.
        assert "whether the TIFF is damaged cannot be heard" in str(error)
    else:
        raise AssertionError
resource.setrlimit(resource.RLIMIT_NOFILE, most)
other = threading.Thread(target=decode_message, args=(data, "jpeg"), daemon=True)
other.start()
other.join(20.0)
assert not other.is_alive()
print("decoded")
"""

_WITHOUT_A_READER = """
import os, sys, threading
from attendseg_ros.images.encoded import decode_message
data = sys.stdin.buffer.read()
reader, writer = os.pipe()
os.dup2(writer, 2)
os.close(reader)
stop = threading.Event()

def log():
    while not stop.is_set():
        try:
            os.write(2, b"a line of the log\\n")
        except BrokenPipeError:
            pass

thread = threading.Thread(target=log)
thread.start()
try:
    for _ in range(50):
        assert decode_message(data, "jpeg").shape == (480, 640, 3)
    print("decoded")
finally:
    stop.set()
"""


@pytest.mark.parametrize("script", [_WITHOUT_FILES, _WITHOUT_A_READER], ids=["files", "reader"])
def test_a_picture_is_decoded_where_nothing_can_be_heard(script: str) -> None:
    """No descriptor is left, or who read standard error has gone."""
    process = subprocess.run(
        [sys.executable, "-c", script], input=street(), capture_output=True, check=False
    )
    assert process.stdout == b"decoded\n", process.stderr.decode()
