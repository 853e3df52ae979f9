# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The command `attendseg`, also as `python -m attendseg_ros`."""

from __future__ import annotations

import sys

from attendseg_ros.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
