"""Everything that is answered over HTTP. Whoever has a door of their own adds its routes here."""

from __future__ import annotations

from starlette.routing import BaseRoute

from lasttouch.web import static
from lasttouch.web.pages import buttons, login, today
from lasttouch.web.site import Site


def routes(_: Site) -> list[BaseRoute]:
    return [*static.routes(), *login.routes(), *today.routes(), *buttons.routes()]
