"""A webhook: every change is posted, signed as the Standard Webhooks specification says."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from datetime import datetime

from activity.errors import AuthenticationFailed, SwitchedOff
from deliver.http import Server
from deliver.instants import text_of
from deliver.values import Message

GONE = 410
_TYPE = "contact.last_touch.moved"


class Webhook:
    """`secrets` are one, or two while one is replaced by the other; each as `whsec_` with base64, or any text."""

    def __init__(
        self,
        url: str,
        secrets: Sequence[str],
        now: Callable[[], datetime],
        allowed: Sequence[str] = (),
        ca_file: str | None = None,
    ) -> None:
        self._keys = [_key(one) for one in secrets]
        self._now = now
        self._url = url
        self._server = Server(url, ca_file=ca_file, allowed=allowed, now=now)

    def tell(self, message: Message) -> None:
        """One POST. Raises SwitchedOff where the receiver wants no more of them (410)."""
        body = json.dumps(payload(message), separators=(",", ":")).encode()
        at = str(int(self._now().timestamp()))
        signed = f"{message.id}.{at}.".encode() + body
        signatures = " ".join([f"v1,{_signature(key, signed)}" for key in self._keys])
        headers = {
            "Content-Type": "application/json",
            "webhook-id": message.id,
            "webhook-timestamp": at,
            "webhook-signature": signatures,
        }
        answer = self._server.send("POST", self._url, headers=headers, raw=body)
        if answer.status == GONE:
            raise SwitchedOff(f"{self._server.host} wants no more (410)", "to begin again: lasttouch push NAME --yes")
        if not 200 <= answer.status < 300:
            raise self._server.refusal(answer)

    def check(self) -> str:
        """Nothing is sent: what is sent is a change."""
        return f"{self._server.host} is told of every change, signed with {len(self._keys)} secret" + (
            "s" if len(self._keys) > 1 else ""
        )

    def close(self) -> None:
        self._server.close()


def payload(message: Message) -> dict[str, object]:
    """Thin: whose it is by our id, the date and its kind, and what was before. No name, no address, no subject."""
    return {
        "type": _TYPE,
        "timestamp": text_of(message.noted_at),
        "data": {
            "contact": message.contact,
            "last_touch": text_of(message.last.at),
            "last_touch_kind": message.last.how,
            "before": text_of(message.before.at),
            "before_kind": message.before.how,
        },
    }


def _signature(key: bytes, signed: bytes) -> str:
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def _key(secret: str) -> bytes:
    """The specification's `whsec_` and base64; what has no such beginning is taken as it is."""
    if not secret:
        raise AuthenticationFailed(
            "the webhook has no secret", "give one: openssl rand -base64 24, with whsec_ before it"
        )
    if not secret.startswith("whsec_"):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        raise AuthenticationFailed("the webhook's secret is no base64 after whsec_", "copy it anew") from None
