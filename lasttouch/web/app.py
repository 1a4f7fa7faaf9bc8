"""The application that answers over HTTP, without a server around it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import anyio
import anyio.to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response

from lasttouch.web.guard import Guard
from lasttouch.web.kept_open import KeptOpen
from lasttouch.web.routes import routes
from lasttouch.web.site import Site
from lasttouch.web.templates import rendered

THREADS = 8
"""So many questions are answered at a time; each has the log open for itself."""
LOOK_SECONDS = 10  # whether what is kept open was idle for long
_SMALL = 500  # bytes that are not worth compressing
_LEVEL = 6  # of zlib; 9 takes twice as long for one byte in fifty
_WORDS = {404: ("there is no such page", "see what stands at the top"), 405: ("this page is not sent to", "")}


def application(site: Site) -> Starlette:
    made = Starlette(
        routes=routes(),
        middleware=[
            Middleware(Guard, site=site),
            Middleware(GZipMiddleware, minimum_size=_SMALL, compresslevel=_LEVEL),
        ],
        exception_handlers={HTTPException: _told},
        lifespan=_alive,
    )
    made.state.site = site
    return made


@contextlib.asynccontextmanager
async def _alive(app: Starlette) -> AsyncIterator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
    kept_open = app.state.site.kept_open
    async with anyio.create_task_group() as beside:
        beside.start_soon(_let_go_of_idle, kept_open)
        yield
        beside.cancel_scope.cancel()
    kept_open.let_go_of_idle(0)


async def _let_go_of_idle(kept_open: KeptOpen) -> None:
    while True:
        await anyio.sleep(LOOK_SECONDS)
        kept_open.let_go_of_idle()


async def _told(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    message, hint = _WORDS.get(error.status_code, (str(error.detail).lower(), ""))
    answer = rendered(request, "failed.html", {"message": message, "hint": hint}, error.status_code)
    answer.headers.update(error.headers or {})  # which methods there are
    return answer
