"""Who may erase somebody from everybody's history, and that it is kept who did."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from typing import Any

import pytest
from colleagues import Colleagues
from kept_bytes import kept

from household import ago, event, utc_ago
from store.database import open_for_reading

DEEDS = "SELECT u.name, d.kind FROM deed d JOIN user u ON u.id = d.user_id"
BOB, ZOE, ANA, BEN = "bob@globex.example", "zoe@hooli.example", "ana@acme.example", "ben@acme.example"


@pytest.fixture
def here(colleagues: Colleagues) -> Colleagues:
    """Bob, of the list, and Zoe, whom Ben holds, are known to Ana as well, who shares nothing but
    dates."""
    colleagues.accounts["ana"]["share"] = "dates"
    for number, email in enumerate((BOB, ZOE)):
        colleagues.receive("ana", email, ANA, 5, message_id=f"{number}@globex.example", subject="The lease")
    colleagues.sync()
    colleagues.ok("cleo", "contacts", "add", "Bob Stone", BOB)
    colleagues.ok("ben", "contacts", "add", "Zoe Ray", ZOE)
    return colleagues


def _rows(here: Colleagues, query: str) -> list[Any]:
    with closing(open_for_reading(here.folder / "log.db")) as log:
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


@pytest.mark.parametrize("level", ["none", "dates", "subjects"])
def test_who_erases_their_own_contact_takes_nothing_from_a_colleague_and_learns_nothing(
    here: Colleagues, level: str
) -> None:
    """Zoe and Yan are both Ben's, by mail and by word; Ana has mail with Zoe as well, lists her, and
    Ben knows it where she shares that."""
    yan, zoes, yans = "yan@yaks.example", "zoe@home.example", "yan@home.example"
    here.accounts["ana"]["share"] = level
    for number, email in enumerate((ZOE, yan)):
        here.receive("ben", email, BEN, 3, message_id=f"b{number}@x.example", subject="Racks")
        here.receive("ben", f"{email}, Kim <kim@kims.example>", BEN, 2, message_id=f"c{number}@x.example")
    here.receive("ana", zoes, ANA, 2, message_id="h@x.example")
    here.sync()
    here.ok("ana", "contacts", "add", "Zoe A.", ZOE, zoes)
    here.ok("ben", "contacts", "add", "Yan Ray", yan)
    told = []
    for email, other, name in ((ZOE, zoes, "Zoe Ray"), (yan, yans, "Yan Ray")):
        said = [
            here.run("ben", "contacts", *words, *how).out
            for words, how in (
                (("alias", email, other), ()),
                (("forget", email, "--yes"), ("--json",)),
                (("add", name, email), ("--json",)),
                (("add", name, other), ("--json",)),
            )
        ]
        said += [f"{one.code} {one.out} {one.err}" for one in (here.run("ben", "last", w) for w in (email, other))]
        told.append([re.sub(r"(?i)yan|zoe|hooli|yaks|#\d+|\d+ shares? nothing", "", one) for one in said])
    assert json.loads(told[1][1]) == {"emails": 2, "deleted": 2, "struck": 0}
    if level == "subjects":  # Ben sees that Ana has them still
        assert here.ok("ben", "last", ZOE)[0]["last_touch_by"] == "Ana"
        told = [one[:4] for one in told]
    assert told[0] == told[1]
    (hers,) = here.ok("ana", "last", ZOE)
    assert (hers["emails"], hers["touches"], hers["last_touch"]) == ([ZOE, zoes], 2, utc_ago(days=2))
    here.receive("ben", ZOE, BEN, 1, message_id="new@x.example")
    here.receive("ana", ZOE, ANA, 1, message_id="new2@x.example")
    here.sync()
    assert here.ok("ana", "last", ZOE)[0]["last_touch"] == utc_ago(days=1)
    assert _rows(here, "SELECT count(*) FROM activity WHERE identity LIKE '%new@x%'") == [(0,)]
    (kind,) = {(user, kind) for user, kind in _rows(here, DEEDS)}
    assert kind == ("ben", "forget")


def test_an_activity_that_a_colleague_has_too_is_theirs_alone_then(here: Colleagues) -> None:
    for name in ("ana", "ben"):
        here.receive(name, ZOE, f"{ANA}, {BEN}", 3, message_id="both@x.example", subject="Zoe Ray is ill")
    here.receive("ben", ZOE, BEN, 3, message_id="bens@x.example", subject="Mine")
    here.sync()
    assert here.ok("ben", "contacts", "forget", ZOE, "--yes") == {"emails": 1, "deleted": 2, "struck": 0}
    assert [one["subject"] for one in here.ok("ana", "log", ZOE)] == ["Zoe Ray is ill", "The lease"]
    assert here.ok("ben", "log") == []
    assert _rows(here, "SELECT count(*) FROM activity WHERE subject = 'Mine'") == [(0,)]


@pytest.mark.parametrize("first", ["ana", "ben"])
def test_nor_does_a_copy_that_a_colleague_has_too_bring_anybody_back_later(here: Colleagues, first: str) -> None:
    here.receive("ben", ZOE, BEN, 4, message_id="bens@x.example")
    here.sync()
    here.ok("ben", "contacts", "forget", ZOE, "--yes")
    kim = "kim@kims.example"
    for name in (first, *({"ana", "ben"} - {first})):
        here.receive(name, kim, f"{ANA}, {BEN}, {ZOE}", 3, message_id="both@x.example", subject="Racks")
        meeting = event("both", ago(days=2), ZOE, kim, organizer=ANA, SUMMARY="Visit")
        (here.folder / name / "both.ics").write_text(meeting)
        here.sync()
    here.receive("ben", kim, BEN, 1, message_id="kims@x.example", subject="Only mine")
    here.sync()
    assert here.run("ben", "last", ZOE).code == 6
    assert [one["subject"] for one in here.ok("ben", "log")] == ["Only mine", None, None]  # as if he had them alone
    assert ZOE not in here.run("ben", "export").out
    assert len(here.ok("ana", "log", ZOE)) == 3


def test_whom_a_fellow_reader_erased_is_kept_off_nobody_else_s_list(here: Colleagues) -> None:
    """Ana, who reads a mailbox with Ben and one with Cleo, erases whom she alone knows."""
    here.accounts |= {"desk": {"readers": ["ana", "ben"]}, "info": {"readers": ["ana", "cleo"]}}
    era, other = "era@quilt.example", "eras@quilt.example"
    here.sync()
    for email in (era, other):
        here.ok("ana", "contacts", "add", "Era Quilt", email)
        here.ok("ana", "contacts", "forget", email, "--yes")
    for who in ("ben", "cleo"):
        (here.folder / "era.csv").write_text(f"name,email\nEra,{era}\n")
        assert here.run(who, "contacts", "import", str(here.folder / "era.csv"), "--json").json["added"] == 1
        assert here.run(who, "contacts", "alias", era, other).code == 0
    assert here.ok("ana", "contacts", "add", "Era", era)["erased"] == 1
    here.ok("ben", "contacts", "add", "Zed", "zed@quilt.example")
    here.ok("ben", "contacts", "forget", "zed@quilt.example", "--yes")
    assert here.ok("ben", "contacts", "add", "Zed", "zed@quilt.example")["erased"] == 1


def test_a_backup_brings_nobody_back_who_was_erased_from_an_account(here: Colleagues) -> None:
    here.receive("ben", ZOE, BEN, 3, message_id="bens@x.example", subject="Mine")
    here.sync()
    database = here.folder / "log.db"
    with closing(sqlite3.connect(database)) as log, closing(sqlite3.connect(here.folder / "old.db")) as old:
        log.backup(old)
    here.ok("ben", "contacts", "forget", ZOE, "--yes")
    with closing(sqlite3.connect(database)) as log, closing(sqlite3.connect(here.folder / "old.db")) as old:
        old.backup(log)
    here.sync()
    assert _rows(here, "SELECT subject FROM activity ORDER BY id") == [("The lease",), ("The lease",)]
    assert here.run("ben", "last", ZOE).code == 6


def test_nor_back_to_whom_a_colleague_lists_as_well(here: Colleagues) -> None:
    here.ok("ana", "contacts", "add", "Zoe of Ana", ZOE)
    here.ok("ben", "snooze", ZOE, "2099-01-01")
    database = here.folder / "log.db"
    with closing(sqlite3.connect(database)) as log, closing(sqlite3.connect(here.folder / "old.db")) as old:
        log.backup(old)
    here.ok("ben", "contacts", "forget", ZOE, "--yes")
    with closing(sqlite3.connect(database)) as log, closing(sqlite3.connect(here.folder / "old.db")) as old:
        old.backup(log)
    here.sync()
    assert "Zoe" not in here.run("ben", "contacts", "list").out
    of_ben = "account_id IN (SELECT id FROM account WHERE name = 'ben')"
    assert _rows(here, f"SELECT name, emails FROM contact_holder WHERE {of_ben}") == []
    assert _rows(here, "SELECT count(*) FROM said_of_contact") == [(0,)]
    assert here.ok("ana", "last", ZOE)[0]["name"] == "Zoe of Ana"


def test_nothing_that_was_said_of_them_is_left_where_a_colleague_lists_them(here: Colleagues) -> None:
    here.ok("ana", "contacts", "add", "Zoe of Ana", ZOE)
    here.ok("ben", "sharing", "private", ZOE)
    here.ok("ben", "snooze", ZOE, "2099-01-01")
    here.ok("ben", "contacts", "forget", ZOE, "--yes")
    assert "#" not in here.run("ben", "sharing", "show").out
    assert _rows(here, "SELECT count(*) FROM said_of_contact") == [(0,)]
    assert _rows(here, "SELECT count(*) FROM private_contact") == [(0,)]


def test_a_name_that_only_erased_mail_signs_with_is_shown_to_nobody(here: Colleagues) -> None:
    max_ = "max@quilt.example"
    here.receive("ben", f"Max Hidden <{max_}>", BEN, 3, message_id="b1@x.example", subject="Racks")
    here.sync()
    here.receive("ana", max_, ANA, 2, message_id="a1@x.example", subject="Hello")
    here.sync()
    here.ok("ben", "contacts", "add", "Max B", max_)
    here.ok("ben", "contacts", "forget", max_, "--yes")
    assert max_ in here.run("ana", "unmatched", "--json").out
    for words in (("unmatched", "--json"), ("why", "<a1@x.example>")):
        assert "Hidden" not in here.run("ana", *words).out
    assert _rows(here, "SELECT count(*) FROM address WHERE name LIKE '%Hidden%'") == [(0,)]


def test_whose_contact_it_is_erases_them(here: Colleagues) -> None:
    here.receive("ben", ZOE, BEN, 3, message_id="bens@x.example", subject="Mine")
    here.sync()
    assert here.ok("ben", "contacts", "forget", ZOE, "--yes")["deleted"] == 1
    assert _rows(here, "SELECT count(*) FROM activity WHERE subject = 'Mine'") == [(0,)]
    assert _rows(here, "SELECT count(*) FROM contact WHERE name LIKE 'Zoe%'") == [(0,)]
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
    content = kept(here.folder / "log.db")
    assert b"zed@other.example" in content
    for word in (lex, "Lexa Morn", "Lex of Ben"):
        assert word.encode() not in content, word
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
