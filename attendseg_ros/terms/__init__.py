# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""On what terms weights and the data that they come from are given: as data, and in words."""

from attendseg_ros.terms.source import Source
from attendseg_ros.terms.terms import NOT_STATED, Terms

__all__ = ["NOT_STATED", "Source", "Terms"]
