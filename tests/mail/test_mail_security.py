"""TLS before anything secret, and secrets nowhere else."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import trustme
from mail_log import Log, message, server_of

from activity.errors import AuthenticationFailed, SourceError, Throttled, Unreachable, UntrustedServer
from capture.mail.server import MailServer
from dovecot_server import DovecotServer
from fault_proxy import FaultProxy
from scripted_imap import ScriptedIMAP, Session

CANARY = 'c4n4ry-Pa"ss\\wörd'


@pytest.fixture
def proxy(dovecot: DovecotServer) -> Iterator[FaultProxy]:
    with FaultProxy(dovecot.port) as between:
        yield between


@pytest.fixture
def tls_proxy(dovecot: DovecotServer) -> Iterator[FaultProxy]:
    with FaultProxy(dovecot.tls_port) as between:
        yield between


def server_for(scripted: ScriptedIMAP, security: str = "none", password: str = CANARY, ca_file: str = "") -> MailServer:
    return MailServer("127.0.0.1", scripted.port, security, "ana", lambda: password, ca_file or None, 5.0)


def error_of(server: MailServer) -> SourceError:
    error = Log(server).try_sync()
    assert error is not None
    return error


def never_asked() -> str:
    pytest.fail("the password was asked for before the server could be trusted")


@pytest.mark.parametrize("security", ["tls", "starttls", "none"])
def test_reading_with_each_security(dovecot: DovecotServer, user: str, security: str) -> None:
    dovecot.append(user, "INBOX", [message(1)])
    log = Log(server_of(dovecot, user, security))
    log.sync()
    assert log.subjects() == ["Number 1"]


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_nothing_readable_passes_with_tls(
    dovecot: DovecotServer, proxy: FaultProxy, tls_proxy: FaultProxy, user: str, security: str
) -> None:
    dovecot.append(user, "INBOX", [message(1)])
    between = tls_proxy if security == "tls" else proxy
    Log(server_of(dovecot, user, security, port=between.port)).sync()
    assert b"AUTHENTICATE" not in between.sent
    assert b"Number 1" not in between.received
    assert (b"STARTTLS" in between.sent) == (security == "starttls")


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_certificate_of_an_unknown_ca_is_refused_before_any_credential(
    dovecot: DovecotServer, proxy: FaultProxy, tls_proxy: FaultProxy, user: str, security: str
) -> None:
    other = dovecot.base / "other-ca.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    between = tls_proxy if security == "tls" else proxy
    for ca_file in (str(other), None):
        server = server_of(dovecot, user, security, between.port, never_asked)
        error = error_of(MailServer(server.host, server.port, security, user, never_asked, ca_file))
        assert isinstance(error, UntrustedServer)
        assert "certificate" in error.message
    assert b"LOGIN" not in between.sent
    assert b"AUTHENTICATE" not in between.sent


@pytest.mark.parametrize(
    ("name", "valid_until", "advice"),
    [
        ("elsewhere.example", datetime(2100, 1, 1, tzinfo=UTC), "check `host`"),
        ("127.0.0.1", datetime(2020, 2, 1, tzinfo=UTC), "whoever runs the server has to renew it"),
    ],
)
def test_a_certificate_of_another_host_or_time_is_refused(
    dovecot: DovecotServer, name: str, valid_until: datetime, advice: str
) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    since = datetime(2020, 1, 1, tzinfo=UTC)
    dovecot.ca.issue_cert(name, not_before=since, not_after=valid_until).configure_cert(context)
    with ScriptedIMAP(capabilities="IMAP4rev1 STARTTLS AUTH=PLAIN", tls=context) as scripted:
        server = MailServer("127.0.0.1", scripted.port, "starttls", "ana", never_asked, str(dovecot.ca_file), 5.0)
        error = error_of(server)
        assert isinstance(error, UntrustedServer)
        assert advice in error.hint
        assert scripted.count("AUTHENTICATE") == scripted.count("LOGIN") == 0


def test_a_ca_file_that_is_none_is_an_error_of_ours(dovecot: DovecotServer, user: str) -> None:
    for ca_file in (str(dovecot.base / "missing.pem"), str(dovecot.base / "dovecot.conf")):
        assert "ca_file" in error_of(server_of(dovecot, user, "tls", ca_file=ca_file)).message


def test_a_plain_port_asked_for_tls_is_told_apart(dovecot: DovecotServer, user: str) -> None:
    error = error_of(server_of(dovecot, user, "tls", port=dovecot.port))
    assert isinstance(error, UntrustedServer)
    assert "starttls" in error.hint


def test_starttls_that_is_not_offered_sends_nothing() -> None:
    with ScriptedIMAP(capabilities="IMAP4rev1 AUTH=PLAIN") as scripted:  # stripped on the way
        server = MailServer("127.0.0.1", scripted.port, "starttls", "ana", never_asked)
        error = error_of(server)
        assert isinstance(error, UntrustedServer)
        assert scripted.commands == ["CAPABILITY"]


def test_starttls_that_is_refused_sends_nothing() -> None:
    def refuse(session: Session, tag: str, _: str) -> None:
        session.send(f"{tag} NO not today\r\n")

    with ScriptedIMAP(capabilities="IMAP4rev1 STARTTLS AUTH=PLAIN", scripts={"STARTTLS": refuse}) as scripted:
        error_of(MailServer("127.0.0.1", scripted.port, "starttls", "ana", never_asked))
        assert scripted.commands == ["CAPABILITY", "STARTTLS"]


def test_a_session_said_to_be_logged_in_already_is_refused_with_starttls() -> None:
    with ScriptedIMAP(greeting="* PREAUTH welcome\r\n", capabilities="IMAP4rev1 STARTTLS") as scripted:
        error = error_of(MailServer("127.0.0.1", scripted.port, "starttls", "ana", never_asked))
        assert isinstance(error, UntrustedServer)
        assert scripted.commands == ["CAPABILITY"]


@pytest.mark.parametrize("before_tls", [True, False])
def test_what_is_said_before_tls_does_not_count_after_it(dovecot: DovecotServer, before_tls: bool) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    dovecot.ca.issue_cert("127.0.0.1").configure_cert(context)

    def inject(session: Session, tag: str, _: str) -> None:
        listing = '* LIST () "/" "Injected"\r\n'
        session.send(listing + f"{tag} OK begin\r\n" if before_tls else f"{tag} OK begin\r\n" + listing)
        session.start_tls(context)

    capabilities = "IMAP4rev1 STARTTLS AUTH=PLAIN"
    with ScriptedIMAP(capabilities=capabilities, scripts={"STARTTLS": inject}) as scripted:
        log = Log(server_for(scripted, "starttls", ca_file=str(dovecot.ca_file)))
        assert log.try_sync() is None
        assert list(log.seen) == ["INBOX"]
        assert scripted.count("EXAMINE") == 1


# --- credentials ---


@pytest.mark.parametrize("security", ["none", "tls"])
def test_a_wrong_password_is_said_without_it(
    dovecot: DovecotServer, user: str, security: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    error = error_of(server_of(dovecot, user, security, password=lambda: CANARY))
    assert isinstance(error, AuthenticationFailed)
    assert user in error.message
    assert "c4n4ry" not in caplog.text + error.message + error.hint + repr(error) + repr(error.__cause__)


ECHO = "{tag} NO [AUTHENTICATIONFAILED] you sent {said}\r\n"


@pytest.mark.parametrize("capabilities", ["IMAP4rev1 AUTH=PLAIN", "IMAP4rev1"])
@pytest.mark.parametrize(
    "reply",
    [
        ECHO,
        "{tag} BAD what is {said}\r\n",
        "* BYE no more {said}\r\n",
        "garbage {said}\r\n",
        "{said}" + "x" * 190 + "\r\n",
    ],
)
def test_a_server_that_echoes_the_credentials_brings_them_nowhere(
    capabilities: str, reply: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    password = 'c4n4ry"pa\\ss'

    def echo_plain(session: Session, tag: str, _: str) -> None:
        session.send("+ \r\n")
        session.send(reply.format(tag=tag, said=session.readline().decode().strip()))
        session.close()

    def echo_login(session: Session, tag: str, arguments: str) -> None:
        session.send(reply.format(tag=tag, said=arguments))
        session.close()

    scripts = {"AUTHENTICATE": echo_plain, "LOGIN": echo_login}
    with ScriptedIMAP(scripts=scripts, capabilities=capabilities) as scripted:
        error = error_of(server_for(scripted, password=password))
    shown = caplog.text + error.message + error.hint
    assert "c4n4ry" not in shown
    assert "YW5hAGM0bjRy" not in shown
    assert "AGFuYQBjNG40cn" not in shown


@pytest.mark.parametrize("trouble", ["\r\nA1 DELETE INBOX", "\n", "\r", "\0"])
def test_credentials_that_could_smuggle_commands_are_not_sent(trouble: str) -> None:
    with ScriptedIMAP() as scripted:
        for server in (
            server_for(scripted, password="pass" + trouble),
            MailServer("127.0.0.1", scripted.port, "none", "ana" + trouble, lambda: "pass"),
        ):
            assert isinstance(error_of(server), AuthenticationFailed)
        assert scripted.commands == ["CAPABILITY", "CAPABILITY"]


def test_quotes_in_credentials_arrive_as_they_are() -> None:
    with ScriptedIMAP(capabilities="IMAP4rev1") as scripted:
        server = MailServer("127.0.0.1", scripted.port, "none", 'a"n\\a', lambda: 'p"a\\ss')
        assert Log(server).try_sync() is None
        assert 'LOGIN "a\\"n\\\\a" "p\\"a\\\\ss"' in scripted.commands


def test_login_cannot_carry_more_than_ascii() -> None:
    with ScriptedIMAP(capabilities="IMAP4rev1") as scripted:
        assert isinstance(error_of(server_for(scripted)), AuthenticationFailed)
        assert scripted.commands == ["CAPABILITY"]


def test_a_server_that_forbids_passwords_in_the_clear_is_not_sent_any() -> None:
    with ScriptedIMAP(capabilities="IMAP4rev1 LOGINDISABLED") as scripted:
        assert isinstance(error_of(server_for(scripted)), UntrustedServer)
        assert scripted.commands == ["CAPABILITY"]


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ("{tag} NO [AUTHENTICATIONFAILED] no\r\n", AuthenticationFailed),
        ("{tag} NO\r\n", AuthenticationFailed),
        ("{tag} NO [UNAVAILABLE] come back later\r\n", Throttled),
        ("{tag} NO [LIMIT] Too many simultaneous connections\r\n", Throttled),
        ("* BYE too many connections\r\n", Throttled),
        ("* BYE shutting down\r\n", Unreachable),
        ("", Unreachable),  # closed: no reason to think the password wrong
    ],
)
def test_how_a_login_may_fail(reply: str, kind: type[SourceError]) -> None:
    def answer(session: Session, tag: str, _: str) -> None:
        session.send("+ \r\n")
        session.readline()
        session.send(reply.format(tag=tag))
        session.close()

    with ScriptedIMAP(scripts={"AUTHENTICATE": answer}) as scripted:
        assert type(error_of(server_for(scripted))) is kind


@pytest.mark.parametrize("greeting", ["* OK ready\r\n", "* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=FAKE] ready\r\n"])
def test_capabilities_told_before_tls_do_not_count_after_it(dovecot: DovecotServer, greeting: str) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    dovecot.ca.issue_cert("127.0.0.1").configure_cert(context)

    def inject(session: Session, tag: str, _: str) -> None:
        session.send(f"* CAPABILITY IMAP4rev1 STARTTLS\r\n{tag} OK [CAPABILITY IMAP4rev1] begin\r\n")
        session.start_tls(context)

    capabilities = "IMAP4rev1 STARTTLS AUTH=PLAIN"
    with ScriptedIMAP(None, {"STARTTLS": inject}, greeting, capabilities) as scripted:
        assert Log(server_for(scripted, "starttls", ca_file=str(dovecot.ca_file))).try_sync() is None
        assert scripted.count("AUTHENTICATE") == 1  # as it says within TLS
        assert scripted.count("LOGIN") == 0
