# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The camera and the listener that `attendseg benchmark pipeline` starts."""
