# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A parser that does not let one of two values win in silence."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any


class Parser(argparse.ArgumentParser):
    """Refuses an option with a value that is given twice.

    argparse takes the last: `--teacher A --teacher B` would train with B alone.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """Takes what `argparse.ArgumentParser` does."""
        super().__init__(*arguments, **options)
        for name in (None, "store"):
            self.register("action", name, _StoreOnce)
        self.given: set[str] = set()

    # The namespace is what argparse makes of it, of any type.
    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """See `argparse.ArgumentParser`."""
        self.given = set()
        return super().parse_known_args(args, namespace)


class _StoreOnce(argparse._StoreAction):
    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        assert isinstance(parser, Parser)
        if option_string is not None:
            if self.dest in parser.given:
                takes_several = self.nargs in ("+", "*")
                raise argparse.ArgumentError(
                    self,
                    "is given twice; "
                    + (
                        f"give all values at once: {option_string} A B"
                        if takes_several
                        else "leave one of them out"
                    ),
                )
            parser.given.add(self.dest)
        super().__call__(parser, namespace, values, option_string)
