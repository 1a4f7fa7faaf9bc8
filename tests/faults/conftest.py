"""A household in which Ana has one of everything with Bob, and one with Bob alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from household import NOW, Household, ago, event, mail


@pytest.fixture
def ana(household: Household, user: str) -> Household:
    """Ana's mailbox and calendar, not yet read, and Bob in the contacts; she is polled every
    second."""
    household.add_account("ana", user, caldav=True, more='poll_every = "1s"\n')
    letters = [
        mail("bob@globex.example", "ana@acme.example", ago(days=30, minutes=n), f"i{n}@globex.example")
        for n in range(120)
    ]
    household.dovecot.append(user, "INBOX", letters)
    household.dovecot.append(user, "Sent", [mail("ana@acme.example", "bob@globex.example", ago(days=19), "a1")])
    for number in range(4):
        start = NOW + timedelta(days=number * 5 - 8)
        household.radicale.put(user, "work", f"m{number}", event(f"m{number}", start, "bob@globex.example"))
    household.import_contacts("Bob,bob@globex.example,Globex")
    return household
