"""To ask for what is hidden takes the work that it takes to ask for what does not exist: over 200 tries of each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from statistics import median

import pytest
from team_log import Fed, acts, users

from activity.contact import ContactEntry
from activity.errors import NotFound
from fed_log import ANA, Log
from lasttouch.answers import last
from lasttouch.answers.question import Question
from lasttouch.keeping import address_book
from lasttouch.keeping.viewing import scope_of
from store.finding import find_activity
from store.log import Log as Read
from store.scoped import open_scoped

TRIES = 200
NOW = Log.start + timedelta(days=100)
NOISE = 0.02
STEPS = 5  # instructions of SQLite's machine between two calls
A_MICROSECOND = (
    20 / STEPS
)  # or less: to find a row in an index and not to show it, in an answer of some hundred milliseconds


def _work(log: Read, ask: Callable[[], object]) -> int:
    """How many instructions SQLite takes, in units of STEPS: processor time without its noise."""
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += 1
        return 0

    log.connection.set_progress_handler(count, STEPS)
    try:
        ask()
    finally:
        log.connection.set_progress_handler(None, STEPS)
    return counted


@pytest.mark.parametrize("level", ["none", "dates"])
def test_what_is_hidden_takes_no_more_work_and_no_less_than_what_is_absent(fed: Fed, level: str) -> None:
    with fed(users("ana", "ben"), ana=f'user = "ana"\nshare = "{level}"\n', ben='user = "ben"\n') as log:
        agent = acts(log.agent, "ana")
        for number in range(TRIES):
            log.mail(f"h{number:03}@quilt.example", ANA, number % 90, message_id=f"<h{number:03}@quilt.example>")
        entries = [
            ContactEntry(f"Hidden Person{number:03}", [f"h{number:03}@quilt.example"], f"Hidden{number:03} Co")
            for number in range(TRIES)
        ]
        address_book.import_contacts(agent, entries, by_name=True, of=agent.holding)
        agent.user_id = 0
        for number in range(20):
            log.contact(f"Listed Person{number:03}", f"l{number:03}@globex.example")
        seen = open_scoped(log.agent.loaded.database, scope_of(log.reader, "ben-os"), NOW)

        def nobody(who: str) -> None:
            with pytest.raises(NotFound):
                last.answer(seen, Question(NOW, who), lambda: pytest.fail("nobody of that name"))

        asked: dict[str, Callable[[str], object]] = {
            "{0} Person{1}": nobody, "{0}{1} Co": nobody, "{2}{1}@quilt.example": nobody,
            "<{2}{1}@quilt.example>": lambda name: find_activity(seen, name),
        }  # fmt: skip
        for words, ask in asked.items():
            hidden, absent = (
                [
                    _work(seen, partial(ask, words.format(kind, f"{number:03}", kind[0].lower())))
                    for number in range(TRIES)
                ]
                for kind in ("Hidden", "Absent")
            )
            assert median(hidden) == pytest.approx(median(absent), rel=NOISE, abs=A_MICROSECOND), words
        seen.close()
