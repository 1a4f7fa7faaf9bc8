"""doctor: every fault is found and named with what to do, and nothing is changed by looking."""

from __future__ import annotations

import contextlib
import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from capture.mail.mailboxes import Choice, Mailbox, choose
from capture.mail.survey import MailSurvey
from engine_switch import ON_POSTGRESQL
from household import Household, ago, mail
from lasttouch.configuration.options import Account
from lasttouch.configuration.server_options import Imap
from lasttouch.doctor.finding import Finding
from lasttouch.doctor.machine import clock
from lasttouch.doctor.mail import mail_findings
from matchers.policy import Policy

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def _of(findings: list[dict[str, Any]], check: str) -> dict[str, Any]:
    (one,) = [one for one in findings if one["check"] == check]
    return one


def _findings(household: Household, code: int, *arguments: str) -> list[dict[str, Any]]:
    outcome = household.run("doctor", "--json", *arguments)
    assert outcome.code == code, outcome.out + outcome.err
    return list(outcome.json)


def test_a_household_that_is_well(household: Household, user: str) -> None:
    household.add_account("ana", user, caldav=True)
    household.add_carddav("ana", user)
    box = household.dovecot
    box.append(user, "Sent", [mail("ana@acme.example", "bob@globex.example", ago(days=2), "s")])
    box.append(
        user,
        "INBOX",
        [mail("bob@globex.example", "ana@acme.example", ago(days=1), "i", Authentication_Results="mx.acme.example; x")],
    )
    household.ok("sync")
    before = household.contents()
    findings = _findings(household, 0)
    assert {one["status"] for one in findings} == {"ok"}
    assert list(findings[0]) == ["check", "account", "status", "message", "hint"]
    assert _of(findings, "mail-login")["account"] == "ana"
    assert "SPECIAL-USE" in _of(findings, "mail-capabilities")["message"]
    mailboxes = _of(findings, "mailboxes")["message"]
    assert "reads INBOX, Sent" in mailboxes
    assert "Junk (junk)" in mailboxes
    assert _of(findings, "sent-mailbox")["message"] == "sent mail is in Sent"
    assert 'authserv_id = "mx.acme.example"' in _of(findings, "authserv-id")["hint"]
    assert "Work" in _of(findings, "calendars")["message"]
    assert "People" in _of(findings, "address-books")["message"]
    assert _of(findings, "clock")["status"] == "ok"
    assert household.contents() == before
    with box.client(user) as client:
        client.select_folder("INBOX", readonly=True)
        assert client.search("UNSEEN") == [1]


def test_people_read_it_by_account_with_what_to_do(household: Household, user: str) -> None:
    household.add_account("ana", user)
    household.ok("sync")
    (household.folder / "config.toml").chmod(0o644)
    outcome = household.run("doctor")
    assert outcome.code == 0
    assert "\nana:\n  ok" in outcome.out
    assert "warning" in outcome.out
    assert f"→ chmod 600 {household.folder / 'config.toml'}" in outcome.out
    assert outcome.out.endswith("checks: 1 warning.\n")


def test_one_account_fails_and_the_other_is_tested_all_the_same(
    household: Household, new_user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    household.add_account("ana", new_user(), caldav=True)
    household.add_account("ben", new_user())
    household.accounts["ana"] = household.accounts["ana"].replace("MAIL_PASSWORD", "WRONG")
    household.accounts["ana"] = household.accounts["ana"].replace("CALENDAR_PASSWORD", "NOT_THERE")
    household.write_config()
    monkeypatch.setenv("WRONG", "canary-4711")
    outcome = household.run("doctor", "--json")
    assert outcome.code == 1
    assert "canary" not in outcome.out + outcome.err
    assert _of(outcome.json, "calendar-login")["message"].startswith("the environment variable NOT_THERE is not set")
    logins = {one["account"]: one["status"] for one in outcome.json if one["check"] == "mail-login"}
    assert logins == {"ana": "failure", "ben": "ok"}
    assert '"code": "failed"' in outcome.err


def test_offline_asks_no_server(household: Household, user: str) -> None:
    household.add_account("ana", user, port=1)
    findings = _findings(household, 0, "--offline")
    assert not [one for one in findings if one["check"].startswith("mail")]
    if not ON_POSTGRESQL:  # there a test's log is made before it
        assert _of(findings, "database")["hint"] == "run: lasttouch sync"
    assert _of(_findings(household, 1), "mail-connection")["message"].endswith("refuses connections")


def test_a_password_file_that_others_can_read(household: Household, user: str) -> None:
    household.add_account("ana", user)
    secret = household.folder / "secret"
    secret.write_text(household.dovecot.password)
    named = household.accounts["ana"].replace('password_env = "MAIL_PASSWORD"', 'password_file = "secret"')
    household.accounts["ana"] = named
    household.write_config()
    secret.chmod(0o644)
    found = _of(_findings(household, 0, "--offline"), "password-private")
    assert (found["account"], found["status"], found["hint"]) == ("ana", "warning", f"chmod 600 {secret}")
    secret.chmod(0o600)
    assert _of(_findings(household, 0, "--offline"), "password-private")["status"] == "ok"


@pytest.mark.parametrize(
    ("path", "advice"),
    [
        ("/run/credentials/lasttouch.service/ana", "`lasttouch status`"),
        ("secret", "put the password on its first line"),
        ("s" * 300, "put the password on its first line"),  # even to look for it is an error
    ],
)
def test_a_password_file_that_is_not_there(household: Household, user: str, path: str, advice: str) -> None:
    household.add_account("ana", user)
    household.accounts["ana"] = household.accounts["ana"].replace(
        'password_env = "MAIL_PASSWORD"', f'password_file = "{path}"'
    )
    household.write_config()
    (found,) = [one for one in _findings(household, 1) if one["status"] == "failure"]
    assert "cannot read the password file" in found["message"]
    assert advice in found["hint"]


def test_a_private_ca_that_is_not_named_is_told_before_a_password_is_sent(household: Household, user: str) -> None:
    household.add_account("ana", user, port=household.dovecot.tls_port)
    household.accounts["ana"] = household.accounts["ana"].replace('"none"', '"tls"')
    household.write_config()
    found = _of(_findings(household, 1), "mail-tls")
    assert "ca_file" in found["hint"]
    household.accounts["ana"] += f'ca_file = "{household.dovecot.ca_file}"\n'
    household.write_config()
    assert "more days" in _of(_findings(household, 0), "mail-certificate")["message"]


def test_mail_sent_from_an_address_that_is_not_configured(household: Household, user: str) -> None:
    household.add_account("ana", user)
    sent = [mail("ana@home.example", "bob@globex.example", ago(days=n), f"s{n}") for n in (1, 2)]
    household.dovecot.append(user, "Sent", sent)
    household.ok("sync")
    found = _of(_findings(household, 0), "own-addresses")
    assert found["status"] == "warning"
    assert "ana@home.example (2)" in found["message"]
    assert "addresses" in found["hint"]


def test_sent_mail_that_is_left_out(household: Household, user: str) -> None:
    household.add_account("ana", user)
    household.accounts["ana"] = household.accounts["ana"].replace(
        "[accounts.imap]", 'exclude_mailboxes = ["Sent"]\n[accounts.imap]'
    )
    household.write_config()
    household.dovecot.append(user, "Sent", [mail("ana@acme.example", "b@globex.example", ago(days=1), "s")])
    assert "left out" in _of(_findings(household, 0), "sent-mailbox")["message"]


def test_a_configuration_that_is_wrong_missing_or_no_toml(household: Household, user: str) -> None:
    found = _of(_findings(household, 3), "configuration")
    assert "lasttouch init" in found["hint"]
    household.add_account("ana", user)
    household.configure('horizon = "soon"\nbackfil = "2y"')
    found = _of(_findings(household, 3), "configuration")
    assert "2 problems" in found["message"]
    household.head = "[["
    household.write_config()
    assert "TOML" in _of(_findings(household, 3), "configuration")["message"]


def test_a_damaged_database_and_one_of_something_else(household: Household, user: str) -> None:
    household.add_account("ana", user)
    household.dovecot.append(
        user, "INBOX", [mail(f"b{n}@globex.example", "ana@acme.example", ago(days=1), f"m{n}") for n in range(300)]
    )
    household.ok("sync")
    with contextlib.closing(sqlite3.connect(household.database)) as log:
        log.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        rows = "SELECT pageno FROM dbstat WHERE name = 'activity' AND pagetype = 'leaf'"
        among_rows = [number for (number,) in log.execute(rows)]
    pages = bytearray(household.database.read_bytes())
    for number in among_rows:
        pages[(number - 1) * 4096 : number * 4096] = b"\xff" * 4096
    household.database.write_bytes(pages)
    (household.folder / "lasttouch.db-wal").unlink(missing_ok=True)
    findings = [one for one in _findings(household, 1, "--offline") if one["status"] == "failure"]
    assert [one["check"] for one in findings] == ["integrity"]
    assert "backup" in findings[0]["hint"]
    household.database.write_bytes(b"not a database at all" * 100)
    assert _of(_findings(household, 1, "--offline"), "database")["status"] == "failure"


def test_the_last_pass_is_reported(household: Household, user: str) -> None:
    household.add_account("ana", user)
    household.ok("sync")
    household.accounts["ana"] = household.accounts["ana"].replace(str(household.dovecot.port), "1")
    household.write_config()
    household.run("sync")
    found = _of(_findings(household, 0, "--offline"), "sync")
    assert (found["status"], found["account"]) == ("warning", "ana")
    assert "refuses connections" in found["message"]


def _survey(**changed: Any) -> MailSurvey:
    plain = MailSurvey(frozenset(), None, Choice([], []), frozenset(), None, (), ())
    return MailSurvey(**{name: changed.get(name, getattr(plain, name)) for name in MailSurvey.__slots__})


def _mail_findings(found: MailSurvey, **account: Any) -> dict[str, Finding]:
    imap = Imap(host="imap.acme.example", username="ana", password_env="X")
    one = Account(name="ana", addresses=["ana@acme.example"], imap=imap, **account)
    policy = Policy(own_addresses=frozenset({"ana@acme.example"}))
    return {finding.check: finding for finding in mail_findings(one, found, policy, NOW)}


@pytest.mark.parametrize(("days", "status"), [(13, "warning"), (15, "ok")])
def test_a_certificate_that_ends_soon(days: int, status: str) -> None:
    found = _mail_findings(_survey(certificate_ends=NOW + timedelta(days=days, hours=1)))
    assert found["mail-certificate"].status == status
    assert f"{days} more days" in found["mail-certificate"].message


def test_a_server_where_nothing_is_read_and_nothing_is_sent() -> None:
    found = _mail_findings(_survey())
    assert found["mailboxes"].status == "failure"
    assert found["sent-mailbox"].status == "warning"


def test_what_others_share_is_said_to_be_left_out_or_read() -> None:
    theirs = Mailbox(b"Other Users/ben", "Other Users/ben", "/", frozenset(), None, "Other Users/ben/", foreign=True)
    own = Mailbox(b"INBOX", "INBOX", "/", frozenset())
    assert "shared-mailboxes" not in _mail_findings(_survey(choice=choose([own], ())))
    found = _mail_findings(_survey(choice=choose([own, theirs], ())))
    assert "leaves out what others share: Other Users/ben" in found["shared-mailboxes"].message
    assert "shared_mailboxes" in found["shared-mailboxes"].hint
    assert "ben" not in found["mailboxes"].message
    found = _mail_findings(_survey(choice=choose([own, theirs], (), shared=["Other Users/ben"])))
    assert found["shared-mailboxes"].message == "reads what others share: Other Users/ben"


def test_an_authserv_id_that_the_server_does_not_use() -> None:
    found = _mail_findings(_survey(authserv_ids=(("mx1.acme.example", 9),)), authserv_id="MX.acme.example")
    assert found["authserv-id"].status == "warning"
    found = _mail_findings(_survey(authserv_ids=(("mx.acme.example", 9),)), authserv_id="MX.acme.example")
    assert found["authserv-id"].status == "ok"


@pytest.mark.parametrize(("seconds", "status"), [(-30, "ok"), (3600, "warning"), (-3600, "warning")])
def test_a_clock_that_is_wrong(seconds: int, status: str) -> None:
    assert clock("cal.acme.example", NOW + timedelta(seconds=seconds), NOW).status == status
