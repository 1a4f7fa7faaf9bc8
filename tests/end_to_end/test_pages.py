"""A page is for people; programs get what there is, and nobody more than was asked for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from household import NOW, Household, ago, event, mail

ANA = "ana@acme.example"
COUNT = 110
LISTS = ("log", "log bob", "stale --days 1", "awaiting", "upcoming", "unmatched", "last")


@pytest.fixture
def ana(household: Household, user: str) -> Household:
    """Ana has exchanged with very many."""
    household.add_account("ana", user, caldav=True)
    numbers = range(COUNT)
    inbox = [mail(f"p{n}@globex.example", ANA, ago(days=9, minutes=n), f"g{n}") for n in numbers]
    inbox += [mail(f"s{n}@other.example", ANA, ago(days=8, minutes=n), f"o{n}") for n in numbers]
    inbox += [mail("bob@hooli.example", ANA, ago(days=7, minutes=n), f"b{n}") for n in numbers]
    household.dovecot.append(user, "INBOX", inbox)
    household.dovecot.append(user, "Sent", [mail(ANA, f"p{n}@globex.example", ago(days=6), f"n{n}") for n in (1, 2)])
    daily = event("daily", NOW + timedelta(hours=1), "bob@hooli.example", organizer=ANA, RRULE="FREQ=DAILY;COUNT=40")
    household.radicale.put(user, "work", "daily.ics", daily)
    household.import_contacts("Bob,bob@hooli.example,", *(f"P{n},p{n}@globex.example,Globex" for n in numbers))
    household.ok("sync")
    return household


def test_programs_get_everything_and_a_limit_is_one(ana: Household) -> None:
    for words, there in zip(LISTS, (332, 110, 110, 220, 40, 110, 111), strict=True):
        command = words.split()
        found = ana.ok(*command)
        assert len(found) == there, words
        assert len(ana.run(*command, "--csv").out.splitlines()) == there + 1, words
        assert ana.ok(*command, "--limit", "3") == found[:3], words
    page = ana.run("log").out.splitlines()
    assert len(page) == 1 + 50
    assert len(ana.run("upcoming").out.splitlines()) == 1 + 1 + 1, "a series is a line, and a note says so"
