"""What the demo shows."""

from __future__ import annotations

from typing import Any

from lasttouch.answers.contacts import Answer
from lasttouch.views import last


def as_json(answer: Answer, config: str | None) -> dict[str, Any]:
    """The object of `demo --json`; see docs/json.md.

    `config` is where that of a kept world stands.
    """
    return {"last": last.as_json(answer), "config": config}
