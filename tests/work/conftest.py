"""One mailbox, and what an uninterrupted pass over it leaves."""

from __future__ import annotations

import logging
import mailbox
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

import pytest
from ticking import Contents, loaded_config

from household import contents_of
from lasttouch.keeping import turns
from lasttouch.keeping.opening import opened
from lasttouch.passes.pipeline import sync
from lasttouch.work import worker
from postgres_server import PostgresServer

MESSAGES = 40


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("mail")
    box = mailbox.mbox(made / "mail.mbox")
    for number in range(MESSAGES):
        message = EmailMessage()
        message["From"], message["To"] = f"p{number % 7}@globex.example", "ana@acme.example"
        message["Date"] = format_datetime(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number))
        message["Message-ID"] = f"<{number}@x.example>"
        message["Subject"] = f"Re: matter {number % 9}"
        box.add(message)
    box.close()
    return made


@pytest.fixture(scope="module")
def uninterrupted(folder: Path, postgres: PostgresServer) -> Contents:
    loaded = loaded_config(folder, postgres.url())
    with opened(loaded) as agent:
        list(sync(agent))
        return contents_of(agent.log)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    for name, seconds in (("BEAT_SECONDS", 0.3), ("FOLLOW_SECONDS", 0.3)):
        monkeypatch.setattr(worker, name, seconds)
    monkeypatch.setattr(turns, "LEASE_SECONDS", 2)
    monkeypatch.setattr(turns, "BEAT_SECONDS", 0.5)
    monkeypatch.setattr("lasttouch.daemon.reading.LATER", timedelta(seconds=1))
