"""To ask for what is hidden takes the work that it takes to ask for what does not exist: over 200
tries of each."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median, quantiles

import pytest
from answered import BEN, kept, streams, uid, write_config
from team_log import Fed, acts, users

from activity.contact import ContactEntry
from activity.errors import NotFound
from fed_log import ANA, Log
from lasttouch.answering import wire
from lasttouch.answers import last
from lasttouch.answers.question import Question
from lasttouch.configuration.config import load_config
from lasttouch.keeping import address_book
from lasttouch.keeping.opening import opened
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


def test_what_is_hidden_is_answered_through_the_service_as_soon_as_what_is_absent(tmp_path: Path) -> None:
    """By processor time of the process that answers (proc(5), schedstat), which other work does not
    add to."""
    config = write_config(tmp_path)
    with opened(load_config(config)) as agent:
        asks = acts(agent, "Ana Kim")
        entries = [ContactEntry(f"Hidden Person{number:03}", [f"h{number:03}@quilt.example"]) for number in range(50)]
        address_book.import_contacts(asks, entries, by_name=True, of=asks.holding)
    spent: dict[str, list[int]] = {"Hidden": [], "Absent": []}
    with kept(config, uid(BEN)) as worker, streams() as (given, text):

        def ask(name: str) -> int:
            before = _nanoseconds(worker.pid)
            assert worker.ask(wire.request({}, ["last", name]), given) == bytes([NotFound.exit_code])
            assert worker.channel.recv(1) == wire.STAYS
            return _nanoseconds(worker.pid) - before

        ask("Absent Person000")
        for number in range(TRIES):
            for kind, found in spent.items():
                found.append(ask(f"{kind} Person{number % 50:03}"))
        printed = {re.sub("Hidden|Absent", "", line) for line in text(2).splitlines()}
    assert len(printed) == 50 + 1, printed  # a hint, and the same words of each number
    low, absent, high = quantiles(spent["Absent"], n=4)
    assert median(spent["Hidden"]) == pytest.approx(absent, abs=(high - low) / 2)


def _nanoseconds(pid: int) -> int:
    """It has spent so much of a processor's time."""
    return int(Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[0])
