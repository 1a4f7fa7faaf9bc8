"""init: from an address to a configuration that works, by flags alone."""

from __future__ import annotations

import json
import re
import stat
import tomllib
from pathlib import Path

import pytest
from newcomer import Setup

from capture.autoconfig.finding import Found
from capture.autoconfig.providers import PROVIDERS
from capture.autoconfig.settings import CalendarSettings, MailSettings
from household import ago, event


def test_by_flags_alone_to_the_first_answer(new: Setup) -> None:
    outcome = new.run("--yes", "--sync", "--json")
    assert outcome.code == 0, outcome.err
    answer = outcome.json
    assert list(answer) == ["config", "account", "addresses", "imap", "caldav", "synced"]
    assert answer["account"] == "ana"
    assert answer["imap"]["mailboxes"] == ["INBOX", "Sent"]
    assert {"mailbox": "Junk", "reason": "junk"} in answer["imap"]["left_out"]
    assert answer["caldav"]["calendars"] == ["Work"]
    assert [one["error"] for one in answer["synced"]] == [None, None]
    assert new.config.stat().st_mode & 0o777 == 0o600
    assert new.config.parent.stat().st_mode & 0o777 == 0o700
    text = new.config.read_text()
    assert new.household.dovecot.password not in text
    assert tomllib.loads(text)["internal_domains"] == ["acme.example"]
    config = ("--config", str(new.config))
    people = {one["name"]: one for one in new.household.ok("last", *config)}
    assert people["Bob"]["last_touch_kind"] == "inbound"
    assert new.household.ok("doctor", *config)[0]["status"] == "ok"


def test_the_first_sync_reads_a_month_and_the_next_one_the_rest(new: Setup) -> None:
    assert new.run("--yes", "--sync").code == 0
    config = ("--config", str(new.config))
    subjects = {one["message_id"] for one in new.household.ok("log", *config)}
    assert "<in>" in subjects
    assert "<o>" not in subjects
    assert [one["kind"] for one in new.household.ok("log", *config)].count("meeting") == 1  # calendars are read whole
    new.household.ok("sync", *config)
    assert "<o>" in {one["message_id"] for one in new.household.ok("log", *config)}


@pytest.mark.parametrize(
    ("flag", "named"),
    [("address", "--address"), ("imap_host", "--imap-host"), ("password_env", "--password-command")],
)
def test_without_a_terminal_what_is_missing_is_named(
    new: Setup, flag: str, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lasttouch.wizard.account.find_servers", lambda _: Found(None, None, None, ("MX: offline",)))
    outcome = new.run("--json", **{flag: ""})
    assert outcome.code == 2
    error = json.loads(outcome.err)["error"]
    assert named in error["message"]
    assert not new.config.exists()


_BY_DNS = "SRV record _imaps._tcp.acme.example"
_OWN = MailSettings("mail.acme.example", 993, "tls", "ana", _BY_DNS)
_EVIL = _OWN._replace(host="mail.evil.example")
_GMAIL = next(one for one in PROVIDERS if one.name == "Gmail")


@pytest.mark.parametrize(
    ("found", "trusted"),
    [
        (Found(_OWN, None, None), True),
        (Found(_EVIL, None, None), False),
        (Found(_EVIL, None, _GMAIL), False),  # its MX may be as forged
        (Found(_GMAIL.mail("ana@acme.example", "its MX"), None, _GMAIL), True),
        (Found(_EVIL._replace(found_by="published at https://acme.example/"), None, None), True),
        (Found(_OWN, CalendarSettings("https://cal.evil.example/", "ana", _BY_DNS), None), False),
        (Found(_OWN, CalendarSettings("https://cal.acme.example/", "ana", _BY_DNS), None), True),
    ],
)
def test_a_server_that_only_the_dns_names_is_not_given_a_password_unasked(
    new: Setup, monkeypatch: pytest.MonkeyPatch, found: Found, trusted: bool
) -> None:
    monkeypatch.setattr("lasttouch.wizard.account.find_servers", lambda _: found)
    outcome = new.run("--yes", "--no-test", imap_host="", caldav_url="", imap_port="")
    assert outcome.code == (0 if trusted else 2)
    assert ("evil.example" in outcome.err) is not trusted


def test_a_configuration_is_never_overwritten_unasked(new: Setup) -> None:
    assert new.run("--yes", "--no-test").code == 0
    before = new.config.read_text()
    outcome = new.run("--yes", "--no-test", owner="Somebody Else")
    assert outcome.code == 2
    assert "--add" in outcome.err
    assert "--force" in outcome.err
    assert new.config.read_text() == before
    assert new.run("--yes", "--no-test", "--force", owner="Somebody Else").code == 0
    assert "Somebody Else" in new.config.read_text()


def test_another_account_is_added_behind_what_is_there(new: Setup) -> None:
    assert new.run("--yes", "--no-test").code == 0
    before = new.config.read_text()
    assert new.run("--yes", "--add", "--no-test", address="ana@other.example").code == 0
    after = new.config.read_text()
    assert after.startswith(before.rstrip("\n"))
    assert [one["name"] for one in tomllib.loads(after)["accounts"]] == ["ana", "ana2"]
    assert stat.S_IMODE(new.config.stat().st_mode) == 0o600
    assert new.run("--yes", "--add", "--no-test", name="ana2").code == 3
    assert new.run("--yes", "--add", "--no-test", contacts_from="lists").code == 2
    assert new.config.read_text() == after


def test_a_wrong_password_is_told_with_what_the_provider_wants_and_nothing_is_written(
    new: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "canary-4711")
    outcome = new.run("--yes", address="ana@gmail.com")
    assert outcome.code == 1
    assert "app password" in outcome.err
    assert "myaccount.google.com/apppasswords" in outcome.err
    assert "canary" not in outcome.err
    assert not new.config.exists()


def test_an_error_names_the_flag_that_mends_it(new: Setup) -> None:
    outcome = new.run("--yes", ca_file="")
    assert outcome.code == 1
    assert "set --ca-file to that CA's certificate" in outcome.err
    outcome = new.run("--yes", ca_file="/nowhere.pem")
    assert "--ca-file /nowhere.pem cannot be used" in outcome.err


def test_the_first_answer_begins_with_what_is_true_and_tells_what_it_cannot_vouch_for(new: Setup) -> None:
    """A month of mail is read, and calendars are read further back: who was met before may have
    written since."""
    for number in range(30):
        met = event(f"met{number}", ago(days=60 + number), f"guest{number}@fair.example", organizer="ana@acme.example")
        new.calendars.put(new.user, "work", f"met{number}.ics", met)
    answer = new.run("--yes", "--sync").out
    table = answer[answer.index("Contact") :].splitlines()
    assert "3 days ago" in table[1] or "2 days ago" in table[1]
    assert table[1].startswith("Bob")
    assert "not since" in table[2]
    month = f"{ago(days=30):%Y-%m-%d}"
    assert f"further than {month}: when 31 contacts last were in touch is not known before that" in answer
    assert not re.search(r"\b(60|7\d|8\d|300) days ago|months? ago", answer)


def test_quotes_in_what_is_given_stay_what_they_are(new: Setup) -> None:
    evil = 'x" \\ \n[accounts.imap]\x7f\U0001f600'
    assert new.run("--yes", "--no-test", owner=evil, password_env="", password_command="echo 'a' \"b\"").code == 0
    (account,) = tomllib.loads(new.config.read_text())["accounts"]
    assert account["owner"] == evil
    assert account["imap"]["password_command"] == "echo 'a' \"b\""


def test_the_log_is_at_its_usual_place_and_private(new: Setup) -> None:
    assert new.run("--yes", "--sync").code == 0
    database = Path(new.household.folder / "home/.local/share/lasttouch/lasttouch.db")
    assert database.stat().st_mode & 0o777 == 0o600
