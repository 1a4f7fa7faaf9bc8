"""What the demo shows."""

from __future__ import annotations

from typing import Any

from lasttouch.answers.contacts import Answer
from lasttouch.outward.outcome import Outcome
from lasttouch.views import last, push


def as_json(answer: Answer, config: str | None, told: Outcome | None = None) -> dict[str, Any]:
    """The object of `demo --json`; see docs/json.md.

    `config` is where that of a kept world stands, `told` what its Tryton was.
    """
    pushed = {} if told is None else {"push": push.as_json(told)}
    return {"last": last.as_json(answer), "config": config, **pushed}
