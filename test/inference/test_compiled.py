# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Compiled networks: kept in the user's cache, taken from there, and never more than a few."""

from __future__ import annotations

import os
import random
import stat
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from support.full_disk import full_disk

from attendseg_ros.inference import Bundle, available_engines, create_engine
from attendseg_ros.inference.compiled import (
    compiled_networks,
    key_of,
    load_compiled,
    store_compiled,
)

SIZE = (128, 64)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "attendseg_ros"


def openvino_logits(bundle: Bundle) -> NDArray[np.float32]:
    if (reason := available_engines()["openvino"]) is not None:
        pytest.skip(reason)
    engine = create_engine("openvino", bundle, SIZE, num_threads=1)
    image = np.random.default_rng(3).integers(0, 256, (SIZE[1], SIZE[0], 3), np.uint8)
    logits: NDArray[np.float32] = engine.infer(image).copy()
    engine.close()
    return logits


def test_lies_where_the_environment_says(cache: Path) -> None:
    assert compiled_networks() == cache
    assert cache.is_dir()


@pytest.mark.parametrize("value", ["", "relative/folder"])
def test_lies_in_the_home_without_an_absolute_path(
    value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", value)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert compiled_networks() == tmp_path / ".cache" / "attendseg_ros"


def test_an_engine_does_without_where_nothing_can_be_written(
    tiny: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = openvino_logits(tiny)
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert compiled_networks() is None
    np.testing.assert_array_equal(openvino_logits(tiny), expected)


def test_only_the_latest_stay(cache: Path) -> None:
    cache.mkdir()
    for age in range(40):
        path = cache / f"{age}.blob"
        path.touch()
        os.utime(path, (1_000 - age, 1_000 - age))
    compiled_networks()
    assert {path.name for path in cache.iterdir()} == {f"{age}.blob" for age in range(32)}


def test_what_is_stored_is_found_under_its_key_alone(cache: Path) -> None:
    store_compiled("a", b"network")
    assert load_compiled("a") == b"network"
    assert load_compiled("b") is None
    (cache / "a.blob").rename(cache / "b.blob")
    assert load_compiled("b") is None


def test_keys_tell_everything_apart() -> None:
    keys = {key_of(size=size, threads=n) for size in ((1, 23), (12, 3)) for n in (1, "1", 2)}
    assert len(keys) == 6


def test_any_damage_is_found_and_the_file_deleted(cache: Path) -> None:
    network = random.Random(1).randbytes(20_000)
    store_compiled("a", network)
    file = cache / "a.blob"
    whole = file.read_bytes()
    damaged = [whole[:at] + bytes(512) + whole[at + 512 :] for at in range(0, len(whole) - 512, 97)]
    damaged += [whole[:at] for at in range(0, len(whole), 997)]
    damaged += [whole + b"0", b"", b"\0" * len(whole)]
    for content in damaged:
        file.write_bytes(content)
        assert load_compiled("a") is None
        assert not file.exists()
    store_compiled("a", network)
    assert load_compiled("a") == network


def test_a_file_as_large_as_no_network_is_not_read(cache: Path) -> None:
    store_compiled("a", b"network")
    os.truncate(cache / "a.blob", 1 << 40)
    assert load_compiled("a") is None
    assert not (cache / "a.blob").exists()


@pytest.mark.parametrize("mode", [0o755, 0o700, 0o750])
def test_the_folder_is_the_users_alone(cache: Path, mode: int) -> None:
    cache.mkdir()
    cache.chmod(mode)
    store_compiled("a", b"network")
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700
    assert load_compiled("a") == b"network"


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o1777])
def test_a_folder_that_others_write_is_not_used_and_that_is_said_once(
    cache: Path, mode: int, caplog: pytest.LogCaptureFixture
) -> None:
    store_compiled("a", b"network")
    cache.chmod(mode)
    assert load_compiled("a") is None
    store_compiled("b", b"network")
    assert not (cache / "b.blob").exists()
    (record,) = caplog.records
    assert f"{cache} is not used" in record.getMessage()
    assert "others may write in it" in record.getMessage()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_another_user_is_not_used(
    cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store_compiled("a", b"network")
    os.chown(cache, 12345, -1)
    assert load_compiled("a") is None
    assert "belongs to another user" in caplog.text


def test_links_are_refused(cache: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store_compiled("a", b"network")
    moved = tmp_path / "elsewhere"
    (cache / "a.blob").rename(moved)
    (cache / "a.blob").symlink_to(moved)
    assert load_compiled("a") is None
    assert moved.exists()
    cache.rename(tmp_path / "folder")
    cache.symlink_to(tmp_path / "folder")
    assert compiled_networks() is None
    assert "symbolic link" in caplog.text


def test_what_is_no_file_is_not_waited_for(cache: Path) -> None:
    store_compiled("a", b"network")
    (cache / "a.blob").unlink()
    os.mkfifo(cache / "a.blob")
    assert load_compiled("a") is None


def test_a_full_disk_leaves_nothing_behind(cache: Path) -> None:
    with full_disk(1_000):
        store_compiled("a", bytes(10_000))
    assert list(cache.iterdir()) == []


def test_the_second_engine_takes_what_the_first_compiled(cache: Path, tiny: Bundle) -> None:
    expected = openvino_logits(tiny)
    (compiled,) = cache.glob("*.blob")
    written = compiled.stat().st_mtime_ns
    np.testing.assert_array_equal(openvino_logits(tiny), expected)
    assert [path.stat().st_mtime_ns for path in cache.glob("*.blob")] == [written]


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9])
def test_a_damaged_file_is_compiled_anew_and_written_again(
    cache: Path, tiny: Bundle, share: float
) -> None:
    expected = openvino_logits(tiny)
    (compiled,) = cache.glob("*.blob")
    whole = compiled.read_bytes()
    at = int(share * (len(whole) - 512))
    for content in (whole[:at], whole[:at] + bytes(512) + whole[at + 512 :]):
        compiled.write_bytes(content)
        np.testing.assert_array_equal(openvino_logits(tiny), expected)
        assert compiled.read_bytes()[:20] == whole[:20]
        # OpenVINO's names in it are some bytes longer or shorter each time.
        assert compiled.stat().st_size == pytest.approx(len(whole), rel=0.01)
