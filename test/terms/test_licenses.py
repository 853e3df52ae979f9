# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Licences by their names and words."""

from __future__ import annotations

import pytest

from attendseg_ros.terms.licenses import commercial_use_of, known_license


@pytest.mark.parametrize(
    ("text", "spdx", "url"),
    [
        ("CC BY 4.0", "CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/"),
        ("cc-by-4.0", "CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/"),
        (
            "Creative Commons Attribution 4.0 International",
            "CC-BY-4.0",
            "https://creativecommons.org/licenses/by/4.0/",
        ),
        ("CC BY-NC 4.0", "CC-BY-NC-4.0", "https://creativecommons.org/licenses/by-nc/4.0/"),
        (
            "CC BY-NC 4.0: as the images",
            "CC-BY-NC-4.0",
            "https://creativecommons.org/licenses/by-nc/4.0/",
        ),
        ("CC BY-SA 3.0", "CC-BY-SA-3.0", "https://creativecommons.org/licenses/by-sa/3.0/"),
        (
            "Apache License, Version 2.0",
            "Apache-2.0",
            "https://www.apache.org/licenses/LICENSE-2.0",
        ),
        ("MIT License", "MIT", "https://opensource.org/license/mit"),
        ("CC0 1.0", "CC0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
    ],
)
def test_a_licence_is_known_in_every_spelling(text: str, spdx: str, url: str) -> None:
    license_ = known_license(text)
    assert license_ is not None
    assert (license_.spdx, license_.url) == (spdx, url)


@pytest.mark.parametrize("text", ["", "own images", "CC BY", "mitigation", "MIT2", "sync 4.0"])
def test_what_is_no_licence_is_not_known(text: str) -> None:
    assert known_license(text) is None


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("CC BY 4.0", True),
        ("CC BY", True),
        ("Apache-2.0", True),
        ("MIT / CC BY 4.0", True),
        ("GPL-3.0", True),
        ("public domain", True),
        ("free for commercial and non-commercial use", True),
        ("commercial use allowed", True),
        ("CC BY-NC 4.0", False),
        ("cc_by_nc_sa_4.0", False),
        ("Creative Commons Attribution-NonCommercial 4.0", False),
        ("Apache-2.0 AND CC-BY-NC-4.0", False),
        ("non-commercial research; its images may not be passed on", False),
        ("not for commercial use", False),
        ("for research purposes", False),
        ("academic use only", False),
        ("own images", None),
        ("sync it once", None),
        ("not stated", None),
        ("", None),
    ],
)
def test_names_and_words_tell_whether_commercial_use_is_allowed(
    text: str, allowed: bool | None
) -> None:
    assert commercial_use_of(text) is allowed
