"""`lasttouch init` for somebody at Microsoft 365 or Google, as a newcomer uses it."""

from __future__ import annotations

import contextlib
import io
import json
import sys
import types
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from graph_resources import NOW, event, instant, message, person
from scripted_graph import ScriptedGraph
from scripted_sign_in import SignInServer
from signing_in import SigningIn, guarded

import cli
from activity.errors import UsageError
from household import Outcome
from lasttouch.terminal.command_line import lasttouch
from scripted_dav import Reply, Start


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: SigningIn) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr("lasttouch.commands.init.can_ask", lambda: True)
    return tmp_path / "new" / "config.toml"


def run(config: Path, server: SignInServer, service: str, answers: list[str], *more: str) -> Result:
    urls = ["--sign-in-url", server.url, "--service-url", service, "--ca-file", str(server.ca_file)]
    return CliRunner().invoke(
        lasttouch, ["init", "--config", str(config), *urls, *more], "\n".join([*answers, ""]), catch_exceptions=False
    )


def test_a_newcomer_at_microsoft_signs_in_after_a_refused_consent_and_reads(
    config: Path, server: SignInServer, graph: ScriptedGraph
) -> None:
    """The consent is refused once; later the sign-in is ended, said, and done again."""
    graph.put(message(1, receivedDateTime=instant(NOW)))
    sent = {"from": person("ana@outlook.com"), "toRecipients": [person("tom@client.example")]}
    graph.put(message(2, None, **sent, receivedDateTime=instant(NOW), sentDateTime=instant(NOW)), "sentitems")
    graph.meet(event(1, NOW), "e1")
    server.lives = 10
    asked_twice(server)
    answers = ["ana@outlook.com", "Ana Kim", "app", "acme.example", "y", "y", "none"]
    outcome = run(config, server, graph.host, answers)
    assert outcome.exit_code == 0, outcome.output
    assert "consent to Mail.ReadBasic" in outcome.output
    assert "Folders to read: INBOX" in outcome.output
    assert "Calendars: Kalender" in outcome.output
    assert "tom" in outcome.output.lower()
    text = config.read_text()
    assert "[accounts.microsoft]" in text
    assert "canary-" not in text
    listed = asking(config, "last", "--json").json
    assert {one["name"]: one["last_touch_kind"] for one in listed}["Tom Ames"] == "outbound"
    server.revoke()
    again = asking(config, "sync")
    assert "sign in again" in again.err
    assert "hint: lasttouch sign-in ana" in again.err
    assert asking(config, "sign-in", "ana").code == 0
    assert asking(config, "sync").code == 0


def asked_twice(server: SignInServer) -> None:
    """The user agrees only when asked again."""
    answer = server._authorise
    asked: list[str] = []

    def second_time(query: dict[str, str]) -> Reply:
        asked.append(query["scope"])
        server.consents = len(asked) > 1
        return answer(query)

    server._authorise = second_time  # type: ignore[method-assign]


def of_google(server: SignInServer, scripted: Start, tmp_path: Path) -> tuple[str, list[str]]:
    """A calendar behind Google's sign-in, and the flags for the client."""
    from scripted_collections import ScriptedCalendar

    secret = tmp_path / "google.secret"
    secret.write_text("canary-client\n")
    return scripted(guarded(server, ScriptedCalendar())).url, [
        "--client-id", "app", "--client-secret-file", str(secret),
    ]  # fmt: skip


def test_a_newcomer_at_google_signs_in_after_a_refused_consent_and_again_after_an_ended_sign_in(
    config: Path, server: SignInServer, scripted: Start, tmp_path: Path
) -> None:
    """Refused once, told what was refused and who may help; ended later, told what to type."""
    url, flags = of_google(server, scripted, tmp_path)
    asked_twice(server)
    server.lives = 10
    answers = ["ana@gmail.com", "Ana Kim", "app", str(tmp_path / "nothing"), flags[-1], "y", "n"]
    outcome = run(config, server, url, answers)
    assert outcome.exit_code == 0, outcome.output
    assert "docs/google.md" in outcome.output
    assert "There is no file" in outcome.output
    assert "consent to https://www.googleapis.com/auth/calendar is missing" in outcome.output
    assert "Admin console" in outcome.output
    assert "Calendars: " in outcome.output
    text = config.read_text()
    assert 'provider = "google"' in text
    assert "canary-" not in text
    assert asking(config, "sync").code == 0
    server.revoke()
    ended = asking(config, "sync")
    assert "sign in again" in ended.err
    assert "hint: lasttouch sign-in ana" in ended.err
    assert asking(config, "sign-in", "ana").code == 0
    assert asking(config, "sync").code == 0


def asking(config: Path, *words: str) -> Outcome:
    """As the program is called, with what it says of failures."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = cli.run(["--config", str(config), *words])
    return Outcome(code, out.getvalue(), err.getvalue())


@pytest.mark.parametrize("provider", ["microsoft", "google"])
def test_where_there_is_a_keyring_no_file_holds_a_token(
    config: Path, server: SignInServer, graph: ScriptedGraph, scripted: Start, tmp_path: Path,
    keyring: dict[tuple[str, str], str], provider: str,
) -> None:  # fmt: skip
    """The same newcomers on a desktop: kept there, renewed there, ended and signed in again."""
    server.lives = 10
    if provider == "google":
        url, flags = of_google(server, scripted, tmp_path)
        answers = ["ana@gmail.com", "Ana Kim", "n"]
    else:
        url, flags = graph.host, ["--client-id", "app", "--tenant", "acme.example"]
        answers = ["ana@outlook.com", "Ana Kim", "n"]
    outcome = run(config, server, url, answers, *flags)
    assert outcome.exit_code == 0, outcome.output
    assert "kept in the keyring (SecretService)" in outcome.output
    (kept,) = keyring.values()
    assert "canary-refresh-" in kept
    assert asking(config, "sync").code == 0
    assert [*keyring.values()] != [kept]
    server.revoke()
    assert "lasttouch sign-in ana" in asking(config, "sync").err
    assert asking(config, "sign-in", "ana").code == 0
    assert asking(config, "sync").code == 0
    files = [path for path in tmp_path.rglob("*") if path.is_file() and "sign-in" in path.name]
    assert [path.name for path in files] == ["sign-in-ca.pem"]
    held = [path for path in tmp_path.rglob("*") if path.is_file() and b"canary-refresh" in path.read_bytes()]
    assert held == []


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch, server: SignInServer) -> dict[tuple[str, str], str]:
    """A desktop's keyring."""
    kept: dict[tuple[str, str], str] = {}
    module = types.ModuleType("keyring")
    backend = type("Keyring", (), {"name": "SecretService", "__module__": "keyring.backends.SecretService"})
    module.get_keyring = backend  # type: ignore[attr-defined]
    module.set_password = lambda entry, user, secret: kept.__setitem__((entry, user), secret)  # type: ignore[attr-defined]
    module.get_password = lambda entry, user: kept.get((entry, user))  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keyring", module)
    return kept


def test_what_is_refused_of_somebody_who_signed_in_says_to_sign_in(
    config: Path, server: SignInServer, graph: ScriptedGraph, scripted: Start, tmp_path: Path
) -> None:
    """Nobody who never wrote down a token_command is told to run one: at Graph, at a calendar, and
    in mail."""
    url, flags = of_google(server, scripted, tmp_path)
    assert run(config, server, url, ["ana@gmail.com", "Ana Kim", "n"], *flags).exit_code == 0
    forgotten = dict(server.issued)

    class Never(dict[str, str]):
        def __contains__(self, token: object) -> bool:
            return False

    server.issued = Never(forgotten)
    outcome = asking(config, "sync")
    assert "refused the access token (401)" in outcome.err
    assert "hint: lasttouch sign-in ana" in outcome.err
    assert "token_command" not in outcome.err + outcome.out


def test_once_is_enough_to_say_sign_in_again(config: Path, server: SignInServer, graph: ScriptedGraph) -> None:
    """Mail, calendars and contacts have one sign-in: sync, status and doctor say so once."""
    server.lives = 10
    flags = ["--client-id", "app", "--tenant", "acme.example"]
    assert run(config, server, graph.host, ["ana@outlook.com", "Ana Kim", "n"], *flags).exit_code == 0
    server.revoke()
    said = asking(config, "sync").err
    assert said.count("wants ana to sign in again") == 1
    assert "microsoft_contacts, microsoft_mail, microsoft_calendars" in said
    assert asking(config, "status").out.count("wants ana to sign in again") == 1
    assert asking(config, "doctor").out.count("failure Microsoft wants ana to sign in again") == 1


def test_with_flags_nothing_is_asked(config: Path, server: SignInServer, graph: ScriptedGraph) -> None:
    flags = ["--yes", "--json", "--address", "ana@outlook.com", "--client-id", "app", "--tenant", "acme.example"]
    outcome = run(config, server, graph.host, [], *flags, "--sync")
    assert outcome.exit_code == 0, outcome.output
    assert {one["source"] for one in json.loads(outcome.stdout)["synced"]} == {
        "microsoft_mail", "microsoft_calendars", "microsoft_contacts",
    }  # fmt: skip


def test_a_client_is_for_microsoft_and_google_alone(config: Path, server: SignInServer, graph: ScriptedGraph) -> None:
    flags = ["--yes", "--address", "ana@acme.example", "--client-id", "app", "--imap-host", "imap.acme.example"]
    with pytest.raises(UsageError, match="Microsoft 365 or Google"):
        run(config, server, graph.host, [], *flags)
