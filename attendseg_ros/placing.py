# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Outputs that take their place when they are complete; until then what was there stays there.

An output is written beside its place, in a folder that only its run has, and then changes places
with the old one in a single step of the file system.
"""

from __future__ import annotations

import ctypes
import errno
import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from attendseg_ros.errors import DataError
from attendseg_ros.files import forget_unfinished, remember_unfinished
from attendseg_ros.folders import add_what_is_missing, remove, sync, sync_one
from attendseg_ros.locks import lock

_LONGEST_NAME = 255
_AT_FDCWD = -100
_EXCHANGE = 2
_IN_A_CIRCLE = "{}: is a link that leads in a circle, or lies behind one"
_NO_EXCHANGE = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EPERM)


def real_place(path: Path) -> Path:
    """Where an output of a name goes: through links, which stay.

    Returns:
        The same place from any folder, that which is replaced included.

    Raises:
        DataError: the name is a link that leads nowhere, or lies behind one.
    """
    for folder in path.parents:
        if folder.is_symlink() and not _resolved(folder).exists():
            raise DataError(
                f"{path}: lies behind {folder}, a link to {folder.readlink()}, which is not there: "
                "make that folder first"
            )
    if path.name in ("", ".."):
        # What lies beside an output has its name, which "." is none.
        return _resolved(path)
    if not path.is_symlink():
        return _resolved(path.parent) / path.name
    target = _resolved(path)
    if not target.parent.is_dir():
        raise DataError(f"{path}: is a link to {target}, whose folder does not exist")
    return target


def check_apart(path: Path, reads: Iterable[Path], what: str = "input") -> None:
    """Checks that an output is not what is read.

    Args:
        path: of the output, which need not exist.
        reads: what is read.
        what: kind of thing that is read.

    Raises:
        DataError: it is the same, around it, or inside it; or a link on the way leads in a circle.
    """
    place = _resolved(real_place(path))
    for source in _sources(reads):
        if place == source or place in source.parents:
            raise DataError(f"{path}: is the {what} that is read, or holds it; name another")
        if source in place.parents and source.is_dir():
            raise DataError(f"{path}: lies inside the {what} that is read; name another")


def _sources(reads: Iterable[Path]) -> Iterator[Path]:
    """What is read, and what links in a folder that is read lead to."""
    for read in reads:
        yield _resolved(read)
        if read.is_dir():
            # A link to nothing is no input, and is named where the folder is read.
            yield from (_resolved(e) for e in read.iterdir() if e.is_symlink() and e.exists())


def _resolved(path: Path) -> Path:
    try:
        resolved = path.resolve()
    except RuntimeError:
        raise DataError(_IN_A_CIRCLE.format(path)) from None
    try:
        # From Python 3.13 on resolve() leaves circles as they are.
        os.lstat(resolved)
    except OSError as error:
        # What is not there yet, or cannot be, is said where it is made.
        if error.errno == errno.ELOOP:
            raise DataError(_IN_A_CIRCLE.format(path)) from None
    return resolved


class Placing:
    """An output in the making. A context manager: leaving it through an exception discards it.

    Attributes:
        path: the place, links followed.
        unfinished: where to write the file or the folder meanwhile, under the same name.
    """

    def __init__(
        self,
        path: Path,
        keep: Callable[[str], bool] | None = None,
        *,
        replace: bool = True,
    ) -> None:
        """Makes room beside the place; what a killed run left there goes.

        Args:
            path: the output's name.
            keep: which entries of an old folder, by their names, stay in the new one unless it
                has its own; None: none.
            replace: whether what is there may be replaced, or what is of the same name in a
                folder of which something stays.

        Raises:
            DataError: the place is a link that leads nowhere, nothing can be written there,
                another run is writing there at this moment, or something is there already.
        """
        self.path = real_place(path)
        self._name = path
        self._keep = keep
        self._replace = replace
        self._room = self.path.parent / hidden_name(self.path.name, ".unfinished")
        self.unfinished = self._room / self.path.name
        self._old = self._room / f"{self._room.name}.old"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._room.mkdir(exist_ok=True)
            self._lock = os.open(self._room, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError as error:
            raise DataError(f"{path}: cannot be made: {error.strerror}") from error
        try:
            self._claim(path)
        except BaseException:
            os.close(self._lock)
            raise
        remember_unfinished(self._room)
        try:
            # Only now: another run may have ended since somebody looked.
            self._check_new()
        except BaseException:
            self.discard()
            raise

    def finish(self) -> None:
        """Puts the output in its place; the old one is gone after that, and not before.

        Raises:
            OSError: it cannot; the old one is still there.
            DataError: another program has put something there that is not to be replaced.
        """
        try:
            self._check_new()
            if self._keep is not None and self.path.is_dir() and self.unfinished.is_dir():
                add_what_is_missing(self.path, self.unfinished, self._keep)
            if self.path.exists() and self.path.is_dir() == self.unfinished.is_dir():
                # Who may look into it stays as it was.
                shutil.copymode(self.path, self.unfinished)
            sync(self.unfinished)
            self._change_places()
            sync_one(self.path.parent)
        finally:
            self.discard()

    def close(self) -> None:
        """Removes what is not in place, for `contextlib.closing`."""
        self.discard()

    def discard(self) -> None:
        """Removes what is not in place; may be called twice, and after `finish`."""
        if self._lock < 0:
            return
        if os.path.lexists(self._old) and not os.path.lexists(self.path):
            self._old.rename(self.path)
        shutil.rmtree(self._room, ignore_errors=True)
        forget_unfinished(self._room)
        os.close(self._lock)
        self._lock = -1

    def _check_new(self) -> None:
        if self._replace or not os.path.lexists(self.path):
            return
        taken = self._name
        if self._keep is not None and self.path.is_dir():
            ours = self.unfinished.iterdir() if self.unfinished.is_dir() else ()
            both = sorted(one.name for one in ours if os.path.lexists(self.path / one.name))
            if not both:
                return
            taken = self._name / both[0]
        raise DataError(f"{taken}: exists already: name another output, or --force to replace it")

    def _claim(self, path: Path) -> None:
        lock(self._lock, self._room, path)
        if os.path.lexists(self._old) and not os.path.lexists(self.path):
            # A run was killed between the two steps that file systems without an exchange need.
            self._old.rename(self.path)
        for left in self._room.iterdir():
            remove(left)

    def _change_places(self) -> None:
        if not os.path.lexists(self.path) or (
            self.path.is_file() and not self.path.is_symlink() and self.unfinished.is_file()
        ):
            self.unfinished.replace(self.path)
            return
        if _exchange(self.unfinished, self.path):
            return
        # From here on the room holds the old one: it must not be swept away.
        forget_unfinished(self._room)
        try:
            self.path.rename(self._old)
            self.unfinished.rename(self.path)
        except BaseException:
            if os.path.lexists(self._old) and not os.path.lexists(self.path):
                self._old.rename(self.path)
            raise

    def __enter__(self) -> Placing:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.finish()
        else:
            self.discard()


@contextmanager
def claimed(path: Path) -> Iterator[None]:
    """Keeps other runs away from an output that is written without a `Placing`.

    Raises:
        DataError: another run is writing there at this moment, or nothing can be written there.
    """
    placing = Placing(path)
    try:
        yield
    finally:
        placing.discard()


def hidden_name(name: str, ending: str) -> str:
    """The name of something that belongs to an output and lies beside it, hidden, for a while."""
    hidden = f".{name}{ending}"
    if len(os.fsencode(hidden)) + len(".old") > _LONGEST_NAME:
        hidden = f".{hashlib.sha256(os.fsencode(name)).hexdigest()}{ending}"
    return hidden


def _exchange(first: Path, second: Path) -> bool:
    """Lets two change places in one step (renameat2(2)); False where there is no such step."""
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError):
        return False
    names = os.fsencode(first), os.fsencode(second)
    if rename(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in _NO_EXCHANGE:
        return False
    raise OSError(number, os.strerror(number), str(second))


def keep_everything(_name: str) -> bool:
    """For `Placing`: all that only the old folder holds stays."""
    return True
