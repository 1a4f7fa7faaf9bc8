"""The page of `lasttouch run`: at a port for one keeper, at a socket behind a proxy for a team, for
each their own."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import pwd
import re
import shutil
import signal
import socket
import stat
import tempfile
from collections.abc import Iterator
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from answered import ANA, BEN, asked, processes_of, uid

from dovecot_server import free_port
from household import ago, mail
from lasttouch.web import impatience, serving
from lasttouch.web.serving import MOST_AT_ONCE
from running_daemon import RunningDaemon, until
from web_browser import served
from web_world import WebWorld, filled

GROUP = 60_123
NAME = "touch.acme.example"
SECRET = "an-offer-nobody-else-knows"
KNOWN_BY = "X-Remote-User"
FORM = "application/x-www-form-urlencoded"


class Browser:
    """Keeps cookies, sends forms, and follows where it is sent; at a port, or at a Unix socket, as
    this user of the system."""

    def __init__(self, at: int | Path, host: str, who: str | None = None, **headers: str) -> None:
        self._at = at
        self._who = who
        self._headers = {"Host": host, **headers}
        self._cookies: dict[str, str] = {}

    def get(self, path: str) -> tuple[int, str]:
        return self._sent("GET", path, None)

    def press(self, path: str, **fields: str) -> tuple[int, str]:
        return self._sent("POST", path, urlencode(fields))

    def send_json(self, path: str, value: Any) -> tuple[int, str]:
        return self._sent("POST", path, json.dumps(value), "application/json")

    def _sent(self, method: str, path: str, body: str | None, kind: str = FORM) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self._at if isinstance(self._at, int) else 80, timeout=30)
        if isinstance(self._at, Path):
            connection.sock = socket.socket(socket.AF_UNIX)
            with being(self._who):
                connection.sock.connect(str(self._at))
        headers = {**self._headers, "Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if body is not None:
            headers |= {"Content-Type": kind, "Sec-Fetch-Site": "same-origin"}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        if cookie := answer.getheader("Set-Cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        if answer.status == 303:
            return self.get(answer.getheader("Location") or "")
        return answer.status, unescape(text)


@contextlib.contextmanager
def being(who: str | None) -> Iterator[None]:
    """This user of the system, in the group of those who may ask; it takes root."""
    if who is None:
        yield
        return
    os.setegid(GROUP)
    os.seteuid(uid(who))
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


class Proxy(ThreadingHTTPServer):
    """In front of a socket: says who somebody is whom it let in (`in.example` names), and takes out
    what they say."""

    def __init__(self, behind: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Passed)
        self.behind = behind
        Thread(target=self.serve_forever, daemon=True).start()


class _Passed(BaseHTTPRequestHandler):
    server: Proxy

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name: value for name, value in self.headers.items() if name.lower() != KNOWN_BY.lower()}
        if who := headers.pop("Let-In", None):
            headers[KNOWN_BY] = who
        connection = http.client.HTTPConnection("localhost")
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(str(self.server.behind))
        connection.request(self.command, self.path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET  # noqa: N815 - as http.server calls them

    def log_message(self, *_: object) -> None:
        pass


def test_one_keeper_signs_in_by_a_link_and_gets_somebody_off_today(tmp_path: Path) -> None:
    """Today, a contact's why, done, gone; the page ends with the daemon, and is begun again where
    it fell over."""
    port = free_port()
    world = WebWorld(tmp_path)
    world.top = f'[web]\nlisten = "127.0.0.1:{port}"\n'
    filled(world)
    with RunningDaemon(tmp_path, environment={"LASTTOUCH_CONFIG": str(world.config)}) as daemon:
        daemon.has_said("the page is at")
        link = urlsplit(world.json("web", "login")["url"])
        assert link.netloc == f"127.0.0.1:{port}"
        browser = Browser(port, link.netloc)
        assert browser.get("/")[0] == 401
        status, today = browser.get(link.path)
        assert (status, "Grace Liu" in today) == (200, True)
        assert browser.get(link.path)[0] == 403, "a link is good once"
        contact = re.search(r'<a href="(/contact/\d+)">Grace Liu</a>', today)
        assert contact is not None
        proof = re.search(r'<a href="(/activity/\d+)">Window display\?</a>', browser.get(contact[1])[1])
        assert proof is not None
        assert "no sign of an automatic sender" in browser.get(proof[1])[1]
        status, today = browser.press("/done", what=proof[1].rpartition("/")[2], back="/")
        assert (status, "Grace Liu" in today) == (200, False)
        assert not [one for one in world.json("today")["reasons"] if one["name"] == "Grace Liu"]

        (page,) = processes_of(daemon.process.pid)
        world.top += 'url = "http://localhost:9"\n'
        world.configure()
        daemon.told(signal.SIGHUP)
        daemon.has_said("the page is at", 2)
        assert "http://localhost:9/login/" in world.json("web", "login")["url"]
        until(lambda: processes_of(daemon.process.pid) != [page])
        assert browser.get("/")[0] == 401, "another page has other sessions"
        assert daemon.stopped() == 0
    until(lambda: not _listens(port))
    assert not list(tmp_path.glob("*.web")), "no link is made for a page that is gone"


def test_who_does_not_say_what_they_want_gives_their_place_to_others(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """More connections than there are places, whose headers never come to an end; the longest there goes first."""
    world = WebWorld(tmp_path)
    world.configure()
    with served(world) as at, contextlib.ExitStack() as held:
        there = urlsplit(at.url)
        assert there.port is not None
        half = [held.enter_context(_half_a_request(there.port, there.netloc)) for _ in range(2 * MOST_AT_ONCE + 20)]
        browser = Browser(there.port, there.netloc)
        assert [browser.get("/")[0] for _ in range(20)] == [401] * 20
        assert half[0].recv(100) == b"", "it is ended without an answer"
        half[-1].sendall(b"x\r\n\r\n")
        assert half[-1].recv(100).startswith(b"HTTP/1.1 401 "), "who came last still has their place"
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize(
    "begun", ["", "GET / HTTP/1.1\r\n", "POST /done HTTP/1.1\r\nHost: {}\r\nContent-Length: 9\r\n\r\nw"]
)
@pytest.mark.parametrize("is_first", [True, False])
def test_a_request_that_is_not_whole_in_time_is_ended(
    begun: str, is_first: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(impatience, "WHOLE_REQUEST_SECONDS", 0.5)
    monkeypatch.setattr(serving, "KEPT_ALIVE_SECONDS", 300 if begun else 0.5)
    world = WebWorld(tmp_path)
    world.configure()
    with served(world) as at:
        there = urlsplit(at.url)
        assert there.port is not None
        with _half_a_request(there.port, there.netloc) if not is_first else _connected(there.port) as connection:
            if not is_first:
                connection.sendall(b"x\r\n\r\n")
                _one_answer(connection)
            connection.sendall(begun.format(there.netloc).encode())
            assert connection.recv(100) == b"", "it is ended without an answer"
    assert "Traceback" not in capfd.readouterr().err


def _connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=30)


def _half_a_request(port: int, host: str) -> socket.socket:
    connection = _connected(port)
    connection.sendall(f"GET / HTTP/1.1\r\nHost: {host}\r\nX: ".encode())
    return connection


def _one_answer(connection: socket.socket) -> None:
    answer = http.client.HTTPResponse(connection)
    answer.begin()
    assert (answer.status, bool(answer.read())) == (401, True)


def _listens(port: int) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0


class Team:
    """Ana and Ben, whom the machine knows; a daemon with its sockets, and a proxy in front of the
    page's."""

    def __init__(self, world: WebWorld, daemon: RunningDaemon, run: Path) -> None:
        self.world = world
        self.daemon = daemon
        self.place = run / "lasttouch.sock"
        self.page = run / "web.sock"
        self.proxy = Proxy(self.page)

    def ask(self, who: str, *words: str) -> Any:
        said = asked(self.place, *words, "--json", asks=uid({"ana": ANA, "ben": BEN}[who]), groups=[GROUP])
        assert said.code == 0, said.err
        return said.json

    def through_the_proxy(self, who: str) -> Browser:
        return Browser(self.proxy.server_port, NAME, **{"Let-In": who})

    def by_link(self, who: str) -> Browser:
        link = self.ask(who, "web", "login")["url"]
        assert link.startswith(f"https://{NAME}/login/")
        browser = Browser(self.page, NAME)
        assert browser.get(urlsplit(link).path)[0] == 200
        return browser


@pytest.fixture(scope="module")
def team() -> Iterator[Team]:
    """Ana exchanges with Bob, of whom the team keeps a contact, and shares nothing but what a test
    says."""
    folder = Path(tempfile.mkdtemp(prefix="ltpage"))
    folder.chmod(0o755)
    run = folder / "run"
    run.mkdir()
    (folder / "log").mkdir(mode=0o700)
    shutil.chown(run, group=GROUP)
    run.chmod(0o2750)
    world = WebWorld(folder / "log")
    world.users = {"ana": {"os_user": ANA, "email": "ana@acme.example"}, "ben": {"os_user": BEN}}
    world.accounts = {
        "ana": {"owner": "Ana Kim", "user": "ana", "share": "subjects"},
        "ben": {"owner": "Ben Ode", "user": "ben"},
    }
    world.top = f'[web]\nlisten = "unix:{run}/web.sock"\nurl = "https://{NAME}"\n'
    world.top += f'proxy_user = "{pwd.getpwuid(os.geteuid()).pw_name}"\n'
    world.exchange("ana", "Bob Stone <bob@globex.example>", 40, 4, subject=SECRET)
    world.receive("ana", mail("Bob Stone <bob@globex.example>", "ana@acme.example", ago(days=1), "q@x", "When?"))
    world.exchange("ben", "Dana Fox <dana@foxes.example>", 30, 3)
    zoe = mail("ana@acme.example", "Bob Stone <bob@globex.example>", ago(days=6), "z@x", "Hi", Bcc="zoe@hidden.example")
    world.receive("ana", zoe)
    world.sync()
    environment = {"RUNTIME_DIRECTORY": str(run), "LASTTOUCH_CONFIG": str(world.config)}
    with RunningDaemon(folder, environment=environment) as daemon:
        daemon.has_said("the page is at")
        daemon.has_said("started: ")
        made = Team(world, daemon, run)
        try:
            for who, name, address in (
                ("ana", "Bob Stone", "bob@globex.example"),
                ("ben", "Dana Fox", "dana@foxes.example"),
            ):
                made.ask(who, "contacts", "add", name, address)
            made.ask("ana", "contacts", "edit", "Bob Stone", "--publish")
            yield made
            assert daemon.stopped() == 0
        finally:
            made.proxy.shutdown()
            shutil.rmtree(folder, ignore_errors=True)


class Doors:
    """All by which Ben can look: the page with a session and through the proxy, the API, the feed,
    the tools."""

    def __init__(self, team: Team) -> None:
        self.pages = [team.by_link("ben"), team.through_the_proxy("ben")]
        scopes = ("read", "feed", "mcp")
        self._tokens = {one: team.ask("ben", "tokens", "add", one, "--scope", one)["token"] for one in scopes}
        self._page = team.page

    def all_of(self, bob: int) -> dict[str, str]:
        """What each of them tells."""
        paths = ("/", "/contacts", f"/contact/{bob}", "/company/globex", "/awaiting", "/unmatched", "/search?q=zoe")
        told = {path: self.pages[0].get(path)[1] for path in paths}
        told["by the proxy"] = self.pages[1].get(f"/contact/{bob}")[1]
        for path in ("/api/last", "/api/log", "/api/today", "/api/why?what=bob@globex.example"):
            told[path] = self._program("read").get(path)[1]
        told["feed"] = Browser(self._page, NAME).get(f"/feed/{self._tokens['feed']}.ics")[1]
        for name, asked_of in (("timeline", {}), ("find_people", {"who": "bob"}), ("find_people", {"who": "zoe"})):
            told[f"{name} {asked_of}"] = self._called(name, asked_of)
        return told

    def _program(self, scope: str) -> Browser:
        return Browser(self._page, NAME, Authorization=f"Bearer {self._tokens[scope]}")

    def _called(self, tool: str, arguments: dict[str, str]) -> str:
        call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}
        told = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18"}
        program = Browser(self._page, NAME, Authorization=f"Bearer {self._tokens['mcp']}", **told)
        status, text = program.send_json("/mcp", call)
        assert status == 200, text
        return text


def test_who_comes_by_which_door_is_whom_the_kernel_a_link_or_the_proxy_says(team: Team) -> None:
    assert stat.S_IMODE(team.page.stat().st_mode) == 0o660
    assert team.page.stat().st_gid == GROUP, "a proxy is given its group"
    for who in ("ana", "ben"):
        assert f"Signed in as {who}" in team.by_link(who).get("/")[1]
    for known_as in ("ana", "ana@acme.example", ANA):
        assert "Signed in as ana" in team.through_the_proxy(known_as).get("/")[1]
    nobody = Browser(team.proxy.server_port, NAME, **{KNOWN_BY: "ana"})
    assert nobody.get("/")[0] == 401, "the proxy takes away what a browser says of itself"
    assert team.through_the_proxy("mallory").get("/")[0] == 403
    elsewhere = Browser(team.page, "evil.example", **{KNOWN_BY: "ana"})
    assert elsewhere.get("/")[0] == 421


def test_a_colleague_at_the_socket_itself_is_not_believed_to_be_another(team: Team) -> None:
    """They are in its group: it is where the service answers them."""
    for known_as in ("ana", "ana@acme.example", "ben"):
        for header in (KNOWN_BY, "Remote-User"):
            assert Browser(team.page, NAME, who=BEN, **{header: known_as}).get("/")[0] == 401
    link = team.ask("ben", "web", "login")["url"]
    browser = Browser(team.page, NAME, who=BEN)
    assert "Signed in as ben" in browser.get(urlsplit(link).path)[1]


def test_a_colleague_goes_from_today_to_why_to_done_and_nobody_elses_day_changes(team: Team) -> None:
    ana, ben = team.by_link("ana"), team.by_link("ben")
    bens = ben.get("/")[1]
    today = ana.get("/")[1]
    contact = re.search(r'<h3><a href="(/contact/\d+)">Bob Stone</a>', today)
    assert contact is not None
    proof = re.search(r'<a href="(/activity/\d+)">When\?</a>', ana.get(contact[1])[1])
    assert proof is not None
    shown = ana.get(proof[1])[1]
    assert "no sign of an automatic sender" in shown
    assert "last inbound" in shown
    status, today = ana.press("/done", what=proof[1].rpartition("/")[2], back="/")
    assert (status, '>Bob Stone</a> <span class="kind">owed' in today) == (200, False)
    assert not [one for one in team.ask("ana", "today")["reasons"] if one["kind"] == "owed"]
    assert ben.get("/")[1] == bens


def test_what_ana_narrows_is_gone_from_whatever_ben_has_open_without_a_restart(team: Team) -> None:
    """And who had a blind copy was never told to him, by any door."""
    doors, bob = Doors(team), team.ask("ana", "last", "Bob Stone")[0]["id"]
    page = processes_of(team.daemon.process.pid)
    shared = doors.all_of(bob)
    for one in (f"/contact/{bob}", "by the proxy", "/api/log", "timeline {}"):
        assert "bob@globex" in shared[one] or SECRET in shared[one], one
    assert [one for one, text in shared.items() if "zoe@hidden" in text] == []
    assert "zoe@hidden" in str(team.ask("ana", "log"))
    team.ask("ana", "sharing", "set", "dates")
    dates = doors.all_of(bob)
    assert [one for one, text in dates.items() if SECRET in text or "When?" in text] == []
    assert "Ana Kim" in dates[f"/contact/{bob}"]
    team.ask("ana", "sharing", "set", "none")
    none = doors.all_of(bob)
    for one, text in none.items():
        assert SECRET not in text, one
        assert "Ana Kim" not in text, one
        assert "4 days ago" not in text, one
    assert processes_of(team.daemon.process.pid) == page
    team.ask("ana", "sharing", "set", "--undo")
    assert doors.pages[0].get(f"/contact/{bob}")[1] == shared[f"/contact/{bob}"]


def test_who_is_no_user_any_more_sees_nothing_at_the_next_click(team: Team) -> None:
    ben, proxied = team.by_link("ben"), team.through_the_proxy("ben")
    assert ben.get("/contacts")[0] == 200
    before = team.world.config.read_text()
    users, accounts = team.world.users.pop("ben"), team.world.accounts["ben"].pop("user")
    try:
        team.world.configure()
        assert ben.get("/contacts")[0] == 403
        assert proxied.get("/contacts")[0] == 403
    finally:
        team.world.users["ben"], team.world.accounts["ben"]["user"] = users, accounts
        team.world.config.write_text(before)
    assert ben.get("/contacts")[0] == 200
