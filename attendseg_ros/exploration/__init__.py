# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Machine-driven design exploration: limits and this machine in, a tailored network out."""
