"""Who puts into their own mailbox or calendar what claims to be a colleague's sees what that says, and no more; and
the colleague's stays as it is."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from typing import Any

import pytest
from colleagues import Colleagues

from household import ago, event

ANA, BEN, LEX, NED = "ana@acme.example", "ben@acme.example", "lex@law.example", "ned@forged.example"
THE_ID = "<letter@acme.example>"


def _letter(here: Colleagues, name: str, **more: Any) -> None:
    said = {"to": LEX, "days_ago": 4, "subject": "Divorce", **more}
    here.receive(name, ANA, said.pop("to"), said.pop("days_ago"), message_id=THE_ID[1:-1], **said)


@pytest.mark.parametrize(
    "wrong", [{"to": NED}, {"to": f"{LEX}, {BEN}"}, {"days_ago": 90}, {"subject": "Guessed"}], ids=str
)
@pytest.mark.parametrize("order", [("ana", "ben"), ("ben", "ana")], ids=["a letter", "a forged one"])
def test_a_forged_letter_tells_what_it_says_itself(
    colleagues: Colleagues, order: tuple[str, str], wrong: dict[str, Any]
) -> None:
    here = colleagues
    here.sync()
    here.ok("ana", "contacts", "add", "Lex", LEX)
    for name in order:
        _letter(here, name, **(wrong if name == "ben" else {}))
        here.sync()
    forged, real = here.ok("ben", "why", THE_ID), here.ok("ana", "why", THE_ID)
    assert _said(forged) == _expected({"to": LEX, "days_ago": 4, "subject": "Divorce", **wrong})
    assert _said(real) == _expected({"to": LEX, "days_ago": 4, "subject": "Divorce"})
    assert here.direct("check").code == 0


def _exported(here: Colleagues, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in here.run(name, "export").out.splitlines()]


def _said(one: dict[str, Any]) -> tuple[Any, ...]:
    return one["subject"], one["at"][:10], sorted(p["address"] for p in one["participants"] if p["role"] == "to")


def _expected(said: dict[str, Any]) -> tuple[Any, ...]:
    return said["subject"], f"{ago(days=said['days_ago']):%Y-%m-%d}", sorted(said["to"].split(", "))


@pytest.mark.parametrize("subject", ["Divorce", "[Family] Divorce", "[EXT] Divorce"])
def test_copies_that_say_the_same_are_one_letter(colleagues: Colleagues, subject: str) -> None:
    here = colleagues
    here.sync()
    here.ok("ana", "contacts", "add", "Lex", LEX)
    _letter(here, "ana", to=f"{LEX}, {BEN}")
    _letter(here, "ben", to=f"{LEX}, {BEN}", subject=subject)
    here.accounts["ana"]["share"] = "subjects"
    here.sync()
    (one,) = here.ok("ben", "log")
    assert sorted(sighting["account"] for sighting in one["sightings"]) == ["ana", "ben"]


@pytest.mark.parametrize("order", [("ana", "ben"), ("ben", "ana")], ids=["a meeting", "a forged one"])
@pytest.mark.parametrize("sequence", ["0", "99"])
def test_a_forged_meeting_changes_nobody_else_s(colleagues: Colleagues, order: tuple[str, str], sequence: str) -> None:
    here = colleagues
    here.sync()
    for name in order:
        shown, guest = ("Divorce meeting", LEX) if name == "ana" else ("Forged", NED)
        text = event(
            "known", ago(days=2), guest, organizer=ANA, SUMMARY=shown, SEQUENCE=sequence if name == "ben" else "1"
        )
        (here.folder / name / "one.ics").write_text(text)
        here.sync()
    for name, shown, guest in (("ana", "Divorce meeting", LEX), ("ben", "Forged", NED)):
        (one,) = [one for one in _exported(here, name) if one["kind"] == "meeting"]
        assert one["subject"] == shown
        assert {person["address"] for person in one["participants"]} == {ANA, guest}
    assert here.direct("check").code == 0


def test_a_meeting_that_both_calendars_show_is_shown_once(colleagues: Colleagues) -> None:
    here = colleagues
    here.accounts["ana"]["share"] = here.accounts["ben"]["share"] = "subjects"
    here.sync()
    here.ok("cleo", "contacts", "add", "Lex", LEX)
    for name in ("ana", "ben"):
        text = event("both", ago(days=2), LEX, BEN, organizer=ANA, SUMMARY="Contract")
        (here.folder / name / "one.ics").write_text(text)
    here.sync()
    for name in ("ana", "ben", "cleo"):
        (one,) = here.ok(name, "log", LEX)
        assert one["subject"] == "Contract"
        assert here.ok(name, "last", LEX)[0]["touches"] == 1


def test_who_reads_what_makes_no_meeting_anew(colleagues: Colleagues) -> None:
    """One keeper comes to have users, a calendar readers, and another user: what was one stays that, as it changes."""
    here = colleagues
    users, accounts = here.users, here.accounts
    read_by_cleo = {**accounts, "ana": {"user": "ana", "readers": ["cleo"]}}
    steps: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({}, {name: {} for name in accounts}), (users, accounts), (users, accounts), (users, read_by_cleo),
        (users, {**accounts, "ana": {"user": "cleo"}}), (users, {**accounts, "cleo": {"readers": ["ana", "ben"]}}),
        ({}, {name: {} for name in accounts}),
    ]  # fmt: skip
    here.users, here.accounts = steps[0]
    here.sync()
    assert here.direct("contacts", "add", "Lex", LEX).code == 0
    found = []
    for number, (some, given) in enumerate(steps):
        here.users, here.accounts = some, {name: dict(one) for name, one in given.items()}
        here.configure()
        for name in ("ana", "ben", "cleo") if number != 1 else ():  # at first nothing changes but who reads it
            text = event("both", ago(days=2), LEX, BEN, organizer=ANA, SUMMARY="Contract", SEQUENCE=str(number))
            series = event("weekly", ago(days=20), LEX, organizer=ANA, SUMMARY=f"{number}", RRULE="FREQ=WEEKLY;COUNT=3")
            (here.folder / name / "one.ics").write_text(text)
            (here.folder / name / "two.ics").write_text(series)
        here.sync()
        assert here.direct("check").code == 0, number
        with contextlib.closing(sqlite3.connect(here.folder / "log.db")) as log:
            query = """SELECT a.id, a.identity, a.deleted_at, count(*) FROM activity a JOIN sighting s
                ON s.activity_id = a.id GROUP BY a.id ORDER BY a.id"""
            found.append(log.execute(query).fetchall())
    assert found == [found[0]] * len(steps)
    assert [row[3] for row in found[0]] == [3] * 4
