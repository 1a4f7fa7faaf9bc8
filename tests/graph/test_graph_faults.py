"""What goes wrong between Microsoft 365 and us. Numbers are those of the requirements."""

from __future__ import annotations

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from graph_log import TOKEN, AtMicrosoft, MailLog, account
from graph_resources import event, message
from graph_types import types
from scripted_graph import ScriptedGraph

from activity.errors import AuthenticationFailed, ServerFault, SourceError, Throttled
from capture.graph import client as graph_client
from capture.graph.clouds import CLOUDS
from capture.graph.pacing import Silence
from scripted_dav import Reply, Seen


class Clock:
    """A clock that only sleep moves; `slept` are all the pauses."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    silence = Silence(clock, clock.sleep)
    monkeypatch.setattr(graph_client, "silence_of", lambda _: silence)
    return clock


def test_a_server_that_asks_for_seven_seconds_gets_them(graph: ScriptedGraph, clock: Clock) -> None:
    """Requirement 13: 429 with Retry-After 7 to a request."""
    graph.put(message(1))
    graph.fault("messages/delta", graph.error(429, "ApplicationThrottled", **{"Retry-After": "7"}))
    log = MailLog(graph)
    log.sync()
    assert log.subjects() == ["Number 1"]
    assert clock.slept == [7.0]


def test_of_a_batch_only_what_was_throttled_is_asked_for_again(graph: ScriptedGraph, clock: Clock) -> None:
    """Requirement 13: 429 for one of 20."""
    graph.headers_in_pages = False
    ids = [graph.put(message(number)) for number in range(20)]
    graph.fault(ids[7], graph.error(429, "ApplicationThrottled", **{"Retry-After": "7"}))
    log = MailLog(graph)
    log.sync()
    assert len(log.subjects()) == 20
    assert clock.slept == [7.0]
    assert [len(graph.paths(f"/messages/{one}")) for one in ids] == [1] * 7 + [2] + [1] * 12


@pytest.mark.parametrize("status", [500, 502, 503, 504, 509, 400])
def test_what_passes_is_tried_again_after_a_while(graph: ScriptedGraph, clock: Clock, status: int) -> None:
    """Requirement 13: without Retry-After the pauses grow; a 400 with an empty body passes too."""
    graph.put(message(1))
    graph.fault("messages/delta", Reply(status), times=2)
    log = MailLog(graph)
    log.sync()
    assert log.subjects() == ["Number 1"]
    assert clock.slept == sorted(clock.slept)
    assert len(clock.slept) == 2


def test_who_asks_for_long_ends_the_pass_and_status_waits(home: AtMicrosoft, graph: ScriptedGraph) -> None:
    """Requirement 13: nothing is asked before that, nor by the next command."""
    graph.fault("/messages/delta", graph.error(429, "ApplicationThrottled", **{"Retry-After": "900"}), times=99)
    assert home.run("sync").code == 4
    mail = [one for one in home.ok("status")["accounts"] if one["source"] == "microsoft_mail"]
    assert "come back later" in mail[0]["error"]
    asked = len(graph.paths("mailFolders"))
    assert home.run("sync").code == 4
    assert len(graph.paths("mailFolders")) == asked


def test_no_more_than_four_ask_at_once(graph: ScriptedGraph) -> None:
    """Requirement 13: over all accounts and all their sources."""

    def slow(_: Seen) -> None:
        time.sleep(0.05)

    graph.fault("/", slow, times=10_000)
    graph.put(message(1))
    with ThreadPoolExecutor(12) as pool:
        logs = [MailLog(graph, user=f"user{number}@acme.example") for number in range(12)]
        list(pool.map(lambda log: log.sync(), logs))
    assert all(log.subjects() == ["Number 1"] for log in logs)
    assert graph.most_at_once == 4


def test_a_token_that_expires_amid_a_pass_is_fetched_anew(graph: ScriptedGraph) -> None:
    """Nothing is read twice; a refused token is never sent again."""
    graph.page = 1
    for number in range(4):
        graph.put(message(number))
    graph.tokens = {"first", "second"}
    printed = iter(["first", "second"])
    graph.fault("$skiptoken", lambda _: graph.tokens.discard("first"), times=1)  # type: ignore[union-attr]
    log = MailLog(graph, token=lambda: next(printed))
    log.sync()
    assert log.subjects() == [f"Number {number}" for number in range(4)]


def test_a_token_that_is_refused_says_what_to_do_and_others_go_on(home: AtMicrosoft, graph: ScriptedGraph) -> None:
    """Requirement 23, of a token_command: one attempt a source."""
    graph.tokens = {"another"}
    home.accounts["ben"] = home.accounts["ana"].replace('"ana', '"ben').replace(TOKEN, "another")
    home.write()
    outcome = home.run("sync")
    assert outcome.code == 4
    told = {(one["account"], one["error"] is None) for one in home.ok("status")["accounts"]}
    assert told == {("ana", False), ("ben", True)}
    assert "does token_command print one that is made for Graph" in outcome.err


@pytest.mark.parametrize(
    ("path", "permission", "source"),
    [("mailFolders", "Mail.ReadBasic", "microsoft_mail"), ("calendars", "Calendars.Read", "microsoft_calendars"),
     ("contact", "Contacts.Read", "microsoft_contacts")],
)  # fmt: skip
@pytest.mark.parametrize("code", ["ErrorAccessDenied", "Authorization_RequestDenied", "consent_required"])
def test_a_missing_permission_is_named_with_who_must_grant_it(
    home: AtMicrosoft, graph: ScriptedGraph, path: str, permission: str, source: str, code: str
) -> None:
    """Requirement 24: and the other sources go on."""
    graph.put(message(1))
    graph.fault(path, graph.error(403, code), times=99)
    assert home.run("sync").code == 4
    told = {one["source"]: one for one in home.ok("status")["accounts"]}
    assert permission in told[source]["error"]
    assert "administrator" in told[source]["hint"]
    assert [name for name, one in told.items() if one["error"]] == [source]


@pytest.mark.parametrize(
    "answer", [Reply(200, b"<html>log in</html>"), Reply(200, b"[]"), Reply(200, b'{"value": []}')]
)
def test_what_is_no_answer_is_an_error_and_removes_nothing(
    home: AtMicrosoft, graph: ScriptedGraph, answer: Reply
) -> None:
    graph.put(message(1))
    graph.meet(event(1, graph_now()), "e1")
    home.contacts("Tom,tom@client.example,Client")
    home.ok("sync")
    before = home.last("Tom")["touches"]
    graph.fault("/delta", answer, times=99)
    assert home.run("sync").code != 0
    assert home.last("Tom")["touches"] == before


def graph_now() -> Any:
    from datetime import timedelta

    from graph_resources import NOW

    return NOW - timedelta(days=1)


def test_in_the_cloud_of_china_only_its_hosts_are_contacted(
    graph: ScriptedGraph, home: AtMicrosoft, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requirement 26: every name that is looked up is one of that cloud's."""
    looked_up: list[str] = []

    def resolve(host: str, *_: Any, **__: Any) -> Any:
        looked_up.append(host.decode() if isinstance(host, bytes) else host)
        raise socket.gaierror("no such name")

    home.add("ana", cloud="china")
    path = home.folder / "config.toml"
    path.write_text("".join(line for line in path.read_text().splitlines(True) if not line.startswith("url")))
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert home.run("sync").code != 0
    assert set(looked_up) == {"microsoftgraph.chinacloudapi.cn"}
    assert {one.graph for one in CLOUDS.values()} == {
        "https://graph.microsoft.com", "https://graph.microsoft.us", "https://dod-graph.microsoft.us",
        "https://microsoftgraph.chinacloudapi.cn",
    }  # fmt: skip


@pytest.mark.parametrize(
    "planted",
    [{"recieved": "x"}, {"isDraft": "no"}, {"subject": 7}, {"receivedDateTime": "yesterday"}, {"id": None},
     {"importance": "urgent"}, {"toRecipients": {}}, {"from": {"emailAddress": {"adress": "x"}}},
     {"@odata.type": "#microsoft.graph.event"}],
)  # fmt: skip
def test_the_double_is_held_to_microsofts_types(planted: dict[str, Any]) -> None:
    """Requirement 27: every fixture compares every answer; a planted mistake is found."""
    row = {"id": "x", **message(1)}
    assert types().mistakes(row, "message") == []
    assert types().mistakes({**row, **planted}, "message") != []


def test_sources_of_one_mailbox_share_a_silence() -> None:
    """What mail was asked for holds for the calendar of the same mailbox, and for no other."""
    from capture.graph.pacing import silence_of

    assert silence_of("a") is silence_of("a")
    assert silence_of("a") is not silence_of("b")
    clock = Clock()
    silence = Silence(clock, clock.sleep)
    silence.keep(5)
    done = threading.Event()
    with silence.turn():
        done.set()
    assert clock.slept == [5.0]


def test_a_shared_mailbox_is_read_under_its_name(graph: ScriptedGraph) -> None:
    graph.put(message(1))
    log = MailLog(graph, user="sales@acme.example")
    log.sync()
    assert log.subjects() == ["Number 1"]
    assert all("/users/sales@acme.example/" in one for one in graph.paths() if "batch" not in one)
    assert account(graph, user="a b/c").mailbox == "/users/a%20b%2Fc"


def test_errors_are_of_the_kinds_that_pacing_knows() -> None:
    for kind in (Throttled, AuthenticationFailed, ServerFault):
        assert issubclass(kind, SourceError)
