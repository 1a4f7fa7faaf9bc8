"""What is said of people who are no contacts, and of lists with nobody in them."""

from __future__ import annotations

import pytest

from household import Household, ago, mail
from lasttouch.views import columns

ANA = "ana@acme.example"


@pytest.fixture
def ana(household: Household, user: str) -> Household:
    household.add_account("ana", user)
    household.receive(
        user,
        mail("Zoe O'Hara <zoe@other.example>", ANA, ago(days=5), "z1", "An offer"),
        mail("yan@other.example", ANA, ago(days=4), "y1"),
        mail("bob@globex.example", ANA, ago(days=3), "b1"),
        mail("carl@globex.example", ANA, ago(days=2), "c1"),
    )
    household.import_contacts("Bob,bob@globex.example,Globex")
    household.ok("sync")
    return household


def test_the_log_of_an_address_that_is_no_contacts(ana: Household) -> None:
    assert [one["message_id"] for one in ana.ok("log", "ZOE@other.example")] == ["<z1>"]
    assert [one["message_id"] for one in ana.ok("log", "other.example")] == ["<y1>", "<z1>"]
    assert [one["message_id"] for one in ana.ok("log", "@globex.example")] == ["<b1>"], "there, contacts are meant"
    shown = ana.run("log", "zoe@other.example").out
    assert "An offer" in shown
    assert "is no contact" in shown
    assert """lasttouch contacts add 'Zoe O'"'"'Hara' zoe@other.example""" in shown
    assert "is one of us" in ana.run("log", ANA).out
    assert ana.run("log", "nobody@other.example").code == 6
    assert ana.run("log", "zoe@other.example", "--owner", "ana").code == 6


def test_why_somebody_who_is_no_contact_has_no_dates(ana: Household) -> None:
    (found,) = ana.ok("why", "zoe@other.example")
    (recent,) = found["not_counted"]
    assert (found["contact"], found["emails"], found["last_touch"]) == (None, ["zoe@other.example"], None)
    assert set(found) == set(ana.ok("why", "bob")[0])
    assert set(found["dates"].values()) == {None}
    assert recent["because"] == "zoe@other.example: no contact"
    assert "the domain belongs to the company" in ana.run("why", "carl@globex.example").out
    assert (
        "To add them: lasttouch contacts add yan@other.example yan@other.example"
        in ana.run("why", "yan@other.example").out
    )
    assert ana.run("why", "nobody@other.example").code == 6


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (("last", "--until", "20y"), columns.LAST),
        (("last", "--company", "--until", "20y"), columns.COMPANIES),
        (("stale", "--days", "9999", "--company", "globex"), columns.STALE),
        (("log", "--until", "20y"), columns.LOG),
        (("upcoming",), columns.UPCOMING),
        (("awaiting", "--until", "20y"), columns.AWAITING),
        (("unmatched", "--until", "20y"), columns.UNMATCHED),
        (("companies", "list", "--until", "20y"), columns.COMPANIES),
        (("status", "--skipped"), columns.SKIPPED),
        (("export", "--until", "20y"), columns.EXPORT),
    ],
)
def test_a_csv_without_rows_has_its_header(ana: Household, command: tuple[str, ...], expected: tuple[str, ...]) -> None:
    outcome = ana.run(*command, "--csv")
    assert (outcome.code, outcome.out) == (0, ",".join(expected) + "\n")


def test_the_status_and_the_export_name_all_their_fields(ana: Household) -> None:
    assert tuple(ana.ok("status")["accounts"][0]) == columns.STATUS
    assert ana.run("status", "--csv").out.splitlines()[0] == ",".join(columns.STATUS)
    assert tuple(ana.ok("why", "<z1>")) == columns.EXPORT


def test_a_domain_of_a_company_means_its_contacts_wherever_their_mail_is(ana: Household) -> None:
    ana.ok("contacts", "add", "Yan Home", "yan@home.example", "--company", "Otherwise", "--domain", "other.example")
    assert [one["name"] for one in ana.ok("last", "other.example")] == ["Yan Home"]
    (otherwise,) = ana.ok("last", "--company", "other.example")
    assert [(one["address"], one["name"]) for one in otherwise["unlisted"]] == [
        ("yan@other.example", None),
        ("zoe@other.example", "Zoe O'Hara"),
    ]


def test_a_name_is_looked_for_among_those_who_are_no_contacts(ana: Household) -> None:
    (zoe,) = ana.ok("last", "zoe")
    assert (zoe["id"], zoe["emails"], zoe["last_touch_kind"]) == (None, ["zoe@other.example"], "inbound")
    assert zoe["last_touch"] == ana.ok("log", "zoe")[0]["at"]
    shown = ana.run("last", "o'hara").out
    assert "is no contact" in shown
    assert "contacts add" in shown
    assert ana.run("last", "zo").code == 6
    assert ana.run("last", "nobody at all").code == 6
    assert ana.ok("why", "o'hara")[0]["emails"] == ["zoe@other.example"]
