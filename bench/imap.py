"""Reading a mailbox: the whole pass against a raw drain of the same answers, and a poll with
nothing new."""

from __future__ import annotations

import email
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import imapclient

from bench.delay import far_away
from bench.figures import Figure, at_least, at_most, median_of, seconds, told
from bench.imap_account import ONE_WAY, ask, fresh, read_all
from bench.imap_poll import nothing_new
from bench.mailbox import append, fill, of_many_people
from bench.mbsync import COMMAND, Mbsync
from bench.servers import own_dovecot
from capture.mail.fetch import FETCH_ITEMS
from capture.mail.headers import HEADER_FIELDS
from capture.mail.reading import BATCH_MESSAGES
from dovecot_server import DovecotServer


def run(quick: bool) -> Iterator[Figure]:
    """Fills mailboxes on a Dovecot of its own; needs dovecot-imapd, and isync for the comparison
    with mbsync."""
    sizes = (2_000, 10_000) if quick else (20_000, 100_000, 300_000)
    with own_dovecot("mdbox") as (server, base):
        for size in sizes:
            with server.client(f"u{size}") as client:
                fill(client, "INBOX", size)
        yield from _backfill(server, base, sizes[1], pairs=3 if quick else 5)
        yield from _far_away(server, base, sizes[1], pairs=1 if quick else 2)
        yield from _memory(server, base, sizes)
        yield from nothing_new(server, base, *sizes[:2])
        yield from _many_people(server, base, 5_000 if quick else 50_000, pairs=1 if quick else 3)


def _backfill(server: DovecotServer, base: Path, size: int, pairs: int) -> Iterator[Figure]:
    """Drain and pass in turn, in like states: with Dovecot's cache of headers empty, as a first
    pass finds it where no other program shows the mail, and with all in it."""
    cold = [(_forgetful(server, size, lambda: _drain(server, size)), _timed_pass(server, base, size, True))
            for _ in range(pairs)]  # fmt: skip
    part = min(size, 5_000)
    warm, plain = [], []
    for _ in range(min(pairs, 3)):
        warm.append((seconds(lambda: _drain(server, size)), _timed_pass(server, base, size, False)))
        plain.append(seconds(lambda: _plain_loop(server, size, part)) / part * size)
    for state, bar, runs in (("empty", 3.0, cold), ("full", None, warm)):
        drain, first = median_of(raw for raw, _ in runs), median_of(mine.wall for _, mine in runs)
        ratio = median_of(mine.wall / raw for raw, mine in runs)
        yield told(f"raw drain of {size:,}, server's cache {state}", drain, "s")
        yield told(f"first pass over {size:,}, server's cache {state}", first, "s")
        name = f"first pass ÷ raw drain, server's cache {state}"
        yield told(name, ratio, "×") if bar is None else at_most(name, ratio, "×", bar)
        yield told(f"messages a second, server's cache {state}", size / first, "1/s")
    yield told("CPU a message", median_of(mine.cpu for _, mine in cold + warm) / size * 1e6, "µs")
    yield told("plain imapclient loop, messages a second", size / median_of(plain), "1/s")
    ratio = median_of(theirs / mine.wall for theirs, (_, mine) in zip(plain, warm, strict=True))
    yield at_least("plain imapclient loop ÷ first pass", ratio, "×", 8.0)


def _far_away(server: DovecotServer, base: Path, size: int, pairs: int) -> Iterator[Figure]:
    with far_away(server.port, ONE_WAY) as port:
        ratios = [
            seconds(lambda: read_all(fresh(server, base, size, port)))
            / seconds(lambda: read_all(fresh(server, base, size)))
            for _ in range(pairs)
        ]
    yield at_most(f"first pass over {size:,} at 50 ms ÷ loopback", median_of(ratios), "×", 1.3)


def _many_people(server: DovecotServer, base: Path, size: int, pairs: int) -> Iterator[Figure]:
    """A mailbox in which hardly anybody comes twice: 1.2 addresses for each message."""
    user = f"m{size}"
    with server.client(user) as client:
        append(client, "INBOX", of_many_people(size))
    mine, careful, careless = [], [], []
    for pair in range(pairs):
        mine.append(seconds(lambda: read_all(fresh(server, base, size, user=user))))
        if shutil.which(COMMAND) is not None:
            careful.append(seconds(Mbsync(server, base / f"careful{pair}", user).run))
            careless.append(seconds(Mbsync(server, base / f"careless{pair}", user, careful=False).run))
    what = f"first pass over {size:,} of {size * 6 // 5:,} people"
    yield told(f"{what}, messages a second", size / median_of(mine), "1/s")
    peak = median_of(_peak_megabytes(fresh(server, base, size, user=user)) for _ in range(pairs))
    yield at_most(f"peak RSS of a {what}", peak, "MB", 150)
    if careful:
        ratio = median_of(theirs / ours for theirs, ours in zip(careful, mine, strict=True))
        yield at_least(f"mbsync ÷ {what}", ratio, "×", 4.0)
        ratio = median_of(theirs / ours for theirs, ours in zip(careless, mine, strict=True))
        yield told("the same where mbsync leaves it to the system when mail is on the disk", ratio, "×")


def _memory(server: DovecotServer, base: Path, sizes: Sequence[int]) -> Iterator[Figure]:
    peaks = [
        median_of(_peak_megabytes(fresh(server, base, size)) for _ in range(3)) for size in sizes
    ]  # they vary by 6 %
    for size, peak in zip(sizes, peaks, strict=True):
        yield at_most(f"peak RSS of a first pass over {size:,}", peak, "MB", 150)
    yield at_most(f"peak RSS of a first pass over {sizes[-1]:,} ÷ {sizes[-2]:,}", peaks[-1] / peaks[-2], "×", 1.1)


class _Pass(NamedTuple):
    wall: float
    cpu: float


def _timed_pass(server: DovecotServer, base: Path, size: int, forgetful: bool) -> _Pass:
    folder = fresh(server, base, size)
    before = time.process_time()
    wall = _forgetful(server, size, lambda: read_all(folder)) if forgetful else seconds(lambda: read_all(folder))
    return _Pass(wall, time.process_time() - before)


def _forgetful(server: DovecotServer, size: int, action: Callable[[], object]) -> float:
    """How long it takes where Dovecot has every header to find in the message itself."""
    for cache in (server.base / "home" / f"u{size}").rglob("dovecot.index.cache"):
        cache.unlink()
    return seconds(action)


def _drain(server: DovecotServer, size: int) -> None:
    """The same FETCH commands, one after the other; their answers are received to the end and
    thrown away."""
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        ask(connection, f"a LOGIN u{size} {server.password}")
        ask(connection, "b EXAMINE INBOX")
        for low in range(1, size + 1, BATCH_MESSAGES):
            ask(connection, f"c UID FETCH {low}:{low + BATCH_MESSAGES - 1} {FETCH_ITEMS}")


def _plain_loop(server: DovecotServer, size: int, part: int) -> None:
    """What one would write first: IMAPClient.fetch and the standard library's parser, for the same
    header fields.

    It asks for no structure, and neither matches nor stores anything.
    """
    with imapclient.IMAPClient("127.0.0.1", server.port, ssl=False) as client:
        client.login(f"u{size}", server.password)
        client.select_folder("INBOX", readonly=True)
        key = f"BODY.PEEK[HEADER.FIELDS ({' '.join(HEADER_FIELDS).upper()})]"
        for low in range(1, part + 1, 1000):
            for items in client.fetch(range(low, low + 1000), ["INTERNALDATE", "FLAGS", key]).values():
                block = next(value for name, value in items.items() if name.startswith(b"BODY["))
                header = email.message_from_bytes(block)
                fields = {name: str(header[name]) for name in HEADER_FIELDS if header[name] is not None}
                email.utils.getaddresses([fields[name] for name in ("from", "to", "cc", "bcc") if name in fields])
                email.utils.parsedate_to_datetime(fields["date"])


def _peak_megabytes(folder: Path) -> float:
    """Measured in a process of its own, by the kernel's word (Linux) of its memory alone.

    Not by getrusage: what that tells of a child begins with the peak of the process that
    started it.
    """
    code = (
        "import sys, cli; cli.run(['sync', '--json', '--config', sys.argv[1]]);"
        " print(open('/proc/self/status').read().partition('VmHWM:')[2].split()[0], file=sys.stderr)"
    )
    root = str(Path(__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder / "config.toml")], cwd=root, capture_output=True, text=True, check=True
    )
    return int(done.stderr.split()[-1]) / 1000
