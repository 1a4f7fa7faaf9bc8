"""How many statements a pass sends to a PostgreSQL hangs on what it does, not on how much it reads."""

from __future__ import annotations

from collections.abc import Callable
from functools import partialmethod
from pathlib import Path
from typing import Any

import pytest
from psycopg import RawCursor

from config_lines import account, files, head
from household import ago, mail
from lasttouch.configuration.config import load_config
from lasttouch.keeping.opening import opened
from lasttouch.passes.pipeline import sync
from postgres_server import PostgresServer

FEW, MANY = 20, 200
MOST = 35  # of a batch, with its cursor and COMMIT


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each statement, one for all of its rows."""
    statements: list[str] = []
    for name in ("execute", "executemany"):
        monkeypatch.setattr(RawCursor, name, partialmethod(_noted, getattr(RawCursor, name), statements))
    return statements


def _noted(cursor: RawCursor[Any], ask: Callable[..., Any], statements: list[str], text: Any, *more: Any) -> Any:
    statements.append(str(text))
    return ask(cursor, text, *more)


def _read(folder: Path, url: str, messages: int) -> None:
    """Of a mailbox in which each message is of another person, and answers the one before."""
    (folder / "mail").mkdir(parents=True)
    for number in range(messages):
        answers = {"In_Reply_To": f"<{number - 1}@globex.example>"}
        sender, at = f"p{number}@globex.example", ago(days=300 - number)
        text = mail(sender, "ana@acme.example", at, f"{number}@globex.example", **answers)
        (folder / "mail" / f"{number}.eml").write_bytes(text)
    (folder / "config.toml").write_text(head(url) + account("ana", files("mail")))
    with opened(load_config(folder / "config.toml")) as agent:
        (report,) = sync(agent)
    assert (report.new, report.error) == (messages, None)


def test_a_pass_sends_as_many_statements_however_much_it_reads(
    tmp_path: Path, postgres: PostgresServer, sent: list[str]
) -> None:
    counts = []
    for messages in (FEW, MANY):
        sent.clear()
        _read(tmp_path / str(messages), postgres.url(), messages)
        counts.append(len(sent))
    assert counts[1] < 1.2 * counts[0], sent  # one more here and there, where a list is sent in parts


def test_nothing_is_sent_for_no_rows(tmp_path: Path, postgres: PostgresServer, sent: list[str]) -> None:
    _read(tmp_path, postgres.url(), FEW)
    assert not [one for one in sent if one.startswith("INSERT INTO bounce")]


def test_a_batch_sends_few_statements(tmp_path: Path, postgres: PostgresServer, sent: list[str]) -> None:
    _read(tmp_path, postgres.url(), FEW)
    batch = sent[: next(at for at, one in enumerate(sent) if one.startswith("UPDATE place SET cursor"))]
    begun = max(at for at, one in enumerate(batch) if one.startswith("BEGIN"))
    assert len(batch) - begun + 2 <= MOST, batch[begun:]
