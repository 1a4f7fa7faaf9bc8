"""`readers = "inherit"` with calendars at Microsoft 365: who may read one there may read it
here."""

from __future__ import annotations

import contextvars
from datetime import timedelta
from typing import Any

import pytest
from graph_log import AtMicrosoft
from graph_resources import NOW, event, person
from scripted_graph import ScriptedGraph

from activity.rights import PlaceRights
from capture.graph.rights import _ALL, _PRIVATE, read_permissions
from config_lines import table
from household import Outcome
from lasttouch.keeping.viewing import ask_as

INHERITS = 'user = "ana"\nreaders = "inherit"\n'


@pytest.fixture
def team(home: AtMicrosoft, graph: ScriptedGraph) -> AtMicrosoft:
    """Ana's two calendars, of which Ben and Cleo may be permitted to read some."""
    users = [
        table("[[users]]", name=one, os_user=f"{one}-os", email=f"{one}@acme.example") for one in ("ana", "ben", "cleo")
    ]
    home.add("ana", options=INHERITS, mail=False, contacts=False)
    home.accounts["users"] = "".join(users)
    home.write()
    graph.calendar("Deals", "cal-deals", default=False)
    for number, calendar in enumerate(("cal-default", "cal-deals")):
        people = {"organizer": person("ana@acme.example"), "attendees": [guest(f"tom{number}@client.example")]}
        graph.meet(event(number, NOW - timedelta(days=3), subject=calendar, **people), f"e{number}", calendar)
    return home


def guest(address: str) -> dict[str, Any]:
    return {**person(address), "type": "required", "status": {"response": "accepted"}}


def asks(home: AtMicrosoft, who: str, *arguments: str) -> Outcome:
    def asked() -> Outcome:
        ask_as(f"{who}-os")
        return home.run(*arguments, "--json")

    return contextvars.copy_context().run(asked)


def seen(home: AtMicrosoft, who: str) -> list[str]:
    return sorted(one["subject"] for one in asks(home, who, "log").json)


def test_who_may_read_a_calendar_there_reads_it_here_until_that_is_withdrawn(
    team: AtMicrosoft, graph: ScriptedGraph
) -> None:
    graph.permit("cal-deals", ben="read", cleo="freeBusyRead", everybody="read")
    graph.permit("cal-default", ben="limitedRead", cleo="write")
    team.ok("sync")
    assert seen(team, "ana") == ["cal-deals", "cal-default"]
    assert seen(team, "ben") == ["cal-deals"]
    assert seen(team, "cleo") == ["cal-default"]
    told = [one["message"] for one in team.ok("doctor") if one["check"] == "inherited-rights"]
    assert any(one.startswith("Deals: may be read there, and so here, by ben; who is among Everybody") for one in told)
    graph.permit("cal-deals", ben="none")
    team.ok("sync")
    assert seen(team, "ben") == []
    assert len(graph.paths("$batch")) >= 2  # with whatever else is asked for, not one by one


def test_what_microsoft_does_not_tell_is_for_its_user(team: AtMicrosoft, graph: ScriptedGraph) -> None:
    graph.permit("cal-deals", ben="read")
    team.ok("sync")
    assert seen(team, "ben") == ["cal-deals"]
    graph.fault("calendarPermissions", graph.error(403, "ErrorAccessDenied"), times=2)
    team.ok("sync")
    assert seen(team, "ben") == []
    assert "does not let us ask who may read it" in team.run("status").out


def test_mail_there_tells_nothing_and_doctor_says_so(team: AtMicrosoft, graph: ScriptedGraph) -> None:
    team.add("ana", options=INHERITS, contacts=False)
    (told,) = [one for one in team.ok("doctor", "--offline") if one["check"] == "inherited-rights"]
    assert (told["status"], "microsoft_mail" in told["message"]) == ("warning", True)


def test_where_private_events_are_kept_only_who_may_see_these_is_a_reader() -> None:
    rows = [
        {"role": role, "emailAddress": {"address": f"{role}@acme.example"}}
        for role in ("read", "write", "delegateWithPrivateEventAccess", "delegateWithoutPrivateEventAccess", "custom")
    ]
    delegate = "delegatewithprivateeventaccess@acme.example"
    assert read_permissions(rows, _PRIVATE) == PlaceRights(frozenset((delegate,)))
    assert len(read_permissions(rows, _ALL).readers) == 4


@pytest.mark.parametrize(
    "row",
    [{}, {"role": None}, {"role": "read", "emailAddress": None}, {"role": "read", "emailAddress": {"address": "x"}},
     {"role": ["read"], "emailAddress": 7}],
)  # fmt: skip
def test_a_malformed_permission_makes_nobody_a_reader(row: dict[str, Any]) -> None:
    assert not read_permissions([row], _ALL).readers
