"""The whole log, an object an activity."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lasttouch.answers.export import Answer
from lasttouch.views.why_activity import proof_json


def as_json(answer: Answer) -> Iterator[dict[str, Any]]:
    """The lines of `export --json`, one by one; see docs/json.md."""
    return (proof_json(one, answer.now) for one in answer.activities)
