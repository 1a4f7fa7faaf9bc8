"""A colleague leaves: what is kept of their account, and who may decide on it."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest
from colleagues import Colleagues

from household import utc_ago
from store.database import open_for_reading

BOB, TOM, ANA, BEN = "bob@globex.example", "tom@initech.example", "ana@acme.example", "ben@acme.example"


@pytest.fixture
def here(colleagues: Colleagues) -> Colleagues:
    """Ana exchanged with Bob, of the list, and with a stranger; one message Ben holds as well."""
    colleagues.receive("ana", BOB, ANA, 5, message_id="b1@globex.example", subject="The lease")
    colleagues.receive("ana", ANA, BOB, 4, message_id="a1@acme.example", subject="Re: The lease")
    colleagues.receive("ana", TOM, ANA, 3, subject="A new job")
    for name in ("ana", "ben"):
        colleagues.receive(name, BOB, f"{ANA}, {BEN}", 9, message_id="b0@globex.example", subject="For both")
    colleagues.sync()
    colleagues.ok("cleo", "contacts", "add", "Bob Stone", BOB)
    return colleagues


def _leave(here: Colleagues) -> None:
    del here.accounts["ana"], here.users["ana"]
    here.sync()


def _content(here: Colleagues) -> bytes:
    return b"".join(path.read_bytes() for path in here.folder.glob("log.db*") if path.is_file())


def _last(here: Colleagues, who: str) -> Any:
    (one,) = here.ok(who, "last", "bob")
    return one["last_touch"], one["last_touch_by"]


def test_an_account_is_retired_by_an_administrator_once_it_is_read_no_more(here: Colleagues) -> None:
    retire = ("accounts", "retire", "ana", "--keep", "nothing", "--yes")
    assert here.run("root", *retire).code == 2
    for who in ("ana", "ben", "cleo"):
        here.refused(who, *retire)
        here.refused(who, "accounts", "list")
    _leave(here)
    assert here.run("root", *retire[:-1]).code == 2
    listed = {one["account"]: one for one in here.ok("root", "accounts", "list")}
    assert (listed["ana"]["is_read"], listed["ben"]["user"], listed["ana"]["activities"]) == (False, "ben", 4)
    assert here.run("root", "accounts", "retire", "dora", "--keep", "dates", "--yes").code == 6
    assert here.ok("root", *retire) == {"account": "ana", "kept": "nothing", "deleted": 3, "left": 1}
    assert b"The lease" not in _content(here)
    assert TOM.encode() not in _content(here)
    assert _last(here, "ben") == (utc_ago(days=9), "Ben")
    assert here.ok("ben", "last", "bob")[0]["hidden_accounts"] == 1, "what is gone hides nothing"
    assert here.direct("check", "--json").json["differences"] == 0
    here.sync()
    assert _last(here, "ben") == (utc_ago(days=9), "Ben")


def test_the_dates_alone_are_kept_for_colleagues(here: Colleagues) -> None:
    _leave(here)
    assert _last(here, "ben") == (utc_ago(days=9), "Ben")
    here.direct("accounts", "retire", "ana", "--keep", "dates", "--yes")
    assert _last(here, "ben") == (utc_ago(days=4), "Ana")
    for gone in (b"The lease", b"A new job", TOM.encode()):
        assert gone not in _content(here)
    assert here.direct("check", "--json").json["differences"] == 0
    (ana,) = [one for one in here.ok("root", "accounts", "list") if one["account"] == "ana"]
    assert (ana["kept"], ana["retired_at"] is not None) == ("dates", True)
    with closing(open_for_reading(here.folder / "log.db")) as log:
        assert log.execute("SELECT kind FROM deed").fetchall() == [("retire",)]


@pytest.mark.parametrize("kept", ["dates", "nothing"])
def test_contacts_of_the_list_that_were_the_leaver_s_are_everybody_s_again(here: Colleagues, kept: str) -> None:
    here.ok("cleo", "contacts", "add", "Tom", TOM, "--owner", "Ana")
    assert here.run("ben", "last", "Tom").code == 6
    _leave(here)
    assert here.run("ben", "last", "Tom").code == 6
    here.direct("accounts", "retire", "ana", "--keep", kept, "--yes")
    assert here.ok("ben", "last", "Tom")[0]["last_touch"] == (utc_ago(days=3) if kept == "dates" else None)
    here.ok("cleo", "contacts", "edit", "Tom", "--owner", "Ben")


def test_what_its_user_did_not_share_is_not_shared_when_they_have_left(here: Colleagues) -> None:
    here.ok("ana", "sharing", "set", "none")
    _leave(here)
    here.direct("accounts", "retire", "ana", "--keep", "dates", "--yes")
    assert _last(here, "ben") == (utc_ago(days=9), "Ben")


def test_an_account_that_comes_back_is_one_like_any_other(here: Colleagues) -> None:
    _leave(here)
    here.direct("accounts", "retire", "ana", "--keep", "nothing", "--yes")
    here.users["ana"] = {}
    here.accounts["ana"] = {"user": "ana"}
    here.sync()
    assert _last(here, "ana")[0] == utc_ago(days=4)
    assert _last(here, "ben") == (utc_ago(days=9), "Ben")
