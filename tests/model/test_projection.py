"""Every answer to a user of a team equals that of a log which holds nothing but what that user may
see.

LASTTOUCH_WORLDS says how many worlds are tried, LASTTOUCH_FIRST_WORLD from which seed on,
LASTTOUCH_ASKED how many questions each user of a world is asked, of all that there are, by chance.
LASTTOUCH_WORLDS_ON_SERVER says how many of them are kept in a PostgreSQL as well.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import re
import shutil
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
import time_machine
from projection import Facts, Sight, project
from team_worlds import ACCOUNTS, INFO, NOW, START, THEIRS, USERS, Copy, World, world

from activity.address import Address
from activity.contact import ContactEntry
from activity.envelope import Envelope
from activity.sharing import Level
from config_lines import account, caldav, files, head, table
from engine_switch import Logs
from lasttouch.answers import offers
from lasttouch.configuration.config import LoadedConfig, load_config
from lasttouch.configuration.config_file import read_config
from lasttouch.keeping import access, address_book, learning, reading
from lasttouch.keeping.agent import Agent
from lasttouch.keeping.contact_changes import add_alias
from lasttouch.keeping.opening import opened
from lasttouch.keeping.viewing import scope_of
from lasttouch.keeping.whose import Holding
from lasttouch.terminal import command_line
from matchers.canonical import canonical
from matchers.message import judge_mail, message_facts
from matchers.notes import NoteKind, note_facts
from matchers.occurrence import meeting_facts
from store import contacts, holding, ingest, own_words, places, rights, touches
from store.database import open_for_reading, open_for_writing
from store.log import Log, Scope
from store.own_words import Speaker
from store.people import people
from store.rows import Entry
from store.scoped import open_scoped
from store.transactions import writing

WORLDS = int(os.environ.get("LASTTOUCH_WORLDS", "20"))
FIRST = int(os.environ.get("LASTTOUCH_FIRST_WORLD", "0"))
ASKED = int(os.environ.get("LASTTOUCH_ASKED", "26"))  # questions of each user
ON_A_SERVER = int(os.environ.get("LASTTOUCH_WORLDS_ON_SERVER", "1"))  # of these, from the first on
AT_ONCE = 4


def _config(folder: Path, made: World, database: str) -> Path:
    """Levels stand in teams of one, so that each user is granted what the world says."""
    users = "".join(table("[[users]]", name=one, os_user=f"{one}-os", teams=[f"of-{one}"]) for one in USERS)
    accounts = ""
    for name in ACCOUNTS:
        granted = {f"of-{one}": made.level(one, name) for one in USERS if made.level(one, name) < 4}
        share = ", ".join(f'"{team}" = "{level.name.lower()}"' for team, level in granted.items())
        readers = "inherit" if made.inherited else sorted(made.readers)
        more: dict[str, Any] = {"readers": readers} if name == INFO else {"user": name}
        text = account(name, owner=name.title(), **more) + f"share = {{ {share} }}\n"
        accounts += text + caldav("https://cal.acme.example/") + files("x")
    config = folder / "config.toml"
    config.write_text(head(database) + users + accounts)
    return config


def _entry(agent: Agent, one: Copy) -> Entry:
    if isinstance(one.item, Envelope):
        assert one.item.date is not None
        facts = message_facts(one.item, one.item.date, agent.never_log, True)
        assert facts is not None
        return Entry(facts, judge_mail(facts, agent.policy))
    facts = meeting_facts(one.item, frozenset({f"{one.account}@acme.example"}), agent.never_log, True)
    assert facts is not None
    return Entry(facts, agent.judge(facts))


def _feed(agent: Agent, copies: Sequence[Copy]) -> None:
    connection = agent.connection
    sources = {
        (name, kind): row_id
        for row_id, name, kind in connection.execute(
            "SELECT s.id, a.name, s.kind FROM source s JOIN account a ON a.id = s.account_id"
        )
    }
    for (name, place), batch in groupby(copies, key=lambda one: (one.account, one.place)):
        with writing(connection):
            kind = "caldav" if place == "Calendar" else "files"
            where = places.place_id(connection, sources[name, kind], place)
            entries = [_entry(agent, one) for one in batch]
            ingest.write(connection, where, entries, agent.book(), agent.judge)
            touches.refresh_but_busiest(connection, agent.clock())


def _inherit(agent: Agent, made: World, chance: random.Random | None) -> None:
    """What a pass is told of who may read Info's places; `chance`: it was something else before the
    world was done."""
    query = "SELECT l.id, l.name FROM place l JOIN source o ON o.id = l.source_id JOIN account n ON n.id = o.account_id"
    found = agent.connection.execute(f"{query} WHERE n.name = ?", (INFO,)).fetchall()
    with writing(agent.connection):
        for place_id, place in found:
            users = made.inherited.get(place)
            if users is not None:
                users = users if chance is None else frozenset(chance.sample(USERS, chance.choice([0, 1, 3])))
                rights.tell(agent.connection, place_id, users, "", NOW)


def _list(agent: Agent, made: World) -> None:
    """Contacts as the world has them, each listed by who holds it."""
    connection = agent.connection
    accounts = dict(connection.execute("SELECT name, id FROM account"))
    users = dict(connection.execute("SELECT name, id FROM user"))
    for one in made.contacts:
        if not one.held_by:
            entry = ContactEntry(one.name, list(one.emails), one.company, "", one.owner)
            address_book.import_contacts(agent, [entry])
        for name in sorted(one.held_by):
            called, company = one.words(name)
            own = frozenset([accounts[name]])
            of = Holding(tuple(own), users.get(name, 0), own, frozenset([name.title()]), keeps_the_list=False)
            emails = list(one.emails) if name == min(one.held_by) else list(one.emails[:1])
            entry = ContactEntry(called, emails, company, "", one.owner)
            address_book.import_contacts(agent, [entry], renames=False, of=of)


def _keep_private(agent: Agent, made: World) -> None:
    connection = agent.connection
    users = dict(connection.execute("SELECT name, id FROM user"))
    with writing(connection):
        for user, kind, email in made.private:
            found = connection.execute(
                "SELECT id, company_id FROM contact WHERE id = (SELECT contact_id FROM contact_email WHERE email = ?)",
                (email,),
            ).fetchone()
            if kind == "contact" and found:
                row = ("private_contact", users[user], found[0])
            elif kind == "company" and found and found[1]:
                row = ("private_company", users[user], found[1])
            else:
                connection.execute(
                    "INSERT OR IGNORE INTO private_address VALUES (?, ?, ?, 1)", (users[user], canonical(email), email)
                )
                continue
            connection.execute(f"INSERT OR IGNORE INTO {row[0]} VALUES (?, ?, 1)", row[1:])


def _note(agent: Agent, made: World) -> list[tuple[str, str]]:
    """(identity, account) of what is noted by hand."""
    accounts = dict(agent.connection.execute("SELECT name, id FROM account"))
    told = []
    for number, (name, email, day) in enumerate(made.notes):
        ours = Address(f"{name}@acme.example", name.title())
        kind: NoteKind = ("call", "met", "letter")[number % 3]
        at = START + timedelta(days=day)
        facts = note_facts(f"{number}", kind, at, Address(email), ours, f"Words of {name}")
        with writing(agent.connection):
            where = places.place_of_notes(agent.connection, accounts[name])
            ingest.write(agent.connection, where, [Entry(facts, agent.judge(facts))], agent.book(), agent.judge)
            touches.refresh_but_busiest(agent.connection, agent.clock())
        told.append((facts.identity, name))
    return told


def _say(agent: Agent, made: World) -> None:
    connection = agent.connection
    users = dict(connection.execute("SELECT name, id FROM user"))
    accounts = dict(connection.execute("SELECT name, id FROM account"))
    with writing(connection):
        for user, kind, name in made.words:
            (contact_id,) = connection.execute("SELECT id FROM contact WHERE name = ?", (name,)).fetchone()
            speaker = Speaker(NOW, accounts[user], user.title(), users[user])
            own_words.say_of_contact(
                connection, Log(connection), contact_id, kind, speaker, 20 if kind == "cadence" else None
            )


def _stir(agent: Agent, made: World, chance: random.Random) -> None:
    """What changes later on, when everybody has asked already: whose contacts are, and who is kept
    private."""
    connection = agent.connection
    accounts = [row_id for (row_id,) in connection.execute("SELECT id FROM account")]
    contacts = [row_id for (row_id,) in connection.execute("SELECT id FROM contact")]
    for _ in range(chance.choice([0, 1, 2, 4])):
        contact_id, what = chance.choice(contacts), chance.choice(["held", "owner", "company", "private", "alias"])
        with writing(connection):
            if what == "held":
                connection.execute("DELETE FROM contact_holder WHERE contact_id = ?", (contact_id,))
                holding.hold(connection, [contact_id], chance.sample(accounts, chance.choice([0, 1, 2])))
            elif what == "owner":
                owner = chance.choice(["", *(name.title() for name in USERS)])
                connection.execute("UPDATE contact SET owner = ? WHERE id = ?", (owner, contact_id))
            elif what == "company":
                owner = chance.choice(["", *(name.title() for name in USERS)])
                connection.execute(
                    "UPDATE company SET owner = ? WHERE id = (SELECT company_id FROM contact WHERE id = ?)",
                    (owner, contact_id),
                )
            elif what == "private":
                query = "SELECT email FROM contact_email WHERE contact_id = ?"
                (email,) = chance.choice(connection.execute(query, (contact_id,)).fetchall())
                made.private = [*made.private, (chance.choice(USERS), "contact", email)]
        if what == "alias":
            free = sorted(set(THEIRS) - {email for (email,) in connection.execute("SELECT email FROM contact_email")})
            if free:
                add_alias(agent, contact_id, [chance.choice(free)])
    _keep_private(agent, made)


QUESTIONS: tuple[tuple[str, ...], ...] = (
    ("last",), ("last", "--company"), ("last", "--company", "--quiet", "60d"),
    ("handover", "ana", "--to", "ben"), ("handover", "ben", "--to", "cleo"),
    ("last", "--owner", "ana"), ("stale",), ("stale", "--days", "30"),
    ("today",), ("awaiting", "--all", "--settled"), ("awaiting", "--on", "them"), ("log",), ("log", "client.example"),
    ("upcoming",), ("unmatched",), ("contacts", "list"), ("contacts", "suggest"), ("companies", "list"), ("export",),
    ("last", "nobody at all"), ("last", "--owner", "nobody"), ("why", "<m0@x.example>"), ("why", "u0"),
)  # fmt: skip


THEN = ("--as-of", "2026-05-01")
PRINTED: tuple[tuple[str, ...], ...] = (
    ("last",), ("last", "--csv"), ("last", *THEN), ("last", "--json", *THEN), ("last", "--company"), ("stale",),
    ("stale", "--json", *THEN), ("companies", "list", "--csv"), ("companies", "list", "--json", *THEN), ("today",),
    ("awaiting",), ("awaiting", "--csv", "--all"), ("awaiting", "--json", *THEN), ("log",), ("log", "--csv"),
    ("upcoming",), ("unmatched",), ("unmatched", "--csv"), ("contacts", "list"), ("contacts", "export"),
    ("last", "globx"), ("export", "--csv"), ("handover", "ana", "--to", "ben"),
)  # fmt: skip


def _asked(made: World, chance: random.Random, activities: int) -> Iterator[tuple[str, ...]]:
    yield from QUESTIONS
    for email in THEIRS:
        yield "last", email
        yield chance.choice(["why", "log"]), email
    for one in made.contacts:
        called, company = one.words(chance.choice([*sorted(one.held_by), ""]))
        yield chance.choice(
            [("last", called), ("contacts", "show", called), ("why", called), ("contacts", "dossier", called)]
        )
        if company:
            yield chance.choice([("last", company), ("last", "--company", company), ("companies", "list")])
    for name in ("Stne", "Globx", "Zoe Ston"):
        yield "last", name
    for number in chance.sample(range(1, activities + 3), min(8, activities)):
        yield "why", str(number)
    yield "why", f"<m{chance.randrange(20)}@x.example>"


def _some(questions: Iterator[tuple[str, ...]], chance: random.Random) -> list[tuple[str, ...]]:
    every = list(questions)
    return chance.sample(every, min(ASKED, len(every)))


def _answer(arguments: Sequence[str], config: Path, log: Log, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, ...]:
    code, lines, err = _printed([*arguments, "--json"], config, log, monkeypatch)
    try:
        told: Any = [json.loads(lines)]
    except ValueError:
        told = [json.loads(line) for line in lines.splitlines()]
    return code, _without_names_of_dates(told), err


def _for_people(arguments: Sequence[str], config: Path, log: Log, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, ...]:
    """The same as it is printed, but for what says how far somebody sees."""
    if "--json" in arguments:
        return _answer([one for one in arguments if one != "--json"], config, log, monkeypatch)
    code, lines, err = _printed(arguments, config, log, monkeypatch)
    kept = [line for line in lines.splitlines() if not line.startswith(("As far as you may see", "Cannot tell"))]
    return code, [re.sub(r"\?\d+", "", line) for line in kept], err


def _offered(log: Log) -> list[Any]:
    """What a shell offers."""
    kinds: tuple[offers.Kind, ...] = ("companies", "owners", "tags")
    return [
        found
        for begun in ("", "t", "z", "q", "an")
        for found in (
            offers.next_words(log, (), begun), offers.addresses(log, begun),
            *(sorted(offers.words_of(log, kind, begun)) for kind in kinds),
        )
    ]  # fmt: skip


def _printed(arguments: Sequence[str], config: Path, log: Log, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str, str]:
    @contextlib.contextmanager
    def given(*_: object, **__: object) -> Iterator[Log]:
        yield log

    monkeypatch.setattr(reading, "reading", given)
    monkeypatch.setattr(reading, "loaded", _loaded)
    monkeypatch.setattr(access, "record", lambda *_: None)  # tests of its own tell what is recorded
    monkeypatch.setattr(reading, "database_of", lambda _: config)  # where it would be
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = command_line.run(["--config", str(config), *arguments])
    return code, out.getvalue(), err.getvalue()


@cache
def _loaded(config: Path) -> LoadedConfig:
    return load_config(config)


OF_LEVELS = ("hidden_accounts", "quiet", "is_told", "usual_days")
"""What says how far somebody sees; a log of what they see knows of nothing else. `usual_days` is
told of whose touches are seen (handover), and else is what the dates say, which are compared."""


def _without_names_of_dates(told: Any) -> Any:
    """An ordinary log cannot say whose a date is of which it has no activity; see
    `_names_of_dates`."""
    if isinstance(told, list):
        return [_without_names_of_dates(one) for one in told]
    if isinstance(told, dict):
        told = {name: _without_names_of_dates(one) for name, one in told.items() if name not in OF_LEVELS}
        if str(told.get("place", "")).startswith("?"):  # each place of a source has a name of its own in a log
            told["place"] = ""
        if told.get("last_touch") and told.get("last_touch_activity", 0) is None:
            told |= {"last_touch_by": "?", "last_touch_account": "?"}
    return told


def _first(found: Any, wanted: Any, where: str = "") -> str:
    """Where two answers differ first, and how."""
    if isinstance(found, list | tuple) and isinstance(wanted, list | tuple) and len(found) == len(wanted):
        pairs = [(str(number), *pair) for number, pair in enumerate(zip(found, wanted, strict=True))]
    elif isinstance(found, dict) and isinstance(wanted, dict) and found.keys() == wanted.keys():
        pairs = [(name, found[name], wanted[name]) for name in found]
    else:
        return f"{where}: {str(found)[:1500]}\n  and not {str(wanted)[:1500]}"
    return next((_first(one, other, f"{where}/{name}") for name, one, other in pairs if one != other), "")


def _names_of_dates(log: Log) -> dict[int, str]:
    """Contact → whose its last touch is, where that is known by its date alone."""
    return {
        one.id: one.last_touch_account or ""
        for one in people(log, NOW)
        if one.last_touch is not None and one.last_touch_activity is None
    }


def _before(scope: Scope, chance: random.Random) -> Scope:
    """What was granted when somebody asked earlier: often as now, else more of it or less."""
    if chance.random() < 0.6:
        return scope
    own = {account for account, level in scope.levels if level is Level.OWN}
    others = [
        (account, chance.choice(list(Level)[:4])) for account in range(1, len(ACCOUNTS) + 1) if account not in own
    ]
    granted = sorted([*((account, Level.OWN) for account in own), *(one for one in others if one[1])])
    return scope._replace(levels=tuple(granted))


def _open(database: Path, whole: Log, user: str) -> Log:
    """What this user sees, and has learned just now: it is learned anew only once enough has
    come."""
    seen = open_scoped(database, scope_of(whole, f"{user}-os"), NOW)
    with writing(seen.connection):
        seen.connection.execute("DELETE FROM main.learned")
        seen.connection.execute("UPDATE thread SET chance = NULL")
    learning.keep_up_with(seen, NOW)
    return seen


def _compare(folder: Path, empty: Path, seed: int, monkeypatch: pytest.MonkeyPatch, database: str = "log.db") -> int:
    """Every user's answers in a world whose log is `database`; how many were compared."""
    made, chance, shared = world(seed), random.Random(seed), random.Random(-seed)
    config = _config(folder, made, database)
    numbers = random.Random(seed)
    monkeypatch.setattr(contacts, "of_somebody", lambda *_: numbers.randrange(1, 2**31))
    shutil.copyfile(empty, folder / "log.db")
    with opened(load_config(config), lambda: NOW) as agent:
        place = agent.loaded.database
        cut = sorted(chance.sample(range(len(made.copies) + 1), min(2, len(made.copies))))
        pieces = [made.copies[a:b] for a, b in zip([0, *cut], [*cut, len(made.copies)], strict=True)]
        listed_at = chance.randrange(len(pieces))
        noted: list[tuple[str, str]] = []
        for number, piece in enumerate(pieces):
            _feed(agent, piece)
            _inherit(agent, made, shared if number < len(pieces) - 1 else None)
            if number == listed_at:
                _list(agent, made)
                _keep_private(agent, made)
                _say(agent, made)
                noted = _note(agent, made)
            for user in USERS:  # whoever asked before has to follow
                if chance.random() < 0.7:
                    open_scoped(place, _before(scope_of(agent.log, f"{user}-os"), shared), NOW).close()
        _stir(agent, made, chance)
        agent.refresh()
        facts = Facts(
            agent.connection,
            made,
            noted,
        )
        compared = 0
        for user in USERS:
            other = folder / user
            other.mkdir()
            shutil.copyfile(empty, other / "log.db")
            (other / "config.toml").write_text(head("log.db") + account("x", files("x")))
            sight = Sight(facts, user)
            by = project(other / "log.db", sight, NOW, read_config(other / "config.toml").digest)
            seen = _open(place, agent.log, user)
            alone = open_for_reading(other / "log.db")
            try:
                for question in _some(_asked(made, chance, len(facts.activities)), chance):
                    found = _answer(question, config, seen, monkeypatch)
                    wanted = _answer(question, other / "config.toml", alone, monkeypatch)
                    assert found == wanted, f"world {seed}, {user}: {' '.join(question)}: {_first(found, wanted)}"
                    compared += 1
                if not any(map(sight.daters, facts.activities)):  # a plain log can say it all
                    for question in chance.sample(PRINTED, 5):
                        told = _for_people(question, config, seen, monkeypatch)
                        wanted = _for_people(question, other / "config.toml", alone, monkeypatch)
                        assert told == wanted, f"world {seed}, {user}: {' '.join(question)}: {_first(told, wanted)}"
                assert _offered(seen) == _offered(alone), f"world {seed}, {user}: what a shell offers"
                assert _names_of_dates(seen) == by, f"world {seed}, {user}"
            finally:
                seen.close()
                alone.close()
    return compared


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of which only the tables are made."""
    path = tmp_path_factory.mktemp("empty") / "log.db"
    open_for_writing(path).close()
    return path


@pytest.mark.parametrize("first", range(FIRST, FIRST + WORLDS, AT_ONCE))
def test_every_answer_is_that_of_a_log_of_what_may_be_seen(
    tmp_path: Path, empty: Path, monkeypatch: pytest.MonkeyPatch, first: int
) -> None:
    compared = 0
    with time_machine.travel(NOW, tick=False):
        for seed in range(first, min(first + AT_ONCE, FIRST + WORLDS)):
            folder = tmp_path / str(seed)
            folder.mkdir()
            compared += _compare(folder, empty, seed, monkeypatch)
            shutil.rmtree(folder)
    assert compared


@pytest.mark.timeout(500)
def test_so_is_every_answer_of_a_log_on_a_server(
    tmp_path: Path, empty: Path, monkeypatch: pytest.MonkeyPatch, logs_on_postgres: Logs
) -> None:
    compared = 0
    with time_machine.travel(NOW, tick=False):
        for seed in range(FIRST, FIRST + ON_A_SERVER):
            folder = tmp_path / str(seed)
            folder.mkdir()
            with logs_on_postgres.of_its_own() as database:
                compared += _compare(folder, empty, seed, monkeypatch, database)
            shutil.rmtree(folder)
    assert compared
