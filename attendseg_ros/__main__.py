# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The command `attendseg`, also as `python -m attendseg_ros`."""

from __future__ import annotations

import sys

from attendseg_ros.import_path import leave_current_folder_out
from attendseg_ros.standard_streams import open_closed_ones

open_closed_ones()
# NumPy, the engines and whatever else is imported from here on must not come from beside the data.
leave_current_folder_out()

from attendseg_ros.cli.main import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main())
