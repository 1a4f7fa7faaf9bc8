"""What holds for every answer: its headers, and who may ask from where."""

from __future__ import annotations

import os
import pwd
import re

import pytest

from activity.errors import ConfigError
from lasttouch.configuration.config import load_config
from lasttouch.web.listening import trust_of
from web_world import BASE, PAGES, Looked, WebWorld, press

PROXY = "10.1.2.3"


def test_every_answer_forbids_what_a_page_of_ours_does_not_need(looked: Looked) -> None:
    client = looked.signed_in()
    static = re.findall(r'(?:href|src)="(/static/[^"]+)"', client.get("/").text)
    assert len(static) == 2
    for path in (*PAGES, *static, "/nowhere", "/static/x/page.css", "/contact/999", "/login/x"):
        for who in (client, looked.client()):
            headers = who.get(path).headers
            policy = headers["content-security-policy"]
            assert policy.startswith("default-src 'none'; ")
            assert "require-trusted-types-for 'script'" in policy
            assert "unsafe" not in policy
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "no-referrer"
            assert headers["cache-control"] == ("no-store" if path not in static else headers["cache-control"])
            assert "server" not in headers
    assert "immutable" in client.get(static[0]).headers["cache-control"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:8471"}, 403),
        ({"Origin": BASE}, 303),
        ({"Origin": BASE, "Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 303),
        ({}, 303),
    ],
)
def test_a_form_of_another_site_is_not_done(looked: Looked, headers: dict[str, str], status: int) -> None:
    client = looked.signed_in()
    before = looked.world.content()
    answer = client.post("/ignore", data={"what": "#1"}, headers=headers)
    assert answer.status_code == status
    assert (looked.world.content() == before) == (status == 403)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:80", "127.0.0.1:8470.evil.example", "localhost", ""])
def test_a_page_is_not_called_what_somebody_made_a_name_lead_to(looked: Looked, host: str) -> None:
    assert looked.signed_in().get("/", headers={"Host": host}).status_code == 421


def test_a_header_that_says_who_asks_is_believed_of_listed_proxies_alone(world: WebWorld) -> None:
    world.users = {"ana": {"email": "ana@acme.example"}, "ben": {}}
    world.accounts["ana"]["user"] = "ana"
    world.top = f'[web]\nlisten = "127.0.0.1:0"\ntrusted_proxies = ["{PROXY}", "10.9.0.0/16"]\n'
    world.sync()
    looked = Looked(world)
    for peer in (PROXY, "10.9.1.1"):
        for known_as in ("ana", "ana-os", "ana@acme.example"):
            answer = looked.client(peer).get("/", headers={"X-Remote-User": known_as})
            assert answer.status_code == 200
            assert "Signed in as ana" in answer.text
    assert looked.client(PROXY).get("/", headers={"X-Remote-User": "nobody"}).status_code == 403
    assert looked.client(PROXY).get("/").status_code == 401
    for peer in ("10.1.2.4", "127.0.0.1", "10.90.0.1"):
        for header in ("X-Remote-User", "X-Forwarded-Email", "Remote-User"):
            assert looked.client(peer).get("/", headers={header: "ana"}).status_code == 401


def test_at_a_socket_the_header_is_believed_of_the_proxys_user_and_of_who_reads_everything(world: WebWorld) -> None:
    world.top = '[web]\nlisten = "unix:/run/lasttouch/web.sock"\n'
    world.configure()
    ours = {"uid:0", f"uid:{os.geteuid()}"}
    nobodys = f"uid:{pwd.getpwnam('nobody').pw_uid}"
    peers = {None, *ours, "uid:1", nobodys, "0", "uid:None"}
    assert {peer for peer in peers if trust_of(load_config(world.config).config).is_of(peer)} == ours
    world.top += 'proxy_user = "nobody"\n'
    world.configure()
    assert {peer for peer in peers if trust_of(load_config(world.config).config).is_of(peer)} == {*ours, nobodys}
    world.top = world.top.replace('"nobody"', '"who-is-not-here"')
    world.configure()
    with pytest.raises(ConfigError, match="no user 'who-is-not-here'"):
        trust_of(load_config(world.config).config)


def test_who_is_signed_in_does_not_become_another_by_a_header(world: WebWorld) -> None:
    world.users = {"ana": {}, "ben": {}}
    world.accounts["ana"]["user"] = "ana"
    world.sync()
    client = Looked(world).signed_in("ben")
    assert client.get("/", headers={"X-Remote-User": "ana"}).status_code == 401
    assert "Signed in as ben" in client.get("/").text


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('trusted_proxies = ["*"]', "is no address"),
        ("trusted_proxies = []", "an empty list trusts nobody"),
        ('trusted_proxies = ["0.0.0.0/0"]', "is everybody"),
        ('trusted_proxies = ["::/0"]', "is everybody"),
        ('listen = "0.0.0.0:8470"', "can be reached from elsewhere"),
        ('listen = "[::]:8470"', "can be reached from elsewhere"),
        ('listen = "192.0.2.1:8470"', "can be reached from elsewhere"),
        ('listen = "8470"', "is no place to listen"),
        ('listen = "unix:web.sock"', "names no socket"),
        ('certificate = "c.pem"', "go together"),
        ('url = "touch.acme.example"', "is no address of the page"),
        ('url = "https://touch.acme.example/below"', "is no address of the page"),
        ("listens = 3", "did you mean listen?"),
    ],
)
def test_a_page_that_would_trust_everybody_is_refused_at_the_start(world: WebWorld, lines: str, words: str) -> None:
    world.top = f"[web]\n{lines}\n"
    world.configure()
    outcome = world.run("status")
    assert outcome.code == 3
    assert words in outcome.err


@pytest.mark.parametrize(
    "lines",
    [
        'listen = "0.0.0.0:8470"\ntrusted_proxies = ["10.0.0.5"]',
        'listen = "0.0.0.0:8470"\ncertificate = "c.pem"\nkey = "k.pem"',
        'listen = "unix:/run/lasttouch/web.sock"\nurl = "https://touch.acme.example"\nproxy_user = "www-data"',
        'listen = "127.0.0.1:0"',
    ],
)
def test_what_is_safe_is_taken(world: WebWorld, lines: str) -> None:
    world.top = f"[web]\n{lines}\n"
    world.sync()


def test_only_a_path_of_ours_is_gone_back_to(looked: Looked) -> None:
    client = looked.signed_in()
    for back in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "", "/\r\nX: y"):
        answer = press(client, "/snooze", what="#1", days="7", back=back)
        assert answer.headers["location"] == "/", back
    assert (
        press(client, "/snooze", what="#1", days="7", back="/stale?owner=a%20b").headers["location"]
        == "/stale?owner=a%20b"
    )
