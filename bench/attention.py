"""How much of what the lists say is right, on mailboxes of which it is known what is owed, waited
for and silent."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from bench.attention_folders import config, write
from bench.attention_history import History
from bench.figures import Figure, at_least, at_most, told
from bench.servers import own_dovecot
from config_lines import imap
from dovecot_server import DovecotServer

SEEDS = (101, 102, 103, 104, 105)
_QUICK_SEEDS = (101,)
_PAGE = 10


class Score(NamedTuple):
    """Of a list: how many lines it has, how many are right, how many should be there; of the first
    ten alike."""

    lines: int
    right: int
    wanted: int
    first: int
    first_right: int

    def __add__(self, other: object) -> Score:
        assert isinstance(other, Score)
        return Score(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))

    @property
    def precision(self) -> float:
        return self.right / self.lines if self.lines else 1.0

    @property
    def found(self) -> float:
        return self.right / self.wanted if self.wanted else 1.0


_NOTHING = Score(0, 0, 0, 0, 0)


def run(quick: bool) -> Iterator[Figure]:
    """Reads each world over IMAP from a Dovecot of its own, as installed, and asks as a user
    would."""
    with own_dovecot("maildir") as (server, base):
        for files in (False, True):
            scores: dict[str, Score] = {}
            moved = 0
            for seed in _QUICK_SEEDS if quick else SEEDS:
                history = History(seed, datetime.now(UTC), files, terse=seed % 2 == 0, sloppy=seed % 3 == 0)
                found, wrong = measured(server, base, history, f"{seed}-{files}".lower())
                moved += wrong
                scores = {name: scores.get(name, _NOTHING) + one for name, one in found.items()}
            number = len(_QUICK_SEEDS if quick else SEEDS)
            yield from _figures("filed" if files else "kept in the inbox", scores, moved, number)


def measured(server: DovecotServer, base: Path, history: History, name: str) -> tuple[dict[str, Score], int]:
    """The scores of each list, and how many dates a mailing has moved."""
    folder = Path(tempfile.mkdtemp(dir=base))
    mail = server.base / "home" / f"w{name}" / "mail"
    mail.mkdir(parents=True)
    if os.getuid() == 0:
        shutil.chown(mail.parent, "nobody", "nogroup")
    write(history, folder, mail)
    path = config(folder, imap(server.port, f"w{name}", "BENCH_PASSWORD"))
    for words in (("contacts", "import", str(folder / "contacts.csv")), ("sync",)):
        lasttouch(path, *words)
    truth = history.truth
    scores = {
        "awaiting --on us": _score(_messages(path, "us"), truth.owed),
        "awaiting --on them": _score(_messages(path, "them"), truth.pending),
        "stale": _score([email for email in _silent(path) if email not in truth.lost], truth.silent),
    }
    return scores, _moved(path, history)


def lasttouch(path: Path, *words: str) -> Any:
    """The JSON of a command."""
    command = [sys.executable, "-c", "import cli; cli.main()", *words, "--json", "--config", str(path)]
    root = str(Path(__file__).parents[1])
    return json.loads(subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout)


def _messages(path: Path, side: str) -> list[str]:
    rows = lasttouch(path, "awaiting", "--on", side)
    return [row["message_id"] for row in rows if row.get("likely", True)]


def _silent(path: Path) -> list[str]:
    return [row["emails"][0] for row in lasttouch(path, "stale") if row["state"] == "stale"]


def _moved(path: Path, history: History) -> int:
    """Contacts whose last outbound date is that of a mailing."""
    mailed = {one.at for one in history.letters if one.message_id in history.truth.mailing}
    dates = [datetime.fromisoformat(one["last_outbound"]) for one in lasttouch(path, "last") if one["last_outbound"]]
    return sum(at in mailed for at in dates)


def _score(listed: Sequence[str], wanted: set[str]) -> Score:
    first = listed[:_PAGE]
    right, first_right = (sum(one in wanted for one in some) for some in (listed, first))
    return Score(len(listed), right, len(wanted), len(first), first_right)


def _figures(manner: str, scores: dict[str, Score], moved: int, mailboxes: int) -> Iterator[Figure]:
    bars = {"awaiting --on us": (50, 75), "awaiting --on them": (50, 75), "stale": (75, 60)}
    for name, (right, found) in bars.items():
        score = scores[name]
        yield told(f"{name}, {manner}: lines a mailbox", score.lines / mailboxes, "")
        yield at_least(f"{name}, {manner}: right", 100 * score.precision, "%", right)
        yield at_least(f"{name}, {manner}: found", 100 * score.found, "%", found)
    first = scores["awaiting --on us"]
    yield at_least(
        f"awaiting --on us, {manner}: first ten right", 100 * first.first_right / max(1, first.first), "%", 60
    )
    yield at_most(f"dates moved by a mailing, {manner}", moved, "", 0)
