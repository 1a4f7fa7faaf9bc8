"""init: from an address to a configuration that works, by flags and by questions, over TLS with an own authority."""

from __future__ import annotations

import json
import stat
import sys
import tomllib
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import cli
from capture.autoconfig.finding import Found
from capture.autoconfig.providers import PROVIDERS
from capture.autoconfig.settings import CalendarSettings, MailSettings
from dovecot_server import DovecotServer
from household import Household, Outcome, ago, event, mail
from radicale_server import RadicaleServer


@pytest.fixture(scope="module")
def calendars(dovecot: DovecotServer) -> Iterator[RadicaleServer]:
    """A Radicale with TLS of the same authority as Dovecot's."""
    names = [f"user{number}" for number in range(1, 500)]
    with RadicaleServer(dict.fromkeys(names, dovecot.password), dovecot.ca) as server:
        yield server


class Setup:
    """A newcomer's machine: no configuration yet, an address, servers with an authority of their own."""

    def __init__(self, household: Household, user: str, calendars: RadicaleServer) -> None:
        self.household = household
        self.user = user
        self.calendars = calendars
        self.config = household.folder / "new" / "config.toml"
        box = household.dovecot
        box.append(
            user, "INBOX", [mail("Bob <bob@globex.example>", "ana@acme.example", ago(days=2), "in")], ago(days=2)
        )
        box.append(user, "INBOX", [mail("Old <old@far.example>", "ana@acme.example", ago(days=90), "o")], ago(days=90))
        sent = [
            mail("ana@acme.example", "bob@globex.example", ago(days=3), "out"),
            mail("ana@home.example", "old@far.example", ago(days=2), "out2"),
        ]
        box.append(user, "Sent", sent, ago(days=2))
        calendars.create_calendar(user, "work", "Work")
        calendars.put(
            user, "work", "old", event("old", ago(days=300), "carla@globex.example", organizer="ana@acme.example")
        )

    def flags(self, *more: str, **changed: str) -> list[str]:
        given = {
            "address": "ana@acme.example", "imap-host": "127.0.0.1", "imap-port": str(self.household.dovecot.tls_port),
            "username": self.user, "password-env": "MAIL_PASSWORD", "ca-file": str(self.household.dovecot.ca_file),
            "caldav-url": self.calendars.url, "config": str(self.config),
        } | {name.replace("_", "-"): value for name, value in changed.items()}  # fmt: skip
        return ["init", *(part for name, value in given.items() if value for part in (f"--{name}", value)), *more]

    def run(self, *more: str, **changed: str) -> Outcome:
        return self.household.run(*self.flags(*more, **changed))

    def answered(self, *lines: str) -> Any:
        return CliRunner().invoke(cli.lasttouch, ["init", "--config", str(self.config)], "\n".join([*lines, ""]))


@pytest.fixture
def new(household: Household, user: str, calendars: RadicaleServer, monkeypatch: pytest.MonkeyPatch) -> Setup:
    monkeypatch.delenv("LASTTOUCH_CONFIG")
    monkeypatch.setenv("XDG_DATA_HOME", str(household.folder / "data"))
    monkeypatch.setenv("HOME", str(household.folder / "home"))
    return Setup(household, user, calendars)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a terminal."""
    monkeypatch.setattr("lasttouch.commands.init.can_ask", lambda: True)


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], str]:
    """A desktop's keyring."""
    kept: dict[tuple[str, str], str] = {}
    module = types.ModuleType("keyring")
    backend = type("Keyring", (), {"name": "SecretService", "__module__": "keyring.backends.SecretService"})
    module.get_keyring = backend  # type: ignore[attr-defined]
    module.set_password = lambda entry, user, secret: kept.__setitem__((entry, user), secret)  # type: ignore[attr-defined]
    module.get_password = lambda entry, user: kept.get((entry, user))  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keyring", module)
    return kept


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


def test_quotes_in_what_is_given_stay_what_they_are(new: Setup) -> None:
    evil = 'x" \\ \n[accounts.imap]\x7f\U0001f600'
    assert new.run("--yes", "--no-test", owner=evil, password_env="", password_command="echo 'a' \"b\"").code == 0
    (account,) = tomllib.loads(new.config.read_text())["accounts"]
    assert account["owner"] == evil
    assert account["imap"]["password_command"] == "echo 'a' \"b\""


@pytest.mark.usefixtures("asked")
def test_a_newcomers_path_with_a_wrong_password_on_the_way(
    new: Setup, keyring: dict[tuple[str, str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything is asked: the server is found, its authority is unknown, the first password is wrong."""
    server = MailSettings("127.0.0.1", new.household.dovecot.tls_port, "tls", new.user, "published at acme.example")
    calendar = CalendarSettings(new.calendars.url, new.user, "SRV record _caldavs._tcp.acme.example")
    monkeypatch.setattr("lasttouch.wizard.account.find_servers", lambda _: Found(server, calendar, None))
    password = new.household.dovecot.password
    result = new.answered(
        "nonsense", "ana@acme.example",  # the first is no address
        "Ana Kim", "y",  # this is the server
        "keyring", "canary-wrong",
        "ca-file", str(new.household.dovecot.ca_file),
        "password", "keyring", password,
        "y",  # ana@home.example is her, too
        "y", "", "y",  # the calendar, with the same user and password
        "y",  # acme.example is ours
        "y",  # read a month
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    for part in (
        "'nonsense' is no e-mail address", "That did not work: the certificate of 127.0.0.1",
        "refused the user name or password", "That works. Mailboxes to read: INBOX, Sent.",
        "are from ana@home.example", "Calendars: Work", f"Written: {new.config}", "What to type next:",
    ):  # fmt: skip
        assert part in result.output, result.output
    assert result.output.index("Bob") > result.output.index("Written:")
    assert "canary" not in result.output
    assert password not in result.output
    assert set(keyring.values()) == {password}
    (account,) = tomllib.loads(new.config.read_text())["accounts"]
    assert account["addresses"] == ["ana@acme.example", "ana@home.example"]
    assert account["imap"]["password_keyring"] == "lasttouch ana@acme.example"
    assert (account["imap"]["password_keyring"], new.user) in keyring
    assert (account["caldav"]["password_keyring"], new.user) in keyring
    config = ("--config", str(new.config))
    unmatched = {one["address"]: one for one in new.household.ok("unmatched", *config)}
    assert unmatched["old@far.example"]["outbound"] == 1  # written from what is her address, too


@pytest.mark.usefixtures("asked")
def test_where_nothing_is_found_it_says_so_and_asks(new: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = ("MX acme.example: the DNS gives no answer",)
    monkeypatch.setattr("lasttouch.wizard.account.find_servers", lambda _: Found(None, None, None, tried))
    monkeypatch.setitem(sys.modules, "keyring", None)
    result = new.answered(
        "ana@acme.example", "Ana", f"127.0.0.1:{new.household.dovecot.port}", "none", "", new.user, "env",
        "MAIL_PASSWORD", "n", "n", "y", "n",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert tried[0] in result.output
    assert "no keyring: password_keyring needs the keyring package" in result.output
    (account,) = tomllib.loads(new.config.read_text())["accounts"]
    assert "caldav" not in account
    assert account["addresses"] == ["ana@acme.example"]


@pytest.mark.usefixtures("asked")
def test_without_a_keyring_a_typed_password_goes_to_a_private_file_and_a_url_is_an_answer(
    new: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = MailSettings("127.0.0.1", new.household.dovecot.tls_port, "tls", new.user, "a guess")
    monkeypatch.setattr("lasttouch.wizard.account.find_servers", lambda _: Found(server, None, None))
    monkeypatch.setitem(sys.modules, "keyring", None)
    kept, password = new.household.folder / "ana.password", new.household.dovecot.password
    result = new.answered(
        "ana@acme.example", "Ana", "y",
        "", "/no/such/folder/p", str(kept), "canary-wrong",  # where it comes from is left at what works anywhere
        "ca-file", str(new.household.dovecot.ca_file),
        "password", "file", str(kept), password,
        "n", f"{new.calendars.url}{new.user}/", "", "y",
        "y", "n",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "There is no folder /no/such/folder" in result.output
    assert "set ca-file to" in result.output, "by the name the answer has here"
    assert password not in result.output
    assert (kept.read_text(), stat.S_IMODE(kept.stat().st_mode)) == (f"{password}\n", 0o600)
    (account,) = tomllib.loads(new.config.read_text())["accounts"]
    assert account["imap"]["password_file"] == account["caldav"]["password_file"] == str(kept)
    assert new.household.ok("sync", "--config", str(new.config))["accounts"][0]["new"] == 4


def test_an_error_names_the_flag_that_mends_it(new: Setup) -> None:
    outcome = new.run("--yes", ca_file="")
    assert outcome.code == 1
    assert "set --ca-file to that CA's certificate" in outcome.err
    outcome = new.run("--yes", ca_file="/nowhere.pem")
    assert "--ca-file /nowhere.pem cannot be used" in outcome.err


@pytest.mark.usefixtures("asked")
def test_a_ca_file_that_is_not_there_is_asked_for_again(new: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    server = MailSettings("127.0.0.1", new.household.dovecot.tls_port, "tls", new.user, "a guess")
    monkeypatch.setattr("lasttouch.wizard.account.find_servers", lambda _: Found(server, None, None))
    result = new.answered(
        "ana@acme.example", "Ana", "y", "env", "MAIL_PASSWORD", "", "/nowhere.pem", "",
        str(new.household.dovecot.ca_file), "n", "n", "y", "n",
    )  # fmt: skip
    assert "ca-file /nowhere.pem cannot be used" in result.output
    assert result.exit_code == 0, result.output


@pytest.mark.usefixtures("asked")
def test_giving_up_writes_nothing(new: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    server = MailSettings("127.0.0.1", 1, "tls", "ana", "a guess")
    monkeypatch.setattr("lasttouch.wizard.account.find_servers", lambda _: Found(server, None, None))
    result = new.answered("ana@acme.example", "Ana", "y", "env", "MAIL_PASSWORD", "quit")
    assert result.exit_code == 1
    assert "refuses connections" in result.output
    assert not new.config.parent.exists()


def test_a_keyring_that_would_keep_plain_text_is_not_used(
    new: Setup, keyring: dict[tuple[str, str], str], asked: None
) -> None:
    backend = type("PlaintextKeyring", (), {"__module__": "keyrings.alt.file"})
    sys.modules["keyring"].get_keyring = backend  # type: ignore[attr-defined]
    result = new.answered("ana@gmail.com", "Ana", "y", "keyring")
    assert "would keep the password as plain text" in result.output
    assert "app password" in result.output
    assert keyring == {}


def test_microsoft_is_told_to_need_a_token() -> None:
    (microsoft,) = [one for one in PROVIDERS if one.name == "Microsoft 365"]
    assert microsoft.secret == "token"
    assert "token_command" in microsoft.advice


def test_the_log_is_at_its_usual_place_and_private(new: Setup) -> None:
    assert new.run("--yes", "--sync").code == 0
    database = Path(new.household.folder / "home/.local/share/lasttouch/lasttouch.db")
    assert database.stat().st_mode & 0o777 == 0o600
