"""An answer to an id that a relay has changed is found where no subject is kept, and no subject is
kept for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from kept_bytes import kept

from activity.contact import ContactEntry
from lasttouch.configuration.config import load_config
from lasttouch.keeping import address_book
from lasttouch.keeping.opening import opened
from lasttouch.keeping.recomputation import recompute
from lasttouch.passes.pipeline import sync
from store.people import people
from store.transactions import writing

ANA, BOB = "ana@acme.example", "bob@globex.example"
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def _letter(folder: Path, name: str, days: float, sender: str, to: str, subject: str, answers: str = "") -> None:
    lines = [
        f"From: {sender}", f"To: {to}", f"Date: {format_datetime(NOW - timedelta(days=days))}",
        f"Message-ID: <{name}@x.example>", f"Subject: {subject}", *([f"In-Reply-To: <{answers}>"] if answers else []),
    ]  # fmt: skip
    (folder / "mail" / f"{name}.eml").write_text("\n".join([*lines, "", ""]), encoding="utf-8")


@pytest.mark.parametrize(
    ("subject", "answers", "answered"),
    [
        ("Re: Harvest prices", "relay-1@mail.example", True),
        ("RE: [EXT] harvest  prices", "", True),
        ("Re: Harvest dates", "relay-1@mail.example", False),
        ("Harvest prices", "", False),
    ],
)
@pytest.mark.parametrize("are_kept", [True, False])
def test_an_answer_is_known_by_its_subject(
    tmp_path: Path, are_kept: bool, subject: str, answers: str, answered: bool
) -> None:
    (tmp_path / "mail").mkdir()
    (tmp_path / "config.toml").write_text(
        f'database = "log.db"\nstore_subjects = {str(are_kept).lower()}\n[[accounts]]\nname = "ana"\n'
        f'addresses = ["{ANA}"]\n[[accounts.files]]\npath = "mail"\n',
        encoding="utf-8",
    )
    _letter(tmp_path, "asked", 3, ANA, BOB, "Harvest prices")
    _letter(tmp_path, "answered", 2, BOB, ANA, subject, answers)
    with opened(load_config(tmp_path / "config.toml"), lambda: NOW) as agent:
        address_book.import_contacts(agent, [ContactEntry("Bob", [BOB])])
        assert [report.error for report in sync(agent)] == [None]
        (bob,) = people(agent.log, NOW)
        assert (bob.last_two_way == NOW - timedelta(days=2)) is answered
        with writing(agent.connection):
            assert recompute(agent) == 0
    assert (b"arvest" in kept(tmp_path / "log.db")) is are_kept
