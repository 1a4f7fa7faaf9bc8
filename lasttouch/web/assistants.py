"""`/mcp`: an assistant's tools over HTTP (MCP, Streamable HTTP), each call by a token.

No session is kept: whoever was refused a moment ago is so at the next call. The SDK is imported with
the first call that a token is good for.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from activity.errors import LasttouchError
from lasttouch.mcp.asking import Asking, of_log
from lasttouch.web.bearer import ask_as_holder, refused, secret_of
from lasttouch.web.site import Site

LONGEST_REQUEST = 65_536  # bytes


def routes() -> list[BaseRoute]:
    return [Route("/mcp", _Assistants(), methods=["GET", "POST", "DELETE"])]


class _Assistants:
    """What is asked is answered by the SDK, once the token was looked at."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        site: Site = request.app.state.site
        secret = secret_of(request)
        try:
            manager = await run_in_threadpool(_manager, site, secret)
        except Exception as error:  # noqa: BLE001 - told in plain words, and not to the network
            await refused(error)(scope, receive, send)
            return
        async with manager.run():
            await manager.handle_request(scope, receive, send)


def _manager(site: Site, secret: str) -> Any:
    """What serves one request of whoever holds this token. Raises Unauthorized."""
    ask_as_holder(site, secret, "mcp")
    try:
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager  # noqa: PLC0415 - an extra

        from lasttouch.mcp.server import server  # noqa: PLC0415
    except ImportError:
        raise LasttouchError("assistants need the extra mcp", "install it beside lasttouch: '.[mcp]'") from None
    logging.getLogger("mcp").setLevel(logging.WARNING)
    return StreamableHTTPSessionManager(
        server(_of_holder(site, secret)), json_response=True, stateless=True, max_request_body_size=LONGEST_REQUEST
    )  # whoever comes by another name, or from another site, was refused by the guard


def _of_holder(site: Site, secret: str) -> Asking:
    ask = of_log(site.config, site.clock)

    def asked(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        ask_as_holder(site, secret, "mcp")
        return ask(name, given)

    return asked
