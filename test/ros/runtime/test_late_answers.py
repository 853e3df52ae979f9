# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""An answer is sent once, whether it is given before or after it is known to whom."""

from __future__ import annotations

from typing import Any

import pytest

from attendseg_ros.ros.runtime.late_answers import Answer


@pytest.mark.parametrize("given_first", [False, True])
def test_an_answer_is_sent_once_it_is_given_and_addressed(given_first: bool) -> None:
    sent: list[Any] = []
    answer = Answer("response", lambda response, header: sent.append((response, header)))
    if given_first:
        answer.give()
    else:
        answer.address("header")
    assert sent == []
    answer.response = "other"
    if given_first:
        answer.address("header")
    else:
        answer.give()
    answer.give()
    assert sent == [("other", "header")]
