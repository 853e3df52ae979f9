# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Semantic segmentation on the robot: a ROS-free core and a thin ROS 2 node around it."""

from __future__ import annotations

import signal
import sys
from pkgutil import extend_path

__version__ = "0.1.0"

# In the folder of the sources Python finds this package there, before the installed one that also
# holds the generated messages. Both folders together make one package.
__path__ = extend_path(__path__, __name__)

# "-m" is the program's name while Python still looks for it: until the program says how it ends,
# Ctrl-C ends it without a traceback of an import.
if sys.argv[:1] == ["-m"]:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
