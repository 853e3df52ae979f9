# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Long runs against the package: `make fuzz` and `make soak`. Not installed."""
