# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""From the bytes of an image message or a picture file to an RGB array."""
