"""What a request says of who asks: a password (RFC 7617), its digest (RFC 7616), or a token (RFC 6750)."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Any
from urllib.request import (
    AbstractDigestAuthHandler,
    HTTPPasswordMgr,
    Request,
    parse_http_list,
    parse_keqv_list,
)

from capture.credentials import checked_token

Authorization = Callable[[str, str], str]
"""The header's value for a request, by its method and target."""

_HASHES = {"MD5": hashlib.md5, "SHA": hashlib.sha1, "SHA-256": hashlib.sha256}


def basic(username: str, password: str) -> Authorization:
    value = f"Basic {b64encode(f'{username}:{password}'.encode()).decode()}"
    return lambda _method, _target: value


class Bearer:
    """Raises AuthenticationFailed for what is no token."""

    def __init__(self, token: str) -> None:
        self.token = checked_token(token)

    def __call__(self, _method: str, _target: str) -> str:
        return f"Bearer {self.token}"


class Digest(AbstractDigestAuthHandler):
    """By the last challenge of one server."""

    def __init__(self, username: str, password: str) -> None:
        super().__init__(_Passwords(username, password))
        self._challenge: dict[str, str] = {}

    def takes_up(self, offered: str) -> bool:
        """Is there a challenge among what WWW-Authenticate offers that we can answer?"""
        for told in _digests(offered):
            if told.get("algorithm", "MD5").upper() in _HASHES and "auth" in told.get("qop", "auth").split(","):
                self._challenge = told
                return True
        return False

    def __call__(self, method: str, target: str) -> str:
        asked = Request(
            f"http://localhost{target}", method=method
        )  # of the URL, only what stands in the request counts
        return f"Digest {self.get_authorization(asked, self._challenge)}"

    def get_algorithm_impls(self, algorithm: str) -> Any:
        """As urllib's own, which knows fewer algorithms, and passwords of nothing but ASCII."""
        hashed = _HASHES[algorithm.upper()]

        def digest(text: str) -> str:
            return hashed(text.encode()).hexdigest()

        return digest, lambda secret, data: digest(f"{secret}:{data}")


class _Passwords(HTTPPasswordMgr):
    """The same for whatever is asked for."""

    def __init__(self, username: str, password: str) -> None:
        super().__init__()
        self._pair = username, password

    def find_user_password(self, realm: str, authuri: str) -> tuple[str, str]:
        return self._pair


def _digests(offered: str) -> Iterator[dict[str, str]]:
    """The digests among several challenges in one line (RFC 9110 §11.6.1)."""
    challenges: list[tuple[str, list[str]]] = []
    for part in parse_http_list(offered):
        scheme, space, first = part.partition(" ")
        if "=" not in scheme:
            challenges.append((scheme.lower(), [first] if space else []))
        elif challenges:
            challenges[-1][1].append(part)
    for _, parts in (one for one in challenges if one[0] == "digest"):
        given = [one.strip() for one in parts if one.partition("=")[2].strip()]
        told = {name.strip().lower(): value for name, value in parse_keqv_list(given).items()}
        if {"realm", "nonce"} <= told.keys():
            yield told | ({"qop": told["qop"].replace(" ", "")} if "qop" in told else {})
