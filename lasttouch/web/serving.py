"""The page served until it is told to end."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import uvicorn

from lasttouch.configuration.config import LoadedConfig
from lasttouch.configuration.web_options import Web
from lasttouch.keeping import login_links
from lasttouch.keeping.login_links import Links, Page
from lasttouch.keeping.reading import follow, spare_memory
from lasttouch.web.app import application
from lasttouch.web.impatience import MOST_WAITING, Impatient
from lasttouch.web.listening import Place
from lasttouch.web.provider import as_configured
from lasttouch.web.site import NOBODY, Site, Trust

MOST_AT_ONCE = 64
KEPT_ALIVE_SECONDS = 30


@contextlib.contextmanager
def announced(loaded: LoadedConfig, place: Place) -> Iterator[Page]:
    """`lasttouch web login` finds the page meanwhile."""
    spare_memory()
    follow(loaded.path)
    page = login_links.announce(loaded.database, place.url)
    try:
        yield page
    finally:
        login_links.withdraw(loaded.database, page)


def server(loaded: LoadedConfig, place: Place, page: Page, trust: Trust = NOBODY) -> uvicorn.Server:
    """What serves the page of this log; `should_exit` ends it. Without trust it is one keeper's, on a laptop: what
    stands below [web] is for the daemon's."""
    web = Web() if trust is NOBODY else loaded.config.web
    provider = as_configured(loaded, web.provider, place.url) if web.provider else None
    site = Site(loaded.path.absolute(), place.url, Links(page), place.hosts, trust, provider=provider)
    return uvicorn.Server(
        uvicorn.Config(
            application(site),
            log_config=None,
            log_level="critical",  # what concerns anybody is told by us, without a traceback
            access_log=False,
            server_header=False,
            proxy_headers=False,
            http=Impatient,
            ws="none",
            limit_concurrency=MOST_AT_ONCE + MOST_WAITING,
            timeout_keep_alive=KEPT_ALIVE_SECONDS,
            timeout_graceful_shutdown=2,
            ssl_certfile=loaded.beside(web.certificate),
            ssl_keyfile=loaded.beside(web.key),
        )
    )


def serve(loaded: LoadedConfig, place: Place, begun: Callable[[Page], None]) -> None:
    """Until Ctrl-C or SIGTERM. `begun` is told of it once the page can be asked."""
    with announced(loaded, place) as page:
        begun(page)
        server(loaded, place, page).run(sockets=[place.listener])
