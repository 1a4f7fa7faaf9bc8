"""What could be done about the contacts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lasttouch.answers.suggestions import Suggestion
from lasttouch.views.columns import Rows


def as_json(found: Sequence[Suggestion]) -> list[dict[str, Any]]:
    """The array of `contacts suggest --json`; see docs/json.md."""
    return [one._asdict() for one in found]


def table(found: Sequence[Suggestion]) -> Rows:
    headings = ["Who", "Address", "Because", "To do it"]
    return headings, [[one.name, one.address or "", one.because, one.command] for one in found]


def notes(found: Sequence[Suggestion]) -> list[str]:
    return [] if found else ["Nothing to suggest: no two contacts look like one person."]
