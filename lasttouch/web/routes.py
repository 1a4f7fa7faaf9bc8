"""Everything that is answered over HTTP. Whoever has a door of their own adds its routes here."""

from __future__ import annotations

from starlette.routing import BaseRoute

from lasttouch.web import api, assistants, feed, openapi, static
from lasttouch.web.pages import buttons, contacts, lists, login, provider, sharing, sources, today


def routes() -> list[BaseRoute]:
    pages = (static, login, provider, today, contacts, lists, sources, sharing, buttons)
    programs = (api, openapi, feed, assistants)
    return [route for one in (*pages, *programs) for route in one.routes()]
