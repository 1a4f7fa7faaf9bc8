"""Calendars and contacts at Microsoft 365. Numbers are those of the requirements that
docs/microsoft365.md lists."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from graph_log import AtMicrosoft, account
from graph_resources import NOW, SECRET_WORDS, event, goid, instant, message, moment, person
from scripted_graph import ScriptedGraph

import config_lines
from capture.graph.client import GraphClient
from household import Household

DAY = timedelta(days=1)
WEEKS = [NOW - 7 * DAY * n for n in (4, 3, 2, 1)] + [NOW + 7 * DAY]


@pytest.fixture(autouse=True)
def tom(home: AtMicrosoft) -> None:
    home.contacts("Tom,tom@client.example,Client")


def meetings(home: AtMicrosoft) -> list[str]:
    """When meetings with Tom that are in the log and held take place."""
    return sorted(one["at"] for one in home.ok("log", "Tom") if one["kind"] == "meeting" and one["verdict"] == "held")


def test_no_body_is_asked_for_and_one_that_comes_along_leaves_no_word(
    home: AtMicrosoft, graph: ScriptedGraph, caplog: pytest.LogCaptureFixture
) -> None:
    """Requirement 14: the double reports every request for a body; events bring theirs unasked."""
    caplog.set_level(logging.DEBUG)
    graph.put(message(1))
    graph.meet(event(1, NOW - DAY), "e1")
    graph.series(2, WEEKS)
    home.ok("sync")
    assert len(meetings(home)) == 6 - 1
    assert SECRET_WORDS not in caplog.text
    assert SECRET_WORDS.encode() not in b"".join(path.read_bytes() for path in home.folder.iterdir() if path.is_file())
    assert "canary-token" not in caplog.text


def test_bodies_end_where_an_answer_is_parsed(graph: ScriptedGraph) -> None:
    """Requirement 14: of what Graph sends unasked, whatever reads calendars is given none."""
    graph.meet(event(1, NOW - DAY), "e1")
    with GraphClient(account(graph), "calendar", "Calendars.Read", sends_bodies=True) as client:
        between = f"startDateTime={instant(NOW - 9 * DAY)}&endDateTime={instant(NOW)}"
        ((row,),) = client.pages(client.path(f"/calendars/cal-default/calendarView/delta?{between}"))
    assert SECRET_WORDS in str(graph.events["cal-default"].items)
    assert SECRET_WORDS not in str(row)
    assert row["id"] == "e1"


def test_bare_occurrences_without_their_master_are_read_by_instances(home: AtMicrosoft, graph: ScriptedGraph) -> None:
    """Requirement 15: the master is absent."""
    graph.bare_masters = True
    graph.series(2, WEEKS)
    home.ok("sync")
    assert meetings(home) == [instant(one) for one in WEEKS[:4]]
    assert home.last("Tom")["next_meeting"] == instant(WEEKS[4])
    assert len(graph.paths("/instances")) == 1


def test_a_series_that_is_not_there_any_more_is_gone(home: AtMicrosoft, graph: ScriptedGraph) -> None:
    """Requirement 15: 404 to its instances."""
    master = graph.series(2, [NOW - 2 * DAY, NOW - DAY, NOW + DAY])
    home.ok("sync")
    assert len(meetings(home)) == 2
    graph.touch(master)
    row = graph.events["cal-default"].items.pop(master)
    graph.events["cal-default"].changes[-1] = (master, row)
    home.ok("sync")
    assert meetings(home) == []
    assert home.last("Tom")["next_meeting"] is None


@pytest.mark.parametrize("announced", [True, False])
def test_one_occurrence_that_is_deleted_goes_and_the_others_stay(
    home: AtMicrosoft, graph: ScriptedGraph, announced: bool
) -> None:
    """Requirement 16: whether Graph tells of the occurrence itself, or of its series alone."""
    master = graph.series(2, WEEKS)
    home.ok("sync")
    gone = list(graph.occurrences[master])[3]
    del graph.occurrences[master][gone]
    if announced:
        graph.events["cal-default"].changes.append((gone, {"id": gone, "@removed": {"reason": "deleted"}}))
    else:
        graph.touch(master)
    home.ok("sync")
    assert meetings(home) == [instant(one) for one in WEEKS[:3]]


def test_a_series_that_is_put_to_another_hour_is_the_same_activities(home: AtMicrosoft, graph: ScriptedGraph) -> None:
    """Requirement 16."""
    graph.series(2, WEEKS)
    home.ok("sync")
    before = {one["activity"] for one in home.ok("log", "Tom")}
    graph.series(2, [one - timedelta(hours=2) for one in WEEKS], lastModifiedDateTime=instant(NOW - DAY))
    home.ok("sync")
    assert {one["activity"] for one in home.ok("log", "Tom")} == before
    assert meetings(home) == [instant(one - timedelta(hours=2)) for one in WEEKS[:4]]


def test_an_exception_that_moves_to_another_day_keeps_its_identity(home: AtMicrosoft, graph: ScriptedGraph) -> None:
    """Requirement 16: by originalStart."""
    master = graph.series(2, WEEKS)
    home.ok("sync")
    before = {one["activity"] for one in home.ok("log", "Tom")}
    one = list(graph.occurrences[master].values())[1]
    one.update(type="exception", originalStart=instant(WEEKS[1]), start=moment(WEEKS[1] + 2 * DAY),
               end=moment(WEEKS[1] + 2 * DAY + timedelta(hours=1)))  # fmt: skip
    graph.touch(master)
    home.ok("sync")
    assert {one["activity"] for one in home.ok("log", "Tom")} == before
    assert instant(WEEKS[1] + 2 * DAY) in meetings(home)
    assert instant(WEEKS[1]) not in meetings(home)


def caldav_event(uid: str, start: datetime, *lines: str, sequence: int = 0, changed: datetime = NOW - 300 * DAY) -> str:
    return "\r\n".join([
        "BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", f"UID:{uid}", f"SEQUENCE:{sequence}",
        f"LAST-MODIFIED:{changed:%Y%m%dT%H%M%SZ}", f"DTSTART:{start:%Y%m%dT%H%M%SZ}",
        f"DTEND:{start + timedelta(hours=1):%Y%m%dT%H%M%SZ}", "ORGANIZER:mailto:tom@client.example",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ana@acme.example", *lines, "END:VEVENT", "END:VCALENDAR", "",
    ])  # fmt: skip


def with_caldav(home: AtMicrosoft, household: Household, user: str, *texts: str) -> None:
    """Ana's account reads a calendar on a CalDAV server as well."""
    home.write()
    household.radicale.create_calendar(user, "work", "Work")
    for number, text in enumerate(texts):
        household.radicale.put(user, "work", f"{number}.ics", text)
    home.add("ana", config_lines.caldav(household.radicale.url, user))


def test_a_foreign_uid_is_the_uid_that_caldav_shows(
    household: Household, user: str, home: AtMicrosoft, graph: ScriptedGraph
) -> None:
    """Requirement 17: vCal-Uid in a GlobalObjectId, and a GlobalObjectId itself, with a day in it
    and without."""
    foreign = "abc-1@client.example"
    data = b"vCal-Uid\x01\x00\x00\x00" + foreign.encode() + b"\0"
    wrapped = f"040000008200E00074C5B7101A82E008{'0' * 40}{len(data).to_bytes(4, 'little').hex()}{data.hex()}".upper()
    start = NOW - 3 * DAY
    graph.meet(event(1, start, iCalUId=wrapped), "e1")
    graph.meet(event(2, start + timedelta(hours=3)), "e2")
    graph.series(3, WEEKS)
    series = caldav_event(goid(3), WEEKS[0], "RRULE:FREQ=WEEKLY;COUNT=4")
    with_caldav(
        home, household, user, caldav_event(foreign, start), caldav_event(goid(2), start + timedelta(hours=3)), series
    )
    home.ok("sync")
    assert home.ok("status")["activities"] == 2 + len(WEEKS)
    seen = [len(home.ok("why", str(one["activity"]))["sightings"]) for one in home.ok("log", "Tom")]
    assert seen == [2] * 6  # the one that lies ahead is in no log of what was


def test_without_an_icaluid_the_identity_stays(home: AtMicrosoft, graph: ScriptedGraph) -> None:
    """Requirement 17: null, and the same in a run that reads everything anew."""
    graph.meet(event(1, NOW - 3 * DAY, iCalUId=None), "e1")
    graph.series(2, WEEKS, iCalUId=None)
    home.ok("sync")
    before = {one["activity"] for one in home.ok("log", "Tom")}
    assert len(before) == 5  # and one that lies ahead
    with home.rows() as rows:
        rows.execute("UPDATE place SET cursor = NULL")
        rows.commit()
    home.ok("sync")
    assert {one["activity"] for one in home.ok("log", "Tom")} == before


@pytest.mark.parametrize("first", ["caldav", "graph"])
def test_a_newer_copy_of_graph_holds_whatever_the_sequence_of_an_older_one(
    household: Household, user: str, home: AtMicrosoft, graph: ScriptedGraph, first: str
) -> None:
    """Requirement 18: Graph counts no SEQUENCE; CalDAV's is 2, and old."""
    start = NOW - 3 * DAY
    old = caldav_event(goid(1), start, sequence=2, changed=NOW - 100 * DAY)
    newer = event(1, start + timedelta(hours=5), lastModifiedDateTime=instant(NOW - 5 * DAY))
    if first == "graph":
        graph.meet(newer, "e1")
        home.ok("sync")
    with_caldav(home, household, user, old)
    home.ok("sync")
    if first == "caldav":
        graph.meet(newer, "e1")
        home.ok("sync")
    assert meetings(home) == [instant(start + timedelta(hours=5))]
    assert home.run("check").code == 0


def test_a_window_that_is_opened_anew_deletes_nothing_and_shows_what_was_beyond(
    home: AtMicrosoft, graph: ScriptedGraph
) -> None:
    """Requirement 19: what lay beyond the old end is seen; what was before stays."""
    graph.meet(event(1, NOW - 200 * DAY), "e1")
    graph.meet(event(2, NOW - DAY), "e2")
    later = (NOW + 230 * DAY).replace(microsecond=0)
    graph.meet(event(3, later), "e3")
    home.ok("sync")
    before = meetings(home)
    assert home.last("Tom")["next_meeting"] is None
    views = len(graph.paths("calendarView/delta?startDateTime"))
    with time_machine.travel(NOW + 170 * DAY, tick=True):
        home.ok("sync")
        assert meetings(home)[:2] == before
        assert home.last("Tom")["next_meeting"] == instant(later)
    assert len(graph.paths("calendarView/delta?startDateTime")) == views + 1


def test_what_lies_before_a_window_that_reaches_back_no_further_stays(home: AtMicrosoft, graph: ScriptedGraph) -> None:
    """Requirement 19: a view is five years long at most, and so leaves behind what it once
    showed."""
    home.head = config_lines.head(backfill="10y")
    home.write()
    graph.meet(event(1, NOW - 1600 * DAY), "e1")
    graph.meet(event(2, NOW - DAY), "e2")
    home.ok("sync")
    assert meetings(home) == [instant(NOW - 1600 * DAY), instant(NOW - DAY)]
    with time_machine.travel(NOW + 170 * DAY, tick=True):
        home.ok("sync")
        assert meetings(home) == [instant(NOW - 1600 * DAY), instant(NOW - DAY)]
    assert len(graph.paths("calendarView/delta?startDateTime")) == 2
    with home.rows() as rows:  # nor is it marked as deleted long after it was over
        assert rows.execute("SELECT count(*) FROM activity WHERE deleted_at IS NOT NULL").fetchone() == (0,)


def test_what_moves_beyond_the_window_was_not_deleted(home: AtMicrosoft, graph: ScriptedGraph) -> None:
    """Requirement 19: Graph says @removed of it; it lies ahead, and no meeting of that time was
    held."""
    graph.meet(event(1, NOW + 3 * DAY), "e1")
    graph.meet(event(2, NOW - 3 * DAY), "e2")
    home.ok("sync")
    graph.meet(event(1, NOW + 400 * DAY), "e1")
    graph.events["cal-default"].changes.append(("e9", {"id": "e9", "@removed": {"reason": "deleted"}}))
    home.ok("sync")
    assert home.last("Tom")["next_meeting"] is None
    assert len(meetings(home)) == 1
    assert graph.paths("/events/e1?")
    graph.events["cal-default"].remove("e2")
    home.ok("sync")
    assert meetings(home) == []


@pytest.mark.parametrize("sensitivity", ["personal", "private", "confidential"])
@pytest.mark.parametrize("kept", [False, True])
def test_what_is_not_public_is_not_kept_or_its_time_only(
    home: AtMicrosoft, graph: ScriptedGraph, sensitivity: str, kept: bool
) -> None:
    """Requirement 20."""
    if kept:
        home.add("ana", options='private_events = "time-only"\n')
    graph.meet(event(1, NOW - DAY, sensitivity=sensitivity, subject="Secret talk"), "e1")
    graph.series(2, WEEKS[:2], sensitivity=sensitivity, subject="Secret talks")
    home.ok("sync")
    assert len(meetings(home)) == (3 if kept else 0)
    assert b"Secret talk" not in home.database.read_bytes()


def test_who_stands_there_twice_is_one_and_places_are_nobody(home: AtMicrosoft, graph: ScriptedGraph) -> None:
    """Requirement 21: by legacy name and by address; resources, and a room that is an attendee."""
    legacy = person("/o=ExchangeLabs/ou=Exchange Administrative Group/cn=Recipients/cn=tom", "Tom Ames")
    people = [
        {**legacy, "type": "required", "status": {"response": "none", "time": "0001-01-01T00:00:00Z"}},
        {**person("mia@client.example"), "type": "required", "status": {"response": "declined", "time": None}},
        {**person("beamer@acme.example"), "type": "resource", "status": None},
        {**person("room7@client.example", "Room 7"), "type": "required", "status": {"response": "accepted"}},
        {"type": "required", "emailAddress": None, "status": None},
    ]
    room = {"displayName": "Room 7", "locationType": "conferenceRoom", "locationEmailAddress": "room7@client.example"}
    one = event(1, NOW - DAY, location=room, locations=[room])
    one["attendees"] += people
    graph.meet(one, "e1")
    home.ok("sync")
    (activity,) = home.ok("log", "Tom")
    found = [(p["address"], p["role"]) for p in home.ok("why", str(activity["activity"]))["participants"]]
    assert sorted(found) == [
        ("ana@acme.example", "attendee"), ("mia@client.example", "attendee"), ("tom@client.example", "organizer"),
    ]  # fmt: skip


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/Los_Angeles", "UTC"])
def test_a_whole_day_is_the_same_date_wherever_it_was_planned(
    household: Household, user: str, home: AtMicrosoft, graph: ScriptedGraph, zone: str
) -> None:
    """Requirement 22: also as an occurrence of a series, whose originalStart is an instant; one that no other calendar
    has is such a day, too."""
    windows = {"Asia/Tokyo": "Tokyo Standard Time", "America/Los_Angeles": "Pacific Standard Time", "UTC": "UTC"}
    day = (NOW - 10 * DAY).replace(hour=0, minute=0, second=0)
    local = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    options = {"isAllDay": True, "originalStartTimeZone": windows[zone]}
    for number in (1, 3):
        graph.meet(event(number, day, DAY, **options), f"e{number}")
    master = graph.series(2, [day], **options)
    (one,) = graph.occurrences[master].values()
    one.update(type="exception", originalStart=instant(local), end=moment(day + DAY))
    people = "ATTENDEE;PARTSTAT=ACCEPTED:mailto:tom@client.example"
    texts = [caldav_event(goid(n), day, people) for n in (1, 2)]
    whole = [_as_day(text, day) for text in texts]
    whole[1] = whole[1].replace("ORGANIZER", f"RECURRENCE-ID;VALUE=DATE:{day:%Y%m%d}\r\nORGANIZER")
    with_caldav(home, household, user, *whole)
    home.ok("sync")
    assert home.ok("status")["activities"] == 3
    assert sorted(one["verdict"] for one in home.ok("log", "Tom")) == [
        "all-day",
        "held",
        "held",
    ]
    assert len({one["at"] for one in home.ok("log", "Tom")}) == 1


def _as_day(text: str, day: datetime) -> str:
    lines = [
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}" if one.startswith("DTSTART") else
        f"DTEND;VALUE=DATE:{day + DAY:%Y%m%d}" if one.startswith("DTEND") else one
        for one in text.split("\r\n")
    ]  # fmt: skip
    return "\r\n".join(lines)


def test_cancelled_declined_and_unsent_meetings_touch_nobody(home: AtMicrosoft, graph: ScriptedGraph) -> None:
    graph.meet(event(1, NOW - DAY, isCancelled=True), "e1")
    graph.meet(event(2, NOW - 2 * DAY, responseStatus={"response": "declined", "time": None}), "e2")
    graph.meet(event(3, NOW - 3 * DAY, isDraft=True), "e3")
    graph.meet(event(4, NOW - 4 * DAY, subject="Abgesagt: Jour fixe", showAs="free"), "e4")
    home.ok("sync")
    assert meetings(home) == []
    assert sorted(one["verdict"] for one in home.ok("log", "Tom")) == ["cancelled", "cancelled", "declined"]


def test_a_calendar_whose_place_is_forgotten_is_read_anew(home: AtMicrosoft, graph: ScriptedGraph) -> None:
    """Requirement 10, of calendars: what is gone meanwhile goes, and all else stays."""
    graph.meet(event(1, NOW - DAY), "e1")
    graph.meet(event(2, NOW - 2 * DAY), "e2")
    home.ok("sync")
    graph.events["cal-default"].items.pop("e1")
    graph.fault("calendarView/delta?$deltatoken", graph.error(410, "syncStateNotFound"))
    home.ok("sync")
    assert meetings(home) == [instant(NOW - 2 * DAY)]


def test_calendars_of_others_are_read_only_where_they_are_named(home: AtMicrosoft, graph: ScriptedGraph) -> None:
    graph.calendar("Ben", "cal-ben", "ben@acme.example", default=False)
    graph.calendar("Projects", "cal-projects", default=False)
    graph.meet(event(1, NOW - DAY), "e1", "cal-ben")
    graph.meet(event(2, NOW - 2 * DAY), "e2", "cal-projects")
    home.ok("sync")
    assert meetings(home) == [instant(NOW - 2 * DAY)]
    home.add("ana", options='calendars = ["ben"]\n')
    home.ok("sync")
    assert len(meetings(home)) == 2


def test_contacts_come_change_and_go(home: AtMicrosoft, graph: ScriptedGraph) -> None:
    first = graph.contact("Mia Berg", "mia@client.example", companyName="Client")
    graph.contact("No Address", "")
    graph.contacts["Partners"] = type(graph.contacts[graph.contact_folder])()
    graph.contact("Lea Roth", "lea@partner.example", "Partners")
    home.ok("sync")
    names = {one["name"] for one in home.ok("contacts", "list")}
    assert names == {"Tom", "Mia Berg", "Lea Roth"}
    graph.contact("Mia Berg-Lind", "mia@client.example")
    home.ok("sync")
    assert "Mia Berg-Lind" in {one["name"] for one in home.ok("contacts", "list")}
    graph.contacts[graph.contact_folder].remove(first)
    home.ok("sync")
    assert {one["name"] for one in home.ok("contacts", "list")} == {"Tom", "Lea Roth"}
    graph.contacts["Partners"].items.clear()
    graph.fault("Partners/contacts/delta", graph.error(410, "syncStateNotFound"))
    home.ok("sync")
    assert {one["name"] for one in home.ok("contacts", "list")} == {"Tom"}
