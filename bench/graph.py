"""Reading a mailbox by Microsoft Graph, beside the same by IMAP; Graph is a double in a process of
its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from bench.figures import Figure, at_most, cpu_seconds, median_of, told
from bench.graph_double import Double, double
from bench.imap_account import fresh, one_pass, read_all
from bench.mailbox import fill
from bench.servers import own_dovecot
from config_lines import account, head, table
from dovecot_server import DovecotServer
from lasttouch.configuration.config import load_config
from lasttouch.keeping.opening import opened

_FOLDERS = 20
_STANDARD = 3  # folders that every mailbox of the double has, and that are read
_WARM = 200  # messages, of what is imported once
_AT_ONCE = 12
_MODULES = ("msal", "google_auth_oauthlib", "requests", "cryptography")


def run(quick: bool) -> Iterator[Figure]:
    """Needs dovecot-imapd. Both passes of a pair read the same messages into a new log.

    Of 100,000 messages a pass by each takes half a minute of a processor, and the double's as long.
    """
    size, pairs = (5_000, 2) if quick else (100_000, 1)
    with own_dovecot("mdbox") as (server, base):
        for number in (_WARM, size):
            with server.client(f"u{number}") as client:
                fill(client, "INBOX", number)
        with double(_WARM, _FOLDERS - _STANDARD) as graph:
            read_all(fresh(server, base, _WARM))
            yield from _nothing_new(graph, base)
            yield from _at_once(graph, base)
            yield from _query(_folder(graph, base))
        with double(size) as graph:
            for headers in (True, False):
                graph.headers_in_pages(headers)
                yield from _first_pass(graph, server, base, size, pairs, headers)


def _folder(graph: Double, base: Path, *names: str) -> Path:
    """A folder with a configuration that reads this mailbox's mail, once for each account."""
    folder = Path(tempfile.mkdtemp(dir=base))
    mail = partial(
        table, "[accounts.microsoft]", url=graph.host, token_command="echo t", calendar=False, contacts=False
    )
    accounts = [account(name, mail(user=f"{name}@acme.example")) for name in names or ("ana",)]
    config = folder / "config.toml"
    config.write_text(head("log.db", backfill="90y") + "".join(accounts))
    config.chmod(0o600)
    return folder


def _first_pass(
    graph: Double, server: DovecotServer, base: Path, size: int, pairs: int, headers: bool
) -> Iterator[Figure]:
    how = "headers in pages" if headers else "a message at a time, twenty in a request"
    both = []
    graph.asked()
    for _ in range(pairs):
        by_imap, by_graph = fresh(server, base, size), _folder(graph, base)
        both.append((cpu_seconds(partial(read_all, by_imap)), cpu_seconds(partial(read_all, by_graph))))
    asked = graph.asked()
    yield told("CPU a message by IMAP", median_of(imap for imap, _ in both) / size * 1e6, "µs")
    yield told(f"CPU a message by Graph, {how}", median_of(mine for _, mine in both) / size * 1e6, "µs")
    ratio = median_of(mine / imap for imap, mine in both)
    name = f"CPU a message by Graph ÷ by IMAP, {how}"
    yield at_most(name, ratio, "×", 1.5)
    most = pairs * size / 20 + asked["pages"]
    yield at_most(f"requests ÷ (messages ÷ 20 + {asked['pages']:,} pages), {how}", asked["requests"] / most, "", 1.0)


def _nothing_new(graph: Double, base: Path) -> Iterator[Figure]:
    with opened(load_config(_folder(graph, base) / "config.toml")) as agent:
        one_pass(agent)
        one_pass(agent)
        graph.asked()
        cpu = [cpu_seconds(lambda: one_pass(agent)) for _ in range(15)]
    asked = graph.asked()
    yield at_most(f"requests of a poll of {_FOLDERS} folders with nothing new", asked["requests"] / 15, "", _FOLDERS)
    yield told("of them in batches, each counted", asked["within"] / 15, "")
    yield at_most(f"CPU of a poll of {_FOLDERS} folders with nothing new", median_of(cpu) * 1000, "ms", 20)


def _at_once(graph: Double, base: Path) -> Iterator[Figure]:
    names = [f"user{number}" for number in range(_AT_ONCE)]
    folders = [_folder(graph, base, name) for name in names]
    graph.asked()
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(read_all, folders))
    yield at_most(f"requests at once of {_AT_ONCE} accounts", graph.asked()["at_once"], "", 4)


def _query(folder: Path) -> Iterator[Figure]:
    code = f"import sys, cli; cli.run(['last']); print(len({set(_MODULES)} & set(sys.modules)), file=sys.stderr)"
    environment = {**os.environ, "LASTTOUCH_CONFIG": str(folder / "config.toml")}
    root = Path(__file__).parents[1]
    with opened(load_config(folder / "config.toml")):
        pass
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, env=environment, capture_output=True, text=True, check=True
    )
    yield at_most("modules of a sign-in that a query imports", int(done.stderr.split()[-1]), "", 0)
