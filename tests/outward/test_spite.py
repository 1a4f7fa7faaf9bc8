"""A target that answers out of spite: each way ends in plain words, soon, and the others go on."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from office import ANA, BOB, Office
from spiteful_server import FAST, SLOW, Spite, SpitefulServer, dripping_head, wrong

from activity.errors import LasttouchError, ServerFault
from crm_doubles import Double, HubSpotDouble, PipedriveDouble, Receiver, SalesforceDouble
from deliver import http, shapes
from deliver.hubspot import HubSpot
from deliver.instants import instant
from deliver.pipedrive import Pipedrive
from deliver.salesforce import Salesforce
from deliver.tryton import Tryton
from deliver.values import Directory, Value, Write
from household import ago

AT = Value(instant("2026-10-05T10:00:00Z"), "inbound", "Ana Kim")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "TIMEOUT", (1.0, 0.3))
    monkeypatch.setattr(http, "ANSWER_SECONDS", 0.4)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("spite", SLOW, ids=lambda one: one.__name__)
def test_what_does_not_come_to_an_end_is_cut_off(spite: Spite) -> None:
    _ends_in_words(spite, SLOW[spite])


@pytest.mark.parametrize("spite", FAST, ids=lambda one: one.__name__)
def test_what_is_too_much_or_no_answer_is_named(spite: Spite) -> None:
    _ends_in_words(spite, FAST[spite])


def _ends_in_words(spite: Spite, said: str) -> None:
    with SpitefulServer(spite) as url:
        began = time.monotonic()
        with pytest.raises(LasttouchError) as raised:
            list(HubSpot(url, "a-token").people())
        assert time.monotonic() - began < 20
    assert said in raised.value.message
    assert raised.value.hint


@pytest.mark.usefixtures("impatient")
def test_the_others_go_on(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_TOKEN", "pat-secret")
    with SpitefulServer(dripping_head) as url:
        office.target("crm", "hubspot", url=url, token_env="CRM_TOKEN")
        office.target("sheet", "folder", path="sheet.csv")
        office.configure()
        office.contacts(f"Bob,{BOB}")
        office.receive(BOB, ANA, ago(days=9))
        office.sync()
        error = office.drain("crm").error
        assert office.drain("sheet").done == 1
    assert error is not None
    crm, sheet = json.loads(office.run("status", "--json").out)["targets"]
    assert (crm["error"], sheet["error"]) == (error.message, None)
    assert crm["next_attempt"] is not None


class _Scripted:
    """In place of the server: the answers that the double gave, one of them altered."""

    def __init__(self, given: list[http.Answer], place: int, body: Any) -> None:
        self._left = list(given)
        text = json.dumps(body)
        self._left[place] = given[place]._replace(json=json.loads(text), text=text)

    def __call__(self, *_: Any, **__: Any) -> http.Answer:
        if not self._left:
            raise ServerFault("nothing more was scripted", "it may ask so often")
        return self._left.pop(0)


def _hubspot() -> tuple[Double, Callable[[], Directory]]:
    double = HubSpotDouble()
    return double, lambda: HubSpot(double.url, double.token)


def _salesforce() -> tuple[Double, Callable[[], Directory]]:
    double = SalesforceDouble()
    return double, lambda: Salesforce(double.url, double.client_id, double.secret)


def _pipedrive() -> tuple[Double, Callable[[], Directory]]:
    double = PipedriveDouble()
    return double, lambda: Pipedrive(double.url, double.token)


@pytest.mark.parametrize("made", [_hubspot, _salesforce, _pipedrive])
def test_an_answer_of_any_other_shape_is_no_answer(
    made: Callable[[], tuple[Double, Callable[[], Directory]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever stands in place of whatever: it is taken, or named as a fault; nothing else is
    raised."""
    double, ours = made()
    with double:
        double.contact("7", "bob@globex.example", "Bob")
        given: list[http.Answer] = []
        real = http.Server.send

        def kept(self: http.Server, *words: Any, **more: Any) -> http.Answer:
            given.append(real(self, *words, **more))
            return given[-1]

        monkeypatch.setattr(http.Server, "send", kept)
        _all_of(ours())
    _with_every_answer_altered(ours, given, monkeypatch)


def test_what_is_no_answer_of_trytons_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same of Tryton, whose answers these are."""
    moment = {"__class__": "datetime", "year": 2026, "month": 1, "day": 2, "hour": 3, "minute": 4, "second": 5}
    results = [
        [1, "a-session"], [{"id": 3, "party": 7, "value": "bob@globex.example"}],
        {"lasttouch_at": {"type": "datetime", "readonly": False}},
        [{"id": 7, "rec_name": "Bob", "lasttouch_at": moment}],
        [7], [{"id": 7, "rec_name": "Bob", "lasttouch_at": None}], None,
    ]  # fmt: skip
    given = [http.Answer(200, {}, {"id": 0, "result": one}, json.dumps(one)) for one in results]
    _with_every_answer_altered(lambda: Tryton("http://127.0.0.1:1", "acme", "ana", "secret"), given, monkeypatch)


def _with_every_answer_altered(
    ours: Callable[[], Directory], given: list[http.Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = 0
    said: list[str] = []
    for place, answer in enumerate(given):
        for body in wrong(answer.json):
            monkeypatch.setattr(http.Server, "send", _Scripted(given, place, body))
            tried += 1
            try:
                _all_of(ours())
            except LasttouchError as error:
                said.append(error.message)
    assert tried > 200
    assert len(said) > tried / 5
    assert all(0 < len(message) < 400 for message in said)


def _all_of(directory: Directory) -> None:
    for one in directory.people():
        assert one.key.replace("-", "").isalnum()
    directory.read(["7"])
    directory.write([Write("7", AT)])


@pytest.mark.parametrize("endless", ["the same", "another"])
@pytest.mark.parametrize("made", [_hubspot, _salesforce, _pipedrive])
def test_a_list_without_end_is_a_fault(
    made: Callable[[], tuple[Double, Callable[[], Directory]]], endless: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cursor that comes again, and ever new ones."""
    monkeypatch.setattr(shapes, "MOST_PAGES", 5)
    double, ours = made()
    pages = [0]

    def page(method: str, path: str, body: object) -> tuple[int, object, dict[str, str]] | None:
        if method != "GET" or not any(one in path for one in ("/contacts?", "/query", "/persons?")):
            return None
        pages[0] += 1
        cursor = f"/services/data/query/{pages[0] if endless == 'another' else 'x'}"
        paging, more = {"next": {"after": cursor}}, {"next_cursor": cursor}
        said = {"success": True, "paging": paging, "additional_data": more, "nextRecordsUrl": cursor}
        return 200, {**said, "results": [], "records": [], "data": []}, {}

    double.script = page
    with double, pytest.raises(ServerFault, match="has no end"):
        list(ours().people())
    assert pages[0] <= 6


def test_tryton_that_gives_its_first_page_for_ever_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    full = [{"id": number, "party": 7, "value": "bob@globex.example"} for number in range(1, 1001)]
    monkeypatch.setattr(Tryton, "call", lambda self, method, *_: full if "search_read" in method else {})
    with pytest.raises(ServerFault, match="has no end"):
        list(Tryton("http://127.0.0.1:1", "acme", "ana", "secret").people())


@pytest.mark.parametrize("there", ["https://evil.example/x", "@evil.example/x"])
def test_salesforces_next_page_leads_to_nobody_else(there: str) -> None:
    """The token goes along with whatever is asked."""
    with SalesforceDouble() as crm:
        crm.script = lambda _, path, __: (
            (200, {"records": [], "nextRecordsUrl": there}, {}) if "/query" in path else None
        )
        with pytest.raises(ServerFault, match="no answer of Salesforce's"):
            list(Salesforce(crm.url, crm.client_id, crm.secret).people())


def test_no_cookie_is_kept() -> None:
    with Receiver() as receiver:
        receiver.script = lambda *_: (200, {}, {"Set-Cookie": "tracked=1"})
        server = http.Server(receiver.url)
        for _ in range(2):
            server.send("GET", "/")
        assert [one.get("cookie") for one in receiver.headers] == [None, None]
