"""Logging in: which way, in how many round trips, and with tokens that expire."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable

import pytest
from mail_log import Log, three

from activity.errors import AuthenticationFailed, ServerFault, SourceError, Throttled, Unreachable, UntrustedServer
from capture.mail.server import MailServer
from scripted_imap import ScriptedIMAP, Session

TOKEN = "ya29.c4n4ry-t0ken"
GOOD = "IMAP4rev1 SASL-IR AUTH=PLAIN LIST-STATUS"
REFUSAL = base64.b64encode(json.dumps({"status": "400", "schemes": "Bearer"}).encode()).decode()


class TokenServer:
    """Takes XOAUTH2 and OAUTHBEARER with one of `valid`; `payloads` are the responses it was
    sent."""

    def __init__(self, valid: set[str]) -> None:
        self.valid = valid
        self.payloads: list[str] = []
        self.dummies: list[str] = []

    def __call__(self, session: Session, tag: str, arguments: str) -> None:
        _, _, initial = arguments.partition(" ")
        if not initial:
            session.send("+ \r\n")
            initial = session.readline().decode().strip()
        payload = base64.b64decode(initial).decode()
        self.payloads.append(payload)
        if any(f"auth=Bearer {token}\1\1" in payload for token in self.valid):
            session.ok(tag, f"[CAPABILITY {GOOD}] welcome")
            return
        session.send(f"+ {REFUSAL}\r\n")
        self.dummies.append(session.readline().decode().strip())
        session.send(f"{tag} NO [AUTHENTICATIONFAILED] Invalid credentials {payload[-40:]!r} {initial}\r\n")


class Helper:
    """A token command: gives out `tokens` one after the other, the last one for ever."""

    def __init__(self, *tokens: str) -> None:
        self.tokens = list(tokens)
        self.runs = 0

    def __call__(self) -> str:
        self.runs += 1
        return self.tokens[min(self.runs, len(self.tokens)) - 1]


def log_with(
    scripted: ScriptedIMAP, secret: Callable[[], str], user: str = "ana@acme.example", by_token: bool = True
) -> Log:
    return Log(MailServer("127.0.0.1", scripted.port, "none", user, secret, None, 5.0, by_token))


def error_of(log: Log) -> SourceError:
    error = log.try_sync()
    assert error is not None
    return error


@pytest.mark.parametrize("ir", ["", " SASL-IR"])
def test_xoauth2(ir: str) -> None:
    server = TokenServer({TOKEN})
    with ScriptedIMAP(three(), {"AUTHENTICATE": server}, capabilities="IMAP4rev1 AUTH=XOAUTH2" + ir) as scripted:
        log = log_with(scripted, lambda: TOKEN)
        assert log.try_sync() is None
        assert server.payloads == [f"user=ana@acme.example\1auth=Bearer {TOKEN}\1\1"]
        assert log.count() == 5


def test_oauthbearer_where_it_is_offered() -> None:
    server = TokenServer({TOKEN})
    capabilities = "IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 AUTH=OAUTHBEARER SASL-IR"
    with ScriptedIMAP(three(), {"AUTHENTICATE": server}, capabilities=capabilities) as scripted:
        assert log_with(scripted, lambda: TOKEN, user="a=b,c").try_sync() is None
        where = f"host=127.0.0.1\1port={scripted.port}"
        assert server.payloads == [f"n,a=a=3Db=2Cc,\1{where}\1auth=Bearer {TOKEN}\1\1"]


def test_an_expired_token_is_fetched_once_more() -> None:
    server, helper = TokenServer({"fresh"}), Helper("stale", "fresh")
    with ScriptedIMAP(three(), {"AUTHENTICATE": server}, capabilities="IMAP4rev1 AUTH=XOAUTH2 SASL-IR") as scripted:
        log = log_with(scripted, helper)
        assert log.try_sync() is None
        assert (helper.runs, len(server.payloads), log.count()) == (2, 2, 5)


@pytest.mark.parametrize(("mechanism", "dummy"), [("XOAUTH2", ""), ("OAUTHBEARER", base64.b64encode(b"\1").decode())])
def test_a_token_that_is_never_taken_makes_no_loop(
    mechanism: str, dummy: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server, helper = TokenServer(set()), Helper(TOKEN, TOKEN + "2", TOKEN + "3")
    with ScriptedIMAP(scripts={"AUTHENTICATE": server}, capabilities=f"IMAP4rev1 AUTH={mechanism}") as scripted:
        error = error_of(log_with(scripted, helper))
        assert isinstance(error, AuthenticationFailed)
        assert "token_command" in error.hint
        assert (helper.runs, len(server.payloads), scripted.connections) == (2, 2, 2)
        assert server.dummies == [dummy, dummy]
        assert "c4n4ry" not in caplog.text + error.message + error.hint + repr(error.__cause__)


def test_the_same_token_is_not_tried_again() -> None:
    server, helper = TokenServer(set()), Helper(TOKEN)
    with ScriptedIMAP(scripts={"AUTHENTICATE": server}, capabilities="IMAP4rev1 AUTH=XOAUTH2") as scripted:
        assert isinstance(error_of(log_with(scripted, helper)), AuthenticationFailed)
        assert (helper.runs, len(server.payloads)) == (2, 1)


def test_every_connection_has_a_token_of_its_own() -> None:
    server, helper = TokenServer({"one", "two"}), Helper("one", "two")

    def cut_once(session: Session, tag: str, arguments: str) -> None:
        scripted.scripts.pop("FETCH")
        session.close()

    scripts = {"AUTHENTICATE": server, "FETCH": cut_once}
    with ScriptedIMAP(three(), scripts, capabilities="IMAP4rev1 AUTH=XOAUTH2") as scripted:
        assert isinstance(log_with(scripted, helper).try_sync(), Unreachable)
        assert [payload.split("Bearer ")[1][:3] for payload in server.payloads] == ["one", "two"]


@pytest.mark.parametrize("token", ["a\rb", "a\nb", "a\0b", "a\1user=eve", "a b", "tøken"])
def test_what_is_no_token_is_not_sent(token: str) -> None:
    with ScriptedIMAP(capabilities="IMAP4rev1 AUTH=XOAUTH2 SASL-IR") as scripted:
        error = error_of(log_with(scripted, lambda: token))
        assert isinstance(error, AuthenticationFailed)
        assert token not in error.message + error.hint
        assert scripted.count("AUTHENTICATE") == 0


def test_a_server_that_takes_no_tokens_is_sent_none() -> None:
    with ScriptedIMAP(capabilities="IMAP4rev1 AUTH=PLAIN") as scripted:
        error = error_of(log_with(scripted, lambda: TOKEN))
        assert isinstance(error, AuthenticationFailed)
        assert "no login by access token" in error.message
        assert scripted.commands == ["CAPABILITY"]


def test_a_server_that_asks_without_end_is_left() -> None:
    def ask(session: Session, tag: str, _: str) -> None:
        while True:
            session.send("+ \r\n")
            if not session.readline():
                return

    for capabilities in ("IMAP4rev1 AUTH=XOAUTH2", "IMAP4rev1 AUTH=XOAUTH2 SASL-IR"):
        with ScriptedIMAP(scripts={"AUTHENTICATE": ask}, capabilities=capabilities) as scripted:
            assert isinstance(error_of(log_with(scripted, lambda: TOKEN)), Unreachable | ServerFault)


# --- round trips ---


def _welcome(session: Session, tag: str, arguments: str) -> None:
    session.ok(tag, f"[CAPABILITY {GOOD}] welcome")


def test_a_poll_with_nothing_new_is_one_command_after_the_login() -> None:
    def listing(session: Session, tag: str, arguments: str) -> None:
        assert "STATUS (MESSAGES UIDNEXT UIDVALIDITY" in arguments
        for name, box in scripted.boxes.items():
            session.send(f'* LIST () "/" "{name}"\r\n')
            numbers = f"MESSAGES {len(box.messages)} UIDNEXT {box.uidnext} UIDVALIDITY {box.validity}"
            session.send(f'* STATUS "{name}" ({numbers})\r\n')
        session.ok(tag)

    scripts = {"AUTHENTICATE": _welcome, "LIST": listing}
    greeting = f"* OK [CAPABILITY {GOOD}] ready\r\n"
    with ScriptedIMAP(three(), scripts, greeting=greeting) as scripted:
        log = log_with(scripted, lambda: "pw", by_token=False)
        assert log.try_sync() is None
        scripted.commands.clear()
        assert log.sync() == []
        # the client does not wait for LOGOUT, so that the first pass's may be noted by now, and the
        # second's not yet
        commands = [command for command in scripted.commands if command != "LOGOUT"]
        assert [command.split()[0] for command in commands] == ["AUTHENTICATE", "LIST"]
        _, mechanism, initial = commands[0].split()
        assert (mechanism, base64.b64decode(initial)) == ("PLAIN", b"\0ana@acme.example\0pw")


def test_who_we_are_is_said_at_once_to_whoever_wants_to_know() -> None:
    """NetEase opens no mailbox before. The server here answers only once the next command is
    there."""
    answers: list[str] = []

    def who(session: Session, tag: str, arguments: str) -> None:
        assert arguments == '("name" "lasttouch")'
        answers.append(f'* ID ("name" "scripted")\r\n{tag} OK welcome\r\n')

    def listing(session: Session, tag: str, arguments: str) -> None:
        session.send(answers.pop())
        scripted.answer_list(session, tag, arguments)

    def examine(session: Session, tag: str, arguments: str) -> None:
        if scripted.commands[1].startswith("ID "):
            scripted.answer_examine(session, tag, arguments)
        else:
            session.send(f"{tag} NO Unsafe Login\r\n")

    def welcome(session: Session, tag: str, arguments: str) -> None:
        session.ok(tag, "[CAPABILITY IMAP4rev1 ID] welcome")

    scripts = {"AUTHENTICATE": welcome, "ID": who, "LIST": listing, "EXAMINE": examine}
    greeting = "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR ID] ready\r\n"
    with ScriptedIMAP(three(), scripts, greeting=greeting) as scripted:
        log = log_with(scripted, lambda: "pw", by_token=False)
        assert log.try_sync() is None
        assert log.count() == 5


def test_a_bare_line_feed_ends_an_answer() -> None:
    def welcome(session: Session, tag: str, arguments: str) -> None:
        session.send(f"* CAPABILITY IMAP4rev1 ID\n{tag} OK\n")

    def listing(session: Session, tag: str, arguments: str) -> None:
        session.send(f'* LIST () "/" INBOX\n* LIST () "/" {{4}}\nWork\n{tag} OK listed\n')

    greeting = "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready\n"
    with ScriptedIMAP(three(), {"AUTHENTICATE": welcome, "LIST": listing}, greeting=greeting) as scripted:
        log = log_with(scripted, lambda: "pw", by_token=False)
        assert log.try_sync() is None
        assert log.count() == 5


def test_who_does_not_ask_is_not_told() -> None:
    with ScriptedIMAP(three()) as scripted:
        assert log_with(scripted, lambda: "pw", by_token=False).try_sync() is None
        assert scripted.count("ID") == 0


def test_capabilities_are_asked_for_where_neither_greeting_nor_login_tells() -> None:
    with ScriptedIMAP(
        three(), capabilities="IMAP4rev1 AUTH=PLAIN SASL-IR", scripts={"AUTHENTICATE": Session.ok}
    ) as scripted:
        assert log_with(scripted, lambda: "pw", by_token=False).try_sync() is None
        assert scripted.count("CAPABILITY") == 2


def test_a_greeting_that_is_logged_in_needs_no_login() -> None:
    with ScriptedIMAP(three(), greeting="* PREAUTH tunnelled\r\n") as scripted:
        log = log_with(scripted, lambda: pytest.fail("asked"), by_token=False)
        assert log.try_sync() is None
        assert log.count() == 5


def test_a_server_that_forbids_passwords_says_what_else_there_is() -> None:
    with ScriptedIMAP(capabilities="IMAP4rev1 LOGINDISABLED AUTH=XOAUTH2") as scripted:
        assert isinstance(error_of(log_with(scripted, lambda: "pw", by_token=False)), UntrustedServer)
        assert scripted.commands == ["CAPABILITY"]


# --- throttling ---


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("{tag} NO [THROTTLED] slow down\r\n", None),
        ("{tag} NO [LIMIT] Rate limit hit, retry in 90 seconds\r\n", 90.0),
        ("{tag} NO [UNAVAILABLE] Maximum number of connections from user+IP exceeded\r\n", None),
        ("{tag} NO [INUSE] locked\r\n", None),
        ("{tag} NO [ALERT] Maximum number of connections reached\r\n", None),
        ("{tag} NO Login failed: maximum of 10 simultaneous sessions\r\n", None),
        ("{tag} NO [OVERQUOTA] over quota\r\n", None),
        ("{tag} NO [ALERT] Too many simultaneous connections. (Failure)\r\n", None),
        ("{tag} NO Account exceeded command or bandwidth limits. (Failure)\r\n", None),
        ("{tag} BAD Request is throttled. Suggested Backoff Time: 299961 milliseconds\r\n", 299.961),
        ("{tag} NO Server Unavailable. 15\r\n", None),
        ("{tag} NO too many requests, try again in 2 days or wait 300 min\r\n", 3600.0),
        ("* BYE Too many connections, try again in 5 minutes\r\n", 300.0),
    ],
)
@pytest.mark.parametrize("command", ["AUTHENTICATE", "LIST", "EXAMINE", "SEARCH", "FETCH"])
def test_throttling_at_any_command_is_the_same_error(command: str, words: str, seconds: float | None) -> None:
    def answer(session: Session, tag: str, arguments: str) -> None:
        session.send(words.format(tag=tag))
        if words.startswith("*"):
            session.close()

    capabilities = "IMAP4rev1 AUTH=PLAIN SASL-IR"
    with ScriptedIMAP(three(), {"AUTHENTICATE": _welcome, command: answer}, capabilities=capabilities) as scripted:
        error = error_of(log_with(scripted, lambda: "pw", by_token=False))
        assert isinstance(error, Throttled)
        assert error.retry_after == seconds
        assert scripted.connections == 1  # it is not tried again before its time
