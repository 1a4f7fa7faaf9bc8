"""`lasttouch init` for somebody at Microsoft 365 or Google, as a newcomer uses it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from graph_resources import NOW, event, instant, message, person
from scripted_graph import ScriptedGraph
from scripted_sign_in import SignInServer
from signing_in import SigningIn, guarded

from activity.errors import UsageError
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
    server.consents, server.lives = False, 10
    asked: list[str] = []
    answer = server._authorise

    def second_time(query: dict[str, str]) -> Reply:
        asked.append(query["scope"])
        server.consents = len(asked) > 1
        return answer(query)

    server._authorise = second_time  # type: ignore[method-assign]
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
    listed = CliRunner().invoke(lasttouch, ["--config", str(config), "last", "--json"])
    assert {one["name"]: one["last_touch_kind"] for one in json.loads(listed.stdout)}["Tom Ames"] == "outbound"
    server.revoke()
    again = CliRunner().invoke(lasttouch, ["--config", str(config), "sync"])
    assert "sign in again" in again.output
    signed = CliRunner().invoke(lasttouch, ["--config", str(config), "sign-in", "ana"])
    assert signed.exit_code == 0, signed.output
    assert CliRunner().invoke(lasttouch, ["--config", str(config), "sync"]).exit_code == 0


def test_a_newcomer_at_google_signs_in_for_the_calendar(
    config: Path, server: SignInServer, scripted: Start, tmp_path: Path
) -> None:
    from scripted_collections import ScriptedCalendar

    secret = tmp_path / "google.secret"
    secret.write_text("canary-client\n")
    flags = ["--client-id", "app", "--client-secret-file", str(secret)]
    outcome = run(
        config, server, scripted(guarded(server, ScriptedCalendar())).url, ["ana@gmail.com", "Ana Kim", "n"], *flags
    )
    assert outcome.exit_code == 0, outcome.output
    assert "Calendars: " in outcome.output
    text = config.read_text()
    assert 'provider = "google"' in text
    assert "canary-client" not in text
    assert CliRunner().invoke(lasttouch, ["--config", str(config), "sync"]).exit_code == 0


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
