"""A meeting that comes again under another UID is not met again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from config_lines import files
from household import Household, ago, event, utc, utc_ago

OLGA = "olga@globex.example"
PAST = ago(days=30)  # what vanishes now was deleted long after it was over, which by itself would keep it


def talk(uid: str, start: datetime, *, rule: str = "", guest: str = OLGA, title: str = "Review") -> str:
    more = {"RRULE": rule} if rule else {}
    return event(uid, start, f"{guest};PARTSTAT=ACCEPTED", SUMMARY=title, **more)


@pytest.fixture
def filed(household: Household) -> Household:
    household.set_account("ana", files("feed.ics"))
    household.import_contacts(f"Olga,{OLGA},Globex")
    return household


def put(filed: Household, *texts: str) -> None:
    """An .ics file of several calendars."""
    (filed.folder / "feed.ics").write_text("".join(texts), newline="")
    filed.ok("sync")
    assert filed.ok("check")["differences"] == 0


@pytest.mark.parametrize("subjects", ["true", "false"])
def test_a_feed_that_names_everything_anew_at_every_fetch(filed: Household, subjects: str) -> None:
    filed.configure(f"store_subjects = {subjects}")
    for n in range(4):
        put(filed, talk(f"a{n}", PAST), talk(f"s{n}", ago(days=20), rule="FREQ=DAILY;COUNT=3", title="Daily"))
        olga = filed.last("olga")
        assert (olga["touches"], olga["last_meeting"]) == (4, utc_ago(days=18))
    assert [one["verdict"] for one in filed.ok("log", "olga")] == ["held"] * 4


def test_a_meeting_moved_or_called_off_under_another_uid_takes_its_touch_along(filed: Household) -> None:
    put(filed, talk("a1", PAST), talk("b1", ago(days=40)))
    put(filed, talk("a2", PAST).replace("SUMMARY", "STATUS:CANCELLED\r\nSUMMARY"), talk("b2", ago(days=40)))
    assert filed.last("olga")["last_meeting"] == utc_ago(days=40)
    assert filed.last("olga")["touches"] == 1


def test_an_identical_meeting_with_somebody_else_is_another(filed: Household) -> None:
    put(filed, talk("a", PAST), talk("b", PAST, guest="pia@globex.example"))
    put(filed, talk("c", PAST, guest="pia@globex.example"))
    assert filed.last("olga")["last_meeting"] == utc(PAST)  # deleted late, so it was held


@pytest.fixture
def served(household: Household, user: str) -> Iterator[Household]:
    household.add_account("ana", user, imap=False, caldav=True)
    household.import_contacts(f"Olga,{OLGA},Globex")
    household.radicale.put(user, "work", "other", talk("other", ago(days=50), title="Other"))
    yield household
    assert household.ok("check")["differences"] == 0


@pytest.mark.parametrize("rule", ["", "FREQ=DAILY;COUNT=3"])
def test_a_program_that_writes_a_calendar_anew(served: Household, user: str, rule: str) -> None:
    for n in range(3):
        served.radicale.put(user, "work", f"a{n}", talk(f"a{n}", PAST, rule=rule))
        if n:
            served.radicale.delete(user, "work", f"a{n - 1}")
        served.ok("sync")
    olga = served.last("olga")
    assert (olga["touches"], olga["last_meeting"]) == ((4, utc_ago(days=28)) if rule else (2, utc(PAST)))
    served.radicale.delete(user, "work", "a2")
    served.ok("sync")
    assert served.last("olga")["last_meeting"] == olga["last_meeting"]  # deleted late, so it was held


@pytest.mark.parametrize("rule", ["", "FREQ=DAILY;COUNT=3"])
def test_a_program_that_writes_a_calendar_anew_before_anybody_in_it_is_listed(
    household: Household, user: str, rule: str
) -> None:
    household.add_account("ana", user, imap=False, caldav=True)
    household.radicale.put(user, "work", "other", talk("other", ago(days=50), guest="pia@globex.example"))
    for n in range(3):
        household.radicale.put(user, "work", f"a{n}", talk(f"a{n}", PAST, rule=rule))
        if n:
            household.radicale.delete(user, "work", f"a{n - 1}")
        household.ok("sync")
    household.ok("contacts", "add", "Olga", OLGA)
    olga = household.last("olga")
    assert (olga["touches"], olga["last_meeting"]) == ((3, utc_ago(days=28)) if rule else (1, utc(PAST)))
    assert household.ok("check")["differences"] == 0


def test_a_program_that_deletes_first_and_writes_anew_later(served: Household, user: str) -> None:
    for n in range(3):
        served.radicale.put(user, "work", f"a{n}", talk(f"a{n}", PAST))
        served.ok("sync")
        served.radicale.delete(user, "work", f"a{n}")
        served.ok("sync")
        assert (served.last("olga")["touches"], served.last("olga")["last_meeting"]) == (2, utc(PAST))
    served.radicale.put(user, "work", "b", talk("b", PAST, guest="pia@globex.example"))  # with somebody else
    served.radicale.put(user, "work", "c", talk("c", PAST, title="Preview"))
    served.ok("sync")
    assert served.last("olga")["touches"] == 3
