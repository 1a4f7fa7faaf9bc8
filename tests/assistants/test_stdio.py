"""`lasttouch mcp` as an assistant's program starts it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import StdioServerParameters
from mcp.client.client import Client
from mcp.client.stdio import stdio_client
from small_world import World

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("world"))


def program(*words: str) -> list[str]:
    return ["-m", "lasttouch", "mcp", *words]


def test_the_sdks_client_asks_over_standard_input_and_output(world: World) -> None:
    async def asked() -> tuple[list[str], Any, Any]:
        parameters = StdioServerParameters(
            command=sys.executable, args=program("--config", str(world.config)), env=ENVIRONMENT
        )
        async with Client(stdio_client(parameters)) as client:
            assert client.instructions
            tools = [one.name for one in (await client.list_tools()).tools]
            found = await client.call_tool("last_touch", {"who": "bob"})
            return tools, found, await client.call_tool("last_touch", {"who": "nobody at all"})

    tools, found, nobody = anyio.run(asked)
    assert len(tools) == 6
    (told,) = world.ok("last", "bob")
    (item,) = found.structured_content["items"]
    assert item["last_touch"] == told["last_touch"]
    assert item["uri"] == f"lasttouch://activity/{told['last_touch_activity']}"
    assert json.loads(found.content[0].text) == found.structured_content
    assert nobody.is_error
    assert nobody.structured_content["error"]["code"] == "not-found"


def test_one_call_is_answered_and_a_program_gets_json(world: World) -> None:
    answer = world.ok("mcp", "--call", "last_touch", "--arguments", '{"who": "bob"}')
    assert [one["id"] for one in answer["items"]] == [one["id"] for one in world.ok("last", "bob")]
    code, _, err = world.run("mcp", "--call", "last_touch", "--arguments", "bob", "--json")
    assert code == 2
    assert "no JSON object" in json.loads(err)["error"]["message"]
    code, _, err = world.run("mcp", "--call", "forget", "--json")
    assert code == 2
    assert "tools are: find_people" in json.loads(err)["error"]["hint"]


def test_nothing_else_imports_the_sdk(world: World) -> None:
    """It is an extra, and takes longer than a query."""
    words = ["--config", str(world.config), "mcp", "--call", "last_touch"]
    code = (
        f"import sys, cli; assert cli.run({words!r}) == 0; print([m for m in ('mcp', 'pydantic') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=ENVIRONMENT)
    assert done.stdout.splitlines()[-1] == "[]"


def test_without_the_extra_it_says_what_to_install(world: World) -> None:
    code = (
        "import sys; sys.modules['mcp'] = None\nimport cli;"
        f"sys.exit(cli.run(['--config', {str(world.config)!r}, 'mcp']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=ENVIRONMENT)
    assert done.returncode == 1
    assert "'.[mcp]'" in done.stderr
