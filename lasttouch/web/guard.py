"""What holds for every answer over HTTP: who may ask, from where, and what a browser may do with it."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lasttouch.web.sessions import Session
from lasttouch.web.site import Site

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
SAFE = frozenset(("GET", "HEAD", "OPTIONS"))
IDENTITIES = frozenset(
    (
        "remote-user", "x-remote-user", "x-forwarded-user", "x-forwarded-email", "x-forwarded-preferred-username",
        "x-auth-request-user", "x-auth-request-email", "x-webauth-user", "remote-email", "x-authenticated-user",
    )
)  # fmt: skip
"""Headers in which proxies say who somebody is: whoever sends one and is no proxy of ours wants to be taken for one."""
VISITOR = "lasttouch.visitor"


class Visitor(NamedTuple):
    """Who asks: who is signed in, or of whom a proxy says who it is (`known_as` a name, an address, the system's)."""

    session: Session | None = None
    known_as: str | None = None


class Guard:
    """Puts a Visitor into the scope, where somebody is known; refuses what no browser of theirs would send."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self._app = app
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # there are no web sockets
            await send({"type": "websocket.close", "code": 1000})
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)
        if refusal is None:
            scope[VISITOR] = self._visitor(scope, headers)
        await (refusal or self._app)(scope, receive, guarded)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        host = headers.get("host", "")
        if self._site.hosts is not None and host not in self._site.hosts:
            return PlainTextResponse("This page is not called so.\n", 421)
        if scope["method"] not in SAFE and not self._is_from_here(headers, host):
            return PlainTextResponse("This was sent from another site, and so not done.\n", 403)
        trust = self._site.trust
        named = IDENTITIES | {trust.header.lower()}
        if not trust.is_of(_peer(scope)) and any(name in headers for name in named):
            return PlainTextResponse("Who you are is not for you to say: you are no proxy that is trusted.\n", 401)
        return None

    def _is_from_here(self, headers: Headers, host: str) -> bool:
        """A browser says from where a form was sent; a program says neither (Fetch standard, 3.1; Fetch Metadata).

        With no-referrer, which we ask for, a form of our own comes with the origin "null".
        """
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site is not None and site != "same-origin":
            return False
        if origin is None:
            return True
        if origin == "null":
            return site == "same-origin"
        there = urlsplit(origin)
        return there.netloc == host and there.scheme in ("http", "https")

    def _visitor(self, scope: Scope, headers: Headers) -> Visitor | None:
        trust = self._site.trust
        if trust.is_of(_peer(scope)) and (known_as := headers.get(trust.header)):
            return Visitor(known_as=known_as)
        cookies = cookie_parser(headers.get("cookie", ""))
        session = self._site.sessions.find(cookies.get(self._site.cookie, ""), self._site.clock())
        return None if session is None else Visitor(session)


def _peer(scope: Scope) -> str | None:
    client = scope.get("client")
    return client[0] if client else None
