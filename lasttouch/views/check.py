"""What a recomputation found."""

from __future__ import annotations

from typing import Any

from lasttouch.counting import activities, counted
from lasttouch.keeping.checking import Checked


def as_json(found: Checked) -> dict[str, Any]:
    """The object of `check --json`; see docs/json.md."""
    return found._asdict()


def text(found: Checked) -> str:
    """The same for people."""
    what = f"{activities(found.activities)}, {counted(found.contacts, 'contact')} recomputed"
    return f"{what}: {counted(found.differences, 'difference')}; {found.integrity}."
