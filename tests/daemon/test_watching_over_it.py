"""What an administrator sees: status --check, metrics and the log."""

from __future__ import annotations

import http.client
import io
import json
import logging
import os
import signal
import sqlite3
import urllib.request
from collections.abc import Iterator
from contextlib import closing

import pytest

from config_lines import table
from dovecot_server import free_port
from household import Household, ago, mail
from lasttouch.daemon.journal import Format, keep_journal
from running_daemon import RunningDaemon, until


def test_check_tells_whether_all_is_read(household: Household, user: str) -> None:
    household.add_account("ana", user)
    assert household.run("status", "--check").code == 1  # nothing was read yet
    household.ok("sync")
    assert household.run("status", "--check").code == 0
    with closing(sqlite3.connect(household.database)) as log:
        log.execute("UPDATE source SET last_success = last_success - 7200")
        log.commit()
    late = household.run("status", "--check")
    assert late.code == 1
    assert "not read within 1h: ana imap (last 2 hours ago)" in late.err
    assert "no daemon is running" in late.err
    assert household.run("status", "--check", "--tolerance", "3h").code == 0
    assert household.run("status", "--check", "--tolerance", "soon").code == 2
    failed = household.run("status", "--check", "--json")
    assert json.loads(failed.err)["error"]["code"] == "failed"
    assert failed.json["daemon"] == {"running": False, "pid": None}


def test_metrics_are_served_where_asked_for(household: Household, user: str) -> None:
    household.add_account("ana", user)
    household.import_contacts("Bob,bob@globex.example,Globex")
    message = mail("bob@globex.example", "ana@acme.example", ago(days=1), "q")
    household.dovecot.append(user, "INBOX", [message])
    port = free_port()
    with RunningDaemon(household.folder, "--metrics", f"127.0.0.1:{port}"):
        until(lambda: household.last("bob")["last_inbound"])
        of_ana = '{account="ana",source="imap"}'
        passed = f"lasttouch_passes_total{of_ana}"  # which is told of once a pass is over
        values = until(lambda: found if passed in (found := _metrics(port)) else None)
    assert values[f"lasttouch_source_up{of_ana}"] == 1
    assert 0 <= values[f"lasttouch_source_lag_seconds{of_ana}"] < 3600
    assert values[passed] >= 1
    assert (values["lasttouch_activities"], values["lasttouch_touches"], values["lasttouch_contacts"]) == (1, 1, 1)
    assert not any("bob" in name or "globex" in name for name in values)


def _metrics(port: int) -> dict[str, float]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as answer:
        lines = answer.read().decode().splitlines()
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[:1] != "#")}


def test_metrics_answer_to_no_name_but_that_of_this_machine(household: Household, user: str) -> None:
    """A page in the browser of whoever sits there can have any name resolve to 127.0.0.1."""
    household.add_account("ana", user)
    port = free_port()
    with RunningDaemon(household.folder, "--metrics", f"127.0.0.1:{port}") as daemon:
        daemon.has_said("started")
        assert [_status(port, name) for name in ("127.0.0.1", "LOCALHOST", "[::1]")] == [200, 200, 200]
        assert [_status(port, name) for name in ("evil.example", "127.0.0.1.evil.example", "", "[")] == [403] * 4


def _status(port: int, host: str, authorization: str = "") -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.putrequest("GET", "/metrics", skip_host=True)
    connection.putheader("Host", f"{host}:{port}")
    if authorization:
        connection.putheader("Authorization", authorization)
    connection.endheaders()
    return connection.getresponse().status


def test_metrics_of_a_team_are_told_with_a_token_alone(household: Household, user: str) -> None:
    """Any user of the machine can connect, and how many contacts all have together tells whether a
    colleague has the one that was added just now."""
    household.add_account("ana", user, more='user = "ana"\n')
    household.accounts["users"] = table("[[users]]", name="ana", os_user="ana")
    port = free_port()
    household.configure(f'[metrics]\nlisten = "127.0.0.1:{port}"\ntoken_env = "METRICS_TOKEN"')
    with RunningDaemon(household.folder, environment={"METRICS_TOKEN": "let-me-in"}) as daemon:
        daemon.has_said("started")
        for word in ("", "Bearer", "Bearer let-me-i", "Basic let-me-in", "Bearer lét-me-in"):
            assert _status(port, "127.0.0.1", word) == 401, word
        assert _status(port, "127.0.0.1", "Bearer let-me-in") == 200


def test_metrics_that_have_no_token_are_told_to_nobody_once_there_are_users(household: Household, user: str) -> None:
    household.add_account("ana", user)
    port = free_port()
    with RunningDaemon(household.folder, "--metrics", f"127.0.0.1:{port}") as daemon:
        daemon.has_said("started")
        assert _status(port, "127.0.0.1") == 200
        household.accounts["users"] = table("[[users]]", name="ana", os_user="ana")
        household.add_account("ana", user, more='user = "ana"\n')
        daemon.process.send_signal(signal.SIGHUP)
        until(lambda: _status(port, "127.0.0.1") == 401)


def test_metrics_count_errors_by_class(household: Household, user: str) -> None:
    household.add_account("ana", user, port=free_port())
    port = free_port()
    household.configure(f'[metrics]\nlisten = "127.0.0.1:{port}"')
    with RunningDaemon(household.folder) as daemon:
        daemon.has_said("refuses connections")
        name = 'lasttouch_errors_total{account="ana",class="unreachable",source="imap"}'
        values = until(lambda: _metrics(port) if name in _metrics(port) else None)
    assert values['lasttouch_source_up{account="ana",source="imap"}'] == 0
    assert 'lasttouch_source_lag_seconds{account="ana",source="imap"}' not in values  # never read: there is no saying


@pytest.mark.parametrize("place", ["nowhere", "127.0.0.1:99999", "192.0.2.1:9464"])
def test_metrics_that_cannot_be_served_are_a_mistake_to_tell(household: Household, user: str, place: str) -> None:
    household.add_account("ana", user)
    with RunningDaemon(household.folder, "--metrics", place) as daemon:
        assert daemon.process.wait(30) == 2
        assert f"metrics cannot be served at {place}" in daemon.log


@pytest.fixture
def journal() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = root.handlers, root.level
    yield io.StringIO()
    root.handlers, level = before[0], before[1]
    root.setLevel(level)


def test_lines_for_programs_are_json_and_name_their_source(journal: io.StringIO) -> None:
    keep_journal("json", "info", journal)
    logging.getLogger("lasttouch.x").info("read %s", "a\nb\x1b[31m", extra={"account": "ana", "source": "imap"})
    line = json.loads(journal.getvalue())
    assert (line["level"], line["account"], line["source"], line["message"]) == (
        "info",
        "ana",
        "imap",
        "read a b\x1b[31m",
    )
    assert "\x1b" not in journal.getvalue()


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_journal_of_systemd_gets_priorities_and_no_second_time(
    journal: io.StringIO, form: Format, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = os.pipe()
    about = os.fstat(theirs)
    with os.fdopen(theirs, "w") as stream, os.fdopen(ours) as lines:
        for connected in (f"{about.st_dev}:{about.st_ino}", f"{about.st_dev}:1"):
            monkeypatch.setenv("JOURNAL_STREAM", connected)
            keep_journal(form, "info", stream)
            logging.getLogger("lasttouch.x").warning("it failed")
            logging.getLogger("lasttouch.x").info("it works")
        failed, works, failed_elsewhere, _ = (lines.readline().strip() for _ in range(4))
    assert (failed[:3], works[:3]) == ("<4>", "<6>")
    assert failed_elsewhere[0] != "<"
    if form == "text":
        assert failed == "<4>warning it failed"
    else:
        assert json.loads(failed[3:])["message"] == "it failed"


def test_a_traceback_tells_where_and_not_what(journal: io.StringIO) -> None:
    keep_journal("text", "debug", journal)
    try:
        raise ValueError("canary-password")
    except ValueError:
        logging.getLogger("capture.x").exception("it failed\x1b[2J")
    assert "ValueError at test_watching_over_it.py" in journal.getvalue()
    assert "canary" not in journal.getvalue()
    assert "\x1b" not in journal.getvalue()


def test_libraries_are_not_heard(journal: io.StringIO) -> None:
    keep_journal("text", "debug", journal)
    for library in (
        "imapclient.imaplib",
        "caldav",
        "urllib3",
        "niquests",
        "apscheduler.scheduler",
        "prometheus_client",
    ):
        logging.getLogger(library).setLevel(logging.DEBUG)  # as some set themselves
        logging.getLogger(library).error("> LOGIN ana canary-password")
        logging.getLogger(library).debug("> LOGIN ana canary-password")
    assert journal.getvalue() == ""
