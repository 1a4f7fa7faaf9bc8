"""Signing in at a provider: who was sent there, and by which address whoever comes back is known."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from activity.address import normalise
from activity.errors import AuthenticationFailed
from lasttouch.configuration.config import LoadedConfig
from lasttouch.configuration.web_options import Provider as Options
from lasttouch.web.openid import OpenId, Proof

BEGIN = "/sign-in"
BACK = "/sign-in/back"
GOOD_FOR = timedelta(minutes=10)
MOST = 1000
_NOT_PLAIN = frozenset('<>()",;:\\ \t\r\n')


class Begun(NamedTuple):
    """Somebody who was sent to the provider, and did not come back yet."""

    proof: Proof
    at: datetime


class Provider:
    """Safe from several threads. With `believes_unverified` an address may be one of which nothing more is said."""

    def __init__(self, openid: OpenId, believes_unverified: bool = False) -> None:
        self._openid = openid
        self._believes_unverified = believes_unverified
        self._begun: OrderedDict[str, Begun] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        return self._openid.name

    def begin(self, now: datetime) -> tuple[str, str]:
        """Where to send a browser, and a cookie by which it is known again. Raises LasttouchError."""
        proof = Proof(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48))
        url = self._openid.address_to_sign_in(proof)
        cookie = secrets.token_urlsafe(32)
        with self._lock:
            while len(self._begun) >= MOST:
                self._begun.popitem(last=False)
            self._begun[cookie] = Begun(proof, now)
        return url, cookie

    def address_of(self, cookie: str, given: Mapping[str, str], now: datetime) -> str:
        """Of whoever comes back with this cookie and these parameters, once. Raises LasttouchError."""
        with self._lock:
            begun = self._begun.pop(cookie, None)
        if begun is None or now - begun.at > GOOD_FOR or not _same(given.get("state", ""), begun.proof.state):
            raise AuthenticationFailed("this did not begin here, or too long ago", "sign in again")
        if given.get("iss", self._openid.issuer) != self._openid.issuer:  # RFC 9207
            raise AuthenticationFailed(f"this comes from another provider than {self.name}", "sign in again")
        if "error" in given or not given.get("code"):
            raise AuthenticationFailed(f"{self.name} let nobody in", "sign in again")
        claims = self._openid.claims(given["code"], begun.proof, now)
        email, verified = claims.get("email"), claims.get("email_verified")
        is_plain = isinstance(email, str) and _NOT_PLAIN.isdisjoint(email)  # no comment, name or quotes around it
        address = normalise(email) if is_plain else None
        if address is None:
            raise AuthenticationFailed(f"{self.name} says no address by which you are known", "ask who keeps it")
        if verified is not True and (verified is not None or not self._believes_unverified):
            raise AuthenticationFailed(f"{self.name} has not verified the address {address}", "ask who keeps it")
        return address


def as_configured(loaded: LoadedConfig, said: Options, url: str) -> Provider:
    """That of `[web.provider]`; `url` is where the page is reached."""
    secret, ca_file = said.client_secret(loaded.folder), loaded.beside(said.ca_file)
    openid = OpenId(said.issuer, said.client_id, secret, said.name, url + BACK, ca_file)
    return Provider(openid, said.unverified_email)


def _same(given: str, held: str) -> bool:
    return secrets.compare_digest(given.encode("utf-8", "replace"), held.encode())
