"""Whose contacts they are: the list's, an address book's, two-way mail's, whose word's; and who may
change them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from team_log import Fed, acts, users

from activity.address import Address
from activity.contact import ContactEntry
from activity.errors import NotPermitted
from fed_log import ANA, Log
from lasttouch.keeping import address_book, contact_changes, own_words, whose
from lasttouch.keeping.contact_changes import Edit
from lasttouch.keeping.viewing import scope_of
from lasttouch.passes.pipeline import settle
from store import holding
from store.people import people
from store.scoped import open_scoped
from store.transactions import writing

BEN = "ben@acme.example"
BOB, ZOE = "bob@globex.example", "zoe@hooli.example"
ANAS, BENS = 1, 2


def _holders(log: Log) -> dict[str, set[int]]:
    names = dict(log.connection.execute("SELECT id, name FROM contact").fetchall())
    held = holding.holders(log.reader, names)
    return {name: held.get(row_id, set()) for row_id, name in names.items()}


def _add(log: Log, who: str, name: str, *emails: str) -> address_book.Change:
    agent = acts(log.agent, who)
    return address_book.import_contacts(agent, [ContactEntry(name, list(emails))], by_name=True, of=agent.holding)


def test_who_is_added_is_of_the_adder_s_account_and_by_the_steward_of_the_list(team: Log) -> None:
    _add(team, "ana", "Bob", BOB)
    _add(team, "cleo", "Zoe", ZOE)
    assert _holders(team) == {"Bob": {ANAS}, "Zoe": set()}


def test_whom_another_holds_unseen_counts_as_added_and_stays_as_it_is(team: Log) -> None:
    (bob,) = _add(team, "ana", "Bob", BOB).imported.contacts
    change = _add(team, "ben", "Robert", BOB)
    assert (change.imported.added, change.imported.updated, change.imported.contacts) == (1, 0, (bob,))
    assert change.shared == ()
    assert _holders(team) == {"Bob": {ANAS, BENS}}
    again = _add(team, "ben", "Robert", BOB).imported
    assert (again.added, again.updated, again.unchanged) == (0, 0, 1)
    again = _add(team, "ben", "Robert Stone", BOB).imported
    assert (again.added, again.updated) == (0, 1)
    assert _holders(team) == {"Bob": {ANAS, BENS}}


def test_the_list_is_changed_by_its_keeper_and_whose_a_contact_is(team: Log) -> None:
    (zoe,) = _add(team, "cleo", "Zoe", ZOE).imported.contacts
    change = _add(team, "ben", "Zoe of Hooli", ZOE)
    assert (change.imported.unchanged, _holders(team)) == (1, {"Zoe": set()})
    agent = acts(team.agent, "ben")
    for forbidden in (
        lambda: contact_changes.edit(agent, zoe, Edit(name="Zoe of Hooli")),
        lambda: contact_changes.add_alias(agent, zoe, ["z@hooli.example"]),
        lambda: contact_changes.remove_alias(agent, zoe, [ZOE]),
        lambda: contact_changes.remove(agent, [zoe]),
        lambda: contact_changes.merge(agent, zoe, []),
        lambda: contact_changes.add_company(agent, "Hooli", ["hooli.example"]),
    ):
        with pytest.raises(NotPermitted):
            forbidden()
    contact_changes.edit(acts(team.agent, "cleo"), zoe, Edit(owner="ben"))
    contact_changes.edit(acts(team.agent, "ben"), zoe, Edit(name="Zoe of Hooli"))
    assert list(_holders(team)) == ["Zoe of Hooli"]


def test_who_is_published_is_of_the_list(team: Log) -> None:
    (bob,) = _add(team, "ana", "Bob", BOB).imported.contacts
    with pytest.raises(NotPermitted):
        contact_changes.edit(acts(team.agent, "ben"), bob, Edit(publish=True))
    contact_changes.edit(acts(team.agent, "ana"), bob, Edit(publish=True))
    assert _holders(team) == {"Bob": set()}


@pytest.mark.parametrize("words", ["the same words", "words of his own"])
def test_whom_one_publishes_who_shares_nothing_stays_seen_by_whoever_held_them(team: Log, words: str) -> None:
    """Ana is their owner by her own words, and on the list Ben would see no contact of hers."""
    (bob,) = _add(team, "ana", "Bob", BOB).imported.contacts
    _add(team, "ben", "Bob" if words == "the same words" else "Robert", BOB)
    contact_changes.edit(acts(team.agent, "ana"), bob, Edit(owner="ana"))
    contact_changes.edit(acts(team.agent, "ana"), bob, Edit(publish=True))
    seen = open_scoped(team.agent.loaded.database, scope_of(team.reader, "ben-os"), team.now)
    assert [one.name for one in people(seen, team.now)] == ["Bob"]
    seen.close()


def test_who_is_removed_by_one_stays_the_other_s(team: Log) -> None:
    (bob,) = _add(team, "ana", "Bob", BOB).imported.contacts
    _add(team, "ben", "Bob", BOB)
    agent = acts(team.agent, "ana")
    assert contact_changes.remove(agent, [bob], own_words.speaker(agent, None)).rematched == 0
    assert _holders(team) == {"Bob": {BENS}}
    agent = acts(team.agent, "ben")
    contact_changes.remove(agent, [bob], own_words.speaker(agent, None))
    assert _holders(team) == {}
    assert team.connection.execute("SELECT count(*) FROM contact_holder").fetchone() == (0,)


def test_a_member_without_an_account_adds_nobody(fed: Fed) -> None:
    with fed(users("ana", "dora"), ana='user = "ana"\n') as log, pytest.raises(NotPermitted, match="no account"):
        _add(log, "dora", "Bob", BOB)


def test_a_merged_contact_is_held_by_whoever_held_one_of_them_unless_one_is_of_the_list(team: Log) -> None:
    (bob,) = _add(team, "ana", "Bob", BOB).imported.contacts
    (rob,) = _add(team, "ben", "Rob", "rob@globex.example").imported.contacts
    contact_changes.merge(acts(team.agent, "cleo"), bob, [rob])
    assert _holders(team) == {"Bob": {ANAS, BENS}}
    (listed,) = _add(team, "cleo", "B. Stone", "stone@globex.example").imported.contacts
    contact_changes.merge(acts(team.agent, "cleo"), bob, [listed])
    assert _holders(team) == {"Bob": set()}


def _cards(log: Log, account: str, cards: Sequence[tuple[str, ContactEntry]]) -> None:
    with writing(log.connection):
        address_book.import_cards(log.agent, cards, whose.of_account(log.reader, account))


def test_an_address_book_is_its_account_s_and_one_of_nobody_s_the_list_s(team: Log) -> None:
    _cards(team, "ana", [("carddav:1:Work:b", ContactEntry("Bob", [BOB]))])
    _cards(team, "ben", [("carddav:2:Work:b", ContactEntry("Bob Stone", [BOB]))])
    _cards(team, "info", [("carddav:3:Work:z", ContactEntry("Zoe", [ZOE]))])
    assert _holders(team) == {"Bob": {ANAS, BENS}, "Zoe": set()}
    with writing(team.connection):
        address_book.remove_cards(team.agent, ["carddav:1:Work:b"], whose.of_account(team.reader, "ana"))
    assert _holders(team) == {"Bob": {BENS}, "Zoe": set()}
    with writing(team.connection):
        address_book.remove_cards(team.agent, ["carddav:2:Work:b"], whose.of_account(team.reader, "ben"))
    assert _holders(team) == {"Zoe": set()}


def test_two_way_mail_makes_contacts_of_those_alone_who_exchange_and_did_not_put_them_aside(fed: Fed) -> None:
    who = users("ana", "ben")
    with fed(who, top='contacts_from = "two-way"\n', ana='user = "ana"\n', ben='user = "ben"\n') as log:
        for email in (BOB, ZOE):
            log.mail(email, ANA, 1)
            log.mail(ANA, email, 2)
            log.mail(BEN, email, 3, account="ben")
        log.mail(ZOE, BEN, 4, account="ben")
        agent = acts(log.agent, "ben")
        own_words.ignore_address(agent, ZOE, own_words.speaker(agent, None))
        settle(log.agent)
        assert sorted(_holders(log).values()) == [{ANAS}, {ANAS}], "Ben wrote to Bob alone, and put Zoe aside"


def _of_its_source(log: Log) -> None:
    """The one card that there is comes from an address book of the first account."""
    log.connection.execute("INSERT INTO source (account_id, kind, active) VALUES (1, 'carddav', 1)")
    (source,) = log.connection.execute("SELECT id FROM source WHERE kind = 'carddav'").fetchone()
    log.connection.execute("UPDATE contact_key SET key = ? WHERE key GLOB 'carddav*'", (f"carddav:{source}:b",))


def test_contacts_of_a_keeper_s_address_book_and_mail_are_their_accounts_once_there_are_users(fed: Fed) -> None:
    two_way = 'contacts_from = "two-way"\n'
    with fed("", top=two_way) as log:
        _cards(log, "ana", [("carddav:1:Work:b", ContactEntry("Bob", [BOB]))])
        for email, sender in ((ZOE, BEN), ("kim@initech.example", ANA)):
            log.contact(email, email)
            log.mail(sender, email, 2, account=sender.partition("@")[0])
        log.mail(ZOE, BEN, 3, account="ben")
        address_book.import_contacts(log.agent, [ContactEntry("Dev", ["dev@x.example"], key="crm:1")])
        assert set().union(*_holders(log).values()) == set()
        _of_its_source(log)
    with fed(users("ana", "ben"), top=two_way, ana='user = "ana"\n', ben='user = "ben"\n') as log:
        assert _holders(log) == {"Bob": {ANAS}, ZOE: {BENS}, "kim@initech.example": set(), "Dev": set()}
    with fed("", top=two_way) as log:
        assert set().union(*_holders(log).values()) == set()


def test_a_bcc_is_seen_where_a_copy_shows_it(team: Log) -> None:
    hidden: dict[str, Any] = {"message_id": "<m@x.example>", "cc": BEN}
    team.mail(ANA, BOB, 5, account="ben", **hidden)
    team.mail(ANA, BOB, 5, bcc=(Address(ZOE),), **hidden)
    team.mail(ANA, BOB, 5, bcc=(Address(ZOE),), **hidden)
    query = """SELECT r.email, n.name FROM bcc_seen b JOIN address r ON r.id = b.address_id
        JOIN place l ON l.id = b.place_id JOIN source o ON o.id = l.source_id JOIN account n ON n.id = o.account_id"""
    assert team.connection.execute(query).fetchall() == [(ZOE, "ana")]


def test_companies_go_with_their_people_when_a_log_gets_users_and_come_back_when_it_has_none(fed: Fed) -> None:
    def companies(log: Log) -> dict[str, tuple[int | None, list[str]]]:
        rows = log.connection.execute("SELECT id, name, account_id FROM company").fetchall()
        domains = "SELECT domain FROM company_domain WHERE company_id = ?1 UNION ALL"
        query = f"{domains} SELECT domain FROM held_domain WHERE company_id = ?1"
        return {name: (held, [d for (d,) in log.connection.execute(query, (one,))]) for one, name, held in rows}

    def company_of_sue(log: Log) -> str | None:
        query = (
            "SELECT o.name FROM address r LEFT JOIN company o ON o.id = r.company_id WHERE email = 'sue@globex.example'"
        )
        return str(found) if (found := log.connection.execute(query).fetchone()[0]) else None

    with fed("") as log:
        log.mail("sue@globex.example", ANA, 1)
        _cards(log, "ana", [("carddav:1:Work:b", ContactEntry("Bob", [BOB], "Globex"))])
        address_book.import_contacts(log.agent, [ContactEntry("Zoe", [ZOE], "Hooli", key="crm:1")])
        _of_its_source(log)
        assert company_of_sue(log) == "Globex"
    with fed(users("ana", "ben"), ana='user = "ana"\n', ben='user = "ben"\n') as log:
        assert companies(log) == {"Globex": (ANAS, ["globex.example"]), "Hooli": (None, ["hooli.example"])}
        assert company_of_sue(log) is None
        agent = acts(log.agent, "ben")
        address_book.import_contacts(agent, [ContactEntry("Rob", ["rob@globex.example"], "globex")], of=agent.holding)
        agent.user_id = 0
        rows = log.connection.execute("SELECT name, account_id FROM company ORDER BY id").fetchall()
        assert rows == [("Globex", ANAS), ("Hooli", None), ("globex", BENS)]
    with fed("") as log:
        assert companies(log) == {"Globex": (None, ["globex.example"]), "Hooli": (None, ["hooli.example"])}
        assert company_of_sue(log) == "Globex"
        assert log.connection.execute("SELECT count(DISTINCT company_id) FROM contact").fetchone() == (2,)
