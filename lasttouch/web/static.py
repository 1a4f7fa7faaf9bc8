"""The style sheet and the script, under addresses that change with what is in them."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

FOLDER = Path(__file__).with_name("static")
KINDS = {"page.css": "text/css", "page.js": "text/javascript"}
_FOR_EVER = "public, max-age=31536000, immutable"


@cache
def _held(name: str) -> tuple[bytes, str]:
    content = FOLDER.joinpath(name).read_bytes()
    return content, hashlib.sha256(content).hexdigest()[:12]


def address_of(name: str) -> str:
    return f"/static/{_held(name)[1]}/{name}"


async def _file(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in KINDS or request.path_params["mark"] != _held(name)[1]:
        return PlainTextResponse("Not here.\n", 404)
    return Response(_held(name)[0], media_type=KINDS[name], headers={"Cache-Control": _FOR_EVER})


def routes() -> list[Route]:
    return [Route("/static/{mark}/{name}", _file, methods=["GET"], name="static")]
