"""Webhooks: signed, told once, and never into the own network."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from office import ANA, BOB, Office
from standardwebhooks import Webhook as Oracle
from standardwebhooks import WebhookVerificationError

from activity.errors import UntrustedServer
from crm_doubles import Receiver
from deliver.public_addresses import is_permitted
from deliver.values import Message, Value
from deliver.webhook import Webhook
from household import ago, utc
from lasttouch.local_time import utc_now
from lasttouch.outward.listener_pass import RETRIES

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OLD = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"


@pytest.fixture
def receiver(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with Receiver() as double:
        monkeypatch.setenv("HOOK_SECRET", SECRET)
        office.target(
            "hook", "webhook", url=f"{double.url}/in", secret_env="HOOK_SECRET", allow_addresses=["127.0.0.1"]
        )
        office.configure()
        office.contacts("Bob,bob@globex.example")
        yield double


def _body(double: Receiver, number: int = -1) -> str:
    return json.dumps(double.requests[number][2], separators=(",", ":"))


def _write(office: Office, days: float) -> None:
    office.receive(BOB, ANA, ago(days=days))
    office.sync()


def test_every_change_is_told_and_verified_by_the_vendors_library(office: Office, receiver: Receiver) -> None:
    """Requirement 13: thin, signed, refused there when it was altered or is 5 minutes old."""
    _write(office, 9)
    assert office.drain("hook").done == 1
    headers, body = dict(receiver.headers[0]), _body(receiver)
    told = Oracle(SECRET).verify(body, headers)
    assert told["data"] == {
        "contact": 1, "last_touch": utc(ago(days=9)), "last_touch_kind": "inbound", "before": None, "before_kind": None
    }  # fmt: skip
    assert BOB not in body
    with pytest.raises(WebhookVerificationError):
        Oracle(SECRET).verify(body.replace('"contact":1', '"contact":2'), headers)
    stale = {**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) - 301)}
    with pytest.raises(WebhookVerificationError):
        Oracle(SECRET).verify(body, stale)
    _write(office, 3)
    office.drain("hook")
    assert json.loads(_body(receiver))["data"]["before"] == utc(ago(days=9))
    assert office.drain("hook").idle
    assert len(receiver.requests) == 2


def test_an_old_message_is_refused_by_its_own_signature() -> None:
    """Requirement 13: what was signed 5 minutes ago is stale, however right the signature."""
    with Receiver() as double:
        now = utc_now() - timedelta(minutes=6)
        one = Webhook(double.url, [SECRET], lambda: now, ["127.0.0.1"])
        one.tell(Message("msg_1", now, 1, Value(now, "inbound"), Value(None)))
        with pytest.raises(WebhookVerificationError, match="old"):
            Oracle(SECRET).verify(_body(double), dict(double.headers[0]))


def test_both_secrets_sign_while_one_is_replaced(
    office: Office, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requirement 13: a receiver that knows either is content."""
    monkeypatch.setenv("OLD_SECRET", OLD)
    office.targets[-1] += 'old_secret_env = "OLD_SECRET"\n'
    _write(office, 9)
    office.drain("hook")
    for secret in (SECRET, OLD):
        assert Oracle(secret).verify(_body(receiver), dict(receiver.headers[0]))


def test_what_fails_is_told_again_under_the_same_id_and_then_parked(office: Office, receiver: Receiver) -> None:
    """5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 24 h; then no more until somebody asks for it."""
    _write(office, 9)
    office.unknown_since(utc_now() + timedelta(days=30))
    receiver.script = lambda *_: (500, None, {})
    at = utc_now()
    for wait in (timedelta(0), *RETRIES):
        at += wait
        assert office.drain("hook", lambda: at).error is not None  # noqa: B023 - asked at once
        assert office.drain("hook", lambda: at + timedelta(seconds=1)).idle  # noqa: B023
    assert office.standing("hook").parked == 1
    assert office.drain("hook", lambda: at + timedelta(days=9)).idle
    assert len(set(receiver.ids)) == 1
    assert len(receiver.ids) == 8
    receiver.script = None
    office.push("hook", "--yes")
    assert len(set(receiver.ids)) == 1
    assert office.standing("hook").owed == 0


def test_a_later_change_waits_for_the_earlier_one(office: Office, receiver: Receiver) -> None:
    _write(office, 9)
    receiver.script = lambda *_: (500, None, {})
    office.drain("hook")
    _write(office, 3)
    receiver.script = None
    office.push("hook", "--yes")
    dates = [one["data"]["last_touch"] for _, _, one in receiver.requests[1:]]
    assert dates == [utc(ago(days=9)), utc(ago(days=3))]


def test_410_switches_it_off(office: Office, receiver: Receiver) -> None:
    receiver.script = lambda *_: (410, None, {})
    _write(office, 9)
    office.drain("hook")
    _write(office, 3)
    assert office.drain("hook", lambda: utc_now() + timedelta(days=2)).idle
    assert len(receiver.requests) == 1
    assert office.standing("hook").target.state == "off"
    receiver.script = None
    office.push("hook", "--yes")
    assert [one["data"]["last_touch"] for _, _, one in receiver.requests[1:]] == [utc(ago(days=9)), utc(ago(days=3))]


@pytest.mark.parametrize(
    "address",
    ["169.254.169.254", "10.0.0.1", "192.168.1.1", "172.16.0.9", "127.0.0.1", "0.0.0.0", "100.64.0.1", "::1",
     "fe80::1", "fd00::1", "::ffff:10.0.0.1", "2002:0a00:0001::1", "224.0.0.1", "nonsense"],
)  # fmt: skip
def test_private_addresses_are_refused(address: str) -> None:
    """Requirement 14."""
    assert not is_permitted(address, [])
    assert is_permitted("93.184.215.14", [])
    assert is_permitted("10.0.0.1", ["10.0.0.0/8"])
    assert not is_permitted("11.0.0.1".replace("11", "192.168"), ["10.0.0.0/8"])


def _one(url: str, allowed: tuple[str, ...] = ()) -> None:
    now = utc_now()
    Webhook(url, [SECRET], utc_now, allowed).tell(Message("msg_1", now, 1, Value(now), Value(None)))


def test_a_webhook_into_the_own_network_is_refused_at_connect(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requirement 14: also where a name was public when it was looked up before, and by an address
    itself."""
    with Receiver() as double:
        port = double.url.rpartition(":")[2]
        with pytest.raises(UntrustedServer, match="private"):
            _one(double.url)
        with pytest.raises(UntrustedServer):
            _one("http://169.254.169.254/latest")
        real = socket.getaddrinfo

        def rebound(host: Any, *rest: Any, **more: Any) -> Any:
            return real("127.0.0.1" if host == "hooks.example" else host, *rest, **more)

        monkeypatch.setattr(socket, "getaddrinfo", rebound)
        with pytest.raises(UntrustedServer, match=r"hooks\.example"):
            _one(f"http://hooks.example:{port}/")
        assert double.requests == []
        _one(f"http://hooks.example:{port}/", ("127.0.0.0/8",))
        assert len(double.requests) == 1


def test_a_redirect_is_not_followed(office: Office, receiver: Receiver) -> None:
    """Requirement 14: whoever redirects into the own network leads nobody there."""
    with Receiver() as other:
        receiver.script = lambda *_: (307, None, {"Location": other.url})
        _write(office, 9)
        error = office.drain("hook").error
        assert error is not None
        assert "redirects" in error.message
        assert other.requests == []


def test_the_secret_is_nowhere(office: Office, receiver: Receiver) -> None:
    """Requirement 17, of a webhook."""
    _write(office, 9)
    receiver.script = lambda *_: (400, SECRET, {})
    office.drain("hook")
    said = office.run("status", "--json").out + office.run("doctor", "--json").out + office.run("push", "hook").out
    assert SECRET not in said
    for path in office.folder.rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes(), path
