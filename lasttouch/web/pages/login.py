"""Signing in by a link, and out."""

from __future__ import annotations

from datetime import datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from lasttouch.keeping.login_links import PATH, Refused
from lasttouch.web.site import Site
from lasttouch.web.templates import rendered


async def _sign_in(request: Request) -> Response:
    """A link that is good is used up; nothing in the log changes by that."""
    site: Site = request.app.state.site
    now = site.clock()
    try:
        user = site.links.use(request.path_params["token"], now)
    except Refused as refused:
        return rendered(request, "sign_in.html", {"message": refused.message}, 403)
    return welcomed(site, user, now)


def welcomed(site: Site, user: str | None, now: datetime) -> Response:
    """A new session of theirs; None is whoever started the page."""
    answer = RedirectResponse("/", 303)
    answer.set_cookie(
        site.cookie, site.sessions.begin(user, now), httponly=True, samesite="lax", secure=site.is_secure, path="/"
    )
    return answer


async def _sign_out(request: Request) -> Response:
    site: Site = request.app.state.site
    site.sessions.end(request.cookies.get(site.cookie, ""))
    answer = rendered(request, "sign_in.html", {"message": "You are signed out."})
    answer.delete_cookie(site.cookie, path="/", secure=site.is_secure, httponly=True, samesite="lax")
    return answer


def routes() -> list[Route]:
    return [
        Route(f"{PATH}{{token}}", _sign_in, methods=["GET"], name="sign_in"),
        Route("/sign-out", _sign_out, methods=["POST"], name="sign_out"),
    ]
