"""What holds for every directory, tried on doubles of HubSpot, Salesforce and Pipedrive."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from office import ANA, Office

from activity.errors import Throttled
from crm_doubles import Double, HubSpotDouble, PipedriveDouble, SalesforceDouble, slow
from deliver import http
from household import ago, utc
from lasttouch.local_time import utc_now


@pytest.fixture
def hubspot(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[HubSpotDouble]:
    with HubSpotDouble() as double:
        monkeypatch.setenv("HUBSPOT_TOKEN", double.token)
        office.target("crm", "hubspot", url=double.url, token_env="HUBSPOT_TOKEN")
        office.configure()
        yield double


def _meet_many(office: Office, crm: Double, count: int) -> None:
    """So many contacts, each with a mail, who are there as well."""
    names = [f"p{number}@globex.example" for number in range(count)]
    office.contacts(*[f"P{number},{email}" for number, email in enumerate(names)])
    for number, email in enumerate(names):
        crm.contact(str(1000 + number), email.upper())
        office.receive(email, ANA, ago(days=9, minutes=number))
    office.sync()


@pytest.mark.parametrize("kind", ["salesforce", "pipedrive"])
def test_the_date_is_there(office: Office, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requirements 1 and 9, of the others."""
    double: Double = SalesforceDouble() if kind == "salesforce" else PipedriveDouble()
    with double:
        monkeypatch.setenv("CRM_TOKEN", getattr(double, "secret", double.token))
        if kind == "salesforce":
            office.target("crm", kind, url=double.url, client_id=SalesforceDouble.client_id, secret_env="CRM_TOKEN")
        else:
            office.target("crm", kind, url=double.url, token_env="CRM_TOKEN")
        office.configure()
        double.contact("7", "Bob@Globex.example")
        office.contacts("Bob,bob@globex.example")
        office.receive("bob@globex.example", ANA, ago(days=9))
        office.sync()
        assert office.drain("crm").done == 1
        assert (double.held("7") or "")[:10] == utc(ago(days=9))[:10]
        asked = len(double.requests)
        assert office.drain("crm").idle
        assert len(double.requests) == asked
        assert office.push("crm", "--yes")["written"] == 0
        assert json.loads(office.run("doctor", "--json").out)[-1]["check"] == "target-answers"


def test_a_salesforce_field_for_days_is_written_once_and_as_a_day(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also the first time, and where nothing was read before; what stands there then is nobody's
    edit."""
    with SalesforceDouble() as crm:
        crm.kind = "date"
        monkeypatch.setenv("CRM_TOKEN", crm.secret)
        office.target("crm", "salesforce", url=crm.url, client_id=crm.client_id, secret_env="CRM_TOKEN")
        office.configure()
        _meet_many(office, crm, 1)
        assert office.drain("crm").done == 1
        office.receive("p0@globex.example", ANA, ago(days=3))
        office.sync()
        assert office.drain("crm").done == 1
        written = [one["Last_Touch__c"] for _, _, body in crm.asked("PATCH") for one in body["records"]]
        assert written == [utc(ago(days=9))[:10], utc(ago(days=3))[:10]]
        again = office.push("crm", "--yes")
        assert (again["written"], again["edited"]) == (0, [])


def test_batches_and_one_bad_record(office: Office, hubspot: HubSpotDouble) -> None:
    """Requirement 7: 250 changes in batches of 100 are 3 requests; one bad record is named, the
    others are written."""
    hubspot.bad = {"1123"}
    _meet_many(office, hubspot, 250)
    outcome = office.drain("crm")
    assert [len(body["inputs"]) for _, path, body in hubspot.asked("POST") if path.endswith("/batch/update")] == [
        100, 100, 50
    ]  # fmt: skip
    assert (outcome.done, len(outcome.refused)) == (249, 1)
    assert sum(hubspot.held(key) is not None for key in hubspot.people) == 249
    (note,) = office.standing("crm").notes
    assert (note.name, note.kind, note.text) == ("P123", "refused", "it is read-only")


def test_a_batch_that_is_refused_as_a_whole_is_tried_by_halves(office: Office, hubspot: HubSpotDouble) -> None:
    """Requirement 7, where the service says no more than that something in the batch is wrong."""

    def refuse(method: str, path: str, body: object) -> tuple[int, object, dict[str, str]] | None:
        if path.endswith("/batch/update") and any(one["id"] == "1003" for one in body["inputs"]):  # type: ignore[index]
            return 400, {"status": "error", "category": "VALIDATION_ERROR", "message": "1003 is archived"}, {}
        return None

    hubspot.script = refuse
    _meet_many(office, hubspot, 10)
    outcome = office.drain("crm")
    assert (outcome.done, list(outcome.refused.values())) == (9, ["1003 is archived"])


def test_who_asks_us_to_wait_is_left_alone_and_others_are_told(office: Office, hubspot: HubSpotDouble) -> None:
    """Requirement 4: 429 with Retry-After 30."""
    office.target("sheet", "folder", path="sheet.csv")
    _meet_many(office, hubspot, 2)
    hubspot.script = lambda *_: (429, {"status": "error"}, {"Retry-After": "30"})
    start = utc_now()
    assert office.drain("crm", lambda: start).error is not None
    asked = len(hubspot.requests)
    hubspot.script = None
    for seconds in (1, 15, 29):
        assert office.drain("crm", lambda s=seconds: start + timedelta(seconds=s)).idle
    assert len(hubspot.requests) == asked
    assert office.drain("sheet").done == 1
    assert office.drain("crm", lambda: start + timedelta(seconds=31)).done == 2


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("30", 30.0), ("\u00b2", None), ("soon", None), ("", None), ("Sun, 22 Nov 2026 10:02:00 -0000", 120.0),
        ("999999999", 86_400.0),
    ],
)  # fmt: skip
def test_how_long_it_asks_us_to_wait(said: str, seconds: float | None) -> None:
    """A day at most; None where nobody can tell."""
    server = http.Server("https://crm.example", now=lambda: datetime(2026, 11, 22, 10, tzinfo=UTC))
    error = server.refusal(http.Answer(429, {"retry-after": said}, None, ""))
    assert isinstance(error, Throttled)
    assert error.retry_after == seconds


def test_who_does_not_say_how_long_is_asked_ever_more_seldom_but_for_what_it_takes(
    office: Office, hubspot: HubSpotDouble
) -> None:
    """429 without Retry-After, as where the requests of a day are used up; once some were taken, it
    begins anew."""
    _meet_many(office, hubspot, 150)
    at = utc_now()

    def until_throttled(taken: int) -> timedelta:
        """How long it is left alone, once it took so many batches more."""
        left = [taken]

        def throttle(method: str, path: str, body: object) -> tuple[int, object, dict[str, str]] | None:
            left[0] -= path.endswith("/batch/update")
            return (429, {"status": "error"}, {}) if path.endswith("/batch/update") and left[0] < 0 else None

        hubspot.script = throttle
        assert office.drain("crm", lambda: at).error is not None
        again = office.standing("crm").target.next_attempt
        assert again is not None
        return again - at.replace(microsecond=0)

    waits = []
    for taken in (0, 0, 1):
        waits.append(until_throttled(taken))
        at += waits[-1] + timedelta(seconds=1)
    assert waits == [timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=1)]


def test_a_time_out_after_the_server_committed(
    office: Office, hubspot: HubSpotDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requirement 5: it is read first, and written no second time."""
    _meet_many(office, hubspot, 2)
    office.drain("crm")
    office.receive("p0@globex.example", ANA, ago(days=1))
    office.sync()
    monkeypatch.setattr(http, "TIMEOUT", (5.0, 0.3))
    hubspot.after = slow(1.0)
    hubspot.requests.clear()
    start = utc_now()
    assert office.drain("crm", lambda: start).error is not None
    assert hubspot.held("1000") == utc(ago(days=1))
    hubspot.after = None
    time.sleep(1.0)
    office.drain("crm", lambda: start + timedelta(seconds=10))
    assert [path.rpartition("/")[2] for _, path, _ in hubspot.requests] == ["update", "read"]
    assert office.standing("crm").owed == 0


def test_our_field_was_deleted_there(office: Office, hubspot: HubSpotDouble) -> None:
    """Requirement 8: the target stops, says which, and goes on once it is there again and somebody
    says so."""
    _meet_many(office, hubspot, 2)
    hubspot.properties.discard("lasttouch_at")
    error = office.drain("crm").error
    assert error is not None
    assert "lasttouch_at" in error.message
    asked = len(hubspot.requests)
    assert office.drain("crm", lambda: utc_now() + timedelta(days=3)).idle
    assert len(hubspot.requests) == asked
    (told,) = json.loads(office.run("status", "--json").out)["targets"]
    assert (told["state"], told["error_code"]) == ("stopped", "field-gone")
    assert "lasttouch push crm --yes" in told["hint"]
    assert "lasttouch push crm --yes" in office.run("doctor").out
    hubspot.properties.add("lasttouch_at")
    assert office.push("crm", "--yes")["written"] == 2
    assert json.loads(office.run("status", "--json").out)["targets"][0]["state"] == "ok"


def test_a_dry_run_sends_only_reads(office: Office, hubspot: HubSpotDouble) -> None:
    """Requirement 16, of HubSpot."""
    _meet_many(office, hubspot, 3)
    assert len(office.push("crm")["changes"]) == 3
    assert {method for method, _, _ in hubspot.requests} == {"GET"}


def test_the_token_is_told_to_nobody(office: Office, hubspot: HubSpotDouble) -> None:
    """Requirement 17, also where the service repeats it, of the request and of a contact."""
    _meet_many(office, hubspot, 1)
    said = (400, {"message": f"Bearer {hubspot.token} is no good"}, {})
    hubspot.script = lambda *_: said  # type: ignore[assignment,return-value]
    office.drain("crm")
    failing = office.run("status", "--json").out + office.run("push", "crm", "--yes").err
    assert "did not take the request" in failing
    hubspot.script = lambda method, *_: said if method == "POST" else None  # type: ignore[assignment,return-value]
    refused = office.push("crm", "--yes")["refused"]
    assert [one["reason"] for one in refused] == ["… is no good"]
    assert hubspot.token not in failing + office.run("status", "--json").out + office.run("push", "crm", "--yes").err
    for path in office.folder.rglob("*"):
        assert not path.is_file() or hubspot.token.encode() not in path.read_bytes(), path


def test_who_is_nobody_there_is_looked_for_again_but_not_at_every_turn(office: Office, hubspot: HubSpotDouble) -> None:
    office.contacts("Bob,bob@globex.example")
    office.receive("bob@globex.example", ANA, ago(days=9))
    office.sync()
    office.drain("crm")
    office.receive("bob@globex.example", ANA, ago(days=8))
    office.sync()
    hubspot.requests.clear()
    office.drain("crm")
    office.drain("crm")
    assert hubspot.requests == []
    hubspot.contact("9", "bob@globex.example")
    office.drain("crm", lambda: utc_now() + timedelta(hours=2))
    assert hubspot.held("9") == utc(ago(days=8))


def test_contacts_that_are_merged_take_the_link_along(office: Office, hubspot: HubSpotDouble) -> None:
    _meet_many(office, hubspot, 2)
    office.drain("crm")
    assert office.run("contacts", "merge", "p1@globex.example", "p0@globex.example").code == 0
    office.drain("crm")
    assert hubspot.held("1000") == hubspot.held("1001") == utc(ago(days=9))


@pytest.mark.parametrize("paid", [True, False])
def test_a_field_of_somebody_erased_that_may_not_be_blanked_is_owed_on(
    office: Office, hubspot: HubSpotDouble, paid: bool
) -> None:
    """Requirement 12: it is named, tried whenever everybody is looked at and not at every turn, and
    paid in the end."""
    _meet_many(office, hubspot, 2)
    office.drain("crm")
    hubspot.bad = {"1001"}
    assert office.run("contacts", "forget", "p1@globex.example", "--yes").code == 0
    office.drain("crm")
    assert hubspot.held("1001") is not None
    hubspot.requests.clear()
    assert office.drain("crm").idle
    assert hubspot.requests == []
    assert "refused to blank, unblanked: 1001" in office.run("status").out
    if paid:
        hubspot.bad = set()
    else:
        del hubspot.people["1001"]
    outcome = office.drain("crm", lambda: utc_now() + timedelta(days=2))
    assert outcome.blanked == int(paid)
    assert not paid or hubspot.held("1001") is None
    assert office.standing("crm").notes == []


def test_whoever_is_gone_there_has_no_field_to_blank(office: Office, hubspot: HubSpotDouble) -> None:
    _meet_many(office, hubspot, 2)
    office.drain("crm")
    del hubspot.people["1001"]
    assert office.run("contacts", "forget", "p1@globex.example", "--yes").code == 0
    office.drain("crm")
    assert (office.standing("crm").to_blank, office.standing("crm").notes) == (0, [])
