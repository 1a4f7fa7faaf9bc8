"""How far everything was read, and what of it could not be."""

from __future__ import annotations

from starlette.routing import Route

from lasttouch.answers.status import sources_read
from lasttouch.web.asking import Asked, Shown, page

MOST_SKIPPED = 50


def sources(asked: Asked) -> Shown:
    return Shown("sources.html", {"sources": sources_read(asked.log), "most_skipped": MOST_SKIPPED})


def routes() -> list[Route]:
    return [page("/sources", sources)]
