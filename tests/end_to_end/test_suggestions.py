"""Who may be one person is suggested with its reason, and the command that is given does it."""

from __future__ import annotations

import shlex

from config_lines import imap
from household import Household, ago, mail


def test_what_is_suggested_can_be_done(household: Household, user: str) -> None:
    household.set_account("ana", imap(household.dovecot.port, user), owner="Ana Kim")
    household.receive(
        user,
        mail("Bob Stone <bob@home.example>", "ana@acme.example", ago(days=9), "b1"),
        mail("Eve Private <evening@gmail.com>", "ana@acme.example", ago(days=5), "e2", In_Reply_To="<o1>"),
        mail("Ana Kim <ana@home.example>", "ana@acme.example", ago(days=4), "a1"),
        mail("Mia <mia@gmail.com>", "ana@acme.example", ago(days=3), "m1"),
        mail("Zed Nobody <zed@gmail.com>", "ana@acme.example", ago(days=3), "z1", In_Reply_To="<o1>"),
    )
    sent = [
        mail("ana@acme.example", "eve@hooli.example", ago(days=6), "o1"),
        mail("ana@acme.example", "mia@gmail.com", ago(days=2), "o2", In_Reply_To="<m1>"),
    ]
    household.dovecot.append(user, "Sent", sent)
    household.import_contacts(
        "Bob Stone,bob@globex.example,Globex", "Eve Hall,eve@hooli.example,Hooli", "Eve  hall,eve@school.example,"
    )
    household.ok("sync")
    found = {(one["kind"], one["name"], one["address"]): one for one in household.ok("contacts", "suggest")}
    assert set(found) == {
        ("same-name", "Eve hall", None),
        ("same-name", "Bob Stone", "bob@home.example"),
        ("answers-from", "Eve Hall", "evening@gmail.com"),
        ("own-address", "Ana Kim", "ana@home.example"),
        ("private-mailbox", "Mia", "mia@gmail.com"),
    }
    assert "1 answer" in found["answers-from", "Eve Hall", "evening@gmail.com"]["because"]
    assert "lasttouch contacts alias" in household.run("contacts", "suggest").out
    for one in found.values():
        program, *words = shlex.split(one["command"])
        assert program == "lasttouch"
        assert household.run(*words).code == 0, one
    assert household.last("eve")["emails"] == ["eve@hooli.example", "eve@school.example", "evening@gmail.com"]
    left = [one["kind"] for one in household.ok("contacts", "suggest")]
    assert left == ["own-address"], "that is for the configuration to say"
