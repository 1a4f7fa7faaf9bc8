"""Signing in, with msal and google-auth-oauthlib against a server they accept. Numbers are the
requirements'."""

from __future__ import annotations

import json
import socket
import stat
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import parse_qs

import pytest
import trustme
from graph_resources import message
from scripted_graph import ScriptedGraph
from scripted_sign_in import SignInServer
from signing_in import SigningIn, guarded

import config_lines
from lasttouch.configuration.config import load_config
from lasttouch.passes.sources import mail_server_of
from scripted_dav import Start


@pytest.fixture(autouse=True)
def one_message(graph: ScriptedGraph, home: SigningIn) -> None:
    graph.put(message(1))


def kept(home: SigningIn) -> Path:
    return home.folder / "lasttouch.db.ana.sign-in"


def test_one_sign_in_in_the_browser_serves_all_and_is_kept_in_a_file_of_its_owner(
    home: SigningIn, server: SignInServer, graph: ScriptedGraph
) -> None:
    """With PKCE, the least rights, and nothing of it in the database."""
    outcome = home.run("sign-in", "ana")
    assert outcome.code == 0, outcome.err
    assert "ana@acme.example" in outcome.out
    assert stat.S_IMODE(kept(home).stat().st_mode) == 0o600
    (scope,) = server.issued.values()
    rights = {one.rpartition("/")[2] for one in scope.split() if "graph.microsoft.com" in one}
    assert rights == {"Mail.ReadBasic", "Calendars.Read", "Contacts.Read"}
    assert "offline_access" in scope
    home.ok("sync")
    home.ok("sync")
    assert len(server.issued) == 1
    assert b"canary-" not in home.database.read_bytes()
    assert home.ok("status")["activities"] == 1


def test_who_has_not_signed_in_is_told_how(home: SigningIn) -> None:
    outcome = home.run("sync")
    assert outcome.code in (1, 4)
    assert "lasttouch sign-in ana" in outcome.err + outcome.out


def test_tokens_are_renewed_silently(home: SigningIn, server: SignInServer) -> None:
    server.lives = 10
    home.ok("sign-in", "ana")
    home.ok("sync")
    assert len(server.issued) > 1
    assert server.seen[-1]["grant_type"] == "refresh_token"


def test_a_token_that_graph_refuses_is_renewed(home: SigningIn, server: SignInServer, graph: ScriptedGraph) -> None:
    home.ok("sign-in", "ana")
    graph.tokens = set()
    (first,) = server.issued

    class Later(set[str]):
        def __contains__(self, token: object) -> bool:
            return token in server.issued and token != first

    graph.tokens = Later()
    home.ok("sync")
    assert len(server.issued) == 2


def test_a_sign_in_that_was_ended_is_said_once_without_a_loop_and_others_go_on(
    home: SigningIn, server: SignInServer, graph: ScriptedGraph
) -> None:
    """Requirement 23: invalid_grant."""
    server.lives = 10
    home.ok("sign-in", "ana")
    server.revoke()
    home.accounts["ben"] = config_lines.account("ben", config_lines.table(
        "[accounts.microsoft]", url=graph.host, token_command="echo canary-access-0"))  # fmt: skip
    home.write()
    outcome = home.run("sync")
    assert outcome.code == 4
    assert "sign in again" in outcome.err + outcome.out
    assert "canary-" not in outcome.err + outcome.out
    asked = len(server.seen)
    for _ in range(3):
        home.run("sync", "--retry")
    assert len(server.seen) == asked
    told = {(one["account"], one["error"] is None) for one in home.ok("status")["accounts"]}
    assert told == {("ana", False), ("ben", True)}
    hints = {one["hint"] for one in home.ok("status")["accounts"] if one["account"] == "ana"}
    assert {str(one).partition(";")[0] for one in hints} == {"lasttouch sign-in ana"}
    assert "sign in again" in home.run("doctor").out
    assert len(server.seen) == asked
    home.ok("sign-in", "ana")
    home.ok("sync")
    assert "let us in, without a right to read texts" in home.run("doctor").out


def test_a_refused_consent_says_who_must_grant_it(home: SigningIn, server: SignInServer) -> None:
    """Requirement 24, when signing in; nothing is kept."""
    server.consents = False
    outcome = home.run("sign-in", "ana")
    assert outcome.code == 1
    assert "Mail.ReadBasic" in outcome.err
    assert "administrators" in outcome.err
    assert not kept(home).exists()


@pytest.mark.parametrize("code", ["AADSTS65001", "AADSTS90094"])
def test_consent_that_only_an_administrator_may_give_is_told(home: SigningIn, server: SignInServer, code: str) -> None:
    """Requirement 24: the code in what Microsoft says, and nothing else of it."""
    server.error = {"error": "invalid_grant", "error_description": f"{code}: canary-text"}
    outcome = home.run("sign-in", "ana")
    assert outcome.code == 1
    assert code in outcome.err
    assert "administrators" in outcome.err
    assert "canary" not in outcome.err


def test_on_a_machine_without_a_browser_a_code_is_typed_elsewhere(home: SigningIn, server: SignInServer) -> None:
    outcome = home.run("sign-in", "ana", "--device-code")
    assert outcome.code == 0, outcome.err
    assert "ABCD-EFGH" in outcome.err
    home.ok("sync")


def test_an_app_signs_in_by_its_certificate(home: SigningIn, server: SignInServer, graph: ScriptedGraph) -> None:
    """App-only: no user, the mailbox by its name, `.default` of the app's own rights."""
    leaf = trustme.CA().issue_cert("app.acme.example", key_type=trustme.KeyType.RSA)
    pem = home.folder / "app.pem"
    pem.write_bytes(leaf.private_key_pem.bytes() + leaf.cert_chain_pems[0].bytes())
    home.add("ana", certificate="app.pem", user="ana@acme.example")
    home.ok("sync")
    assert {form["grant_type"] for form in server.seen} == {"client_credentials"}
    assert set(server.issued.values()) == {"https://graph.microsoft.com/.default"}
    assert len(server.issued) == 1
    assert graph.paths("/users/ana@acme.example/")
    assert not graph.paths("/me/")


def test_mail_over_imap_gets_a_token_of_its_own(home: SigningIn, server: SignInServer) -> None:
    """A token for Graph opens no IMAP; the same sign-in gives both."""
    imap = config_lines.imap(1, "ana@acme.example", password_env=None)
    home.add("ana", imap)
    home.ok("sign-in", "ana")
    loaded = load_config(home.folder / "config.toml")
    (ana,) = loaded.config.accounts
    assert ana.imap is not None
    server_of_mail = mail_server_of(loaded, ana, ana.imap)
    assert server_of_mail.by_token
    token = server_of_mail.password()
    assert "Mail.ReadBasic" not in server.issued[token]
    assert any("outlook.office.com/IMAP.AccessAsUser.All" in scope for scope in server.issued.values())


@pytest.mark.parametrize(
    ("cloud", "api", "outlook"),
    [("us", "https://graph.microsoft.us", "https://outlook.office365.us"),
     ("us-dod", "https://dod-graph.microsoft.us", "https://outlook.office365.us"),
     ("china", "https://microsoftgraph.chinacloudapi.cn", "https://partner.outlook.cn")],
)  # fmt: skip
def test_the_cloud_decides_whose_rights_are_asked_for(
    home: SigningIn, server: SignInServer, cloud: str, api: str, outlook: str
) -> None:
    """Requirement 26, when signing in: of mail over IMAP, too."""
    in_cloud(home, cloud, config_lines.imap(1, "ana@acme.example", password_env=None))
    home.ok("sign-in", "ana")
    assert server.issued
    scopes = {one for scope in server.issued.values() for one in scope.split() if "://" in one}
    assert {one.rpartition("/")[0] for one in scopes} <= {api, outlook}
    assert f"{api}/Mail.ReadBasic" in scopes


def in_cloud(home: SigningIn, cloud: str, *sections: str) -> None:
    home.add("ana", *sections, cloud=cloud)
    said = home.accounts["ana"].replace("[accounts.microsoft]", f'[accounts.microsoft]\ncloud = "{cloud}"')
    home.accounts["ana"] = said
    home.write()


@pytest.mark.parametrize(
    ("cloud", "login"),
    [("global", "login.microsoftonline.com"), ("us", "login.microsoftonline.us"),
     ("us-dod", "login.microsoftonline.us"), ("china", "login.chinacloudapi.cn")],
)  # fmt: skip
def test_signing_in_contacts_the_hosts_of_its_cloud_alone(
    home: SigningIn, monkeypatch: pytest.MonkeyPatch, cloud: str, login: str
) -> None:
    """Requirement 26: every name that is looked up, in the browser's way and by code."""
    looked_up: set[str] = set()

    def resolve(host: str, *_: object, **__: object) -> object:
        looked_up.add(host)
        raise socket.gaierror("no such name")

    in_cloud(home, cloud)
    path = home.folder / "config.toml"
    path.write_text("".join(line for line in path.read_text().splitlines(True) if not line.startswith("url")))
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert home.run("sign-in", "ana").code != 0
    assert home.run("sign-in", "ana", "--device-code").code != 0
    assert looked_up == {login}


def test_two_clouds_in_one_account_are_a_mistake(home: SigningIn) -> None:
    home.add("ana", cloud="china")
    outcome = home.run("sync")
    assert outcome.code == 3
    assert "sign_in.cloud" in outcome.err


def test_where_nobody_sees_a_browser_the_code_comes_by_itself(
    home: SigningIn, server: SignInServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over SSH to a machine without a screen."""
    monkeypatch.delenv("BROWSER")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.1 1 192.0.2.2 22")
    outcome = home.run("sign-in", "ana")
    assert outcome.code == 0, outcome.err
    assert "ABCD-EFGH" in outcome.err
    home.ok("sync")


def test_who_does_not_agree_to_the_code_has_not_signed_in(home: SigningIn, server: SignInServer) -> None:
    server.consents = False
    outcome = home.run("sign-in", "ana", "--device-code")
    assert outcome.code == 1
    assert "consent to Mail.ReadBasic" in outcome.err
    assert not kept(home).exists()


@pytest.mark.parametrize(
    ("code", "said"),
    [("AADSTS7000218", "public client flows"), ("AADSTS50011", "http://localhost"), ("AADSTS700016", "client_id"),
     ("AADSTS90002", "tenant"), ("AADSTS53003", "Conditional Access"), ("AADSTS50126", "lasttouch sign-in ana")],
)  # fmt: skip
def test_what_only_the_registration_can_mend_is_said(
    home: SigningIn, server: SignInServer, code: str, said: str
) -> None:
    """And nothing of Microsoft's own text."""
    server.error = {"error": "invalid_client", "error_description": f"{code}: canary-text"}
    for way in ([], ["--device-code"]):
        outcome = home.run("sign-in", "ana", *way)
        assert outcome.code == 1
        assert code in outcome.err
        assert said in outcome.err
        assert "canary" not in outcome.err


def test_a_certificate_that_cannot_serve_is_named_and_one_that_is_not_taken_is_asked_for_once(
    home: SigningIn, server: SignInServer
) -> None:
    """App-only: none there, a certificate alone, a key that is not RSA, and one that Microsoft does
    not know."""
    elliptic = trustme.CA().issue_cert("app.acme.example")
    leaf = trustme.CA().issue_cert("app.acme.example", key_type=trustme.KeyType.RSA)
    pem = home.folder / "app.pem"
    home.add("ana", certificate="app.pem", user="ana@acme.example")
    assert "cannot be read" in home.run("sync").err
    pem.write_bytes(leaf.cert_chain_pems[0].bytes())
    assert "holds no private key" in home.run("sync").err
    pem.write_bytes(elliptic.private_key_pem.bytes() + elliptic.cert_chain_pems[0].bytes())
    assert "must be an RSA key" in home.run("sync", "--retry").err
    pem.write_bytes(leaf.private_key_pem.bytes() + leaf.cert_chain_pems[0].bytes())
    server.error = {"error": "invalid_client", "error_description": "AADSTS700027: canary-text"}
    said = home.run("sync", "--retry").err
    assert "does not take the app's certificate" in said
    assert "AADSTS700027" in said
    asked = len(server.seen)
    home.run("sync", "--retry")
    assert len(server.seen) == asked
    server.error = None
    home.ok("sign-in", "ana")
    home.ok("sync", "--retry")


def test_what_the_server_cannot_do_now_is_tried_again(home: SigningIn, server: SignInServer) -> None:
    """No sign-in is asked for where the provider is only busy."""
    server.lives = 10
    home.ok("sign-in", "ana")
    server.error = {"error": "temporarily_unavailable", "error_description": ""}
    assert home.run("sync").code != 0
    server.error = None
    home.ok("sync", "--retry")


def google(home: SigningIn, server: SignInServer, url: str) -> None:
    dav = config_lines.table("[accounts.caldav]", url=url, username="ana@acme.example")
    sign_in = config_lines.table("[accounts.sign_in]", provider="google", client_id="app", url=server.url,
                                 client_secret_env="CLIENT_SECRET", ca_file=str(server.ca_file))  # fmt: skip
    home.accounts["ana"] = config_lines.account("ana", dav, sign_in, timezone="UTC")
    home.write()


def test_google_signs_in_for_its_calendar(
    home: SigningIn, server: SignInServer, scripted: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    from scripted_collections import ScriptedCalendar

    monkeypatch.setenv("CLIENT_SECRET", "canary-client")
    google(home, server, scripted(guarded(server, ScriptedCalendar())).url)
    outcome = home.run("sign-in", "ana")
    assert outcome.code == 0, outcome.err
    assert set(server.issued.values()) == {"https://www.googleapis.com/auth/calendar"}
    assert {form["client_secret"] for form in server.seen} == {"canary-client"}
    home.ok("sync")
    assert kept(home).stat().st_mode & 0o777 == 0o600
    assert "canary-client" not in kept(home).read_text()
    server.revoke()
    text = json.loads(kept(home).read_text())
    kept(home).write_text(json.dumps({**text, "access": {}}))
    outcome = home.run("sync")
    assert outcome.code != 0
    assert "sign in again" in outcome.err + outcome.out
    assert "7 days" in outcome.err + outcome.out


def test_google_shows_the_address_where_there_is_no_browser(
    home: SigningIn, server: SignInServer, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CLIENT_SECRET", "x")
    google(home, server, "http://127.0.0.1:1/")
    found: list[str] = []
    from google_auth_oauthlib import flow

    told = flow._LOGGER.info

    def visit(text: str, *rest: object) -> None:
        if "browser: " not in text:
            return
        found.append(text)
        threading.Timer(0.3, server.visit, [text.partition("browser: ")[2]]).start()
        told(text, *rest)

    monkeypatch.setattr(flow._LOGGER, "info", visit)
    outcome = home.run("sign-in", "ana", "--device-code")
    assert outcome.code == 0, outcome.err
    assert parse_qs(found[0])["code_challenge_method"] == ["S256"]


def test_a_query_brings_in_no_client_and_a_pass_with_a_good_token_neither(home: SigningIn) -> None:
    """`msal` is imported only where a token is asked for."""
    home.ok("sign-in", "ana")
    home.ok("sync")
    code = (
        "import sys, cli; code = cli.run(sys.argv[1:]);"
        "found = {m.partition('.')[0] for m in sys.modules} & {'msal', 'google_auth_oauthlib', 'cryptography'};"
        "sys.exit(code or (f'{found}' if found else 0))"
    )
    for arguments in (["last"], ["status"], ["sync"]):
        done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('provider = "google"\nclient_id = "x"\ncertificate = "a.pem"\n', "Microsoft only"),
        ('provider = "microsoft"\nclient_id = "x"\ncertificate = "a.pem"\n', "its own tenant"),
        ('provider = "microsoft"\nclient_id = "x"\ntenant = "t"\ncertificate = "a.pem"\n', "an app has no mailbox"),
        ('provider = "google"\nclient_id = "x"\n', "who signs in at Google gets no token"),
        ('provider = "microsoft"\nclient_id = "x"\nurl = "http://login.example"\n', "use https"),
    ],
)  # fmt: skip
def test_what_cannot_work_is_said_of_the_configuration(home: SigningIn, lines: str, said: str) -> None:
    microsoft = config_lines.table("[accounts.microsoft]", url=home.graph.host)
    home.accounts["ana"] = config_lines.account("ana", microsoft, f"[accounts.sign_in]\n{lines}")
    home.write()
    outcome = home.run("sync")
    assert outcome.code == 3
    assert said in outcome.err
