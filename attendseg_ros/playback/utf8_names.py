# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Names of files for libraries that take UTF-8 alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attendseg_ros.temporary import TemporaryFolder


@contextmanager
def utf8_name(path: Path) -> Iterator[str]:
    """Gives an absolute name for a file, there already or not, that is text in any case.

    Names on Linux are bytes; those of a disk from another system, or from an old archive, need not
    be UTF-8. OpenCV ends the whole process on one. Such a file gets a link of another name for
    as long as this lasts.

    Args:
        path: the file.
    """
    name = str(path.absolute())
    try:
        name.encode()
    except UnicodeEncodeError:
        with TemporaryFolder("attendseg_name_") as folder:
            link = Path(folder, "file" + path.suffix.encode(errors="ignore").decode())
            link.symlink_to(path.absolute())
            yield str(link)
    else:
        yield name
