# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Where a card gets what was measured: in place of what was there, and nothing else goes."""

from __future__ import annotations

import pytest

from attendseg_ros.deployment.calibration_card import placed

NEW = "## Confidence\n\nnew"


@pytest.mark.parametrize(
    ("card", "expected"),
    [
        pytest.param("# Card\n", "# Card\n\n" + NEW + "\n", id="none yet"),
        pytest.param(
            "# Card\n\n## Licence\nmine\n",
            "# Card\n\n" + NEW + "\n\n## Licence\nmine\n",
            id="before the licence",
        ),
        pytest.param(
            "## Confidence\n\nold\n", NEW + "\n", id="a card that begins with what was there"
        ),
        pytest.param(
            "# Card\n\n## Confidence\nold\n\n# Notes\nby hand\n",
            "# Card\n\n" + NEW + "\n\n# Notes\nby hand\n",
            id="a chapter of the first level behind it",
        ),
        pytest.param(
            "# Card\n```\n## Confidence\n# comment\n```\n\n## Confidence \nold\n",
            "# Card\n```\n## Confidence\n# comment\n```\n\n" + NEW + "\n",
            id="headings in code are none",
        ),
    ],
)
def test_it_is_placed(card: str, expected: str) -> None:
    assert placed(card, NEW) == expected
    assert placed(expected, NEW) == expected
