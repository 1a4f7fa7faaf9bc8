"""What a user shares, and whom they keep to themselves, from the command line."""

from __future__ import annotations

from typing import Any

import pytest
from colleagues import Colleagues

from household import utc_ago

BOB, ZOE = "bob@globex.example", "zoe@hooli.example"
ANA, BEN = "ana@acme.example", "ben@acme.example"


@pytest.fixture
def here(colleagues: Colleagues) -> Colleagues:
    """Ana exchanges with Bob, Ben with Zoe; the steward has listed both."""
    colleagues.receive("ana", BOB, ANA, 5, message_id="b1@globex.example", subject="The lease")
    colleagues.receive("ana", ANA, BOB, 4, message_id="a1@acme.example", subject="Re: The lease")
    colleagues.receive("ben", ZOE, BEN, 3, message_id="z1@hooli.example", subject="Racks")
    colleagues.sync()
    colleagues.ok("cleo", "contacts", "add", "Bob Stone", BOB)
    colleagues.ok("cleo", "contacts", "add", "Zoe Ray", ZOE)
    return colleagues


def _last(here: Colleagues, who: str, of: str) -> Any:
    (one,) = here.ok(who, "last", of)
    return one["last_touch"], one["last_touch_by"], one["last_touch_activity"]


def test_a_user_narrows_what_is_granted_at_once_and_takes_it_back(here: Colleagues) -> None:
    here.accounts["ana"]["share"] = "who"
    here.configure()
    shown = here.ok("ana", "sharing", "show")
    assert shown["accounts"] == [
        {
            "account": "ana", "granted": {"everybody": "who"}, "said": {},
            "colleagues": [{"user": name, "level": "who"} for name in ("ben", "cleo", "root")],
        }
    ]  # fmt: skip
    seen = _last(here, "ben", BOB)
    assert seen[:2] == (utc_ago(days=4), "Ana")
    assert seen[2] is not None
    narrowed = here.ok("ana", "sharing", "set", "dates")
    assert narrowed["accounts"][0]["said"] == {"everybody": "dates"}
    assert _last(here, "ben", BOB) == (utc_ago(days=4), "Ana", None)
    here.ok("ana", "sharing", "set", "none")
    assert _last(here, "ben", BOB) == (None, None, None)
    here.ok("ana", "sharing", "set", "subjects")
    assert _last(here, "ben", BOB) == seen, "nobody widens what the configuration grants"
    here.ok("ana", "sharing", "set", "none")
    here.ok("ana", "sharing", "set", "--undo")
    assert _last(here, "ben", BOB) == seen
    assert _last(here, "ana", BOB)[0] == utc_ago(days=4)


def test_within_a_ceiling_a_user_shares_what_the_configuration_leaves_open(here: Colleagues) -> None:
    assert "grants nothing" in here.run("ana", "sharing", "set", "who").out
    assert _last(here, "ben", BOB)[0] is None
    here.top += 'share_at_most = "dates"\n'
    here.configure()
    assert "No account here shares more than dates" in here.run("ana", "sharing", "show").out
    assert _last(here, "ben", BOB) == (utc_ago(days=4), "Ana", None)


def test_a_team_is_told_apart(here: Colleagues) -> None:
    here.users["ben"]["teams"] = ["sales"]
    here.accounts["ana"]["share"] = "who"
    here.configure()
    here.ok("ana", "sharing", "set", "none", "--team", "sales")
    assert (_last(here, "ben", BOB)[0], _last(here, "cleo", BOB)[0]) == (None, utc_ago(days=4))
    assert here.run("ana", "sharing", "set", "none", "--team", "support").code == 6


@pytest.mark.parametrize("who", ["Bob Stone", BOB, "globex"])
def test_who_is_private_is_seen_by_nobody_else_until_that_is_taken_back(here: Colleagues, who: str) -> None:
    here.accounts["ana"]["share"] = "subjects"
    here.configure()
    here.ok("cleo", "contacts", "edit", BOB, "--company", "Globex")
    before = _last(here, "ben", BOB)
    mark = here.ok("ana", "sharing", "private", who)
    assert mark["private"] is True
    assert here.ok("ana", "sharing", "show")["private"] == [{"kind": mark["kind"], "name": mark["name"]}]
    assert _last(here, "ben", BOB) == (None, None, None)
    assert _last(here, "ana", BOB)[0] == before[0]
    assert here.run("ben", "sharing", "private", who, "--undo").code == 6, "not Ben's to take back"
    here.ok("ana", "sharing", "private", who, "--undo")
    assert _last(here, "ben", BOB) == before
    assert here.run("ana", "sharing", "private", who, "--undo").code == 6


def test_a_private_contact_that_is_removed_or_merged_stays_private(here: Colleagues) -> None:
    here.accounts["ana"]["share"] = "dates"
    here.configure()
    here.ok("ana", "sharing", "private", "Bob Stone")
    here.ok("cleo", "contacts", "remove", "Bob Stone")
    here.ok("cleo", "contacts", "add", "Robert Stone", BOB)
    assert _last(here, "ben", BOB) == (None, None, None)
    here.ok("ana", "sharing", "private", BOB, "--undo")
    assert _last(here, "ben", BOB)[0] == utc_ago(days=4)


def test_without_users_there_is_nobody_to_share_with(colleagues: Colleagues) -> None:
    colleagues.users = {}
    for options in colleagues.accounts.values():
        options.clear()
    colleagues.sync()
    assert colleagues.direct("sharing", "show").code == 2
    assert colleagues.direct("sharing", "private", "x@y.example").code == 2


def test_who_opens_the_file_and_is_no_user_keeps_the_service_and_sees_no_content(here: Colleagues) -> None:
    for arguments in (["last"], ["log"], ["export"], ["today"], ["contacts", "list"], ["unmatched"], ["why", "1"]):
        outcome = here.direct(*arguments)
        assert (outcome.code, outcome.out) == (1, ""), arguments
        assert "none of its users" in outcome.err
        assert here.refused("nobody", *arguments) == here.refused(None, *arguments) == outcome.err
        assert "administrator" in here.refused("root", *arguments)
    assert here.direct("done", BOB).code == here.direct("contacts", "add", "X", "x@y.example").code == 1
    for arguments in (["status"], ["check"], ["sync"], ["backup", str(here.folder / "copy.db")]):
        assert here.direct(*arguments).code == 0, arguments
    assert here.run("root", "status").code == 0
