"""Mail that a server took in shows that our clock is behind; what files and calendars hold does
not."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from lasttouch.answers.status import Answer, Holdings
from lasttouch.views import status
from lasttouch.views.status import clock_note
from store.health import newest_mail_after
from store.transactions import writing

if TYPE_CHECKING:
    from fed_log import Log

ANA, BOB = "ana@acme.example", "bob@globex.example"


def test_mail_from_a_server_that_is_dated_ahead_is_told_of(log: Log) -> None:
    log.mail(BOB, ANA, 100.5)
    log.meet(BOB, 150)
    edge = log.now + timedelta(days=1)
    assert newest_mail_after(log.reader, edge) is None
    assert clock_note(None, UTC) == []
    log.mail(BOB, ANA, 103)
    found = newest_mail_after(log.reader, edge)
    assert found == log.day(103)
    given = Answer(log.now, [], Holdings(1, 1, 1), found, [], None)
    assert status.as_json(given)["mail_ahead"] == "2026-04-14T00:00:00Z"
    assert "the clock of this machine is behind" in "".join(clock_note(found, UTC))


def test_files_may_say_of_themselves_what_they_like(log: Log) -> None:
    log.mail(BOB, ANA, 103)
    with writing(log.connection):
        log.connection.execute("UPDATE place SET source_id = (SELECT id FROM source WHERE kind = 'files')")
    assert newest_mail_after(log.reader, log.now) is None
