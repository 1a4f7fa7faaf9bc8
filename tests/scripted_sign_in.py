"""A sign-in server over TLS that the providers' own clients accept: authorisation codes with PKCE
(RFC 7636), device codes (RFC 8628), renewals, and apps with a certificate (RFC 7523), of Microsoft
and of Google.

`browser` is what stands for the user's browser: it follows the address, agrees or does not, and
goes back.
"""

from __future__ import annotations

import base64
import hashlib
import json
import ssl
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import trustme

from scripted_dav import Reply, ScriptedDav, Seen


def _segment(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@dataclass
class SignInServer:
    """`consents`: the user agrees. `works` are the refresh tokens that are still good, `issued` all
    access tokens with what they permit. `seen` are the forms that were posted."""

    folder: Path
    tenant: str = "acme.example"
    user: str = "ana@acme.example"
    consents: bool = True
    lives: int = 3600
    works: set[str] = field(default_factory=set)
    issued: dict[str, str] = field(default_factory=dict)
    seen: list[dict[str, str]] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    error: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        authority = trustme.CA()
        self.ca_file = self.folder / "sign-in-ca.pem"
        authority.cert_pem.write_to_path(str(self.ca_file))
        self._http = ScriptedDav(self._answer, authority.issue_cert("localhost", "127.0.0.1"))
        self.url = f"https://localhost:{self._http.port}"

    def stop(self) -> None:
        self._http.stop()

    def browser(self) -> str:
        """For $BROWSER: a program that signs in."""
        script = self.folder / "browser.py"
        script.write_text(
            "import re, ssl, sys, urllib.parse, urllib.request\n"
            f"context = ssl.create_default_context(cafile={str(self.ca_file)!r})\n"
            "opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context),"
            " urllib.request.ProxyHandler({}))\n"
            "page = opener.open(sys.argv[1], timeout=20).read().decode()\n"
            "form = re.search('action=([^ >]+)>', page)\n"
            "fields = re.findall('name=([^ >]+) value=([^>]*)>', page)\n"
            "form and opener.open(form[1], urllib.parse.urlencode(fields).encode(), timeout=20).read()\n"
        )
        return f"{sys.executable} {script} %s &"

    def visit(self, url: str) -> None:
        """As a browser would."""
        context = ssl.create_default_context(cafile=str(self.ca_file))
        opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context))
        opener.open(url, timeout=20).read()

    def revoke(self) -> None:
        """The user, or an administrator, has ended it."""
        self.works.clear()

    def _answer(self, seen: Seen) -> Reply:
        parts = urlsplit(seen.path)
        query = dict(parse_qsl(parts.query))
        if parts.path.endswith("/.well-known/openid-configuration"):
            base = f"{self.url}/{parts.path.split('/')[1]}"
            return _json(200, {
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode", "issuer": f"{base}/v2.0",
            })  # fmt: skip
        if parts.path.endswith(("/authorize", "/o/oauth2/auth")):
            return self._authorise(query)
        form = {name: values[0] for name, values in parse_qs(seen.body).items()}
        if (basic := seen.headers.get("authorization", "")).startswith("Basic "):  # RFC 6749 §2.3.1
            form["client_secret"] = base64.b64decode(basic[6:]).decode().partition(":")[2]
        self.seen.append(form)
        if self.error is not None:
            return _json(400, self.error)
        if parts.path.endswith("/devicecode"):
            self.codes["device"] = {"scope": form["scope"]}
            return _json(200, {"user_code": "ABCD-EFGH", "device_code": "device", "expires_in": 900, "interval": 0,
                               "verification_uri": f"{self.url}/device", "message": "type it"})  # fmt: skip
        return self._token(form)

    def _authorise(self, query: dict[str, str]) -> Reply:
        assert query["code_challenge_method"] == "S256"
        assert urlsplit(query["redirect_uri"]).hostname in ("localhost", "127.0.0.1")
        code = f"code{len(self.codes)}"
        self.codes[code] = query
        answer = {"code": code} if self.consents else {"error": "access_denied", "error_description": "AADSTS65004: no"}
        if query.get("response_mode") == "form_post":
            fields = "".join(
                f"<input name={k} value={v.replace(' ', '+')}>" for k, v in {**answer, "state": query["state"]}.items()
            )
            page = f"<form method=post action={query['redirect_uri']}>{fields}</form>"
            return Reply(200, page.encode(), {"Content-Type": "text/html"})
        target = f"{query['redirect_uri']}?{urlencode({**answer, 'state': query['state']})}"
        return Reply(302, headers={"Location": target})

    def _token(self, form: dict[str, str]) -> Reply:
        kind = form["grant_type"]
        scope = form.get("scope", "")
        if kind == "authorization_code":
            asked = self.codes.pop(form["code"])
            digest = hashlib.sha256(form["code_verifier"].encode()).digest()
            assert base64.urlsafe_b64encode(digest).decode().rstrip("=") == asked["code_challenge"]
            scope = scope or asked["scope"]
            nonce = asked.get("nonce")
        elif kind == "refresh_token":
            nonce = None
            if form["refresh_token"] not in self.works:
                return _json(400, {"error": "invalid_grant", "error_description": "AADSTS50173: canary-description"})
        elif kind == "client_credentials":
            assert len(form["client_assertion"].split(".")) == 3
            return self._granted(scope, None, None)
        else:
            nonce = None
            scope = self.codes["device"]["scope"]
            if not self.consents:
                return _json(400, {"error": "access_denied", "error_description": "AADSTS65004"})
        renewal = f"canary-refresh-{len(self.issued)}"
        self.works.add(renewal)
        return self._granted(scope, renewal, nonce)

    def _granted(self, scope: str, renewal: str | None, nonce: str | None) -> Reply:
        token = f"canary-access-{len(self.issued)}"
        self.issued[token] = scope
        now = int(time.time())
        claims = {
            "aud": "app", "iss": f"{self.url}/{self.tenant}/v2.0", "sub": "1", "oid": "1", "tid": self.tenant,
            "iat": now, "nbf": now, "exp": now + 3600, "preferred_username": self.user, "nonce": nonce,
        }  # fmt: skip
        info = _segment({"uid": "1", "utid": "2"})
        answer: dict[str, Any] = {
            "access_token": token,
            "expires_in": self.lives,
            "token_type": "Bearer",
            "scope": scope,
        }
        if renewal is not None:
            answer |= {"refresh_token": renewal, "client_info": info, "id_token": f"{_segment({'alg': 'none'})}."
                       f"{_segment(claims)}.x"}  # fmt: skip
        return _json(200, answer)


def _json(status: int, value: dict[str, Any]) -> Reply:
    return Reply(status, json.dumps(value).encode(), {"Content-Type": "application/json"})
