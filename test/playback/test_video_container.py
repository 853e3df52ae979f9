# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the bytes of a video say of its length and its sound."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from support.videos import even_video, uneven_video, with_sound

from attendseg_ros.playback.video_container import Container, read_container


def boxes(*parts: tuple[bytes, bytes]) -> bytes:
    return b"".join(
        struct.pack(">I4s", 8 + len(content), kind) + content for kind, content in parts
    )


# Up to its own length, in its properties.
ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c") + bytes(14)
ASF += bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365") + bytes(24)
START = boxes((b"ftyp", b"isom"))
PICTURES, SOUND = b"...hdlr....vide...", b"...hdlr....soun..."


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (START + boxes((b"moov", PICTURES + SOUND), (b"mdat", b"12")), Container(True, True)),
        (START + boxes((b"moov", PICTURES + b"mvex" + SOUND), (b"moof", b"")), Container()),
        (START + boxes((b"moov", PICTURES), (b"moof", b"")), Container(False, True)),
        (START + boxes((b"moov", PICTURES), (b"mdat", b"12"))[:-1], Container(True, True, True)),
        (START + b"\0\0\0\x01free" + b"\xff" * 8, Container(True, True, True, True)),
        (b"FLV\x01\x01" + bytes(8) + b"\x09\0\0\x01" + bytes(8) + b"\0\0\0\x0c", Container()),
        (b"FLV\x01\x01" + bytes(8) + b"\x09\0\0\x02" + bytes(8), Container(is_cut_off=True)),
        (
            b"FLV\x01\x01" + bytes(8) + b"\x09\0\0\x01" + bytes(8) + b"\0\0\0\x0cFLV\x01\x01",
            Container(is_cut_off=True, is_joined=True),
        ),
        (b"RIFF\0\0\0\0AVI LIST", Container(False, True)),
        (b"RIFF\x09\0\0\0AVI LIST", Container(False, True, True)),
        (ASF + struct.pack("<Q", 138), Container()),
        (ASF + struct.pack("<Q", 138) + bytes(40) + b"12", Container()),
        (ASF + struct.pack("<Q", 140) + bytes(44), Container(is_cut_off=True)),
        (ASF + struct.pack("<Q", 122) + bytes(44) + ASF, Container(is_joined=True)),
        (ASF + struct.pack("<Q", 140) + bytes(40) + b"\1\0\0\0", Container()),
        (b"\x1a\x45\xdf\xa3", Container()),
        (b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\x00\x00", Container()),
        (b"G@\0\x10", Container()),
        (b"G" + bytes(187), Container()),
        ((b"G" + bytes(187)) * 9, Container()),
        ((b"G" + bytes(187)) * 9 + b"G\0", Container(ends_amid_packet=True)),
        ((b"\0\0\0\0G" + bytes(187)) * 9 + b"G", Container(ends_amid_packet=True)),
        ((b"\0\0\0\0G" + bytes(187)) * 9, Container()),
        (b"", Container()),
    ],
)
def test_what_a_container_says_of_its_length(
    tmp_path: Path, content: bytes, expected: Container
) -> None:
    (tmp_path / "clip").write_bytes(content)
    assert read_container(tmp_path / "clip") == expected


def element(kind: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    name = kind.to_bytes((kind.bit_length() + 7) // 8, "big")
    return name + bytes([0x80 | len(content)]) + content


@pytest.mark.parametrize(("curve", "name"), [(b"\x10", "PQ"), (b"\x12", "HLG"), (b"\x01", "")])
def test_the_curve_of_a_matroska_file(tmp_path: Path, curve: bytes, name: str) -> None:
    colour = element(0x55B0, element(0x55B1, b"\x09"), element(0x55BA, curve))
    track = element(0xAE, element(0x83, b"\x01"), element(0xE0, element(0xB0, b"\x10"), colour))
    segment = element(0x18538067, element(0x1654AE6B, track))
    (tmp_path / "clip").write_bytes(element(0x1A45DFA3) + segment)
    found = read_container(tmp_path / "clip")
    assert (found.transfer, found.hdr) == (curve[0], name)


@pytest.mark.parametrize("version", [0, 1])
def test_how_long_a_list_of_edits_shows_the_pictures(tmp_path: Path, version: int) -> None:
    form, kind = (">Iii", ">I") if version == 0 else (">Qqi", ">Q")
    edits = [struct.pack(form, *edit, 1 << 16) for edit in ((500, -1), (700, 40), (100, 900))]
    start = bytes([version, 0, 0, 0])
    header = start + struct.pack(kind, 0) * 2 + struct.pack(">I", 1000) + struct.pack(kind, 9)
    media = boxes((b"hdlr", bytes(8) + b"vide" + bytes(13)))
    listed = boxes((b"elst", start + struct.pack(">I", 3) + b"".join(edits)))
    track = boxes((b"edts", listed), (b"mdia", media))
    content = START + boxes((b"moov", boxes((b"mvhd", header), (b"trak", track))))
    (tmp_path / "clip").write_bytes(content)
    assert read_container(tmp_path / "clip").shown_s == pytest.approx(0.8)


@pytest.mark.parametrize("seed", range(20))
def test_no_damage_makes_a_container_raise(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    path = with_sound(uneven_video(tmp_path / "x.mkv", range(0, 1000, 100), 1000))
    movie = even_video(tmp_path / "x.mp4", 3)
    for content in (path.read_bytes(), movie.read_bytes()):
        for _ in range(50):
            damaged = np.frombuffer(content, np.uint8).copy()
            damaged[rng.integers(0, 600, 20) % len(damaged)] = rng.integers(0, 256, 20)
            (tmp_path / "damaged").write_bytes(damaged.tobytes()[: rng.integers(1, len(damaged))])
            assert read_container(tmp_path / "damaged") is not None
