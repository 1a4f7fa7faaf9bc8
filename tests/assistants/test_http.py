"""What programs ask over HTTP by a token: the API, the feed, an assistant's tools."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import anyio
import httpx2
import pytest
import schemathesis
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from schemathesis import checks
from small_world import World, dump
from starlette.testclient import TestClient

from household import NOW
from lasttouch.keeping.login_links import Links, Page
from lasttouch.web.api import COMMANDS, path_of
from lasttouch.web.app import application
from lasttouch.web.site import Site

HOST = "127.0.0.1:8470"
HOME = f"http://{HOST}"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with time_machine.travel(NOW, tick=False):
        yield World(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def app(world: World) -> Any:
    site = Site(world.config, HOME, Links(Page(HOME, 0, b"key")), frozenset((HOST,)))
    return application(site)


@pytest.fixture(scope="module")
def tokens(world: World) -> dict[str, str]:
    scopes = ("read", "feed", "mcp")
    return {one: world.ok("tokens", "add", one, "--scope", one, "--expires", "1d")["token"] for one in scopes}


class Program:
    """Asks with a token, or without."""

    def __init__(self, app: Any, token: str | None) -> None:
        self._client = TestClient(app, base_url=HOME)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str, **asked: Any) -> Any:
        return self._client.get(path, params=asked, headers=self._headers)


@pytest.fixture
def program(app: Any, tokens: dict[str, str]) -> Program:
    return Program(app, tokens["read"])


QUESTIONS: list[tuple[str, list[str], dict[str, str]]] = [
    ("today", [], {}),
    ("today", ["--limit", "1"], {"limit": "1"}),
    ("last", [], {}),
    ("last", ["bob"], {"who": "bob"}),
    ("last", ["--company"], {"company": "true"}),
    ("last", ["dan@initech.example"], {"who": "dan@initech.example"}),
    ("stale", ["--days", "1"], {"days": "1"}),
    ("awaiting", [], {}),
    ("log", ["bob", "--sort", "oldest"], {"who": "bob", "sort": "oldest"}),
    ("log", ["--limit", "2"], {"limit": "2"}),
    ("upcoming", [], {}),
    ("why", ["bob"], {"what": "bob"}),
    ("why", ["1"], {"what": "1"}),
    ("unmatched", [], {}),
    ("contacts list", [], {}),
    ("contacts show", ["bob"], {"who": "bob"}),
    ("companies list", [], {}),
    ("status", [], {}),
]


@pytest.mark.parametrize(("command", "words", "asked"), QUESTIONS)
def test_the_api_tells_the_very_json_of_the_command(
    world: World, program: Program, command: str, words: list[str], asked: dict[str, str]
) -> None:
    answer = program.get(path_of(command), **asked)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == world.ok(*command.split(), *words)


def test_every_command_of_the_api_was_compared() -> None:
    assert {command for command, _, _ in QUESTIONS} == set(COMMANDS)


def test_the_api_is_for_whoever_has_a_token_that_is_good_for_it(app: Any, tokens: dict[str, str]) -> None:
    for token in (None, "", "lt_" + "A" * 43, tokens["feed"], tokens["mcp"], tokens["read"][:-1]):
        answer = Program(app, token).get("/api/last")
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["error"]["code"] == "unauthorized"


@pytest.mark.parametrize(
    ("path", "asked", "status", "code"),
    [
        ("/api/last", {"who": "zoe"}, 404, "not-found"),
        ("/api/last", {"config": "/etc/passwd"}, 400, "usage"),
        ("/api/last", {"sort": "evil"}, 400, "usage"),
        ("/api/last", {"limit": "many"}, 400, "usage"),
        ("/api/last", {"company": "maybe"}, 400, "usage"),
        ("/api/last", {"who": "a\0b"}, 400, "usage"),
        ("/api/log", {"since": "soon"}, 400, "usage"),
        ("/api/why", {}, 400, "usage"),
        ("/api/last", {"who": "--help"}, 404, "not-found"),
        ("/api/last", {"who": "--config=/etc/passwd"}, 404, "not-found"),
    ],
)
def test_what_is_not_allowed_or_not_there_is_told_as_json(
    program: Program, path: str, asked: dict[str, str], status: int, code: str
) -> None:
    answer = program.get(path, **asked)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.json()["error"]["hint"]


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize("command", COMMANDS)
def test_whatever_is_asked_is_answered_as_described_and_changes_nothing(
    world: World, app: Any, program: Program, command: str
) -> None:
    """Sent by our own client: that of schemathesis does not go with the HTTP library that CalDAV
    brings in.

    Tokens are tried by tests of their own, and no schema says which words are a moment.
    """
    described = Program(app, None).get("/api/openapi.json").json()
    assert {path_of(one) for one in COMMANDS} == set(described["paths"])
    del described["security"]  # the token is sent with each
    operation = schemathesis.openapi.from_dict(described)[path_of(command)]["GET"]
    modes = [operation.as_strategy(generation_mode=mode) for mode in schemathesis.GenerationMode]
    before = dump(world.database)
    statuses = set()

    @settings(max_examples=24, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=st.one_of(modes))
    def asked(case: Any) -> None:
        query = {name: value for name, value in (case.query or {}).items() if value is not None}
        many = {name: [_written(one) for one in v] if isinstance(v, list) else _written(v) for name, v in query.items()}
        answer = program.get(path_of(command), **many)
        statuses.add(answer.status_code)
        case.validate_response(answer, excluded_checks=[checks.positive_data_acceptance])

    asked()
    assert dump(world.database) == before
    assert statuses <= {200, 400, 404}
    assert 200 in statuses or command in ("why", "contacts show")


def test_the_feed_is_a_calendar_of_whom_to_get_back_to(world: World, app: Any, tokens: dict[str, str]) -> None:
    before = dump(world.database)
    answer = Program(app, None).get(f"/feed/{tokens['feed']}.ics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/calendar")
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    reasons = world.ok("today", "--limit", "20")["reasons"]
    assert reasons
    assert [str(one["description"]) for one in events] == [f"Proof: lasttouch why {one['activity']}" for one in reasons]
    for one, reason in zip(events, reasons, strict=True):
        assert str(one["summary"]).startswith(f"{reason['name']}: ")
        assert one["transp"] == "TRANSPARENT"
        assert one.decoded("dtend") - one.decoded("dtstart") == timedelta(days=1)
    assert "Could you say when" not in answer.text
    assert dump(world.database) == before
    assert Program(app, None).get(f"/feed/{tokens['feed']}.ics").text == answer.text


def test_the_feed_says_what_was_not_read(world: World, app: Any, tokens: dict[str, str]) -> None:
    token = world.ok("tokens", "add", "later", "--scope", "feed", "--expires", "9d")["token"]
    site = Site(
        world.config, HOME, Links(Page(HOME, 0, b"key")), frozenset((HOST,)), clock=lambda: NOW + timedelta(days=3)
    )
    answer = Program(application(site), None).get(f"/feed/{token}.ics")
    assert "Not read since" in answer.text
    assert "ana files" in answer.text


def test_there_is_no_feed_for_a_token_that_is_not_good_for_it(app: Any, tokens: dict[str, str]) -> None:
    for token in (tokens["read"], tokens["mcp"], "x", "lt_" + "A" * 43):
        answer = Program(app, None).get(f"/feed/{token}.ics")
        assert (answer.status_code, answer.text) == (404, "There is no such feed.\n")


def _asked_over_http(app: Any, token: str, work: Any) -> Any:
    async def asked() -> Any:
        transport = httpx2.ASGITransport(app)
        headers = {"Authorization": f"Bearer {token}"}
        async with (
            httpx2.AsyncClient(transport=transport, base_url=HOME, headers=headers) as http,
            Client(streamable_http_client(f"{HOME}/mcp", http_client=http)) as client,
        ):
            return await work(client)

    return anyio.run(asked)


def test_an_assistant_asks_over_http_what_it_asks_over_standard_input(
    world: World, app: Any, tokens: dict[str, str]
) -> None:
    async def work(client: Client) -> Any:
        tools = [one.name for one in (await client.list_tools()).tools]
        return tools, await client.call_tool("last_touch", {"who": "bob"}), await client.call_tool("why", {})

    tools, found, wrong = _asked_over_http(app, tokens["mcp"], work)
    assert len(tools) == 6
    told = world.ok("mcp", "--call", "last_touch", "--arguments", '{"who": "bob"}')
    assert found.structured_content == told
    assert wrong.is_error


def _initialize(app: Any, token: str, **headers: str) -> Any:
    body = {
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {"name": "last_touch", "arguments": {"who": "bob"}},
    }  # fmt: skip
    told = {
        "Authorization": f"Bearer {token}", "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": "2025-06-18", **headers,
    }  # fmt: skip
    return TestClient(app, base_url=HOME).post("/mcp", json=body, headers=told)


def test_a_revoked_token_is_refused_at_the_next_call(world: World, app: Any) -> None:
    token = world.ok("tokens", "add", "passing", "--scope", "mcp")["token"]
    assert _initialize(app, token).status_code == 200
    world.ok("tokens", "revoke", "passing")
    answer = _initialize(app, token)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_token_is_good_for_no_door_once_its_time_is_over(world: World, app: Any, tokens: dict[str, str]) -> None:
    later = NOW + timedelta(days=1)
    for minutes, expected in ((-1, (200, 200, 200)), (0, (401, 401, 404))):
        now = later + timedelta(minutes=minutes)
        site = Site(world.config, HOME, Links(Page(HOME, 0, b"key")), frozenset((HOST,)), clock=lambda now=now: now)
        there = application(site)
        answers = (
            Program(there, tokens["read"]).get("/api/last"),
            _initialize(there, tokens["mcp"]),
            Program(there, None).get(f"/feed/{tokens['feed']}.ics"),
        )
        assert tuple(one.status_code for one in answers) == expected


def test_assistants_from_elsewhere_are_refused(app: Any, tokens: dict[str, str]) -> None:
    token = tokens["mcp"]
    assert _initialize(app, token, Host="evil.example").status_code == 421
    assert _initialize(app, token, Origin="https://evil.example").status_code == 403
    for other in ("", tokens["read"], tokens["feed"]):
        assert _initialize(app, other).status_code == 401
    assert "bob@globex.example" in _initialize(app, token).text
