"""Signing in at the provider that the configuration names, and coming back from there."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from activity.errors import NotFound
from lasttouch.keeping import reading
from lasttouch.web.asking import failed
from lasttouch.web.pages.login import welcomed
from lasttouch.web.provider import BACK, BEGIN, GOOD_FOR, Provider
from lasttouch.web.site import Site


async def _begin(request: Request) -> Response:
    return await run_in_threadpool(_sent_there, request)


async def _back(request: Request) -> Response:
    return await run_in_threadpool(_signed_in, request)


def _sent_there(request: Request) -> Response:
    site: Site = request.app.state.site
    try:
        url, cookie = _provider(site).begin(site.clock())
    except Exception as error:  # noqa: BLE001 - told in plain words, and not to the network
        return failed(request, error, "sign_in.html")
    answer = RedirectResponse(url, 303)
    answer.set_cookie(
        _cookie(site), cookie, max_age=int(GOOD_FOR.total_seconds()), httponly=True, samesite="lax",
        secure=site.is_secure, path="/",
    )  # fmt: skip
    return answer


def _signed_in(request: Request) -> Response:
    """Whoever comes back is who the provider says, if a user of ours has that address."""
    site: Site = request.app.state.site
    now = site.clock()
    try:
        address = _provider(site).address_of(request.cookies.get(_cookie(site), ""), dict(request.query_params), now)
        answer = welcomed(site, reading.name_of_user_at(site.config, address), now)
    except Exception as error:  # noqa: BLE001 - as above
        answer = failed(request, error, "sign_in.html")
    answer.delete_cookie(_cookie(site), path="/", secure=site.is_secure, httponly=True, samesite="lax")
    return answer


def _provider(site: Site) -> Provider:
    if site.provider is None:
        raise NotFound("there is no such page", "for a link that signs in: lasttouch web login")
    return site.provider


def _cookie(site: Site) -> str:
    return f"{site.cookie}-provider"


def routes() -> list[Route]:
    return [
        Route(BEGIN, _begin, methods=["GET"], name="sign_in_there"),
        Route(BACK, _back, methods=["GET"], name="back_from_there"),
    ]
