"""How soon an assistant has its first answer: from starting `lasttouch mcp` to the answer of one
call."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import anyio
from mcp import StdioServerParameters
from mcp.client.client import Client
from mcp.client.stdio import stdio_client

from bench.command import environment
from bench.figures import Figure, at_most, median_of, told
from bench.logs import config_text, copy_of_log
from bench.world import Size, person

_RUNS = 7
_BAR_SECONDS = 1.5
_LISTING_BYTES = 12_000
_COMMAND = ["-c", "import cli; cli.main()", "mcp"]


def run(quick: bool) -> Iterator[Figure]:
    """With the bytecode compiled by the first run, and the SDK's own client, which is there
    already."""
    size = Size(1_000, 1_000) if quick else Size(100_000)
    with copy_of_log(size) as database, tempfile.TemporaryDirectory() as bytecode:
        config = database.with_name("config.toml")
        config.write_text(config_text(database), encoding="utf-8")
        config.chmod(0o600)
        server = StdioServerParameters(
            command=sys.executable, args=_COMMAND, env=dict(environment(config, Path(bytecode)))
        )
        measured = [anyio.run(_measured, server) for _ in range(_RUNS)][1:]
    first, later, listed = (median_of(column) for column in zip(*measured, strict=True))
    yield at_most("an assistant's first answer over stdio", first, "s", _BAR_SECONDS)
    yield told("each further answer", later * 1e3, "ms")
    yield at_most("what the tools are listed in", listed, "bytes", _LISTING_BYTES)


async def _measured(server: StdioServerParameters) -> tuple[float, float, float]:
    """Seconds to the first answer, seconds to a further one, and the size of the listing."""
    begun = time.perf_counter()
    async with Client(stdio_client(server)) as client:
        await _asked(client)
        first = time.perf_counter() - begun
        begun = time.perf_counter()
        await _asked(client)
        later = time.perf_counter() - begun
        tools = await client.list_tools()
    return first, later, len(tools.model_dump_json(by_alias=True, exclude_none=True).encode())


async def _asked(client: Client) -> None:
    answer = await client.call_tool("last_touch", {"who": person(17).email})
    assert not answer.is_error, answer
    assert answer.structured_content["items"]
