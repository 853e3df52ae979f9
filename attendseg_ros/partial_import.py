# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Imports modules without parts of theirs that a robot has no use for."""

from __future__ import annotations

import importlib
import sys
from contextlib import suppress
from types import ModuleType


def import_without(name: str, *parts: str) -> ModuleType:
    """Imports a module that does without some others where those cannot be imported.

    Which is what None in `sys.modules` means. A part that is loaded already stays, and a module
    that cannot do without them is imported whole.

    Args:
        name: of the module.
        parts: names of the modules that it is to go without.

    Raises:
        ImportError: it cannot be imported at all.
    """
    absent = [part for part in parts if part not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]
    try:
        with suppress(ImportError):
            importlib.import_module(name)
    finally:
        for part in absent:
            del sys.modules[part]
    return importlib.import_module(name)
