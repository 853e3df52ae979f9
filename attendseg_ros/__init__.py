# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Semantic segmentation on the robot: a ROS-free core and a thin ROS 2 node around it."""

from __future__ import annotations

import importlib
import os
import signal
import sys
from pkgutil import extend_path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from attendseg_ros.errors import AttendSegError
    from attendseg_ros.inference import Segmentation, Segmenter, load_bundle
    from attendseg_ros.labels import blend, colorize

__version__ = "0.1.0"

__all__ = ["AttendSegError", "Segmentation", "Segmenter", "blend", "colorize", "load_bundle"]

# In the folder of the sources Python finds this package there, before the installed one that also
# holds the generated messages. Both folders together make one package.
__path__ = extend_path(__path__, __name__)

# ONNX Runtime from PyPI sends its maker what machine and network it runs, and keeps an id of the
# machine in ~/.cache/Microsoft. It asks for this once, as it is imported; its own function that
# turns the reports off comes too late. A robot must not call out because its network was loaded.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

# "-m" is the program's name while Python still looks for it: until the program says how it ends,
# Ctrl-C ends it without a traceback of an import.
if sys.argv[:1] == ["-m"]:
    signal.signal(signal.SIGINT, signal.SIG_DFL)

# Names of the Python interface, loaded when first asked for (PEP 562): whoever imports a part of
# the package says how many threads NumPy takes before NumPy is there.
_HOMES = {
    "AttendSegError": "attendseg_ros.errors",
    "Segmentation": "attendseg_ros.inference",
    "Segmenter": "attendseg_ros.inference",
    "blend": "attendseg_ros.labels",
    "colorize": "attendseg_ros.labels",
    "load_bundle": "attendseg_ros.inference",
}


# A type checker has the names from above, and would take every misspelled one for an object.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Loads a name of the Python interface."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(_HOMES[name]), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    """What the module has, loaded or not."""
    return sorted({*globals(), *__all__})
