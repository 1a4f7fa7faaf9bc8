"""init on a terminal: what it asks, and what it makes of the answers."""

from __future__ import annotations

import stat
import sys
import tomllib
import types

import pytest
from newcomer import Setup

from capture.autoconfig.finding import Found
from capture.autoconfig.providers import PROVIDERS
from capture.autoconfig.settings import CalendarSettings, MailSettings
from household import ago, mail


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


@pytest.mark.usefixtures("asked")
def test_a_newcomers_path_with_a_wrong_password_on_the_way(
    new: Setup, keyring: dict[tuple[str, str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything is asked: the server is found, its authority is unknown, the first password is
    wrong."""
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
    result = new.answered("ana@gmail.com", "Ana", "none", "y", "keyring")
    assert "would keep the password as plain text" in result.output
    assert "app password" in result.output
    assert keyring == {}


def test_microsoft_is_told_to_need_a_token() -> None:
    (microsoft,) = [one for one in PROVIDERS if one.name == "Microsoft 365"]
    assert microsoft.secret == "token"
    assert "token_command" in microsoft.advice


@pytest.mark.usefixtures("asked")
def test_what_the_mail_and_calendars_show_is_asked_about(new: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which mailboxes and calendars to leave out, and which server may call a sender forged."""
    server = MailSettings("127.0.0.1", new.household.dovecot.tls_port, "tls", new.user, "a guess")
    monkeypatch.setattr("lasttouch.wizard.account.find_servers", lambda _: Found(server, None, None))
    monkeypatch.setitem(sys.modules, "keyring", None)
    checked = {"Authentication-Results": "mx.acme.example; dmarc=pass header.from=globex.example"}
    box = new.household.dovecot
    letters = [mail("x@globex.example", "ana@acme.example", ago(days=1), f"c{n}", **checked) for n in range(3)]
    box.append(new.user, "INBOX", letters)
    box.append(new.user, "Divorce", [mail("law@firm.example", "ana@acme.example", ago(days=1), "d")])
    new.calendars.create_calendar(new.user, "home", "Family")
    result = new.answered(
        "ana@acme.example", "Ana", "y", "file", "", new.household.dovecot.password,
        "ca-file", str(new.household.dovecot.ca_file), "n",
        "divorces", "divorce",  # there is none of the first name
        "y",  # mx.acme.example is hers
        f"{new.calendars.url}{new.user}/", "", "y", "family", "y", "n",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "There is no 'divorces' among them" in result.output
    (account,) = tomllib.loads(new.config.read_text())["accounts"]
    assert account["exclude_mailboxes"] == ["Divorce"]
    assert account["exclude_calendars"] == ["Family"]
    assert account["authserv_id"] == "mx.acme.example"
    assert account["imap"]["password_file"] == str(new.config.parent / "ana.password"), "as it was proposed"
    assert stat.S_IMODE(new.config.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE((new.config.parent / "ana.password").stat().st_mode) == 0o600
    new.household.ok("sync", "--config", str(new.config))
    assert new.household.run("why", "<d@x>", "--config", str(new.config)).code != 0
    assert new.household.run("log", "law@firm.example", "--config", str(new.config)).code != 0


@pytest.mark.usefixtures("asked")
def test_a_file_that_was_named_is_proposed_when_its_password_was_wrong(
    new: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = MailSettings("127.0.0.1", new.household.dovecot.port, "none", new.user, "a guess")
    monkeypatch.setattr("lasttouch.wizard.account.find_servers", lambda _: Found(server, None, None))
    monkeypatch.setitem(sys.modules, "keyring", None)
    kept = new.household.folder / "mine"
    result = new.answered(
        "ana@acme.example", "Ana", "y", "", str(kept), "wrong", "", "", "", new.household.dovecot.password, "n", "n",
        "y", "n",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert kept.read_text() == f"{new.household.dovecot.password}\n"


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize(("typed", "aside"), [(("7", "x", "1"), True), (("none",), False), ((), False)])
def test_whom_it_found_may_be_private(
    new: Setup, monkeypatch: pytest.MonkeyPatch, typed: tuple[str, ...], aside: bool
) -> None:
    server = MailSettings("127.0.0.1", new.household.dovecot.port, "none", new.user, "a guess")
    monkeypatch.setattr("lasttouch.wizard.account.find_servers", lambda _: Found(server, None, None))
    result = new.answered(
        "ana@acme.example", "Ana", "y", "env", "MAIL_PASSWORD", "n", "n", "y", "y", *typed
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "1  Bob <bob@globex.example>" in result.output
    assert ("Give numbers from 1 to 1" in result.output) == aside
    (bob,) = new.household.ok("last", "bob", "--config", str(new.config))
    assert bob["last_inbound"] is not None, "whoever asks for him by name is shown him"
    undone = new.household.run("ignore", "bob", "--undo", "--config", str(new.config))
    assert (undone.code == 0) == aside
