"""The rules for meetings (docs/what-counts.md, "Meetings"), one by one, over a real server.

Each case is what stands in the calendar and what Bob, a contact, gets from it: (last_meeting,
next_meeting) as days from now, and how many touches.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from kept_bytes import kept

from household import NOW, Household, ago, event, utc

BOB = "bob@globex.example"
YES = f"{BOB};PARTSTAT=ACCEPTED"
ANA = "ana@acme.example"
NOTHING = (None, None, 0)


@pytest.fixture
def ana(household: Household, user: str) -> Household:
    household.add_account("ana", user, imap=False, caldav=True)
    household.import_contacts(f"Bob,{BOB},Globex")
    return household


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y%m%dT%H%M%SZ")


def days(moment: str | None) -> float | None:
    """A date of an answer as days from now, in hundredths."""
    if moment is None:
        return None
    return round((datetime.fromisoformat(moment) - NOW).total_seconds() / 86400, 2)


def what_bob_gets(ana: Household, user: str, *texts: str) -> tuple[float | None, float | None, int]:
    for number, text in enumerate(texts):
        ana.radicale.put(user, "work", f"{number}.ics", text)
    report = ana.ok("sync")
    assert [one["error"] for one in report["accounts"]] == [None]
    assert ana.ok("check")["differences"] == 0
    bob = ana.last("bob")
    return days(bob["last_meeting"]), days(bob["next_meeting"]), bob["touches"]


def vcalendar(*events: list[str], before: tuple[str, ...] = ()) -> str:
    body = [line for lines in events for line in ("BEGIN:VEVENT", f"DTSTAMP:{stamp(NOW)}", *lines, "END:VEVENT")]
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//", *before, *body, "END:VCALENDAR", ""])


def override(uid: str, planned: datetime, start: datetime, *lines: str) -> list[str]:
    return [
        f"UID:{uid}", f"RECURRENCE-ID:{stamp(planned)}", f"DTSTART:{stamp(start)}",
        f"DTEND:{stamp(start + timedelta(hours=1))}", "SEQUENCE:1", *lines,
    ]  # fmt: skip


def weekly(uid: str, start: datetime, count: int, *lines: str) -> list[str]:
    return [
        f"UID:{uid}", f"DTSTART:{stamp(start)}", f"DTEND:{stamp(start + timedelta(hours=1))}",
        f"RRULE:FREQ=WEEKLY;COUNT={count}", f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{BOB}", *lines,
    ]  # fmt: skip


def all_day(uid: str, start: datetime, *lines: str) -> list[str]:
    return [f"UID:{uid}", f"DTSTART;VALUE=DATE:{start:%Y%m%d}", *lines]


CROWD = [f"guest{number}@other.example" for number in range(50)]

CASES: dict[str, tuple[list[str], tuple[float | None, float | None, int]]] = {
    # "last_meeting: start of the newest meeting that is over and counts"
    # "next_meeting: the earliest that lies ahead"
    "held": ([event("a", ago(days=5), YES)], (-5, None, 1)),
    "ahead": ([event("a", ago(days=-5), YES), event("b", ago(days=-3), YES)], (None, 3, 0)),
    "under way": ([event("a", ago(hours=1), YES, hours=3)], NOTHING),
    # "One activity per occurrence: (UID, RECURRENCE-ID)"; "expanded over the window"
    "series": ([vcalendar(weekly("s", ago(days=15), 4))], (-1, 6, 3)),
    "beyond the horizon": ([event("a", ago(days=-120), YES)], NOTHING),
    "before the backfill": ([event("a", ago(days=800), YES)], NOTHING),
    # "No touch: STATUS:CANCELLED"
    "cancelled": ([event("a", ago(days=5), YES, STATUS="CANCELLED")], NOTHING),
    "cancelled ahead": ([event("a", ago(days=-5), YES, STATUS="CANCELLED")], NOTHING),
    # "the owner's own PARTSTAT is DECLINED"; "the contact's PARTSTAT is DECLINED"
    "owner declined": ([event("a", ago(days=5), YES, f"{ANA};PARTSTAT=DECLINED")], NOTHING),
    "contact declined": ([event("a", ago(days=5), f"{BOB};PARTSTAT=DECLINED", YES.replace("bob", "eve"))], NOTHING),
    # whoever delegates is not there; whom they delegate to is
    "contact sends somebody": ([event("a", ago(days=5), f"{BOB};PARTSTAT=DELEGATED", f"{ANA};PARTSTAT=ACCEPTED")],
                               NOTHING),
    "owner sends somebody": ([event("a", ago(days=5), YES, f"{ANA};PARTSTAT=DELEGATED")], NOTHING),
    "contact comes for another": (
        [event("a", ago(days=5), "boss@globex.example;PARTSTAT=DELEGATED", YES)],
        (-5, None, 1),
    ),
    # "its own addresses are all its aliases", whatever their tag
    "owner declined under a tag": (
        [event("a", ago(days=5), YES, f"{ANA.replace('@', '+work@')};PARTSTAT=DECLINED")],
        NOTHING,
    ),
    # "private (CLASS:PRIVATE|CONFIDENTIAL are not stored at all)"
    "private": ([event("a", ago(days=5), YES, CLASS="PRIVATE")], NOTHING),
    "confidential": ([event("a", ago(days=5), YES, CLASS="CONFIDENTIAL")], NOTHING),
    "public": ([event("a", ago(days=5), YES, CLASS="PUBLIC")], (-5, None, 1)),
    # "more than large_meeting_over attendees (default 50)"
    "fifty": ([event("a", ago(days=5), YES, *CROWD[:49])], (-5, None, 1)),
    "fifty-one": ([event("a", ago(days=5), YES, *CROWD)], NOTHING),
    # "rooms, resources and groups (CUTYPE) are no participants"
    "a room of that name": ([event("a", ago(days=5), f"{BOB};CUTYPE=ROOM")], NOTHING),
    "a resource": ([event("a", ago(days=5), f"{BOB};CUTYPE=RESOURCE")], NOTHING),
    "a group": ([event("a", ago(days=5), f"{BOB};CUTYPE=GROUP")], NOTHING),
    # who is only told of it was not there
    "for information": ([event("a", ago(days=5), f"{BOB};ROLE=NON-PARTICIPANT", f"{ANA};PARTSTAT=ACCEPTED")], NOTHING),
    # "all-day events count only if the contact accepted"
    "all day, unanswered": ([vcalendar(all_day("a", ago(days=5), f"ATTENDEE:mailto:{BOB}"))], NOTHING),
    # "The organizer is a participant even if not listed as an attendee"
    "organizer": ([event("a", ago(days=5), f"{ANA};PARTSTAT=ACCEPTED", organizer=BOB)], (-5, None, 1)),
    # "mailto: in any case, the EMAIL= parameter for other URIs"
    "MAILTO:": ([event("a", ago(days=5), YES).replace("mailto:", "MAILTO:")], (-5, None, 1)),
    "EMAIL=": ([event("a", ago(days=5), YES).replace(f":mailto:{BOB}", f";EMAIL={BOB}:urn:uuid:1")], (-5, None, 1)),
    # "An invitation that the owner never answered counts"
    # "The contact's NEEDS-ACTION and TENTATIVE count"
    "owner never answered": ([event("a", ago(days=5), YES, f"{ANA};PARTSTAT=NEEDS-ACTION")], (-5, None, 1)),
    "contact never answered": ([event("a", ago(days=5), f"{BOB};PARTSTAT=NEEDS-ACTION")], (-5, None, 1)),
    "contact tentative": ([event("a", ago(days=5), f"{BOB};PARTSTAT=TENTATIVE")], (-5, None, 1)),
    # "Overrides: the override's own time, attendees and answers are the occurrence's"
    "moved occurrence": (
        [vcalendar(weekly("s", ago(days=8), 2), override("s", ago(days=1), ago(days=3), f"ATTENDEE:mailto:{BOB}"))],
        (-3, None, 2),
    ),
    "another guest once": (
        [vcalendar(weekly("s", ago(days=8), 2), override("s", ago(days=1), ago(days=1), "ATTENDEE:mailto:e@x.io"))],
        (-8, None, 1),
    ),
    "declined once": (
        [
            vcalendar(
                weekly("s", ago(days=8), 2),
                override("s", ago(days=1), ago(days=1), f"ATTENDEE;PARTSTAT=DECLINED:mailto:{BOB}"),
            )
        ],
        (-8, None, 1),
    ),
    "cancelled once": (
        [
            vcalendar(
                weekly("s", ago(days=8), 2),
                override("s", ago(days=1), ago(days=1), "STATUS:CANCELLED", f"ATTENDEE:mailto:{BOB}"),
            )
        ],
        (-8, None, 1),
    ),
    "invited once": (
        [
            vcalendar(
                [line for line in weekly("s", ago(days=8), 2) if BOB not in line],
                override("s", ago(days=1), ago(days=1), f"ATTENDEE:mailto:{BOB}"),
            )
        ],
        (-1, None, 1),
    ),
    "taken out": ([vcalendar(weekly("s", ago(days=8), 2, f"EXDATE:{stamp(ago(days=1))}"))], (-8, None, 1)),
    # "THISANDFUTURE shifts what follows"
    "shifted from then on": (
        [
            vcalendar(
                weekly("s", ago(days=16), 3),
                [
                    line.replace("RECURRENCE-ID:", "RECURRENCE-ID;RANGE=THISANDFUTURE:")
                    for line in override("s", ago(days=9), ago(days=8), f"ATTENDEE:mailto:{BOB}")
                ],
            )
        ],
        (-1, None, 3),
    ),
    # "An override without its series counts by itself"
    "override alone": (
        [vcalendar(override("s", ago(days=9), ago(days=8), f"ATTENDEE:mailto:{BOB}"))],
        (-8, None, 1),
    ),
    # "A broken or unbounded object is counted, named and skipped;
    # the rest of the calendar is processed"
    "beside broken ones": (
        [
            event("a", ago(days=5), YES),
            event("b", ago(days=4), YES, RRULE="FREQ=SECONDLY"),
            event("d", datetime(9999, 12, 1, tzinfo=NOW.tzinfo), YES),
        ],
        (-5, None, 1),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_rule(ana: Household, user: str, case: str) -> None:
    texts, expected = CASES[case]
    assert what_bob_gets(ana, user, *texts) == expected


def test_an_all_day_event_that_the_contact_accepted_is_of_that_day(ana: Household, user: str) -> None:
    what_bob_gets(ana, user, vcalendar(all_day("a", ago(days=5), f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{BOB}")))
    began = datetime.fromisoformat(ana.last("bob")["last_meeting"]).astimezone(ZoneInfo("Europe/Berlin"))
    assert (began.date(), began.hour) == (ago(days=5).date(), 0)


OWN_ZONE = (
    "BEGIN:VTIMEZONE", "TZID:Office", "BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:+0400",
    "TZOFFSETTO:+0400", "END:STANDARD", "END:VTIMEZONE",
)  # fmt: skip


@pytest.mark.parametrize(
    ("zone", "means"),
    [
        (";TZID=America/New_York", "America/New_York"),  # "IANA names"
        (";TZID=Office", "Etc/GMT-4"),  # "VTIMEZONE"
        (";TZID=W. Europe Standard Time", "Europe/Berlin"),  # "Windows names"
        ("", "Europe/Berlin"),  # "floating times are in the account's timezone"
        (";TZID=Nowhere/Land", "Europe/Berlin"),  # "An unreadable zone: the account's"
    ],
)
def test_zones(ana: Household, user: str, zone: str, means: str) -> None:
    local = ago(days=5).replace(hour=10, minute=30, second=0)
    lines = ["UID:z", f"DTSTART{zone}:{local:%Y%m%dT%H%M%S}", "DURATION:PT1H", f"ATTENDEE:mailto:{BOB}"]
    what_bob_gets(ana, user, vcalendar(lines, before=OWN_ZONE))
    expected = local.replace(tzinfo=ZoneInfo(means)).astimezone(UTC)
    assert ana.last("bob")["last_meeting"] == utc(expected)
    warned = "time zone 'Nowhere/Land' is unknown" in str(ana.ok("why", "z")["evidence"])  # "with a warning"
    assert warned == ("Nowhere" in zone)


def test_an_unanswered_invitation_says_so_and_can_be_ignored(ana: Household, user: str) -> None:
    text = event("a", ago(days=5), YES, f"{ANA};PARTSTAT=NEEDS-ACTION")
    assert what_bob_gets(ana, user, text) == (-5, None, 1)
    assert "never answered" in ana.ok("why", "a")["reason"]
    ana.configure('unanswered_invitations = "ignore"')
    assert what_bob_gets(ana, user) == NOTHING


def test_private_events_can_be_kept_as_times(ana: Household, user: str) -> None:
    ana.accounts["ana"] = ana.accounts["ana"].replace(
        "[accounts.caldav]", 'private_events = "time-only"\n[accounts.caldav]'
    )
    ana.write_config()
    assert what_bob_gets(ana, user, event("a", ago(days=5), YES, CLASS="PRIVATE", SUMMARY="Kardiologe")) == (
        -5,
        None,
        1,
    )
    assert b"Kardiologe" not in kept(ana.database)


def test_other_rules_for_private_events_hold_for_those_read_before(ana: Household, user: str) -> None:
    private = event("a", ago(days=5), YES, CLASS="PRIVATE", SUMMARY="Surgery")
    assert what_bob_gets(ana, user, private, event("b", ago(days=9), YES)) == (-9, None, 1)
    drop = ana.accounts["ana"]
    ana.accounts["ana"] = drop.replace("[accounts.caldav]", 'private_events = "time-only"\n[accounts.caldav]')
    ana.write_config()
    assert what_bob_gets(ana, user) == (-5, None, 2)
    ana.accounts["ana"] = drop
    ana.write_config()
    assert what_bob_gets(ana, user) == (-9, None, 1)
    assert ana.ok("sync")["accounts"][0]["read"] == 0


def test_how_large_is_too_large_can_be_said(ana: Household, user: str) -> None:
    ana.configure("large_meeting_over = 2")
    assert what_bob_gets(ana, user, event("a", ago(days=5), YES, *CROWD[:2])) == NOTHING
    assert ana.ok("why", "a")["verdict"] == "too-large"


def test_broken_objects_are_counted_and_named(ana: Household, user: str) -> None:
    what_bob_gets(ana, user, event("a", ago(days=5), YES), event("b", ago(days=4), YES, RRULE="FREQ=DAILY;INTERVAL=0"))
    (status,) = ana.ok("status")["accounts"]
    assert (status["skipped"], status["skipped_items"][0]["reason"]) == (1, "RRULE with INTERVAL=0")
