# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What `attendseg benchmark` measures: engines, the whole way of a frame, networks of others."""
