"""The addresses in one cell."""

from __future__ import annotations

import re
from typing import NamedTuple

from activity.address import normalise

# Google puts " ::: " between the values of one cell, HubSpot and people ";" or ",".
_SEPARATOR = re.compile(r"[;,\r\n]|\s:::\s")
_IN_ANGLE_BRACKETS = re.compile(r"<([^<>]*)>")
_MAILTO = re.compile(r"mailto:", re.IGNORECASE)


class Emails(NamedTuple):
    """`good` are normalised, each once, in the order of the cell; `bad` as they were written."""

    good: list[str]
    bad: list[str]


def emails_in(cells: list[str]) -> Emails:
    """All addresses of the cells, `Ana Kim <ana@acme.example>` and `mailto:` links among them."""
    good: dict[str, None] = {}
    bad: list[str] = []
    for cell in cells:
        for written in _split(cell):
            email = normalise(_MAILTO.sub("", written, count=1))
            if email is None or (email.count("@") > 1 and '"' not in written):
                bad.append(written)
            else:
                good[email] = None
    return Emails(list(good), bad)


def _split(cell: str) -> list[str]:
    named = "<" in cell
    parts = []
    for part in _SEPARATOR.split(cell):
        inner = _IN_ANGLE_BRACKETS.search(part)
        if named and "@" not in part:
            continue  # half of a display name: Kim, Ana <ana@acme.example>
        parts.append((inner[1] if inner else part).strip())
    return [part for part in parts if part]
