# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The terms of a bundle: read, never more than all of it allows, and in words."""

from __future__ import annotations

from typing import Any

import pytest

from attendseg_ros.errors import DataError
from attendseg_ros.terms import Source, Terms
from attendseg_ros.terms.wording import (
    described_source,
    described_weights,
    introduction,
    licence_section,
)

TRAIL = Source(
    "Trail", "CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/", "A. Walker, 2020", True
)
TOWN = Source("Town", "for research only", "", "B. Driver, 2009", False)
LAWN = Source("lawn")


@pytest.mark.parametrize(
    ("data", "said", "allowed"),
    [
        ((TRAIL,), True, True),
        ((TRAIL,), None, None),
        ((TRAIL,), False, False),
        ((TRAIL, TOWN), True, False),
        ((TRAIL, LAWN), True, None),
        ((LAWN, TOWN), None, False),
        ((), True, None),
        ((Source("x", "for research only", commercial_use=True),), True, False),
    ],
)
def test_commercial_use_is_what_all_of_it_allows(
    data: tuple[Source, ...], said: bool | None, allowed: bool | None
) -> None:
    terms = Terms.of("CC BY 4.0", data, said)
    assert terms.commercial_use is allowed
    assert Terms.from_mapping(terms.to_mapping()) == terms


def test_a_licence_of_the_weights_that_forbids_it_counts() -> None:
    terms = Terms.of("CC BY-NC 4.0", (TRAIL,), True)
    assert terms.commercial_use is False
    assert terms.license_url == "https://creativecommons.org/licenses/by-nc/4.0/"


@pytest.mark.parametrize(
    ("weights", "data", "allowed"),
    [
        ("CC BY-NC 4.0: for non-commercial use", "CamVid: CC BY-NC 4.0", False),
        ("Apache-2.0", "own images", None),
        ("not stated", "some, for research only", False),
    ],
)
def test_bundles_of_two_texts_still_load(weights: str, data: str, allowed: bool | None) -> None:
    terms = Terms.from_mapping({"weights": weights, "data": data})
    assert terms.weights == weights
    assert [(each.name, each.license) for each in terms.data] == [("", data)]
    assert terms.commercial_use is allowed
    assert Terms.from_mapping(terms.to_mapping()) == terms


@pytest.mark.parametrize("data", ["none", "not stated"])
def test_a_text_that_says_nothing_names_no_data(data: str) -> None:
    assert Terms.from_mapping({"weights": "unknown", "data": data}) == Terms()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"data": []}, "license.weights must be a text"),
        ({"weights": "MIT"}, "license.data must be a list of sets, or a text"),
        ({"weights": "MIT", "data": 3}, "license.data must be a list of sets, or a text"),
        ({"weights": "MIT", "data": ["x"]}, "license.data[0] must be a mapping of name, license"),
        ({"weights": "MIT", "data": [{"title": "x"}]}, "license.data[0] must be a mapping of name"),
        (
            {"weights": "MIT", "data": [{"name": "x", "commercial_use": "yes!"}]},
            "license.data[0]: commercial_use must be true or false, or left out",
        ),
        (
            {"weights": "MIT", "data": [{"name": "x", "license": 4}]},
            "license.data[0]: license must be a text, got 4",
        ),
        ({"weights": "MIT", "data": [], "commercial_use": 1}, "license.commercial_use must be"),
    ],
)
def test_other_forms_are_refused_by_their_field(values: dict[str, Any], words: str) -> None:
    with pytest.raises(DataError) as caught:
        Terms.from_mapping(values)
    assert str(caught.value).startswith(words)


def test_the_introduction_names_model_data_and_terms() -> None:
    assert introduction("walk", Terms.of("CC BY 4.0", (TRAIL,), True)) == (
        "model walk: trained on Trail; weights for commercial use too (CC BY 4.0)"
    )
    assert introduction("drive", Terms.of("CC BY-NC 4.0", (TOWN, TRAIL, LAWN), None)) == (
        "model drive: trained on Town, Trail and lawn; weights for non-commercial use "
        "(CC BY-NC 4.0)"
    )
    assert introduction("x", Terms()) == (
        "model x: what it was trained on is unknown; the terms of its weights are unknown"
    )
    assert introduction("x", Terms.from_mapping({"weights": "MIT", "data": "own images"})) == (
        "model x: trained on data under 'own images'; weights under MIT; whether for commercial "
        "use is unknown"
    )
    assert introduction("x", Terms.of("not stated", (TOWN,), None)) == (
        "model x: trained on Town; weights for non-commercial use"
    )


def test_the_introduction_stays_one_short_line_whatever_a_bundle_says() -> None:
    name = "a\nb\x1b[31m" * 500
    source = Source.from_mapping({"name": name, "license": name}, "x")
    line = introduction(name, Terms.of(name, [source] * 50, None))
    assert len(line) < 1200
    assert "\n" not in line
    assert "44 others" in line


def test_each_source_has_a_line_with_its_attribution() -> None:
    assert described_source(TRAIL) == (
        "Trail: CC BY 4.0 <https://creativecommons.org/licenses/by/4.0/>, for commercial use too; "
        "by A. Walker, 2020"
    )
    assert described_source(LAWN) == "lawn: terms unknown, commercial use unknown"
    assert described_weights(Terms()) == "not stated, commercial use unknown"


def test_the_card_has_a_row_for_weights_and_each_source() -> None:
    rows = licence_section(Terms.of("CC BY-NC 4.0", (TRAIL, LAWN, TOWN), None)).splitlines()
    assert rows[4:] == [
        "| Weights | [CC BY-NC 4.0](https://creativecommons.org/licenses/by-nc/4.0/) | no |  |",
        "| Trail | [CC BY 4.0](https://creativecommons.org/licenses/by/4.0/) | yes "
        "| A. Walker, 2020 |",
        "| lawn | unknown | unknown |  |",
        "| Town | for research only | no | B. Driver, 2009 |",
    ]
    assert licence_section(Terms()).splitlines()[-1] == "| Data | unknown | unknown |  |"
