"""Reading a calendar of 10,000 objects: against plain requests, against icalendar, and beside
vdirsyncer with khal."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from icalendar import Calendar

from bench import other_calendars, plain_dav
from bench.calendar_objects import calendar_objects
from bench.figures import Figure, at_most, cpu_seconds, median_of, told
from bench.world import END, contact_entries
from capture.calendar.first_look import first_look
from capture.calendar.objects import strip
from capture.calendar.occurrences import expand
from capture.calendar.source import CalendarSource
from capture.dav.source import DavAccount
from capture.dav.transport import Transport
from config_lines import account, caldav, head
from lasttouch.configuration.config import load_config
from lasttouch.keeping.address_book import import_contacts
from lasttouch.keeping.opening import opened
from radicale_server import RadicaleServer

_MATCHING = 0.05
_CONTACTS = 200
# vdirsyncer asks for all objects in one multiget;
# by default Radicale answers one of 10,000 with 400
_MANY_AT_ONCE = "[reporting]\nmax_expand_occurrence = 1000000"
_PASS = "import cli, sys; sys.exit(cli.run(['sync', '--json', '--config', sys.argv[1]]))"


def run(quick: bool) -> Iterator[Figure]:
    """Needs the network, or wheels at hand, for the comparison with vdirsyncer and khal only."""
    count = 1_000 if quick else 10_000
    base = Path(tempfile.mkdtemp(prefix="ltb"))
    os.environ["BENCH_PASSWORD"] = "secret"
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # what is installed has its bytecode
    os.environ["PYTHONPYCACHEPREFIX"] = str(base / "bytecode")
    try:
        yield from _reading(count)
        with RadicaleServer({"ana": "secret"}, settings=_MANY_AT_ONCE) as server:
            _fill(server, count)
            yield from _fetching(server, runs=3)
            yield from _passes(server, base, runs=3)
            yield from _beside_others(server, base)
    finally:
        shutil.rmtree(base, ignore_errors=True)


def _reading(count: int) -> Iterator[Figure]:
    """What an object costs once its text is there: stripped, looked at, and expanded if anybody in
    it is a contact."""
    start, end, zone = END - timedelta(days=730), END + timedelta(days=90), ZoneInfo("Europe/Berlin")
    for matching, bar in ((1.0, 1.0), (_MATCHING, 0.1)):
        texts = [text for _, text in calendar_objects(count // 2, matching, _CONTACTS)]
        contacts = {email for entry in contact_entries(_CONTACTS + 8) for email in entry.emails}

        def bare(texts: Sequence[str] = texts) -> None:
            for text in texts:
                Calendar.from_ical(text)

        def ours(texts: Sequence[str] = texts, contacts: set[str] = contacts) -> None:
            for text in texts:
                stripped = strip(text)
                if any(one.email in contacts for one in first_look(stripped).people):
                    expand(stripped, start, end, zone)

        ratios = [cpu_seconds(ours) / cpu_seconds(bare) for _ in range(3)]
        yield at_most(f"parse and expand ÷ from_ical, {matching:.0%} with contacts", median_of(ratios), "×", bar)


def _fetching(server: RadicaleServer, runs: int) -> Iterator[Figure]:
    """Asking for what is new, as the source does and as plain requests with lxml do."""
    cursors: dict[str, str] = {}

    def ours() -> None:
        for batch in _source(server).batches(dict(cursors)):
            assert batch.error is None
            kept.update({batch.place: batch.cursor} if batch.cursor is not None else {})

    kept: dict[str, str] = {}
    pairs = [(cpu_seconds(lambda: plain_dav.listing(server)), cpu_seconds(ours)) for _ in range(runs)]
    yield told("plain requests + lxml, everything", median_of(raw for raw, _ in pairs), "s of CPU")
    yield at_most("first fetch ÷ plain requests + lxml", median_of(mine / raw for raw, mine in pairs), "×", 3.0)
    cursors.update(kept)
    token = plain_dav.listing(server, fetch=False)

    def raw_many() -> None:
        for _ in range(20):
            plain_dav.changes(server, token)

    def ours_many() -> None:
        for _ in range(20):
            ours()

    ours()
    pairs = [(cpu_seconds(raw_many), cpu_seconds(ours_many)) for _ in range(runs)]
    yield told("plain request + lxml, nothing new", median_of(raw for raw, _ in pairs) / 20 * 1e3, "ms of CPU")
    yield at_most("nothing new ÷ plain request + lxml", median_of(mine / raw for raw, mine in pairs), "×", 3.0)
    yield at_most("requests with nothing new, a calendar", _requests(ours), "requests", 1)


def _passes(server: RadicaleServer, base: Path, runs: int) -> Iterator[Figure]:
    """Whole passes of the command, into a log, with every twentieth meeting being with a
    contact."""
    _command_cpu(sys.executable, "-c", _PASS, str(_fresh(server, base) / "config.toml"))  # so that it is compiled
    folders = [_fresh(server, base) for _ in range(runs)]
    first = median_of(_command_cpu(sys.executable, "-c", _PASS, str(one / "config.toml")) for one in folders)
    again = median_of(_command_cpu(sys.executable, "-c", _PASS, str(one / "config.toml")) for one in folders)
    yield told("first pass", first, "s of CPU")
    yield told("pass with nothing new", again, "s of CPU")
    yield at_most("peak RSS of a first pass", _peak_megabytes(_fresh(server, base)), "MB", 150)


def _beside_others(server: RadicaleServer, base: Path) -> Iterator[Figure]:
    tools = other_calendars.installed(base)
    if tools is None:
        return
    environment = other_calendars.configured(server, base)
    commands = [
        [str(tools / "vdirsyncer"), "discover", "calendar"],
        [str(tools / "vdirsyncer"), "sync"],
        [str(tools / "khal"), "list", "today", "1d"],
    ]

    def theirs(commands: Sequence[Sequence[str]]) -> float:
        return sum(_command_cpu(*command, environment=environment) for command in commands)

    try:
        first, again = theirs(commands), theirs(commands[1:])
    except AssertionError as error:
        print(f"no comparison, for vdirsyncer or khal failed: {error}", file=sys.stderr)
        return
    folder = _fresh(server, base)
    mine = [_command_cpu(sys.executable, "-c", _PASS, str(folder / "config.toml")) for _ in range(2)]
    yield told("vdirsyncer + khal, first pass", first, "s of CPU")
    yield at_most("first pass ÷ vdirsyncer + khal", mine[0] / first, "×", 0.25)
    yield told("vdirsyncer + khal, nothing new", again, "s of CPU")
    yield at_most("pass with nothing new ÷ vdirsyncer + khal", mine[1] / again, "×", 0.25)


def _fill(server: RadicaleServer, count: int) -> None:
    """Objects put where the server keeps them, and read once, so that its own caches are warm."""
    server.create_calendar("ana", "work", "Work")
    (folder,) = server.folder.glob("collections/collection-root/ana/work")
    for name, text in calendar_objects(count, _MATCHING, _CONTACTS):
        (folder / name).write_bytes(text.encode())
    plain_dav.listing(server)


def _source(server: RadicaleServer) -> CalendarSource:
    return CalendarSource(DavAccount(url=server.url, username="ana", password=lambda: "secret"))


def _requests(action: Callable[[], None]) -> int:
    sent: list[str] = []
    send = Transport._send

    def counted(self: Transport, method: str, *rest: object) -> object:
        sent.append(method)
        return send(self, method, *rest)  # type: ignore[arg-type]

    Transport._send = counted  # type: ignore[method-assign, assignment]
    try:
        action()
    finally:
        Transport._send = send  # type: ignore[method-assign]
    return len(sent)


def _fresh(server: RadicaleServer, base: Path) -> Path:
    """A configuration with a log that knows the contacts and nothing else."""
    folder = Path(tempfile.mkdtemp(dir=base))
    path = folder / "config.toml"
    path.write_text(
        head("log.db") + account("ana", caldav(server.url, password_env="BENCH_PASSWORD"), timezone="Europe/Berlin")
    )
    path.chmod(0o600)
    with opened(load_config(path)) as agent:
        import_contacts(agent, contact_entries(_CONTACTS))
    return folder


def _command_cpu(*command: str, environment: dict[str, str] | None = None) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    root = str(Path(__file__).parents[1])
    done = subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, input="y\n" * 9, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)


def _peak_megabytes(folder: Path) -> float:
    """Measured in a process of its own, by the kernel's word when it has ended."""
    code = (
        "import resource, sys, cli; cli.run(['sync', '--json', '--config', sys.argv[1]]);"
        " print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, str(folder / "config.toml")]
    done = subprocess.run(command, cwd=Path(__file__).parents[1], capture_output=True, text=True, check=True)
    return int(done.stderr.split()[-1]) / 1000
