"""Access tokens on a real server: Dovecot checks a JWT that it can verify by itself."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import secrets
import shutil
import time
from collections.abc import Iterator

import pytest
from mail_log import Log, message, server_of

from activity.errors import AuthenticationFailed
from capture.mail.idle import Watch
from capture.mail.mailboxes import Mailbox
from dovecot_server import DovecotServer
from loopback_process import server_folder

KEY = secrets.token_bytes(32)

_CONFIG = """
auth_mechanisms = plain {mechanisms}
auth_failure_delay = 0
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {base}/oauth2.conf
}}
"""
_LOCAL = """
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={base}/keys/
username_attribute = email
"""


def jwt(email: str, lives: float = 600.0) -> str:
    """A token as an issuer would sign it (RFC 7519)."""

    def part(value: dict[str, object]) -> bytes:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")

    now = int(time.time())
    head = part({"alg": "HS256", "typ": "JWT"})
    signed = head + b"." + part({"email": email, "sub": email, "iat": now - 1000, "exp": now + int(lives)})
    signature = base64.urlsafe_b64encode(hmac.digest(KEY, signed, hashlib.sha256)).rstrip(b"=")
    return (signed + b"." + signature).decode()


@pytest.fixture(scope="module", params=["xoauth2", "xoauth2 oauthbearer"])
def tokens(request: pytest.FixtureRequest, dovecot: DovecotServer) -> Iterator[DovecotServer]:
    """A Dovecot that takes tokens; `dovecot` says what to do where there is none."""
    base = server_folder("ltmt")
    keys = base / "keys" / "default" / "HS256"
    keys.mkdir(parents=True)
    (keys / "default").write_bytes(base64.b64encode(KEY))
    (base / "oauth2.conf").write_text(_LOCAL.format(base=base))
    for path in (base, base / "keys", keys.parent, keys):
        path.chmod(0o755)
    (keys / "default").chmod(0o644)
    server = DovecotServer(base, extra=_CONFIG.format(base=base, mechanisms=request.param))
    try:
        yield server.start()
    finally:
        server.stop()
        with contextlib.suppress(OSError):
            shutil.rmtree(base)


def test_a_token_lets_us_in_and_an_expired_one_is_fetched_anew(tokens: DovecotServer, user: str) -> None:
    tokens.append(user, "INBOX", [message(1)])
    printed = iter([jwt(user, lives=-60.0), jwt(user)])
    log = Log(server_of(tokens, user, password=lambda: next(printed))._replace(by_token=True))
    assert log.try_sync() is None, (tokens.base / "dovecot.log").read_text()
    assert log.subjects() == ["Number 1"]


def test_a_token_that_has_expired_for_good_is_an_authentication_failure(tokens: DovecotServer, user: str) -> None:
    lives = iter([-60.0, -30.0])
    log = Log(server_of(tokens, user, password=lambda: jwt(user, next(lives)))._replace(by_token=True))
    assert isinstance(log.try_sync(), AuthenticationFailed)


def test_a_watch_logs_in_by_token_too(tokens: DovecotServer, user: str) -> None:
    server = server_of(tokens, user, "tls", password=lambda: jwt(user))._replace(by_token=True)
    watch = Watch(server, Mailbox(b"INBOX", "INBOX", "/", frozenset()))
    tokens.append(user, "INBOX", [message(1)])
    assert watch.wait(60.0) == "changed"
    watch.close()
