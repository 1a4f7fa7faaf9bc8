"""What is asked of an OpenID provider: OpenID Connect Core 1.0, 3.1, by a code, with PKCE (RFC 7636).

The libraries for it are an extra, and imported by whoever is the first to sign in so.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from activity.errors import AuthenticationFailed, LasttouchError, in_words
from capture.credentials import Secret
from capture.dav.origins import is_loopback

_SECONDS = 10
_LEEWAY = 60  # seconds by which clocks differ
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
_NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_ASKED = (*_NEEDED, "userinfo_endpoint")
_log = logging.getLogger(__name__)


class Proof(NamedTuple):
    """What shows that an answer is the one to our question."""

    state: str
    nonce: str
    verifier: str


class OpenId(NamedTuple):
    """A provider and what we are to it; `name` is what people call it, `back` where it sends them."""

    issuer: str
    client_id: str
    secret: Secret | None
    name: str
    back: str
    ca_file: str | None = None

    def address_to_sign_in(self, proof: Proof) -> str:
        """Where to send a browser. Raises LasttouchError."""
        with self._client() as client:
            url, _ = client.create_authorization_url(
                self._about(client)["authorization_endpoint"],
                state=proof.state, nonce=proof.nonce, code_verifier=proof.verifier,
            )  # fmt: skip
        return str(url)

    def claims(self, code: str, proof: Proof, now: datetime) -> Mapping[str, Any]:
        """What the provider says of whoever brings this code. Raises LasttouchError."""
        with self._client() as client:
            about = self._about(client)
            with self._told():
                given = client.fetch_token(
                    about["token_endpoint"], grant_type="authorization_code", code=code, code_verifier=proof.verifier
                )
                keys = _object(client.request("GET", about["jwks_uri"], withhold_token=True))
            claims = self._verified(given.get("id_token"), keys, proof.nonce, now)
            if "email" not in claims and "userinfo_endpoint" in about:
                with self._told():
                    more = _object(client.request("GET", about["userinfo_endpoint"]))
                if more.get("sub") == claims["sub"]:  # OpenID Connect Core 1.0, 5.3.2
                    claims |= {name: more[name] for name in ("email", "email_verified") if name in more}
            return claims

    def _verified(self, token: object, keys: Any, nonce: str, now: datetime) -> dict[str, Any]:
        """OpenID Connect Core 1.0, 3.1.3.7. Raises AuthenticationFailed."""
        from joserfc import errors, jwk, jwt  # noqa: PLC0415 - an extra

        registry = jwt.JWTClaimsRegistry(
            int(now.timestamp()), _LEEWAY,
            iss={"essential": True, "value": self.issuer}, aud={"essential": True, "value": self.client_id},
            sub={"essential": True}, exp={"essential": True}, iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )  # fmt: skip
        try:
            claims = jwt.decode(str(token), jwk.KeySet.import_key_set(keys), algorithms=_ALGORITHMS).claims
            registry.validate(claims)
        except (errors.JoseError, ValueError, TypeError, KeyError) as error:
            _log.warning("what %s says of who signs in does not hold: %s", self.issuer, type(error).__name__)
            raise AuthenticationFailed(f"what {self.name} says of who this is does not hold", "sign in again") from None
        if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != self.client_id:
            raise AuthenticationFailed(f"what {self.name} says of who this is was meant for another", "sign in again")
        return dict(claims)

    def _about(self, client: Any) -> dict[str, Any]:
        """OpenID Connect Discovery 1.0, 4. Raises LasttouchError."""
        with self._told():
            where = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
            about = _object(client.request("GET", where, withhold_token=True))
        if about.get("issuer") != self.issuer:
            calls_itself = str(about.get("issuer"))[:200]
            raise LasttouchError(
                f"{self.issuer} calls itself {calls_itself!r}", "write `issuer` as it does, to the letter"
            )
        for one in _ASKED:
            if (one in _NEEDED or one in about) and not _may_be_asked(about.get(one)):
                raise LasttouchError(f"{self.name} names no {one} that may be asked", "see how the provider is set up")
        return about

    def _client(self) -> Any:
        try:
            from authlib.integrations.httpx_client import OAuth2Client  # noqa: PLC0415 - an extra
        except ImportError:
            raise LasttouchError(
                "signing in at a provider needs packages that are not installed",
                "install them beside lasttouch: pipx install '.[web,oidc]'",
            ) from None
        try:
            secret = None if self.secret is None else self.secret()
        except AuthenticationFailed as error:  # where it is kept is nothing for whoever looks at the page
            _log.warning("the secret for %s: %s. %s", self.issuer, error.message, error.hint)
            raise self._is_not_there() from None
        return OAuth2Client(
            self.client_id, secret, redirect_uri=self.back, scope="openid email", code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic" if secret else "none", timeout=_SECONDS,
            verify=self._trusted(),
        )  # fmt: skip

    def _trusted(self) -> ssl.SSLContext | bool:
        """Raises LasttouchError where what `ca_file` names cannot be read."""
        if self.ca_file is None:
            return True
        try:
            return ssl.create_default_context(cafile=self.ca_file)
        except OSError as error:
            _log.warning("the certificate for %s at %s: %s", self.issuer, self.ca_file, in_words(error, "it is none"))
            raise self._is_not_there() from None

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What goes wrong between us and the provider, in plain words; the log has the rest."""
        from authlib.common.errors import AuthlibBaseError  # noqa: PLC0415 - an extra
        from httpx2 import HTTPError  # noqa: PLC0415

        try:
            yield
        except AuthlibBaseError as error:
            _log.warning("%s refused to say who signs in: %s", self.issuer, error.error)
            raise AuthenticationFailed(f"{self.name} does not say who this is", "sign in again") from None
        except (HTTPError, ValueError, OSError) as error:
            _log.warning("%s cannot be asked who signs in: %s", self.issuer, type(error).__name__)
            raise self._is_not_there() from None

    def _is_not_there(self) -> LasttouchError:
        return LasttouchError(f"{self.name} cannot be asked now", "try again later, or: lasttouch web login")


def _object(answer: Any) -> dict[str, Any]:
    """Raises HTTPError, ValueError."""
    value = answer.raise_for_status().json()
    if not isinstance(value, dict):
        raise ValueError
    return value


def _may_be_asked(url: object) -> bool:
    """Is it https, or this very machine?"""
    if not isinstance(url, str):
        return False
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
