# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Outputs take their place whole, and until then what was there is there."""

from __future__ import annotations

import signal
import stat
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from attendseg_ros import placing
from attendseg_ros.errors import DataError
from attendseg_ros.placing import Placing, check_apart, keep_everything, real_place


def write(path: Path, text: str, *, folder: bool) -> None:
    if folder:
        path.mkdir()
        (path / "content").write_text(text)
    else:
        path.write_text(text)


def read(path: Path) -> str:
    return (path / "content" if path.is_dir() else path).read_text()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture(params=[True, False], ids=["exchange", "two steps"])
def file_system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """One that lets two names change places, and one that does not, as FAT and NFS."""
    if not request.param:
        monkeypatch.setattr(placing, "_exchange", lambda *_: False)
    return bool(request.param)


@pytest.mark.usefixtures("file_system")
@pytest.mark.parametrize("new", [True, False], ids=["folder", "file"])
@pytest.mark.parametrize("old", [True, False, None], ids=["over folder", "over file", "fresh"])
def test_the_new_one_takes_the_place(tmp_path: Path, new: bool, old: bool | None) -> None:
    place = tmp_path / "out"
    if old is not None:
        write(place, "old", folder=old)
    with Placing(place) as made:
        write(made.unfinished, "new", folder=new)
        assert place.exists() == (old is not None)
        if old is not None:
            assert read(place) == "old"
    assert read(place) == "new"
    assert names(tmp_path) == ["out"]


@pytest.mark.parametrize("interruption", [OSError, KeyboardInterrupt])
@pytest.mark.parametrize("folder", [True, False])
def test_an_interrupted_one_leaves_the_old_one_alone(
    tmp_path: Path, interruption: type[BaseException], folder: bool
) -> None:
    place = tmp_path / "out"
    write(place, "old", folder=folder)
    with suppress(interruption), Placing(place) as made:
        write(made.unfinished, "half", folder=folder)
        raise interruption
    assert read(place) == "old"
    assert names(tmp_path) == ["out"]


@pytest.mark.parametrize("step", [1, 2])
def test_a_step_that_fails_leaves_the_old_one_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    monkeypatch.setattr(placing, "_exchange", lambda *_: False)
    place = tmp_path / "out"
    write(place, "old", folder=True)
    rename, steps = Path.rename, []

    def fail(self: Path, target: Path) -> Path:
        steps.append(target)
        if len(steps) == step:
            raise OSError(5, "Input/output error")
        return rename(self, target)

    def replace() -> None:
        with Placing(place) as made:
            write(made.unfinished, "new", folder=True)
            monkeypatch.setattr(Path, "rename", fail)

    with pytest.raises(OSError, match="Input/output error"):
        replace()
    assert read(place) == "old"
    assert names(tmp_path) == ["out"]


@pytest.mark.parametrize("folder", [True, False])
def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path: Path, folder: bool) -> None:
    (tmp_path / "disk").mkdir()
    real, link = tmp_path / "disk" / "real", tmp_path / "out"
    link.symlink_to(real)
    for _ in ("at first it dangles", "then it does not"):
        with Placing(link) as made:
            write(made.unfinished, "new", folder=folder)
        assert link.is_symlink()
        assert read(real) == "new"
        assert names(tmp_path / "disk") == ["real"]


def test_links_that_lead_nowhere_are_refused(tmp_path: Path) -> None:
    (tmp_path / "dangling").symlink_to(tmp_path / "gone" / "out")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    with pytest.raises(
        DataError, match=r"dangling: is a link to .*gone/out, whose folder does not"
    ):
        real_place(tmp_path / "dangling")
    (tmp_path / "adrift").symlink_to(tmp_path / "gone")
    with pytest.raises(DataError, match=r"masks: lies behind .*adrift, a link to .*gone, which"):
        real_place(tmp_path / "adrift" / "new" / "masks")
    with pytest.raises(DataError, match="circle: is a link that leads in a circle"):
        real_place(tmp_path / "circle")
    with pytest.raises(DataError, match=r"circle: is a link .* or lies behind one"):
        check_apart(tmp_path / "circle" / "masks", [tmp_path / "in"])


def test_two_runs_do_not_write_to_one_place(tmp_path: Path) -> None:
    with Placing(tmp_path / "out") as first:
        with pytest.raises(DataError, match="out: another run is writing to it"):
            Placing(tmp_path / "out")
        write(first.unfinished, "first", folder=False)
    assert read(tmp_path / "out") == "first"


def test_what_another_run_has_put_there_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    place = tmp_path / "out"
    write(place, "theirs", folder=False)
    with pytest.raises(DataError, match=r"out: exists already.*--force"):
        Placing(place, replace=False)
    assert names(tmp_path) == ["out"]
    place.unlink()
    late = Placing(place, replace=False)
    write(late.unfinished, "ours", folder=False)
    write(place, "theirs", folder=False)
    with pytest.raises(DataError, match="out: exists already"):
        late.finish()
    assert read(place) == "theirs"
    assert names(tmp_path) == ["out"]


def test_of_a_folder_that_stays_only_names_that_both_have_are_taken(tmp_path: Path) -> None:
    place = tmp_path / "out"
    place.mkdir()
    for name, refused in (("ours.png", False), ("theirs.png", True)):
        made = Placing(place, keep_everything, replace=False)
        made.unfinished.mkdir()
        (made.unfinished / name).write_text("ours")
        (place / "theirs.png").write_text("theirs")
        if refused:
            with pytest.raises(DataError, match=r"out/theirs\.png: exists already"):
                made.finish()
        else:
            made.finish()
        assert (place / "theirs.png").read_text() == "theirs"
        assert names(place) == ["ours.png", "theirs.png"]
    assert names(tmp_path) == ["out"]


@pytest.mark.parametrize("between", [False, True], ids=["while writing", "between two steps"])
def test_after_a_kill_the_old_one_is_there_or_comes_back(tmp_path: Path, between: bool) -> None:
    place = tmp_path / "out"
    write(place, "old", folder=True)
    code = f"""
import os, signal, sys
from pathlib import Path
from attendseg_ros import placing
placing._exchange = lambda *_: False
made = placing.Placing(Path(sys.argv[1]))
made.unfinished.mkdir()
def kill(*_): os.kill(os.getpid(), signal.SIGKILL)
if {between}:
    rename = Path.rename
    Path.rename = lambda self, target: kill() if self == made.unfinished else rename(self, target)
    made.finish()
kill()
"""
    done = subprocess.run([sys.executable, "-c", code, str(place)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert place.exists() == (not between)
    made = Placing(place)
    assert read(place) == "old"
    made.discard()
    assert names(tmp_path) == ["out"]


@pytest.mark.usefixtures("file_system")
@pytest.mark.parametrize("folder", [True, False])
def test_who_may_look_into_it_stays_as_it_was(tmp_path: Path, folder: bool) -> None:
    place = tmp_path / "out"
    write(place, "old", folder=folder)
    place.chmod(0o700)
    with Placing(place) as made:
        write(made.unfinished, "new", folder=folder)
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert read(place) == "new"


@pytest.mark.usefixtures("file_system")
@pytest.mark.parametrize("name", [".", "sub/..", "../out"])
def test_a_folder_may_be_named_from_inside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    place = tmp_path / "out"
    (place / "sub").mkdir(parents=True)
    monkeypatch.chdir(place)
    with Placing(Path(name)) as made:
        write(made.unfinished, "new", folder=True)
    assert read(place) == "new"
    assert names(tmp_path) == ["out"]
    assert names(place) == ["content"]


def test_what_else_the_folder_holds_can_stay(tmp_path: Path) -> None:
    place = tmp_path / "out"
    (place / "sub").mkdir(parents=True)
    place.chmod(0o2750)
    for name in ("a", "b", "sub/c"):
        (place / name).write_text("old")
    (place / "link").symlink_to("b")
    made = Placing(place, keep_everything)
    made.unfinished.mkdir()
    (made.unfinished / "a").write_text("new")
    made.finish()
    assert names(place) == ["a", "b", "link", "sub"]
    assert [(place / name).read_text() for name in ("a", "b", "sub/c")] == ["new", "old", "old"]
    assert (place / "link").readlink() == Path("b")
    assert stat.S_IMODE(place.stat().st_mode) == 0o2750
    assert names(tmp_path) == ["out"]


def test_a_very_long_name_is_no_hindrance(tmp_path: Path) -> None:
    place = tmp_path / ("x" * 255)
    with Placing(place) as made:
        write(made.unfinished, "new", folder=False)
    assert read(place) == "new"
    assert names(tmp_path) == [place.name]


def test_an_output_is_not_what_is_read(tmp_path: Path) -> None:
    source = tmp_path / "set" / "bag"
    source.mkdir(parents=True)
    (tmp_path / "link").symlink_to(source)
    for out in (source, tmp_path / "set", tmp_path / "link", tmp_path / "set" / ".." / "set"):
        with pytest.raises(DataError, match="is the bag that is read, or holds it"):
            check_apart(out, [source], "bag")
    with pytest.raises(DataError, match="lies inside the input that is read"):
        check_apart(source / "new", [source])
    (tmp_path / "part.mcap").write_text("what a folder of links leads to")
    (source / "part.mcap").symlink_to(tmp_path / "part.mcap")
    (source / "circle").symlink_to(source / "circle")
    (source / "dangling").symlink_to(tmp_path / "gone")
    with pytest.raises(DataError, match="is the bag that is read, or holds it"):
        check_apart(tmp_path / "part.mcap", [source], "bag")
    check_apart(tmp_path / "set" / "new", [source])
    check_apart(tmp_path / "other", [source])
