"""The tools as an MCP server, by the SDK: over standard input and output, or mounted in the page."""

from __future__ import annotations

import json
import logging
from importlib.metadata import version
from typing import Any

import anyio
from mcp import types
from mcp.server.lowlevel.server import Server
from mcp.server.stdio import stdio_server

from activity.errors import LasttouchError
from activity.mistakes import mistake
from lasttouch.mcp.asking import Asking, refusal
from lasttouch.mcp.tools import INSTRUCTIONS, TOOLS

_READ_ONLY = types.ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
_log = logging.getLogger(__name__)


def server(ask: Asking) -> Server[Any]:
    """Answers by `ask`, which is called in a thread."""
    listed = types.ListToolsResult(
        tools=[
            types.Tool(
                name=one.name, title=one.title, description=one.about, input_schema=one.schema, annotations=_READ_ONLY
            )
            for one in TOOLS.values()
        ]
    )

    async def list_tools(_: Any, __: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return listed

    async def call_tool(_: Any, called: types.CallToolRequestParams) -> types.CallToolResult:
        return await anyio.to_thread.run_sync(_called, ask, called.name, called.arguments or {})

    return Server(
        "lasttouch",
        version=version("lasttouch"),
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def _called(ask: Asking, name: str, given: dict[str, Any]) -> types.CallToolResult:
    """An error is an answer as well, one that says what to ask instead."""
    try:
        answer, is_error = ask(name, given), False
    except Exception as error:  # noqa: BLE001 - told in words, whatever it is
        answer, is_error = refusal(error), True
        if not isinstance(error, LasttouchError):
            _log.error("a question of an assistant failed: %s", mistake(error))
    text = types.TextContent(type="text", text=json.dumps(answer, ensure_ascii=False))
    return types.CallToolResult(content=[text], structured_content=answer, is_error=is_error)


def serve_stdio(ask: Asking) -> None:
    """Until standard input ends."""
    anyio.run(_serve, server(ask))


async def _serve(answering: Server[Any]) -> None:
    async with stdio_server() as (read, write):
        await answering.run(read, write, answering.create_initialization_options())
