"""Where copies of one meeting disagree about who answered what, at the same SEQUENCE."""

from __future__ import annotations

import itertools

import pytest

from config_lines import files
from household import Household, ago, event, utc_ago

ANA, BEN, OLGA, PIA = "ana@acme.example", "ben@acme.example", "olga@globex.example", "pia@globex.example"
ROSA = "rosa@globex.example"
HELD, NOT = utc_ago(days=9), None
ORDERS = ["ana ben", "ben ana", "ana ben ana", "ben ana ben"]


def copy(organizer: str, changed: int, **answers: str) -> str:
    """A copy of the meeting that was last changed that many days ago; answers by the beginning of
    the address."""
    people = [
        f"{who};PARTSTAT={answer.replace('_', '-')}"
        for who in (ANA, BEN, OLGA, PIA)
        if (answer := answers.get(who.partition("@")[0]))
    ]
    return event("talk", ago(days=9), *people, organizer=organizer, LAST_MODIFIED=f"{ago(days=changed):%Y%m%dT%H%M%SZ}")


class Shown:
    """What Ana's and Ben's calendar files show."""

    def __init__(self, household: Household) -> None:
        self._household = household
        for name in ("ana", "ben"):
            (household.folder / name).mkdir()
            household.set_account(name, files(name))
        household.import_contacts("Olga,olga@globex.example,Globex", "Pia,pia@globex.example,Globex")

    def put(self, account: str, text: str) -> None:
        (self._household.folder / account / "a.ics").write_text(text)

    def read(self, order: str) -> None:
        for account in order.split():
            self._household.ok("sync", "--account", account)

    def met(self, who: str) -> str | None:
        assert self._household.ok("check")["differences"] == 0
        found: str | None = self._household.last(who)["last_meeting"]
        return found

    def take_away(self, account: str) -> None:
        (self._household.folder / account / "a.ics").unlink()


@pytest.fixture
def shown(household: Household) -> Shown:
    return Shown(household)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(
    ("in_hers", "in_his", "met"), [("DECLINED", "NEEDS_ACTION", False), ("ACCEPTED", "DECLINED", True)]
)
def test_the_organizers_copy_knows_who_answered(shown: Shown, order: str, in_hers: str, in_his: str, met: bool) -> None:
    shown.put("ana", copy(ANA, changed=20, ana="ACCEPTED", ben="ACCEPTED", olga=in_hers))
    shown.put("ben", copy(ANA, changed=12, ana="ACCEPTED", ben="ACCEPTED", olga=in_his))
    shown.read(order)
    assert shown.met("olga") == (HELD if met else NOT)


@pytest.mark.parametrize("order", ORDERS)
def test_among_guests_an_answer_is_newer_than_none(shown: Shown, order: str) -> None:
    """Ana's calendar knows of Olga, Ben's of Pia."""
    shown.put("ana", copy(ROSA, changed=20, ana="ACCEPTED", olga="DECLINED", pia="NEEDS_ACTION"))
    shown.put("ben", copy(ROSA, changed=12, ben="ACCEPTED", olga="NEEDS_ACTION", pia="DECLINED"))
    shown.read(order)
    assert (shown.met("olga"), shown.met("pia")) == (NOT, NOT)


@pytest.mark.parametrize("order", ORDERS)
def test_a_newer_invitation_asks_anew(shown: Shown, order: str) -> None:
    shown.put("ana", copy(OLGA, changed=20, ana="ACCEPTED", olga="ACCEPTED", pia="DECLINED"))
    newer = copy(OLGA, changed=12, ben="ACCEPTED", olga="ACCEPTED", pia="NEEDS_ACTION")
    shown.put("ben", newer.replace("DTSTAMP", "SEQUENCE:1\r\nDTSTAMP", 1))
    shown.read(order)
    assert shown.met("pia") == HELD


@pytest.mark.parametrize("names", [("a.ics", "b.ics"), ("b.ics", "a.ics")])
def test_of_two_copies_that_the_organizer_has_the_one_with_an_answer_knows(
    shown: Shown, household: Household, names: tuple[str, str]
) -> None:
    for name, text in zip(
        names, (copy(ANA, changed=20, olga="DECLINED"), copy(ANA, changed=12, olga="NEEDS_ACTION")), strict=True
    ):
        (household.folder / "ana" / name).write_text(text)
    shown.read("ana ana")
    assert shown.met("olga") == NOT
    (household.folder / "ana" / names[0]).unlink()
    shown.read("ana")
    assert shown.met("olga") == HELD


def test_what_one_calendar_alone_shows_is_as_it_shows_it(shown: Shown) -> None:
    shown.put("ana", copy(OLGA, changed=20, ana="ACCEPTED", olga="ACCEPTED", pia="DECLINED"))
    shown.read("ana")
    assert shown.met("pia") == NOT
    shown.put("ana", copy(OLGA, changed=19, ana="ACCEPTED", olga="ACCEPTED", pia="NEEDS_ACTION"))
    shown.read("ana")
    assert shown.met("pia") == HELD


def test_the_answer_goes_with_the_copy_that_knew_it(shown: Shown, household: Household) -> None:
    (household.folder / "ana" / "other.ics").write_text(event("other", ago(days=3), "eve@globex.example"))
    shown.put("ana", copy(OLGA, changed=20, ana="ACCEPTED", olga="ACCEPTED", pia="DECLINED"))
    shown.put("ben", copy(OLGA, changed=12, ben="ACCEPTED", olga="ACCEPTED", pia="NEEDS_ACTION"))
    shown.read("ana ben")
    assert shown.met("pia") == NOT
    shown.take_away("ana")
    shown.read("ana")
    assert shown.met("pia") == HELD


@pytest.mark.parametrize(("own", "counts"), list(itertools.product(["NEEDS-ACTION", "", "DECLINED"], [True, False])))
def test_an_organizer_is_never_unanswered(household: Household, own: str, counts: bool) -> None:
    attends = f"{ANA};PARTSTAT={own}" if own else ANA
    (household.folder / "a.ics").write_text(
        event("talk", ago(days=9), attends, f"{OLGA};PARTSTAT=ACCEPTED", organizer=ANA)
    )
    household.set_account("ana", files("a.ics"))
    if not counts:
        household.configure('unanswered_invitations = "ignore"')
    household.import_contacts("Olga,olga@globex.example,Globex")
    household.ok("sync")
    assert household.last("olga")["last_meeting"] == (NOT if own == "DECLINED" else HELD)
    assert "never answered" not in household.ok("why", "talk")["reason"]
