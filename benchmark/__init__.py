# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What attendseg_ros is compared with; `attendseg benchmark` does the measuring."""
