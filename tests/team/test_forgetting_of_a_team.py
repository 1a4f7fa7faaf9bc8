"""Who may erase somebody from everybody's history, and that it is kept who did."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest
from colleagues import Colleagues

BOB, ZOE, ANA, BEN = "bob@globex.example", "zoe@hooli.example", "ana@acme.example", "ben@acme.example"


@pytest.fixture
def here(colleagues: Colleagues) -> Colleagues:
    """Bob, of the list, and Zoe, whom Ben holds, are known to Ana as well, who shares nothing but dates."""
    colleagues.accounts["ana"]["share"] = "dates"
    for number, email in enumerate((BOB, ZOE)):
        colleagues.receive("ana", email, ANA, 5, message_id=f"{number}@globex.example", subject="The lease")
    colleagues.sync()
    colleagues.ok("cleo", "contacts", "add", "Bob Stone", BOB)
    colleagues.ok("ben", "contacts", "add", "Zoe Ray", ZOE)
    return colleagues


def _rows(here: Colleagues, query: str) -> list[Any]:
    with closing(sqlite3.connect(here.folder / "log.db")) as log:
        return log.execute(query).fetchall()


def test_nobody_erases_whom_they_do_not_own_and_it_is_told_alike_whatever_there_is(here: Colleagues) -> None:
    for who in ("ana", "ben", "cleo"):
        for whom in (BOB, "unheard@of.example"):
            assert "by an administrator" in here.refused(who, "contacts", "forget", whom, "--yes")
    assert "by an administrator" in here.refused("ana", "contacts", "forget", BOB, "--yes", "--reason", "because")
    here.refused("root", "contacts", "forget", BOB, "--yes")
    assert here.direct("contacts", "forget", BOB, "--yes").code == 1
    assert here.refused(None, "contacts", "forget", BOB, "--yes", "--reason", "x")
    assert _rows(here, "SELECT count(*) FROM activity") == [(2,)]


def test_whose_contact_it_is_erases_them_and_not_while_a_colleague_holds_them_too(here: Colleagues) -> None:
    here.ok("ana", "contacts", "add", "Zoe", ZOE)
    here.refused("ben", "contacts", "forget", ZOE, "--yes")
    here.ok("ana", "contacts", "remove", ZOE)
    assert here.ok("ben", "contacts", "forget", ZOE, "--yes")["deleted"] == 1
    assert _rows(here, f"SELECT count(*) FROM address WHERE email = '{ZOE}'") == [(0,)]
    ((user, kind, detail),) = _rows(here, "SELECT u.name, d.kind, d.detail FROM deed d JOIN user u ON u.id = d.user_id")
    assert (user, kind) == ("ben", "forget")
    assert "zoe" not in detail.lower()


def test_an_administrator_gives_an_address_and_a_reason_and_is_shown_nobody(here: Colleagues) -> None:
    here.ok("ben", "last", "bob")
    assert _rows(here, "SELECT count(*) FROM access") == [(1,)]
    reason = ("--reason", "a request of 3 November")
    assert here.run("root", "contacts", "forget", BOB, *reason).code == 2
    assert here.run("root", "contacts", "forget", "Bob Stone", "--yes", *reason).code == 2
    outcome = here.run("root", "contacts", "forget", BOB, "--yes", *reason)
    assert outcome.code == 0
    assert "Bob" not in outcome.out + outcome.err
    assert _rows(here, "SELECT count(*) FROM access") == [(0,)]
    assert here.run("ben", "last", "bob").code == 6
    assert here.direct("contacts", "forget", ZOE, "--yes", *reason).code == 0
    told = _rows(here, "SELECT u.name, d.detail FROM deed d LEFT JOIN user u ON u.id = d.user_id ORDER BY d.id")
    assert [name for name, _ in told] == ["root", None]
    assert all("a request of 3 November" in detail for _, detail in told)


def test_a_merge_is_recorded(here: Colleagues) -> None:
    here.ok("cleo", "contacts", "add", "Robert", "rob@globex.example")
    here.ok("cleo", "contacts", "merge", "Bob Stone", "Robert")
    assert _rows(here, "SELECT u.name, d.kind FROM deed d JOIN user u ON u.id = d.user_id") == [("cleo", "merge")]


def test_a_contact_that_is_given_to_who_shares_nothing_is_told_as_it_was(here: Colleagues) -> None:
    here.accounts["ana"].pop("share")
    here.configure()
    assert here.run("cleo", "contacts", "edit", BOB, "--owner", "Ana").code == 0
    assert here.run("cleo", "last", BOB).code == 6


def test_whoever_is_erased_is_in_nobody_s_words_any_more(here: Colleagues) -> None:
    lex = "lex@quilt.example"
    here.receive("ana", lex, ANA, 4, message_id="l1@quilt.example", subject="Words")
    here.sync()
    here.ok("ana", "contacts", "add", "Lexa Morn", lex, "--company", "Quiltlaw")
    here.ok("ben", "contacts", "add", "Lex of Ben", lex)
    here.ok("ben", "contacts", "add", "Zed", "zed@other.example")
    here.ok("ben", "contacts", "alias", "zed@other.example", lex)
    assert here.ok("ana", "last", lex)[0]["touches"] == 1, "nobody's word moves another's date"
    here.ok("root", "contacts", "forget", lex, "--yes", "--reason", "asked for it")
    dump = "\n".join(sqlite3.connect(here.folder / "log.db").iterdump())
    for word in (lex, "Lexa Morn", "Lex of Ben"):
        assert word not in dump, word
    (zed,) = here.ok("ben", "last", "zed@other.example")
    assert zed["emails"] == ["zed@other.example"]


def test_an_administrator_is_told_of_nobody_who_shares_an_address(here: Colleagues) -> None:
    both = "both@quilt.example"
    for name in ("One Person", "Quite Another"):
        here.ok("cleo", "contacts", "add", name, both)
    reason = ("--yes", "--reason", "asked for it")
    outcome = here.run("root", "contacts", "forget", both, *reason)
    assert outcome.code == 0
    assert "Person" not in outcome.out + outcome.err
    assert "Another" not in outcome.out + outcome.err
    assert not {"One Person", "Quite Another"} & {one["name"] for one in here.ok("cleo", "contacts", "list")}
