# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Terms in words: a line for the log, a line for each source, a section of a model card."""

from __future__ import annotations

from attendseg_ros.markdown import table
from attendseg_ros.shortening import shortened_text
from attendseg_ros.terms.licenses import known_license
from attendseg_ros.terms.source import Source
from attendseg_ros.terms.terms import NOT_STATED, Terms

_MOST_NAMED = 6
_USES = {
    True: "for commercial use too",
    False: "for non-commercial use",
    None: "commercial use unknown",
}
_IN_TABLE = {True: "yes", False: "no", None: "unknown"}


def introduction(model: str, terms: Terms) -> str:
    """One short line: a model's name, what it was trained on, and on what terms it is given."""
    names = [each.name or f"data under '{each.license}'" for each in terms.data]
    if len(names) > _MOST_NAMED:
        names[_MOST_NAMED:] = [f"{len(names) - _MOST_NAMED} others"]
    names = [shortened_text(name) for name in names]
    data = " and ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else ""
    return (
        f"model {shortened_text(model)}: "
        + (f"trained on {data}; " if data else "what it was trained on is unknown; ")
        + _weights_in_short(terms)
    )


def _weights_in_short(terms: Terms) -> str:
    known = known_license(terms.weights)
    name = shortened_text(terms.weights) if known is None else known.name
    if terms.commercial_use is not None:
        stated = "" if terms.weights == NOT_STATED else f" ({name})"
        return f"weights {_USES[terms.commercial_use]}{stated}"
    if terms.weights == NOT_STATED:
        return "the terms of its weights are unknown"
    return f"weights under {name}; whether for commercial use is unknown"


def described_weights(terms: Terms) -> str:
    """The terms of the weights in one line."""
    return f"{_with_link(terms.weights, terms.license_url)}, {_USES[terms.commercial_use]}"


def described_source(source: Source) -> str:
    """What is known of a set in one line."""
    terms = _with_link(source.license, source.license_url) or "terms unknown"
    line = f"{source.name}: {terms}" if source.name else terms
    line += f", {_USES[source.allows_commercial_use]}"
    return f"{line}; by {source.attribution}" if source.attribution else line


def _with_link(text: str, url: str) -> str:
    return f"{text} <{url}>" if text and url and url not in text else text


def licence_section(terms: Terms) -> str:
    """The section of a model card, in Markdown."""
    rows = [
        [
            "Weights",
            _in_markdown(terms.weights, terms.license_url),
            _IN_TABLE[terms.commercial_use],
            "",
        ],
        *(
            [
                _cell(each.name) or "Data",
                _in_markdown(each.license, each.license_url) or "unknown",
                _IN_TABLE[each.allows_commercial_use],
                _cell(each.attribution),
            ]
            for each in terms.data
        ),
    ]
    if not terms.data:
        rows.append(["Data", "unknown", "unknown", ""])
    return "## Licence\n\n" + table(["", "Licence", "Commercial use", "Attribution"], rows)


def _in_markdown(text: str, url: str) -> str:
    return f"[{_cell(text)}]({url})" if text and url else _cell(text)


def _cell(text: str) -> str:
    return text.replace("|", r"\|").replace("<", r"\<")
