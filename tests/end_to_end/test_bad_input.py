"""Whatever is wrong is said in one sentence with what to do next, and with its exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from base64 import b64decode
from pathlib import Path

import pytest

from engine_switch import ON_POSTGRESQL
from household import Household, ago, mail
from scripted_imap import ScriptedIMAP, Session


def test_every_mistake_in_the_configuration_is_told_at_once(household: Household) -> None:
    household.head = 'backfil = "2y"\nhorizon = "soon"\npoll_every = "1m"\n'
    household.accounts["ana"] = (
        '[[accounts]]\nname = "ana"\naddresses = ["nobody"]\n[accounts.imap]\nhost = "mail.acme.example"\n'
        'security = "none"\nusername = "ana"\npassword = "canary"\n'
        '[[accounts]]\nname = "ana"\naddresses = ["ana@acme.example"]\n'
    )
    household.write_config()
    outcome = household.run("sync")
    assert outcome.code == 3
    for part in (
        "did you mean backfill?",
        "poll_every: no such option here; it belongs into [[accounts]]",
        "horizon: 'soon' is no length of time",
        "accounts[0] (ana).addresses[0]: 'nobody' is no e-mail address",
        "accounts[0] (ana).imap.security",
        "a password is never kept in this file",
        "give exactly one of password_command",
        "accounts[1] (ana).name: two accounts are named 'ana'",
        "accounts[1] (ana): an account needs [accounts.imap]",
        "hint: config.example.toml",
    ):
        assert part in outcome.err
    assert "canary" not in outcome.err


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("[[accounts", "is not valid TOML"),
        ("", "accounts: missing"),
        ("accounts = 3", "accounts:"),
        ("accounts = []", "accounts: there is none"),
    ],
)
def test_a_broken_configuration_is_located(household: Household, text: str, part: str) -> None:
    (household.folder / "config.toml").write_text(text)
    outcome = household.run("last", "--json")
    assert outcome.code == 3
    assert part in json.loads(outcome.err)["error"]["message"]


def test_a_missing_configuration_says_what_to_do(household: Household) -> None:
    outcome = household.run("last")
    assert outcome.code == 3
    assert "config.example.toml" in outcome.err


def test_a_wrong_password_is_tried_three_times_an_hour_and_never_shown(
    household: Household, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    household.add_account("ana", user)
    monkeypatch.setenv("MAIL_PASSWORD", "canary-4711")
    for _ in range(3):
        outcome = household.run("sync")
        assert outcome.code == 1
        assert "refused the user name or password" in outcome.err
    monkeypatch.setenv("MAIL_PASSWORD", household.dovecot.password)
    outcome = household.run("sync")
    assert outcome.code == 1
    assert "not tried again before" in outcome.err
    assert "lasttouch sync --retry" in outcome.err
    (status,) = household.ok("status")["accounts"]
    assert status["error_code"] == "authentication"
    for path in household.folder.iterdir():
        assert b"canary-4711" not in path.read_bytes()
    assert household.run("sync", "--retry").code == 0
    assert household.ok("status")["accounts"][0]["error"] is None


def test_an_untrusted_certificate_is_refused(household: Household, user: str) -> None:
    household.add_account("ana", user)
    household.accounts["ana"] = (
        household.accounts["ana"]
        .replace('"none"', '"tls"')
        .replace(str(household.dovecot.port), str(household.dovecot.tls_port))
    )
    household.write_config()
    outcome = household.run("sync", "--json")
    assert outcome.code == 1
    assert json.loads(outcome.err)["error"]["code"] == "untrusted"
    # and with the server's own CA it works
    household.accounts["ana"] += f'ca_file = "{household.dovecot.ca_file}"\n'
    household.write_config()
    assert household.run("sync").code == 0


def test_a_csv_without_an_address_column_is_refused(household: Household, user: str) -> None:
    household.add_account("ana", user)
    path = household.folder / "c.csv"
    path.write_text("name,phone\nBob,1\n")
    outcome = household.run("contacts", "import", str(path))
    assert outcome.code == 2
    assert "phone" in outcome.err
    assert household.run("contacts", "import", "nowhere.csv").code == 6


def test_an_unknown_contact_gets_near_names(household: Household, user: str) -> None:
    household.add_account("ana", user)
    household.import_contacts("Roberta Stone,rs@globex.example,Globex")
    outcome = household.run("last", "Robertta")
    assert outcome.code == 6
    assert "did you mean Roberta Stone?" in outcome.err


@pytest.mark.parametrize("word", ["a" * 60_000, "%" * 60_000, "ü_" * 20_000])
def test_words_longer_than_a_pattern_may_be_mean_nobody(household: Household, user: str, word: str) -> None:
    household.add_account("ana", user)
    household.ok("sync")
    household.ok("contacts", "add", "Bob Stone", "bob@globex.example")
    household.ok("contacts", "edit", "bob@globex.example", "--name", "b" + word)
    for command in ("last", "log", "why"):
        assert household.run(command, "c" + word).code == 6
    assert household.run("contacts", "forget", "bob@globex.example", "--yes").code == 0


def test_before_the_first_sync_the_answer_says_so(household: Household, user: str) -> None:
    household.add_account("ana", user)
    asked = household.run("last")
    assert (asked.code, "run: lasttouch sync" in asked.err) == (0, True)
    assert "Unknown: ana's imap was never read." in asked.out
    for command in ("last", "stale", "log", "upcoming", "awaiting", "unmatched", "contacts list", "companies list"):
        asked = household.run(*command.split(), "--json")
        assert (asked.code, asked.json, asked.err) == (0, [], ""), command
    (source,) = household.ok("status")["accounts"]
    assert (source["account"], source["last_success"], source["seen_through"]) == ("ana", None, None)
    assert [one["since"] for one in household.ok("today")["unknown"]] == [None]
    assert household.run("backup", str(household.folder / "copy.db")).code == 6
    assert not household.database.exists(), "a question makes no log"
    household.ok("sync")
    assert "No contacts yet" in household.run("last").out
    assert household.ok("last") == []


def test_hostile_text_is_made_harmless(household: Household, user: str) -> None:
    household.add_account("ana", user)
    hostile = "=?utf-8?q?=1B]0;owned=07=E2=80=AEgnp.exe=00?="
    household.dovecot.append(
        user, "INBOX", [mail(f"{hostile} <bob@globex.example>", "ana@acme.example", ago(days=1), "h", hostile)]
    )
    household.ok("sync")
    household.import_contacts('"=HYPERLINK(""http://x"")",bob@globex.example,@Globex')
    for arguments in (("log",), ("last",), ("why", "<h>"), ("log", "--json"), ("log", "--csv"), ("contacts", "list")):
        shown = household.run(*arguments)
        assert shown.code == 0
        assert not set(shown.out) & {chr(c) for c in [*range(9), *range(11, 32), 127, 0x202E, 0x9B]}, arguments
    for line in household.run("last", "--csv").out.splitlines():
        assert not line.startswith(("=", "@"))
    assert "'=HYPERLINK" in household.run("last", "--csv").out


def test_a_closed_pipe_and_no_argument_are_no_mistakes(household: Household, user: str) -> None:
    household.add_account("ana", user)
    household.ok("sync")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    for words in ("--help", "log --json", "last"):
        command = f"bash -o pipefail -c '{sys.executable} -u -m cli {words} | head -c 1 >/dev/null'"
        done = subprocess.run(command, shell=True, env=environment, capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b""), words
    assert household.run("nonsense").code == 2
    assert household.run().code == 2


def test_quotes_and_sql_in_names_paths_and_words_have_no_effect(household: Household, user: str) -> None:
    evil = "Robert'); DROP TABLE contact; --"
    household.add_account("ana", user)
    household.dovecot.append(
        user,
        'O\'Brien "x"; DROP',
        [mail(f'"{evil}" <bob@globex.example>', "ana@acme.example", ago(days=1), "i'd;--", evil)],
    )
    household.ok("sync")
    household.import_contacts(f'"{evil}",bob@globex.example,"Glo\'bex"";"')
    assert household.last(evil)["name"] == evil
    for word in ("%", "_", "'", '"', ";", "\\", "#99999999999999999999", "' OR 1=1 --", "%' --", "", " "):
        for command in ("last", "log", "why", "contacts show"):
            assert household.run(*command.split(), word).code in (0, 6), (command, word)
        assert household.run("last", "--company", word).code in (0, 6)
    assert household.run("last", "%").code == 6
    assert household.ok("why", "<i'd;-->")["subject"] == evil
    assert household.run("rules", "test", "--never-log", "'; DROP TABLE activity; --@x").code == 2
    assert household.ok("rules", "test", "--never-log", "*'OR'1'='1'--@x")["activities"] == []
    assert len(household.ok("contacts", "list")) == 1


def test_files_are_private_whatever_the_umask(household: Household, user: str) -> None:
    household.head = household.head.replace("lasttouch.db", "new/folder/lasttouch.db")
    household.add_account("ana", user)
    before = os.umask(0)
    try:
        household.ok("sync")
        household.ok("contacts", "forget", "bob@globex.example", "--yes")
    finally:
        os.umask(before)
    folder = household.folder / "new" / "folder"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    beside = {"lasttouch.db.forgotten"}
    assert {path.name for path in folder.iterdir()} >= (beside if ON_POSTGRESQL else beside | {"lasttouch.db"})


def test_a_token_command_takes_the_place_of_a_password(household: Household) -> None:
    responses: list[bytes] = []

    def authenticate(session: Session, tag: str, arguments: str) -> None:
        responses.append(b64decode(arguments.split()[1]))
        session.ok(tag)

    capabilities = "IMAP4rev1 SASL-IR AUTH=XOAUTH2"
    with ScriptedIMAP(scripts={"AUTHENTICATE": authenticate}, capabilities=capabilities) as scripted:
        token = 'token_command = "printf t0ken"\n'
        for credential, wanted in (('password_env = "MAIL_PASSWORD"\n' + token, 3), ("", 3), (token, 0)):
            household.add_account("ana", "ana", port=scripted.port)
            household.accounts["ana"] = household.accounts["ana"].replace(
                'password_env = "MAIL_PASSWORD"\n', credential
            )
            household.write_config()
            outcome = household.run("sync")
            assert outcome.code == wanted, outcome.err
            assert ("password_keyring, token_command" in outcome.err) == (wanted == 3)
    assert responses == [b"user=ana\1auth=Bearer t0ken\1\1"]
