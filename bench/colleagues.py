"""Fifty colleagues, each with a mailbox of their own, who ask the service in one moment.

What is measured is how long each waits, from the moment in which the first of them asks until their
own answer is complete. This process asks for all of them, each time as another user of the system:
what fifty clients cost beside (`CPU of the client alone`) is no part of it.
"""

from __future__ import annotations

import os
import select
import socket
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import lasttouch.daemon.answers
from bench.answering import FIRST_UID
from bench.figures import Figure, at_most, median_of, told
from bench.logs import copy_of_log
from bench.processes import cpu_of
from bench.team import ACCOUNTS, share_out
from bench.world import Size
from lasttouch.answering import wire
from lasttouch.configuration.config import LoadedConfig, load_config
from lasttouch.daemon.answers import Answers
from lasttouch.keeping.opening import opened
from store.database import open_for_reading

BAR_MILLISECONDS = 100
_ROUNDS = 10
_IN_A_TEAM = 5
_WHOM = """SELECT e.email FROM place l JOIN source o ON o.id = l.source_id JOIN sighting s ON s.place_id = l.id
    JOIN participation p ON p.activity_id = s.activity_id AND p.touch_code IS NOT NULL
    JOIN address r ON r.id = p.address_id JOIN contact_email e ON e.contact_id = r.contact_id
    WHERE o.account_id = ? LIMIT 1"""
Questions = Sequence[tuple[int, Sequence[str]]]
"""User ids, and what each asks."""


def run(size: Size, scratch: Path) -> Iterator[Figure]:
    """Of `last ADDRESS`. Needs root, to ask as fifty."""
    place = scratch / "colleagues.sock"
    os.environ["LASTTOUCH_SOCKET"] = str(place)
    scratch.chmod(0o711)
    lasttouch.daemon.answers._PROGRAM = "bench.answering"
    with copy_of_log(size) as database:
        share_out(database)
        config = database.with_name("config.toml")
        asked = _asked(database)
        for of_whom, share in (("their own mail alone", ""), ("a team's of five too", "dates")):
            config.write_text(_config_text(database, share), encoding="utf-8")
            config.chmod(0o600)
            loaded = load_config(config)
            with opened(loaded):
                pass
            yield from _figures(loaded, place, asked, of_whom)


def _config_text(database: Path, share: str) -> str:
    text = f'database = "{database}"\ninternal_domains = ["acme.example"]\n'
    for number in range(1, ACCOUNTS + 1):
        team = f"team{number // _IN_A_TEAM}"
        text += f'[[users]]\nname = "u{number}"\nos_user = "u{number}"\nteams = ["{team}"]\n'
        text += f'[[accounts]]\nname = "{_account(number)}"\nowner = "U{number}"\nuser = "u{number}"\n'
        text += f'addresses = ["{_account(number)}@acme.example"]\n'
        text += f'share = {{ {team} = "{share}" }}\n' if share else ""
        text += '[[accounts.files]]\npath = "nothing"\n'
    return text


def _account(number: int) -> str:
    return "ana" if number == 1 else f"u{number}"


def _asked(database: Path) -> Questions:
    """Each asks of somebody with whom they exchange."""
    log = open_for_reading(database)
    try:
        numbers = range(1, ACCOUNTS + 1)
        found = [(FIRST_UID - 1 + number, log.execute(_WHOM, (number,)).fetchone()) for number in numbers]
        return [(uid, ["last", row[0]]) for uid, row in found]
    finally:
        log.close()


def _figures(loaded: LoadedConfig, place: Path, asked: Questions, of_whom: str) -> Iterator[Figure]:
    answers = Answers("text", "warning")
    try:
        _begin(answers, loaded, place)
        for question in asked:  # what everybody sees is derived
            at_once(place, [question])
        answers.stop()
        _begin(answers, loaded, place)
        at_once(place, asked[:1])  # the service itself has begun
        for begun, rounds in (("no process", 1), ("a process each", _ROUNDS)):
            assert answers.pid is not None
            before = cpu_of(answers.pid)
            waits = sorted(wait for _ in range(rounds) for wait in at_once(place, asked))
            spent = (cpu_of(answers.pid) - before) / len(waits)
            what = f"{len(asked)} colleagues at once who see {of_whom}, {begun} begun before"
            yield told(f"{what}: CPU of each answer", spent * 1e3, "ms")
            yield told(f"{what}: median", median_of(waits) * 1e3, "ms")
            late = f"{what}: 95th percentile", waits[int(len(waits) * 0.95)] * 1e3, "ms"
            yield told(*late) if rounds == 1 else at_most(*late, BAR_MILLISECONDS)
    finally:
        answers.stop()


def _begin(answers: Answers, loaded: LoadedConfig, place: Path) -> None:
    answers.follow(loaded)
    place.chmod(0o666)  # whoever asks is of no group here


def at_once(place: Path, asked: Questions) -> list[float]:
    """How long each of these waits, from when the first asks, in seconds."""
    began, waits, myself = time.perf_counter(), [], os.geteuid()
    with open(os.devnull, "r+b") as null:
        waiting: dict[int, socket.socket] = {}
        for uid, words in asked:
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            os.seteuid(uid)
            try:
                connection.connect(str(place))  # whose it is then, it stays (unix(7), SO_PEERCRED)
            finally:
                os.seteuid(myself)
            socket.send_fds(connection, [wire.request({wire.ENCODING: "utf-8"}, list(words))], [null.fileno()] * 3)
            waiting[connection.fileno()] = connection
        while waiting:
            for descriptor in select.select(list(waiting), [], [])[0]:
                with waiting.pop(descriptor) as connection:
                    assert connection.recv(1) == b"\0"
                waits.append(time.perf_counter() - began)
    return waits
