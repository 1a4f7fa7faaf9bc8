"""What a list is narrowed to by the words of its address, and to what else it may be."""

from __future__ import annotations

from typing import Any

from lasttouch.answers import offers
from lasttouch.answers.question import Filters
from lasttouch.web.asking import Asked


def filters_of(asked: Asked, **more: Any) -> Filters:
    return Filters(owner=asked.words.get("owner") or None, tag=asked.words.get("tag") or None, **more)


def narrowing(asked: Asked) -> dict[str, Any]:
    """For `parts.narrowing`: what may be chosen, and what is."""
    owners, tags = offers.owners_and_tags(asked.log)
    return {"owners": owners, "tags": tags, "owner": asked.words.get("owner"), "tag": asked.words.get("tag")}
