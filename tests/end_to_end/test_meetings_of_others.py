"""Who knows the UID of a meeting may write it into an invitation; that takes nothing away, wherever
it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from activity.contact import ContactEntry
from config_lines import files
from household import NOW, Household, utc
from lasttouch.configuration.config import load_config
from lasttouch.keeping import address_book
from lasttouch.keeping.opening import opened
from lasttouch.keeping.recomputation import recompute
from lasttouch.passes.pipeline import sync
from store.people import people
from store.transactions import writing

TOM, KIM, EVE, ANA = "tom@client.example", "kim@client.example", "eve@rival.example", "ana@acme.example"
FIRST = (NOW - timedelta(days=21)).replace(hour=9, minute=0, second=0)


def vevent(organizer: str, *guests: str, **lines: str) -> str:
    """An hour on FIRST, unless said otherwise."""
    given = {
        "UID": "visit", "DTSTAMP": f"{NOW:%Y%m%dT%H%M%SZ}", "DTSTART": f"{FIRST:%Y%m%dT%H%M%SZ}",
        "DURATION": "PT1H", "SEQUENCE": "1", "SUMMARY": "Visit",
    } | {name.replace("_", "-"): value for name, value in lines.items()}  # fmt: skip
    rows = [f"{name}:{value}" for name, value in given.items()]
    rows = [row.replace("RECURRENCE-ID:R;", "RECURRENCE-ID;RANGE=THISANDFUTURE:") for row in rows]
    people = [f"ORGANIZER:mailto:{organizer}"] if organizer else []
    answers = [guest.partition(";") for guest in guests]
    people += [f"ATTENDEE;PARTSTAT={answer or 'ACCEPTED'}:mailto:{address}" for address, _, answer in answers]
    return "\r\n".join(["BEGIN:VEVENT", *rows, *people, "END:VEVENT", ""])


def vcalendar(*events: str, method: str = "") -> str:
    head = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + (f"METHOD:{method}\r\n" if method else "")
    return head + "".join(events) + "END:VCALENDAR\r\n"


def on(days: int, hours: int = 0) -> str:
    return f"{FIRST + timedelta(days=days, hours=hours):%Y%m%dT%H%M%SZ}"


WEEKLY = {"RRULE": "FREQ=WEEKLY;COUNT=3"}
THEIRS = {
    "once": vevent(TOM, ANA, TOM, KIM),
    "weekly": vevent(TOM, ANA, TOM, KIM, **WEEKLY),
    "ours": vevent(ANA, ANA, TOM, KIM, **WEEKLY),
    "without an organizer": vevent("", ANA, TOM, KIM, **WEEKLY),
}
CLAIMS = {
    "moved": vcalendar(vevent(EVE, ANA, EVE, SEQUENCE="9", DTSTART=on(-300))),
    "moved ahead": vcalendar(vevent(EVE, ANA, EVE, SEQUENCE="9", DTSTART=on(60))),
    "cancelled": vcalendar(vevent(EVE, ANA, EVE, SEQUENCE="9", STATUS="CANCELLED")),
    "METHOD:CANCEL": vcalendar(vevent(EVE, ANA, EVE, SEQUENCE="9"), method="CANCEL"),
    "cancelled as a series": vcalendar(vevent(EVE, ANA, EVE, SEQUENCE="9", STATUS="CANCELLED", **WEEKLY)),
    "declined by its guests": vcalendar(
        vevent(EVE, ANA, EVE, f"{TOM};DECLINED", f"{KIM};DECLINED", SEQUENCE="9"),
    ),
    "declined by Ana": vcalendar(vevent(EVE, EVE, f"{ANA};DECLINED", SEQUENCE="9")),
    "one occurrence moved": vcalendar(vevent(EVE, ANA, EVE, SEQUENCE="9", RECURRENCE_ID=on(14), DTSTART=on(-100))),
    "one occurrence cancelled": vcalendar(
        vevent(EVE, ANA, EVE, SEQUENCE="9", RECURRENCE_ID=on(14), DTSTART=on(14), STATUS="CANCELLED")
    ),
    "all from one on moved": vcalendar(
        vevent(EVE, ANA, EVE, SEQUENCE="9", RECURRENCE_ID=f"R;{on(7)}", DTSTART=on(-100))
    ),
    "private": vcalendar(vevent(EVE, ANA, EVE, SEQUENCE="9", CLASS="PRIVATE", **WEEKLY)),
    "one occurrence private": vcalendar(
        vevent(EVE, ANA, EVE, SEQUENCE="9", RECURRENCE_ID=on(14), DTSTART=on(14), CLASS="PRIVATE")
    ),
    "all from one on private": vcalendar(
        vevent(EVE, ANA, EVE, SEQUENCE="9", RECURRENCE_ID=f"R;{on(7)}", DTSTART=on(7), CLASS="CONFIDENTIAL")
    ),
    "all day": vcalendar(vevent(EVE, ANA, EVE, SEQUENCE="9", DTSTART="20260102", DURATION="P1D")),
    "too large": vcalendar(
        vevent(EVE, ANA, EVE, *(f"p{number}@elsewhere.example" for number in range(60)), SEQUENCE="9", **WEEKLY)
    ),
    "cut short": vcalendar(vevent(EVE, ANA, EVE, SEQUENCE="9", RRULE="FREQ=WEEKLY;COUNT=1")),
    "broken": vcalendar(vevent(EVE, ANA, EVE, SEQUENCE="9", DTSTART="never")),
}
DATES = ("last_inbound", "last_outbound", "last_meeting", "next_meeting", "last_touch", "last_two_way")


@pytest.fixture
def home(household: Household) -> Household:
    for name in ("ana", "ben"):
        (household.folder / name).mkdir()
        household.set_account(name, files(str(household.folder / name)))
    household.import_contacts(f"Tom,{TOM},", f"Kim,{KIM},", f"Eve,{EVE},")
    return household


def after(home: Household, *steps: tuple[str, str]) -> dict[str, list[object]]:
    """The dates of Tom and Kim in a log that begins anew, once these files (path, text; "" for
    none) were read."""
    for path in [*home.folder.glob("lasttouch.db*"), *home.folder.glob("*/*.ics")]:
        path.unlink()
    with opened(load_config(home.folder / "config.toml"), lambda: NOW) as agent:
        address_book.import_contacts(
            agent, [ContactEntry("Tom", [TOM]), ContactEntry("Kim", [KIM]), ContactEntry("Eve", [EVE])]
        )
        for path, text in steps:
            file = home.folder / path
            file.write_bytes(text.encode()) if text else file.unlink()
            assert [report.error for report in sync(agent)] == [None, None]
            with writing(agent.connection):
                assert recompute(agent) == 0
        return {one.name: [getattr(one, date) for date in DATES] for one in people(agent.log, NOW) if one.name != "Eve"}


@pytest.mark.parametrize("theirs", sorted(THEIRS))
def test_an_invitation_of_another_changes_no_meeting(home: Household, theirs: str) -> None:
    own, more, colleagues = "ana/own.ics", "ana/more.ics", "ben/more.ics"
    genuine = (own, vcalendar(THEIRS[theirs]))
    before = after(home, genuine)
    assert before["Tom"][2] == FIRST + timedelta(days=0 if theirs == "once" else 14)
    for name, claim in CLAIMS.items():
        assert after(home, genuine, (more, claim), (more, "")) == before, name
        assert after(home, genuine, (colleagues, claim)) == before, name
        assert after(home, (more, claim), genuine) == before, name


@pytest.mark.parametrize("theirs", ["once", "weekly"])
def test_not_even_in_the_same_object(home: Household, theirs: str) -> None:
    """As a server may put it that takes every invitation in."""
    own = "ana/own.ics"
    genuine = vcalendar(THEIRS[theirs])
    before = after(home, (own, genuine))
    for name, claim in CLAIMS.items():
        both = genuine + claim if "METHOD" in claim else _within(THEIRS[theirs], claim)
        assert after(home, (own, genuine), (own, both)) == before, name
        assert after(home, (own, both)) == before, name


def test_a_private_series_of_another_in_the_same_object_makes_no_override_private(home: Household) -> None:
    moved = vevent(TOM, ANA, TOM, KIM, RECURRENCE_ID=on(14), DTSTART=on(15))
    private = vevent(EVE, ANA, EVE, CLASS="PRIVATE", **WEEKLY)
    before = after(home, ("ana/own.ics", vcalendar(THEIRS["weekly"], moved)))
    assert before["Tom"][2] == FIRST + timedelta(days=15)
    for order in ([THEIRS["weekly"], moved, private], [THEIRS["weekly"], private, moved]):
        assert after(home, ("ana/own.ics", vcalendar(*order))) == before


HIDDEN = {
    "as it is": vevent("", SEQUENCE="9"),
    "cancelled": vevent("", SEQUENCE="9", STATUS="CANCELLED"),
    "moved": vevent("", SEQUENCE="9", DTSTART=on(-300)),
}


@pytest.mark.parametrize("answer", ["ACCEPTED", "DECLINED"])
@pytest.mark.parametrize("where", ["ana/more.ics", "ben/more.ics"])
def test_a_copy_that_names_nobody_changes_nothing(home: Household, answer: str, where: str) -> None:
    """Nor does it keep the meeting from being changed, or tell of an answer."""
    first = ("ana/own.ics", vcalendar(vevent(TOM, f"{ANA};{answer}", TOM, KIM)))
    later = ("ana/own.ics", vcalendar(vevent(TOM, f"{ANA};{answer}", TOM, KIM, SEQUENCE="2", DTSTART=on(1))))
    before, moved = after(home, first), after(home, first, later)
    assert (before == moved) == (answer == "DECLINED")
    for name, event in HIDDEN.items():
        hidden = (where, vcalendar(event))
        assert after(home, first, hidden) == before, name
        assert after(home, hidden, first) == before, name
        assert after(home, first, hidden, later) == moved, name
        assert after(home, first, hidden, later, (where, "")) == moved, name


def test_a_copy_that_names_nobody_keeps_nothing_that_is_deleted(home: Household) -> None:
    gone, shown_no_more = ("ana/own.ics", ""), ("ben/more.ics", "")
    ahead = ("ana/own.ics", vcalendar(vevent(TOM, ANA, TOM, DTSTART=on(60))))
    hidden = ("ben/more.ics", vcalendar(vevent("", DTSTART=on(60))))
    assert after(home, ahead)["Tom"][3] == FIRST + timedelta(days=60)
    for steps in ((ahead, hidden, gone), (hidden, ahead, gone), (ahead, hidden, gone, shown_no_more)):
        assert after(home, *steps)["Tom"][3] is None
    declined = ("ana/own.ics", vcalendar(vevent(TOM, f"{ANA};DECLINED", TOM)))
    hidden = ("ben/more.ics", vcalendar(vevent("")))
    for steps in ((declined, gone, hidden), (declined, hidden, gone), (declined, gone, hidden, shown_no_more)):
        assert after(home, *steps)["Tom"][2] is None


def _within(theirs: str, claim: str) -> str:
    events = claim.partition("VERSION:2.0\r\n")[2].removesuffix("END:VCALENDAR\r\n")
    return vcalendar(theirs, events)


def test_why_tells_them_apart(home: Household) -> None:
    (home.folder / "ana" / "own.ics").write_bytes(vcalendar(THEIRS["once"]).encode())
    (home.folder / "ana" / "more.ics").write_bytes(CLAIMS["moved"].encode())
    home.ok("sync")
    shown = home.ok("why", "visit")
    (other,) = shown["others"]
    assert {shown["participants"][0]["address"], *other["by"]} == {TOM, EVE}
    assert f"of {other['by'][0]}" in home.run("why", "visit").out


def sightings(home: Household, uid: str) -> Sequence[str]:
    return [one["account"] for one in home.ok("why", uid)["sightings"]]


def test_the_organizers_own_calendar_goes_before_files(household: Household, user: str) -> None:
    """A file says that Ana cancelled; her calendar says that she did not."""
    folder = household.folder / "files"
    folder.mkdir()
    household.add_account("ana", user, imap=False, caldav=True)
    household.accounts["ben"] = ""
    household.set_account("ben", files(str(folder)))
    household.import_contacts(f"Tom,{TOM},")
    (folder / "more.ics").write_bytes(vcalendar(vevent(ANA, ANA, TOM, SEQUENCE="9", STATUS="CANCELLED")).encode())
    household.radicale.put(user, "work", "m.ics", vcalendar(vevent(ANA, ANA, TOM)))
    household.ok("sync")
    household.ok("sync")
    assert household.last("Tom")["last_meeting"] == utc(FIRST)
    assert sorted(sightings(household, "visit")) == ["ana", "ben"]
    assert household.ok("check")["differences"] == 0
