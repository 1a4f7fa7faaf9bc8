"""Signing in at a provider of OpenID Connect, against one that runs here: who has the address of a
user."""

from __future__ import annotations

import base64
import hashlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import httpx2
import oidc_provider_mock
import pytest
from joserfc import jwk, jwt
from oidc_provider_mock import User
from starlette.testclient import TestClient

from lasttouch.configuration.config import load_config
from lasttouch.local_time import utc_now
from lasttouch.web import openid, provider
from lasttouch.web.listening import trust_of
from web_world import BASE, Looked, WebWorld

PEOPLE = {
    "ana": {"email": "Ana@ACME.example", "email_verified": True},
    "ben": {"email": "ben@acme.example", "email_verified": False},
    "cleo": {"email": "cleo@acme.example"},
    "dan": {"email": "dan@elsewhere.example", "email_verified": True},
    "eve": {"email": "ana", "email_verified": True},
    "mallory": {"email": "Mallory <ana@acme.example>", "email_verified": True},
    "nobody": {},
}


@dataclass
class Registered:
    """What the page is at the provider."""

    issuer: str
    client_id: str
    client_secret: str


@pytest.fixture(scope="module")
def there() -> Iterator[Registered]:
    people = [User(sub=sub, claims=claims) for sub, claims in PEOPLE.items()]
    with oidc_provider_mock.run_server_in_thread(
        require_client_registration=True, require_nonce=True, user_claims=people
    ) as server:
        issuer = f"http://localhost:{server.server_port}"
        said = {"redirect_uris": [f"{BASE}/sign-in/back"], "token_endpoint_auth_method": "client_secret_basic"}
        made = httpx.post(f"{issuer}/oauth2/clients", json=said).json()
        yield Registered(issuer, made["client_id"], made["client_secret"])


@pytest.fixture
def page(world: WebWorld, there: Registered) -> Looked:
    (world.folder / "provider.secret").write_text(f"{there.client_secret}\n")
    world.users = {name: {"email": f"{name}@acme.example"} for name in ("ana", "ben", "cleo")}
    world.accounts["ana"]["user"] = "ana"
    world.top = (
        f'[web]\nlisten = "127.0.0.1:0"\nurl = "{BASE}"\n[web.provider]\nissuer = "{there.issuer}"\n'
        f'client_id = "{there.client_id}"\nclient_secret_file = "provider.secret"\nname = "Acme"\n'
    )
    world.sync()
    return _looked(world)


def _looked(world: WebWorld) -> Looked:
    loaded = load_config(world.config)
    assert loaded.config.web.provider is not None
    return Looked(world, provider.as_configured(loaded, loaded.config.web.provider, BASE))


def _begun(client: TestClient) -> str:
    """Where the provider is asked who this is."""
    answer = client.get("/sign-in")
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def _let_in(url: str, who: str) -> str:
    """The path by which the provider sends them back."""
    answer = httpx.post(url, data={"sub": who})
    assert answer.status_code in (302, 303), answer.text
    assert answer.headers["location"].startswith(f"{BASE}/sign-in/back?")
    return str(answer.headers["location"]).removeprefix(BASE)


def test_who_signs_in_there_is_whose_address_they_have(page: Looked, monkeypatch: pytest.MonkeyPatch) -> None:
    client, sent = page.client(), []
    monkeypatch.setattr(
        httpx2.Client, "send", lambda *one, _as=httpx2.Client.send, **more: sent.append(one[1]) or _as(*one, **more)
    )
    assert "Sign in with Acme" in client.get("/").text
    url = _begun(client)
    asked = {name: value for name, (value,) in parse_qs(urlsplit(url).query).items()}
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert len(asked["code_challenge"]) == 43
    assert {"openid", "email"} == set(asked["scope"].split())
    before = page.world.content()
    answer = client.get(_let_in(url, "ana"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "Signed in as ana" in client.get("/").text
    (exchanged,) = [parse_qs(one.content.decode()) for one in sent if one.method == "POST"]
    hashed = hashlib.sha256(exchanged["code_verifier"][0].encode()).digest()
    assert base64.urlsafe_b64encode(hashed).decode().rstrip("=") == asked["code_challenge"], "PKCE, RFC 7636"
    assert page.world.content() == before


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("ben", "has not verified the address ben@acme.example"),
        ("cleo", "has not verified the address cleo@acme.example"),
        ("dan", "none of its users"),
        ("eve", "says no address"),
        ("mallory", "says no address"),
        ("nobody", "says no address"),
    ],
)
def test_who_is_known_by_no_verified_address_of_a_user_stays_out(page: Looked, who: str, words: str) -> None:
    client = page.client()
    answer = client.get(_let_in(_begun(client), who))
    assert (answer.status_code, words in answer.text) == (403, True), answer.text
    assert client.get("/").status_code == 401


def test_an_address_nothing_is_said_of_is_believed_where_the_configuration_says_so(page: Looked) -> None:
    page.world.top += "unverified_email = true\n"
    page.world.configure()
    looked = _looked(page.world)
    for who, status in (("cleo", 303), ("ben", 403)):
        client = looked.client()
        assert client.get(_let_in(_begun(client), who)).status_code == status, who


def test_a_forged_state_another_browser_a_second_use_and_one_too_late_are_refused(page: Looked) -> None:
    client = page.client()
    path = _let_in(_begun(client), "ana")
    code = parse_qs(urlsplit(path).query)["code"][0]
    forged = f"/sign-in/back?{urlencode({'code': code, 'state': 'forged'})}"
    other = page.client()
    _begun(other)
    for browser, back in ((client, forged), (client, path), (other, path), (page.client(), path)):
        answer = browser.get(back)
        assert answer.status_code == 403
        assert "did not begin here" in answer.text
    path = _let_in(_begun(client), "ana")
    assert client.get(path).status_code == 303
    assert page.client().get(path).status_code == 403
    late = page.client()
    path = _let_in(_begun(late), "ana")
    page.now = utc_now() + timedelta(minutes=10, seconds=2)
    assert late.get(path).status_code == 403
    for back in ("", "?error=access_denied", "?code=x&state=", "?state=é&code=x"):
        assert page.client().get(f"/sign-in/back{back}").status_code == 403


def test_a_code_that_somebody_caught_is_worth_nothing_in_another_browser(page: Looked) -> None:
    """It is sent back under a state of the catcher's own; this provider looks at no verifier, and
    we at the nonce."""
    client, catcher = page.client(), page.client()
    caught = parse_qs(urlsplit(_let_in(_begun(client), "ana")).query)["code"][0]
    own = parse_qs(urlsplit(_begun(catcher)).query)["state"][0]
    answer = catcher.get(f"/sign-in/back?{urlencode({'code': caught, 'state': own})}")
    assert answer.status_code == 403
    assert catcher.get("/").status_code == 401


KEY = jwk.RSAKey.generate_key(2048, {"kid": "k", "use": "sig", "alg": "RS256"})
OTHER = jwk.RSAKey.generate_key(2048, {"kid": "k", "use": "sig", "alg": "RS256"})
SHARED = jwk.OctKey.generate_key(256, {"kid": "s"})
ISSUER, US = "https://login.acme.example", "lasttouch"


def _said(key: Any = KEY, alg: str = "RS256", **other: Any) -> str:
    now = int(utc_now().timestamp())
    claims = {"iss": ISSUER, "aud": US, "sub": "1", "exp": now + 60, "iat": now, "nonce": "n", "email": "a@x.example"}
    return jwt.encode({"alg": alg, "kid": key.kid}, {**claims, **other}, key, algorithms=[alg])


@pytest.mark.parametrize(
    ("token", "holds"),
    [
        (_said, True),
        (lambda: _said(aud=[US]), True),
        (lambda: _said(aud=[US, "another"], azp=US), True),
        (lambda: _said(OTHER), False),
        (lambda: _said(iss="https://evil.example"), False),
        (lambda: _said(aud="another"), False),
        (lambda: _said(aud=[US, "another"]), False),
        (lambda: _said(aud=[US, "another"], azp="another"), False),
        (lambda: _said(nonce="of another time"), False),
        (lambda: _said(exp=int(utc_now().timestamp()) - 120), False),
        (lambda: _said(SHARED, "HS256"), False),
        (lambda: f"{_said().partition('.')[0]}.e30.", False),
        (lambda: "eyJhbGciOiJub25lIn0." + _said().split(".")[1] + ".", False),
        (lambda: "", False),
        (lambda: None, False),
    ],
)
def test_what_a_provider_says_holds_only_if_it_is_signed_for_us_and_now(
    token: Callable[[], str | None], holds: bool
) -> None:
    asked = openid.OpenId(ISSUER, US, None, "Acme", f"{BASE}/sign-in/back")
    keys = {"keys": [KEY.as_dict(private=False), SHARED.as_dict()]}
    if holds:
        assert asked._verified(token(), keys, "n", utc_now())["email"] == "a@x.example"
    else:
        with pytest.raises(openid.AuthenticationFailed):
            asked._verified(token(), keys, "n", utc_now())


def test_a_provider_that_cannot_be_asked_is_said_without_what_is_ours(
    page: Looked, there: Registered, caplog: pytest.LogCaptureFixture
) -> None:
    page.world.top = page.world.top.replace(there.issuer, "http://localhost:1")
    page.world.configure()
    (page.world.folder / "provider.secret").unlink()
    for word in ("the secret for", "cannot be asked"):
        with caplog.at_level(logging.WARNING):
            answer = _looked(page.world).client().get("/sign-in")
        assert answer.status_code == 503
        assert "Acme cannot be asked now" in answer.text
        assert "provider.secret" not in answer.text
        assert word in caplog.text
        (page.world.folder / "provider.secret").write_text("x")
    assert _looked(page.world).client().get("/sign-in/back?code=x&state=y").status_code == 403


def test_a_provider_whose_certificate_is_not_where_it_should_be_cannot_be_asked(
    page: Looked, caplog: pytest.LogCaptureFixture
) -> None:
    page.world.top = page.world.top.replace("[web.provider]", '[web.provider]\nca_file = "gone.pem"')
    page.world.configure()
    with caplog.at_level(logging.WARNING):
        answer = _looked(page.world).client().get("/sign-in")
    assert (answer.status_code, "Acme cannot be asked now" in answer.text) == (503, True)
    assert "gone.pem" not in answer.text
    assert "gone.pem" in caplog.text


def test_a_provider_that_is_called_otherwise_or_would_be_asked_in_the_clear_is_not_believed(
    page: Looked, there: Registered, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.world.top = page.world.top.replace(there.issuer, f"{there.issuer}/")
    page.world.configure()
    answer = _looked(page.world).client().get("/sign-in")
    assert (answer.status_code, "calls itself" in answer.text) == (503, True)
    page.world.top = page.world.top.replace(f"{there.issuer}/", there.issuer)
    page.world.configure()
    monkeypatch.setattr(openid, "is_loopback", lambda host: False)
    answer = _looked(page.world).client().get("/sign-in")
    assert (answer.status_code, "that may be asked" in answer.text) == (503, True)


def test_without_a_provider_nobody_is_sent_anywhere(looked: Looked) -> None:
    assert looked.client().get("/sign-in").status_code == 404
    assert looked.client().get("/sign-in/back?code=x&state=y").status_code == 404
    assert "Sign in with" not in looked.client().get("/").text


def test_a_proxy_that_passes_on_what_a_browser_says_is_not_believed_beside_a_provider(page: Looked) -> None:
    """People who sign in need nobody to say who they are."""
    page.world.top = page.world.top.replace("127.0.0.1:0", "unix:/run/lasttouch/web.sock")
    page.world.configure()
    assert not trust_of(load_config(page.world.config).config).is_of("uid:0")
    page.world.top = page.world.top.replace("[web.provider]", 'user_header = "X-Remote-User"\n[web.provider]')
    page.world.configure()
    assert trust_of(load_config(page.world.config).config).is_of("uid:0")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (f'url = "{BASE}"\n', "", "where to send whoever signed in"),
        ('issuer = "http://localhost', 'issuer = "http://login.acme.example', "use https"),
        ("client_secret_file", 'client_secret_env = "X"\nclient_secret_file', "give one of"),
        ('name = "Acme"', 'client_secret = "x"', "did you mean client_secret"),
    ],
)
def test_a_provider_that_could_not_work_is_refused_at_the_start(page: Looked, old: str, new: str, words: str) -> None:
    page.world.top = page.world.top.replace(old, new)
    page.world.configure()
    outcome = page.world.run("status")
    assert (outcome.code, words in outcome.err) == (3, True), outcome.err


def test_a_provider_is_refused_where_nobody_could_sign_in(page: Looked) -> None:
    page.world.users = {"ana": {}}
    page.world.configure()
    outcome = page.world.run("status")
    assert (outcome.code, "nobody could sign in" in outcome.err) == (3, True)
