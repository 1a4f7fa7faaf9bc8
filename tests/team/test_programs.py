"""What programs and assistants of colleagues are told: what their user may see, and that is
recorded."""

from __future__ import annotations

import contextvars
import json
from typing import Any

import pytest
from colleagues import Colleagues
from starlette.testclient import TestClient

from lasttouch.keeping.login_links import Links, Page
from lasttouch.keeping.viewing import ask_as
from lasttouch.mcp.asking import of_log
from lasttouch.web.app import application
from lasttouch.web.site import Site

BOB, ANA = "bob@globex.example", "ana@acme.example"
HOME = "http://127.0.0.1:8470"
PATHS = ("today", "last", "stale", "awaiting", "log", "upcoming", "unmatched", "contacts list", "companies list")


@pytest.fixture
def here(colleagues: Colleagues) -> Colleagues:
    """Bob, of the list, wrote to Ana, who shares dates, and long ago to Ben."""
    colleagues.accounts["ana"]["share"] = "dates"
    colleagues.receive("ana", f"Bob Stone <{BOB}>", ANA, 3, message_id="b1@globex.example", subject="An-own-secret")
    colleagues.receive("ben", f"Bob Stone <{BOB}>", "ben@acme.example", 30, message_id="b2@globex.example")
    colleagues.sync()
    colleagues.ok("cleo", "contacts", "add", "Bob Stone", BOB)
    return colleagues


@pytest.fixture
def client(here: Colleagues) -> TestClient:
    return TestClient(application(Site(here.config, HOME, Links(Page(HOME, 0, b"key")))), base_url=HOME)


def get(here: Colleagues, client: TestClient, user: str, path: str, /, **asked: str) -> Any:
    token = here.ok(user, "tokens", "add", f"{path} {len(here.ok(user, 'tokens', 'list'))}", "--scope", "read")["token"]
    return client.get(f"/api/{path}", params=asked, headers={"Authorization": f"Bearer {token}"})


def call(here: Colleagues, user: str, name: str, /, **given: Any) -> dict[str, Any]:
    def asked() -> dict[str, Any]:
        ask_as(f"{user}-os")
        return of_log(here.config)(name, given)

    return contextvars.copy_context().run(asked)


@pytest.mark.parametrize("who", ["ana", "ben"])
def test_the_api_tells_each_what_the_command_line_tells_them(here: Colleagues, client: TestClient, who: str) -> None:
    for words in PATHS:
        answer = get(here, client, who, words.replace(" ", "/"))
        assert answer.status_code == 200, answer.text
        assert answer.json() == here.ok(who, *words.split()), words


def test_a_colleague_is_told_dates_and_no_more_by_any_door(here: Colleagues, client: TestClient) -> None:
    newest = here.ok("ana", "last", "bob")[0]["last_touch"]
    told = call(here, "ben", "last_touch", who="bob")
    assert told["items"][0]["last_touch"] == newest
    assert told["hidden_accounts"] == here.ok("ben", "last", "bob")[0]["hidden_accounts"] == 1
    timeline = call(here, "ben", "timeline", who="bob")
    feed = here.ok("ben", "tokens", "add", "phone", "--scope", "feed")["token"]
    everything = json.dumps([told, timeline, call(here, "ben", "why", what="bob")])
    everything += client.get(f"/feed/{feed}.ics").text + get(here, client, "ben", "log").text
    assert "An-own-secret" not in everything
    assert ANA not in everything
    assert "b1@globex" not in everything


def test_what_is_narrowed_is_narrow_at_the_next_question(here: Colleagues, client: TestClient) -> None:
    older = here.ok("ben", "log", "bob")[0]["at"]
    token = here.ok("ben", "tokens", "add", "crm", "--scope", "read")["token"]
    headers = {"Authorization": f"Bearer {token}"}
    before = client.get("/api/last?who=bob", headers=headers).json()
    here.ok("ana", "sharing", "set", "none")
    (after,) = client.get("/api/last?who=bob", headers=headers).json()
    assert before[0]["last_touch"] > older == after["last_touch"]
    assert after["hidden_accounts"] == 2
    assert call(here, "ben", "last_touch", who="bob")["items"][0]["last_touch"] == older


def test_who_is_not_there_and_who_is_hidden_are_told_alike(here: Colleagues, client: TestClient) -> None:
    here.receive("ana", "Zoe <zoe@hooli.example>", ANA, 2)
    here.sync()
    here.ok("ana", "contacts", "add", "Zoe", "zoe@hooli.example")
    for who in ("zoe@hooli.example", "zoe@nowhere.example"):
        answer = get(here, client, "ben", "last", who=who)
        assert answer.status_code == 404
        assert answer.text.replace(who, "…") == get(here, client, "ben", "last", who="x@y.example").text.replace(
            "x@y.example", "…"
        )
        assert call(here, "ben", "find_people", who=who)["items"] == []


def test_reads_of_a_colleagues_data_stand_in_their_access(here: Colleagues, client: TestClient) -> None:
    assert here.ok("ana", "access") == []
    call(here, "ben", "last_touch", who="bob")
    get(here, client, "ben", "last", who="bob")
    call(here, "ana", "last_touch", who="bob")
    recorded = here.ok("ana", "access")
    assert [(one["user"], one["command"], one["contact"]) for one in recorded] == [
        ("ben", "api last", "Bob Stone"),
        ("ben", "mcp last_touch", "Bob Stone"),
    ]


def test_how_the_sources_are_is_for_administrators(here: Colleagues, client: TestClient) -> None:
    assert get(here, client, "ben", "status").status_code == 403
    for name in ("status", "last"):
        answer = client.get(f"/api/{name}", headers={"Authorization": "Bearer nothing"})
        assert answer.status_code == 401


def test_a_token_of_who_has_left_is_refused(here: Colleagues, client: TestClient) -> None:
    token = here.ok("ana", "tokens", "add", "crm", "--scope", "read")["token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert client.get("/api/last", headers=headers).status_code == 200
    del here.accounts["ana"], here.users["ana"]
    here.sync()
    assert client.get("/api/last", headers=headers).status_code == 401
