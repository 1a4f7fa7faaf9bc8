"""A link that signs in."""

from __future__ import annotations

from typing import Any

from lasttouch.keeping.login_links import GOOD_FOR


def as_json(link: str) -> dict[str, Any]:
    """The object of `web login --json`; see docs/json.md."""
    return {"url": link, "good_for_seconds": int(GOOD_FOR.total_seconds())}


def text(link: str) -> list[str]:
    return [link, "It is good once, for ten minutes."]
