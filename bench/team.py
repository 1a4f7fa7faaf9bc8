"""What it costs to see a part: fifty accounts, a viewer of five of them, against one keeper who
sees all of it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path

from activity.sharing import Level
from bench.figures import Figure, at_most, cpu_seconds, told
from bench.logs import agent_on, copy_of_log, write_batches
from bench.world import END, Size, World
from store import changes
from store.database import open_for_reading, open_for_writing
from store.log import Log, Scope
from store.people import people
from store.scoped import open_scoped
from store.silence import longest_silent
from store.transactions import writing

ACCOUNTS = 50
_STEP = 1_000  # between the ids of one account's places and the next one's
_LEVELS = {"own and four that grant who": Level.WHO, "own and four that grant dates": Level.DATES}
_TOUCH = """SELECT t.last_touch, t.last_touch_kind, t.last_touch_activity FROM contact c
    JOIN contact_touch t ON t.contact_id = c.id WHERE c.id = ?"""
_KEY = "SELECT * FROM contact_touch WHERE contact_id = ?"


def run(quick: bool) -> Iterator[Figure]:
    """A viewer's answers are reads by index whatever the size of the log, and cost little more than
    a keeper's."""
    sizes = [Size(5_000, 5_000), Size(20_000, 5_000)] if quick else [Size(100_000), Size(1_000_000)]
    before: dict[str, float] = {}
    for size in sizes:
        with copy_of_log(size) as database:
            share_out(database)
            for name in _LEVELS:
                yield from _seen(database, size, name, before)
    yield from _ingest(sizes[0])


def share_out(database: Path, accounts: int = ACCOUNTS) -> None:
    """What one account held, to so many: whoever exchanges, exchanges with one of them mostly, and
    with another."""
    connection = open_for_writing(database)
    with contextlib.closing(connection), writing(connection):
        places = [row_id for (row_id,) in connection.execute("SELECT id FROM place").fetchall()]
        for number in range(2, accounts + 1):
            connection.execute(
                "INSERT INTO account (id, name, owner, active) VALUES (?1, 'u' || ?1, 'U' || ?1, 1)", (number,)
            )
            row = (number * _STEP, number)
            connection.execute("INSERT INTO source (id, account_id, kind, active) VALUES (?, ?, 'imap', 1)", row)
            connection.executemany(
                "INSERT INTO place (id, source_id, name) SELECT id + ?1, ?1, name FROM place WHERE id = ?2",
                [(number * _STEP, one) for one in places],
            )
        addresses = "SELECT name || '@acme.example', id, 0 FROM account"
        connection.execute(f"INSERT OR IGNORE INTO account_address (email, account_id, position) {addresses}")
        connection.execute(
            f"""UPDATE sighting SET place_id = place_id + (SELECT CASE m WHEN 0 THEN 0 ELSE {_STEP} * (m + 1) END
            FROM (SELECT (max(p.address_id) * 7 + CASE sighting.activity_id % 3 WHEN 0 THEN 13 ELSE 0 END)
            % {accounts} AS m FROM participation p WHERE p.activity_id = sighting.activity_id))"""
        )
        changes.note_from_now_on(connection, True)


def _seen(database: Path, size: Size, name: str, before: dict[str, float]) -> Iterator[Figure]:
    what = f"{name}, {size.activities:,} activities"
    scope = Scope("u1", ((1, Level.OWN), *((number, _LEVELS[name]) for number in range(2, 6))), ACCOUNTS - 5, 1)
    yield told(f"an audience begins: {what}", cpu_seconds(lambda: _open(database, scope).close()), "s")
    less = scope._replace(levels=scope.levels[:-1])
    yield told(f"one of five shares nothing any more: {what}", cpu_seconds(lambda: _open(database, less).close()), "s")
    opened = _least(lambda: _open(database, scope).close(), 5)
    yield told(f"an audience is opened: {what}", opened * 1e3, "ms")
    whole, log = open_for_reading(database), _open(database, scope)
    touched = "SELECT contact_id FROM contact_touch WHERE last_touch IS NOT NULL ORDER BY contact_id LIMIT 500"
    some = cycle([row_id for (row_id,) in log.execute(touched)])
    key = _least(lambda: whole.execute(_KEY, (next(some),)).fetchone(), 500)
    spent = {
        "last touch": _least(lambda: log.execute(_TOUCH, (next(some),)).fetchone(), 500),
        "first hundred of the silent": _least(lambda: longest_silent(log, END, 100), 50),
    }
    for question, bar in (("last touch", 6), ("first hundred of the silent", 25)):
        yield at_most(f"{question} ÷ a key look-up: {what}", spent[question] / key, "×", bar)
        if (told_before := before.get(f"{name} {question}")) is not None:
            yield at_most(f"{question}, large ÷ small: {name}", spent[question] / told_before, "×", 2)
        before[f"{name} {question}"] = spent[question]
    mine = _least(lambda: people(log, END, [next(some)]), 50)
    keepers = _least(lambda: people(whole, END, [next(some)]), 50)
    yield at_most(f"a contact's answer ÷ one keeper's: {what}", mine / keepers, "×", 3)
    log.close()
    whole.close()


def _open(database: Path, scope: Scope) -> Log:
    return open_scoped(database, scope, END)


def _least(action: Callable[[], object], times: int) -> float:
    """Processor seconds, of several goes the least: what else the machine does only adds to it."""
    action()

    def go() -> None:
        for _ in range(times):
            action()

    return min(cpu_seconds(go) for _ in range(5)) / times


def _ingest(size: Size) -> Iterator[Figure]:
    """Alternately with changes noted and without, of several goes the least."""
    spent: dict[bool, list[float]] = {True: [], False: []}
    for number in range(10):
        is_noted = number % 2 == 0
        spent[is_noted].append(_written(size, is_noted))
    yield at_most("ingest with changes noted ÷ without", min(spent[True]) / min(spent[False]), "×", 1.1)


def _written(size: Size, is_noted: bool) -> float:
    with copy_of_log(size) as database, agent_on(database) as agent:
        with writing(agent.connection):
            changes.note_from_now_on(agent.connection, is_noted)
        items = World(Size(5_000, size.contacts), seed=2)
        return cpu_seconds(lambda: list(write_batches(agent, items)))
