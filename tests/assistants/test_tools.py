"""The six tools: that they are listed as agreed, tell what the command line tells, and say what is
allowed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
import time_machine
from generated import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mcp.client.client import Client
from sdk_client import Assistant
from small_world import BOB, DAN, World, dump

from household import NOW
from lasttouch.mcp.asking import of_log
from lasttouch.mcp.server import server
from lasttouch.mcp.tools import TOOLS

SIX = ["find_people", "last_touch", "timeline", "who_needs_attention", "upcoming", "why"]
LONGEST_LISTING = 12_000  # bytes


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with time_machine.travel(NOW, tick=False):
        yield World(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def assistant(world: World) -> Assistant:
    return Assistant(world.config, lambda: NOW)


def trusted(value: Any) -> Any:
    """What was told, under the names that the command line has for it; subjects are not told."""
    if isinstance(value, dict):
        return {name.removesuffix("_untrusted"): trusted(one) for name, one in value.items() if name != "uri"}
    return [trusted(one) for one in value] if isinstance(value, list) else value


def without(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def every_page(assistant: Assistant, name: str, **given: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = assistant.ok(name, **given, cursor=cursor)
        assert len(page["items"]) <= given["limit"]
        found += page["items"]
        if (cursor := page["next_cursor"]) is None:
            return found
        assert page["items"]


def test_there_are_six_tools_that_only_read_and_a_listing_that_is_short(world: World) -> None:
    async def listed() -> Any:
        async with Client(server(of_log(world.config))) as client:
            return await client.list_tools()

    tools = anyio.run(listed)
    assert [one.name for one in tools.tools] == SIX
    assert all(one.annotations.read_only_hint and not one.annotations.destructive_hint for one in tools.tools)
    assert len(tools.model_dump_json(by_alias=True, exclude_none=True).encode()) <= LONGEST_LISTING


def test_every_answer_says_as_of_when_and_what_is_not_known(assistant: Assistant) -> None:
    for name in SIX:
        answer = assistant.ok(name, **{"find_people": {"who": "bob"}, "why": {"what": "bob"}}.get(name, {}))
        assert answer["as_of"] == f"{NOW:%Y-%m-%dT%H:%M:%SZ}"
        assert answer["unknown"] == []
        assert answer["hidden_accounts"] == 0
        assert answer["next_cursor"] is None
        assert answer["items"], name
        for item in answer["items"]:
            activity = item.get("activity", item.get("last_touch_activity"))
            assert item["uri"] == f"lasttouch://activity/{activity}"


def test_last_touch_is_what_last_says(world: World, assistant: Assistant) -> None:
    for who in ("", "bob", "Globex", DAN):
        told = world.ok("last", *filter(None, [who]))
        assert told
        assert trusted(assistant.ok("last_touch", who=who)["items"]) == told


def test_people_are_found_as_last_finds_them_and_nobody_is_no_mistake(world: World, assistant: Assistant) -> None:
    for who in ("bob", "Globex", DAN):
        told = {one["emails"][0]: one for one in world.ok("last", who)}
        found = trusted(assistant.ok("find_people", who=who)["items"])
        assert {one["emails"][0]: one for one in found} == {
            address: {name: one[name] for name in found[0]} for address, one in told.items()
        }
    assert assistant.ok("find_people", who="zoe")["items"] == []


def test_the_timeline_is_what_log_says(world: World, assistant: Assistant) -> None:
    for words, asked in (
        (["bob"], {"who": "bob"}),
        (["--company", "globex"], {"company": "globex"}),
        ([DAN], {"who": DAN}),
        (["bob", "--since", f"{NOW:%Y-%m-%d}"], {"who": "bob", "since": f"{NOW:%Y-%m-%d}"}),
    ):
        told = [without(row, "subject") for row in world.ok("log", *words)]
        assert _in_order(trusted(assistant.ok("timeline", **asked, limit=50)["items"])) == _in_order(told)
    day = world.ok("log", "bob")[1]["at"][:10]
    found = assistant.ok("timeline", who="bob", until=day)["items"]
    assert [one["activity"] for one in found] == [row["activity"] for row in world.ok("log", "bob", "--until", day)]


def _in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        row | {"participants": sorted(row["participants"], key=lambda one: (one["role"], one["address"]))}
        for row in rows
    ]


def test_upcoming_is_what_upcoming_says(world: World, assistant: Assistant) -> None:
    told = [without(row, "subject") for row in world.ok("upcoming")]
    assert len(told) == 2
    assert _in_order(trusted(assistant.ok("upcoming")["items"])) == _in_order(told)
    assert [one["activity"] for one in assistant.ok("upcoming", days=7)["items"]] == [told[0]["activity"]]


def test_who_needs_attention_is_who_stands_on_the_page_of_today(world: World, assistant: Assistant) -> None:
    told = world.ok("today")["reasons"]
    found = trusted(assistant.ok("who_needs_attention")["items"])
    assert [without(one, "because") for one in found] == [without(one, "because") for one in told]
    assert "Could you say when?" in told[0]["because"]
    assert told[0]["because"].replace(" (“Could you say when?”)", "") == found[0]["because"]


def test_why_is_what_why_says(world: World, assistant: Assistant) -> None:
    (of_bob,) = world.ok("why", "bob")
    (found,) = trusted(assistant.ok("why", what="bob")["items"])
    assert without(found, "lists") == without(of_bob, "lists")
    activity = of_bob["last_touch_activity"]
    told = world.ok("why", str(activity))
    for what in (str(activity), f"lasttouch://activity/{activity}", told["message_id"]):
        (found,) = _in_order(trusted(assistant.ok("why", what=what)["items"]))
        assert without(found, "evidence") == without(_in_order([told])[0], "subject", "evidence")


def test_pages_follow_each_other_without_a_gap_or_a_double(world: World, assistant: Assistant) -> None:
    for name in SIX[1:5]:
        whole = assistant.ok(name, limit=50)["items"]
        for limit in (1, 2, 3):
            assert every_page(assistant, name, limit=limit) == whole


def test_activities_of_one_instant_are_not_lost_between_pages(log: Any, assistant_of_log: Assistant) -> None:
    log.contact("Bob Stone", BOB)
    for number in range(9):
        log.mail(BOB, "ana@acme.example", 50 if number < 7 else 40)
    for limit in (1, 2, 3, 4):
        found = [one["activity"] for one in every_page(assistant_of_log, "timeline", who="bob", limit=limit)]
        assert found == list(dict.fromkeys(found))
        assert len(found) == 9


@pytest.fixture
def assistant_of_log(config: Path) -> Assistant:
    return Assistant(config)


@pytest.mark.parametrize(
    ("name", "given", "allowed"),
    [
        ("last_touch", {"limit": 51}, "limit: a whole number from 1 to 50"),
        ("last_touch", {"limit": 0}, "limit: a whole number from 1 to 50"),
        ("last_touch", {"limit": True}, "limit: a whole number from 1 to 50"),
        ("last_touch", {"sort": "evil"}, "sort: one of silence, recent, name, company, touches"),
        ("last_touch", {"whom": "bob"}, "who: text of 0 to 200 characters"),
        ("last_touch", {"who": "x" * 201}, "who: text of 0 to 200 characters"),
        ("last_touch", {"who": "a\0b"}, "who: text of 0 to 200 characters"),
        ("find_people", {"who": "bob\ud83d"}, "who: text of 1 to 200 characters, needed"),
        ("timeline", {"since": "yesterday"}, "since: a day such as 2026-11-01"),
        ("timeline", {"until": "9999-12-31"}, "until: a day such as 2026-11-01"),
        ("find_people", {}, "who: text of 1 to 200 characters, needed"),
        ("why", {"what": " "}, "what: text of 1 to 200 characters, needed"),
        ("timeline", {"cursor": "1.2.3"}, "the next_cursor of an answer"),
        ("no_such_tool", {}, ", ".join(SIX)),
    ],
)
def test_what_is_not_allowed_is_answered_with_what_is(
    assistant: Assistant, name: str, given: dict[str, Any], allowed: str
) -> None:
    error = assistant.refused(name, **given)
    assert error["code"] == "usage"
    assert allowed in error["hint"]


def test_a_cursor_is_good_for_its_own_question_alone(assistant: Assistant) -> None:
    cursor = assistant.ok("last_touch", limit=1)["next_cursor"]
    assert assistant.refused("last_touch", who="bob", cursor=cursor)["code"] == "usage"
    assert assistant.refused("timeline", cursor=cursor)["code"] == "usage"
    assert assistant.ok("last_touch", limit=5, cursor=cursor)["items"]


def test_who_is_not_there_is_told_without_names_of_others(world: World, assistant: Assistant) -> None:
    code, _, err = world.run("last", "Bob Stine")
    assert code == 6
    assert "did you mean Bob Stone" in err
    for name, asked in (("last_touch", {"who": "Bob Stine"}), ("why", {"what": "Bob Stine"})):
        error = assistant.refused(name, **asked)
        assert error["code"] == "not-found"
        assert "Stone" not in str(error)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
PLAUSIBLE = st.sampled_from(
    ["bob", "#1", "'; DROP TABLE contact; --", "%", "_", "globex.example", "lasttouch://activity/1", "<b1@x.example>",
     "2026-01-01", "recent", "0.1.00000000", "９", "\0", "-1", "1e309", "@", "a@b", "\ud800"]
)  # fmt: skip
NAMES = sorted({argument.name for tool in TOOLS.values() for argument in tool.arguments})
ARGUMENTS = st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=6), PLAUSIBLE | st.integers(-5, 60) | ANYTHING)


@given(st.sampled_from(SIX), ARGUMENTS)
@settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_is_asked_leaves_the_database_as_it_is(world: World, name: str, arguments: dict[str, Any]) -> None:
    before = dump(world.database)
    result = _called(world, name, arguments)
    assert dump(world.database) == before
    if result.is_error:
        error = result.structured_content["error"]
        assert error["code"] in ("usage", "not-found"), error
        assert error["message"]
        assert error["hint"]
    else:
        assert set(result.structured_content) >= {"as_of", "unknown", "hidden_accounts", "items", "next_cursor"}
        assert len(result.structured_content["items"]) <= 50


def _called(world: World, name: str, arguments: dict[str, Any]) -> Any:
    from lasttouch.mcp import server as module

    return module._called(of_log(world.config, lambda: NOW), name, arguments)
