# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Counts what came out and what did not, and why, from one report to the next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

Cause = TypeVar("Cause", bound=Hashable)


@dataclass(frozen=True)
class Tallied(Generic[Cause]):
    """What a tally held at one moment.

    Attributes:
        succeeded: how many came out.
        failed: how many did not, by cause.
        fresh: those of them that are new since the look before.
        last: why the last one did not come out; None when it did. An input may be slower than the
            reports, and what was wrong is not over in between.
    """

    succeeded: int
    failed: Counter[Cause]
    fresh: Counter[Cause]
    last: Cause | None


class Tally(Generic[Cause]):
    """Counts; any thread may, and one looks."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._succeeded = 0
        self._failed: Counter[Cause] = Counter()
        self._looked: Counter[Cause] = Counter()
        self._last: Cause | None = None

    def succeed(self) -> None:
        """Counts one that came out."""
        with self._lock:
            self._succeeded += 1
            self._last = None

    def fail(self, cause: Cause) -> None:
        """Counts one that did not."""
        with self._lock:
            self._failed[cause] += 1
            self._last = cause

    def look(self) -> Tallied[Cause]:
        """What was counted; what is fresh then is not at the next look."""
        with self._lock:
            failed, before = Counter(self._failed), self._looked
            self._looked = failed
            return Tallied(self._succeeded, failed, failed - before, self._last)
