"""Workers at one log in a PostgreSQL of our own: killed and stopped at random points, what they leave compared with
what one uninterrupted pass leaves; and how evenly many sources are polled while one of them is killed.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from bench import logs
from bench.figures import Figure, at_most, told
from bench.processes import cpu_of, resident_of
from lasttouch.configuration.config import load_config
from lasttouch.keeping.opening import opened
from lasttouch.passes.pipeline import registered, sync
from store.database import open_for_reading

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from household import contents_of
from postgres_server import PostgresServer

ROOT = Path(__file__).resolve().parents[1]
_SEED = 18
_HASTY = f"""
import sys; sys.path.insert(0, {str(ROOT)!r})
from datetime import timedelta
from lasttouch.keeping import turns; turns.LEASE_SECONDS, turns.BEAT_SECONDS, turns.IDLE_SECONDS = 3, 1.0, 2
from lasttouch.work import worker; worker.BEAT_SECONDS, worker.TICK_SECONDS = 1.0, 0.2
from store import postgres_queue; postgres_queue.SILENT = timedelta(seconds=3)
import cli; cli.main()
"""
_AS_IT_IS = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import cli; cli.main()"
_PASS = re.compile(r"^(\S+)Z \w+ +(\w+) files: \d+ read", re.MULTILINE)


def run(quick: bool) -> Iterator[Figure]:
    base = Path(tempfile.mkdtemp(prefix="ltbw"))
    try:
        with PostgresServer(base, durable=True) as server, tempfile.TemporaryDirectory(dir=logs.folder()) as folder:
            yield from _interrupted(server, Path(folder) / "points", 4 if quick else 20, 300 if quick else 1_500)
            yield from _polled(server, Path(folder) / "polls", *((60, 6) if quick else (500, 60)))
            yield from _watched(server, Path(folder) / "watches", 150 if quick else 5_000)
    finally:
        shutil.rmtree(base, ignore_errors=True)


class _Fleet:
    def __init__(
        self, folder: Path, accounts: Sequence[str], database: str, poll_every: int, imap: int | None = None
    ) -> None:
        """Their mail is at this port, or in files."""
        self.config = folder / "config.toml"
        self._journal = folder / "journal"
        self._journal.unlink(missing_ok=True)
        text = f'database = "{database}"\ninternal_domains = ["acme.example"]\nbackfill = "20y"\n'
        for one in accounts:
            text += f'[[accounts]]\nname = "{one}"\naddresses = ["{one}@acme.example"]\npoll_every = "{poll_every}s"\n'
            if imap is None:
                text += f'[[accounts.files]]\npath = "{folder / one}.mbox"\n'
            else:
                text += f'[accounts.imap]\nhost = "127.0.0.1"\nport = {imap}\nsecurity = "none"\nusername = "{one}"\n'
                text += 'password_env = "BENCH_MAIL"\n'
        self.config.write_text(text)
        self.config.chmod(0o600)
        self.loaded = load_config(self.config)
        self.accounts = len(accounts)
        self.workers: list[subprocess.Popen[bytes]] = []

    def start(self, program: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", program, "--config", str(self.config), "worker", "--log-level", "debug"]
        with self._journal.open("ab") as journal:
            self.workers.append(subprocess.Popen([*command, "--per-server", "64"], stdout=journal, stderr=journal))
        return self.workers[-1]

    def said(self) -> str:
        return self._journal.read_text(encoding="utf-8")

    def wait_for(self, text: str, times: int) -> None:
        while self.said().count(text) < times:
            time.sleep(0.1)

    def is_read(self) -> bool:
        with closing(open_for_reading(self.loaded.database)) as log:
            return log.execute("SELECT count(last_success) FROM source").fetchone() == (self.accounts,)

    def contents(self) -> dict[str, list[tuple[object, ...]]]:
        with closing(open_for_reading(self.loaded.database)) as log:
            return contents_of(log)

    def end(self) -> None:
        for one in self.workers:
            one.send_signal(signal.SIGCONT)
            one.kill()
            one.wait()


def _interrupted(server: PostgresServer, folder: Path, points: int, messages: int) -> Iterator[Figure]:
    """Each a new log, three workers, and one of them killed or stopped somewhere on the way."""
    chance = random.Random(_SEED)
    accounts = ("ana", "ben", "cleo", "dan")
    _write_mail(folder, accounts, messages, chance)
    once = _Fleet(folder, accounts, server.url(), 2)
    began = time.monotonic()
    with opened(once.loaded) as agent:
        list(sync(agent))
    alone = time.monotonic() - began
    whole = once.contents()
    differences, waits = dict.fromkeys(("killed", "stopped"), 0), []
    for point in range(points):
        how = "killed" if point % 2 else "stopped"
        fleet = _Fleet(folder, accounts, server.url(), 2)
        try:
            victims = [fleet.start(_HASTY) for _ in range(3)]
            fleet.wait_for("started: ", 3)
            time.sleep(chance.uniform(0, alone))
            victim = chance.choice(victims)
            victim.send_signal(signal.SIGKILL if how == "killed" else signal.SIGSTOP)
            began = time.monotonic()
            while not fleet.is_read():
                time.sleep(0.1)
            waits.append(time.monotonic() - began)
            victim.send_signal(signal.SIGCONT)
            time.sleep(2)
            differences[how] += sum(fleet.contents()[name] != rows for name, rows in whole.items())
        finally:
            fleet.end()
    for how, number in differences.items():
        yield at_most(f"tables that differ after a worker of three was {how}, over {points // 2} points", number, "", 0)
    yield told("after that everything was read within", max(waits), "s")


def _polled(server: PostgresServer, folder: Path, sources: int, seconds: int) -> Iterator[Figure]:
    """With the leases there are, and one of three workers killed after two rounds that follow the first passes."""
    accounts = [f"a{number}" for number in range(sources)]
    _write_mail(folder, accounts, sources, random.Random(_SEED))
    fleet = _Fleet(folder, accounts, server.url(), seconds)
    try:
        victims = [fleet.start(_AS_IT_IS) for _ in range(3)]
        fleet.wait_for("started: ", 3)
        while not fleet.is_read():
            time.sleep(1)
        first = datetime.now(UTC).replace(tzinfo=None)
        time.sleep(2 * seconds)
        spent, began = sum(cpu_of(one.pid) for one in victims[1:]), time.monotonic()
        victims[0].kill()
        time.sleep(4 * seconds + 25)
        spent, lasted = sum(cpu_of(one.pid) for one in victims[1:]) - spent, time.monotonic() - began
    finally:
        fleet.end()
    passes: dict[str, list[datetime]] = defaultdict(list)
    for at, account in _PASS.findall(fleet.said()):
        if (instant := datetime.fromisoformat(at)) >= first:
            passes[account].append(instant)
    gaps = sorted(
        (after - before).total_seconds()
        for times in passes.values()
        for before, after in zip(sorted(times), sorted(times)[1:], strict=False)
    )
    lost = sum(gap > 2 * seconds + 25 for gap in gaps) + sources - len(passes)
    yield at_most(f"polls lost of {sources} sources at {seconds} s on three workers, one killed", lost, "", 0)
    yield told("gap between two polls, median", statistics.median(gaps), "s")
    yield at_most("gap between two polls, p99", gaps[int(len(gaps) * 0.99)], "s", 1.1 * seconds + 5)
    yield told("gap between two polls, the longest", gaps[-1], "s")
    yield told("what two workers take of a processor", 100 * spent / lasted, "%")


def _watched(server: PostgresServer, folder: Path, sources: int) -> Iterator[Figure]:
    """Connections of three workers on which a server tells of new mail, and one of the three killed."""
    folder.mkdir()
    os.environ["BENCH_MAIL"] = "secret"
    command = [sys.executable, "-m", "bench.idle_double"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as double:
        assert double.stdout is not None
        port = int(double.stdout.readline())
        fleet = _Fleet(folder, [f"a{number}" for number in range(sources)], server.url(), 86_400, port)
        try:
            with opened(fleet.loaded) as agent:
                registered(agent)
                now = int(agent.clock().timestamp())
                agent.connection.execute("UPDATE source SET last_success = ?, next_attempt = ?", (now, now + 86_400))
            workers = [fleet.start(_AS_IT_IS) for _ in range(3)]
            yield told(f"{sources} mailboxes are watched within", _until_watched(double, sources), "s")
            _until_shared(double, sources)
            memory = max(resident_of(one.pid) for one in workers)
            workers[0].kill()
            left, again = _until_watched_again(double, sources)
            yield at_most(f"{sources - left} of them, of one of three that was killed, again within", again, "s", 60)
            yield told("resident of each of three", memory, "MB")
        finally:
            fleet.end()
            double.kill()


def _until_watched(double: subprocess.Popen[str], sources: int) -> float:
    began = time.monotonic()
    while _watched_now(double) < sources:
        time.sleep(0.5)
    return time.monotonic() - began


def _until_watched_again(double: subprocess.Popen[str], sources: int) -> tuple[int, float]:
    """How many were left, and after how long it was all of them."""
    began, left = time.monotonic(), sources
    while (now := _watched_now(double)) < sources or left == sources:
        left = min(left, now)
        time.sleep(0.01)
    return left, time.monotonic() - began


def _until_shared(double: subprocess.Popen[str], sources: int) -> None:
    """Each worker has its share, and no more: nothing has moved for longer than a worker takes to look again."""
    since = time.monotonic()
    while time.monotonic() - since < 15:
        if _watched_now(double) != sources:
            since = time.monotonic()
        time.sleep(0.5)


def _watched_now(double: subprocess.Popen[str]) -> int:
    assert double.stdin is not None
    assert double.stdout is not None
    print("how many?", file=double.stdin, flush=True)
    return int(double.stdout.readline())


def _write_mail(folder: Path, accounts: Sequence[str], messages: int, chance: random.Random) -> None:
    """Two messages of five are in two mailboxes; they are of conversations that run through all of them."""
    folder.mkdir()
    boxes: dict[str, list[str]] = {one: [] for one in accounts}
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for number in range(messages):
        whom = chance.sample(list(accounts), 2 if number % 5 < 2 else 1)
        whom[0] = accounts[number] if len(accounts) == messages else whom[0]  # everybody has one
        answers = f"In-Reply-To: <{number - 90}@x.example>\n" if number >= 90 else ""
        text = (
            f"From x Thu Jan  1 00:00:00 2026\nFrom: p{number % 40}@client{number % 7}.example\n"
            f"To: {', '.join(f'{one}@acme.example' for one in whom)}\nSubject: Re: matter {number % 90}\n"
            f"Date: {format_datetime(start + timedelta(minutes=number))}\n"
            f"Message-ID: <{number}@x.example>\n{answers}\n\n"
        )
        for one in dict.fromkeys(whom):
            boxes[one].append(text)
    for one, texts in boxes.items():
        (folder / f"{one}.mbox").write_text("".join(texts))
