"""Logging in: by password or by access token, in as few round trips as the server allows."""

from __future__ import annotations

import base64
import imaplib
import re
from typing import NamedTuple

from imapclient.exceptions import IMAPClientError

from activity.errors import AuthenticationFailed, ServerFault, SourceError, UntrustedServer
from capture.credentials import checked, checked_token
from capture.mail.guarded_imap import GuardedIMAP4
from capture.mail.plain_words import is_throttling, refusal, said, throttled
from capture.mail.server import MailServer

CHALLENGES = 3
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_CHECK_BOTH = (
    "check `username` and the password; Gmail, iCloud and others want an app password here,"
    " Microsoft 365 a sign-in or a token_command"
)
_CHECK_HELPER = "run token_command in a terminal: does it print a token for this user, made for IMAP?"


class TokenRefused(AuthenticationFailed):
    """The server does not take this access token; it may have expired just now."""


class _Exchange(NamedTuple):
    """A SASL mechanism that needs one response, and what it says to a failure (RFC 4422 §3, RFC
    7628 §3.2.3)."""

    mechanism: str
    response: str
    to_failure: bytes


def log_in(imap: GuardedIMAP4, server: MailServer, secret: str) -> None:
    """Log in with `secret`, a password or an access token.

    Raises TokenRefused, AuthenticationFailed, UntrustedServer where the server takes passwords only
    with encryption, Throttled, Unreachable or ServerFault; none of them, nor its traceback, holds a
    secret.
    """
    user, secret = checked(server.username), checked(secret)
    exchange = _exchange(imap, server, user, secret)
    try:
        if exchange is not None:
            _authenticate(imap, exchange)
        else:
            imap.login(_quoted(user), secret)
    except IMAPClientError as error:
        goodbye = imap.untagged_responses.get("BYE")
        cause = imaplib.IMAP4.abort(goodbye[-1]) if goodbye else error
        sent = (secret, _encoded(f"\0{user}\0{secret}")) if exchange is None else (secret, _encoded(exchange.response))
        raise _not_let_in(cause, server, sent) from None
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, AssertionError):
        # not handed on: the traceback of such an error may show what was sent
        raise ServerFault(f"{server.where} answered the login with nonsense") from None


def _exchange(imap: GuardedIMAP4, server: MailServer, user: str, secret: str) -> _Exchange | None:
    """The mechanism to log in with; None for the LOGIN command."""
    if server.by_token:
        return _by_token(imap, server, user, secret)
    if "AUTH=PLAIN" in imap.capabilities:
        return _Exchange("PLAIN", f"\0{user}\0{secret}", b"")
    if "LOGINDISABLED" in imap.capabilities:
        raise _no_password(imap, server)
    if not (user + secret).isascii():
        raise AuthenticationFailed(f"{server.host} takes only user names and passwords in ASCII")
    return None


def _by_token(imap: GuardedIMAP4, server: MailServer, user: str, token: str) -> _Exchange:
    checked_token(token)
    if _CONTROLS.search(user):
        raise AuthenticationFailed("the user name holds a control character", "write it again in the configuration")
    if "AUTH=OAUTHBEARER" in imap.capabilities:  # RFC 7628 §3.1
        authorized = user.replace("=", "=3D").replace(",", "=2C")
        where = f"host={server.host}\1port={server.port}"
        return _Exchange("OAUTHBEARER", f"n,a={authorized},\1{where}\1auth=Bearer {token}\1\1", b"\1")
    if "AUTH=XOAUTH2" in imap.capabilities:
        return _Exchange("XOAUTH2", f"user={user}\1auth=Bearer {token}\1\1", b"")
    raise AuthenticationFailed(
        f"{server.host} offers no login by access token (neither OAUTHBEARER nor XOAUTH2)", "use password_command"
    )


def _no_password(imap: GuardedIMAP4, server: MailServer) -> SourceError:
    if imap.encrypted:
        return AuthenticationFailed(f"{server.host} allows no login by password", "use token_command")
    return UntrustedServer(f"{server.host} allows no password without encryption", 'use security = "tls"')


def _authenticate(imap: GuardedIMAP4, exchange: _Exchange) -> None:
    """AUTHENTICATE, the response with the command where the server takes it so (SASL-IR, RFC 4959)."""
    initial = "SASL-IR" in imap.capabilities
    answers = [exchange.to_failure] * (CHALLENGES - 1) + ([] if initial else [exchange.response.encode()])

    def answer(_: bytes) -> bytes:
        if not answers:
            raise imaplib.IMAP4.abort("the mail server asks without end instead of letting us in")
        return base64.b64encode(answers.pop())

    imap.authenticate_with(exchange.mechanism, _encoded(exchange.response) if initial else None, answer)


def _not_let_in(error: BaseException, server: MailServer, sent: tuple[str, ...]) -> SourceError:
    text = said(error, *sent)
    if isinstance(error, imaplib.IMAP4.abort):
        return refusal(server.where, imaplib.IMAP4.abort(text))
    if is_throttling(text):
        return throttled(f"{server.host} does not let us in now: {text}")
    if server.by_token:
        return TokenRefused(
            f"{server.host} refused the access token of {server.username}: {text}", server.sign_in or _CHECK_HELPER
        )
    return AuthenticationFailed(
        f"{server.host} refused the user name or password of {server.username}: {text}", _CHECK_BOTH
    )


def _encoded(response: str) -> str:
    return base64.b64encode(response.encode()).decode()


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
