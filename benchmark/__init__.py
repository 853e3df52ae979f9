# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What attendseg_ros is compared with; `attendseg benchmark` does the measuring."""

from __future__ import annotations

# As it is run, Ctrl-C then ends it without a traceback of an import.
import attendseg_ros as attendseg_ros
