# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Licences known by name: how they are spelled, where their text is, what they allow."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class License:
    """A licence that others wrote.

    Attributes:
        name: as people write it.
        spdx: its identifier (spdx.org/licenses), as package.xml writes it.
        url: the canonical link to it.
        commercial_use: whether it allows commercial use.
        attribution: whether whoever passes the work on must name who made it.
    """

    name: str
    spdx: str
    url: str
    commercial_use: bool = True
    attribution: bool = False


_OPEN_SOURCE = "https://opensource.org/license/"

_OTHERS = (
    License("Apache-2.0", "Apache-2.0", "https://www.apache.org/licenses/LICENSE-2.0"),
    License("MIT", "MIT", f"{_OPEN_SOURCE}mit"),
    License("MIT-0", "MIT-0", f"{_OPEN_SOURCE}mit-0"),
    License("BSD-2-Clause", "BSD-2-Clause", f"{_OPEN_SOURCE}bsd-2-clause"),
    License("BSD-3-Clause", "BSD-3-Clause", f"{_OPEN_SOURCE}bsd-3-clause"),
    License("CC0 1.0", "CC0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
)

_CREATIVE_COMMONS = re.compile(r"cc-by((?:-(?:nc|nd|sa))*)-([1-4]\.\d)")
_LONG_WORDS = (
    (r"creative[\s_-]*commons", "cc"),
    (r"attribution", "by"),
    (r"non[\s_-]*commercial", "nc"),
    (r"share[\s_-]*alike", "sa"),
    (r"no[\s_-]*deriv(?:ative)?s?", "nd"),
    (r"\b(?:the|licen[cs]e|version|international|public|unported)\b", ""),
    (r"\bapache\s*2\b(?!\.)", "apache 2.0"),
    (r"\bv(?=\d)", ""),
)

# "for commercial and non-commercial use" forbids nothing.
_EITHER = re.compile(
    r"(?:non[\s_-]*)?commercial\s*(?:,|/|&|and|or|as well as)\s*(?:non[\s_-]*)?commercial", re.I
)
_FORBIDDING = re.compile(
    r"(?<![a-z])nc(?![a-z])|non[\s_-]*commercial|\b(?:not?|never)\b[^.;]{0,20}\bcommercial"
    r"|\b(?:research|academic|educational|personal|private)\s+(?:use|purposes?|only)\b"
    r"|\bfor\s+(?:research|academia|education|teaching)\b",
    re.I,
)
_ALLOWING = re.compile(
    r"^\W*(?:cc[\s_-]*(?:by|0)|creative[\s_-]*commons|apache|mit|bsd|isc|[al]?gpl|mpl|epl|zlib"
    r"|unlicense|odbl|odc|cdla|pddl|public[\s_-]+domain)(?![a-z])"
    r"|\bfor\s+(?:any|commercial)\b|\bused\s+commercially\b"
    r"|\bcommercial\s+use\s+(?:is\s+)?(?:allowed|permitted)\b",
    re.I,
)


def known_license(text: str) -> License | None:
    """The licence that a text begins with: alone, or with a remark after ':', ';', ',' or '('.

    Spaces, hyphens, capitals and long forms do not matter: "CC BY 4.0" and "cc-by-4.0" are one.
    """
    plain = re.sub(r",(?=\s*version\b)", "", text.lower())
    plain = re.split(r"[:;,(/]|\s(?:and|or)\s", plain, maxsplit=1)[0]
    for long, short in _LONG_WORDS:
        plain = re.sub(long, short, plain)
    plain = re.sub(r"[\s_-]+", "-", plain).strip("-")
    found = _CREATIVE_COMMONS.fullmatch(plain)
    if found:
        kind, version = f"by{found[1]}", found[2]
        return License(
            name=f"CC {kind.upper()} {version}",
            spdx=f"CC-{kind.upper()}-{version}",
            url=f"https://creativecommons.org/licenses/{kind}/{version}/",
            commercial_use="nc" not in kind.split("-"),
            attribution=True,
        )
    return next((each for each in _OTHERS if each.spdx.lower() == plain), None)


def commercial_use_of(text: str) -> bool | None:
    """Whether a licence allows commercial use, as far as its name or words tell; None: unknown.

    A word that forbids counts more than a name that allows.
    """
    plain = _EITHER.sub("any", text)
    if _FORBIDDING.search(plain):
        return False
    known = known_license(text)
    if known is not None:
        return known.commercial_use
    return True if _ALLOWING.search(plain) else None
