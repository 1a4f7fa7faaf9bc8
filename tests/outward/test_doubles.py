"""What we write, the doubles read back; those of HubSpot and Salesforce also to clients that others
wrote for these, and Pipedrive's in the types of its OpenAPI file (its own client is for Node:
docs/decisions/2026-11-29-targets.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from pipedrive_types import PERSON_FIELDS, PERSONS, UPDATED

from activity.errors import AuthenticationFailed, FieldGone
from crm_doubles import Double, HubSpotDouble, PipedriveDouble, SalesforceDouble
from deliver import pipedrive
from deliver.hubspot import HubSpot
from deliver.instants import instant
from deliver.pipedrive import Pipedrive
from deliver.salesforce import Salesforce
from deliver.values import BLANK, Directory, Value, Write

AT = instant("2026-10-05T10:00:00Z")


@pytest.fixture(params=["hubspot", "salesforce", "pipedrive"])
def crm(request: pytest.FixtureRequest) -> Iterator[tuple[Double, Directory]]:
    kinds = {"hubspot": HubSpotDouble, "salesforce": SalesforceDouble, "pipedrive": PipedriveDouble}
    with kinds[request.param]() as double:
        ours = {
            "hubspot": lambda: HubSpot(double.url, double.token),
            "salesforce": lambda: Salesforce(double.url, double.client_id, double.secret),
            "pipedrive": lambda: Pipedrive(double.url, double.token),
        }
        yield double, ours[request.param]()


def test_what_is_written_is_read_back_and_blanked(crm: tuple[Double, Directory]) -> None:
    double, ours = crm
    for key in ("1", "2", "3"):
        double.contact(key, f"p{key}@globex.example")
    assert [one.key for one in ours.people()] == ["1", "2", "3"]
    assert ours.check()
    written = ours.write([Write("2", Value(AT, "inbound", "Ana Kim"))])
    assert (list(written.done), dict(written.refused)) == (["2"], {})
    (found,) = ours.read(["2"])
    assert (found.value.at or AT).date() == AT.date()
    assert ours.write([Write("2", BLANK)]).done
    assert ours.read(["2"])[0].value.at is None
    assert not ours.write([Write("77", BLANK)]).done


def test_hubspots_own_client_reads_what_we_write() -> None:
    from hubspot import HubSpot as Vendor
    from hubspot.crm.contacts import BatchInputSimplePublicObjectBatchInput, SimplePublicObjectBatchInput

    with HubSpotDouble() as double:
        double.contact("12", "bob@globex.example", "Bob")
        HubSpot(double.url, double.token).write([Write("12", Value(AT))])
        vendor = Vendor(access_token=double.token)
        vendor.crm.contacts  # noqa: B018 - made when it is first asked for
        api = vendor.crm.contacts.basic_api
        api.api_client.configuration.host = double.url
        page = api.get_page(limit=10, properties=["email", "lasttouch_at"])
        assert [(one.id, one.properties["lasttouch_at"]) for one in page.results] == [("12", "2026-10-05T10:00:00Z")]
        batch = vendor.crm.contacts.batch_api
        batch.api_client.configuration.host = double.url
        entry = SimplePublicObjectBatchInput(id="12", properties={"lasttouch_at": ""})
        done = batch.update(BatchInputSimplePublicObjectBatchInput(inputs=[entry]))
        assert [one.id for one in done.results] == ["12"]
        assert double.held("12") is None


def test_simple_salesforce_reads_what_we_write() -> None:
    from simple_salesforce import Salesforce as Vendor

    with SalesforceDouble() as double:
        double.contact("003A", "bob@globex.example", "Bob")
        Salesforce(double.url, double.client_id, double.secret).write([Write("003A", Value(AT))])
        vendor = Vendor(instance_url=double.url, session_id=double.token, version="62.0")
        vendor.base_url = f"{double.url}/services/data/v62.0/"
        found = vendor.query("SELECT Id, Last_Touch__c FROM Contact")
        assert [one["Last_Touch__c"] for one in found["records"]] == ["2026-10-05T10:00:00.000+0000"]
        body = {
            "allOrNone": False,
            "records": [{"attributes": {"type": "Contact"}, "id": "003A", "Last_Touch__c": None}],
        }
        described = {one["name"]: one["type"] for one in vendor.restful("sobjects/Contact/describe")["fields"]}
        assert described["Last_Touch__c"] == "datetime"
        assert vendor.restful("composite/sobjects", method="PATCH", json=body)[0]["success"]
        assert double.held("003A") is None


def test_pipedrives_answers_have_the_types_of_its_openapi_file() -> None:
    """Every one that we are given, over several pages."""
    from jsonschema import Draft202012Validator

    with PipedriveDouble() as double:
        for number in range(1, 8):
            double.contact(str(number), f"p{number}@globex.example", "Bob")
        given: list[tuple[str, str, Any]] = []
        answer = double.answer

        def kept(method: str, path: str, body: Any) -> Any:
            reply = answer(method, path, body)
            given.append((method, path, reply[1]))
            return reply

        double.answer = kept  # type: ignore[method-assign]
        ours = Pipedrive(double.url, double.token)
        assert ours.check()
        with mock.patch.object(pipedrive, "PAGE", 3):
            assert len(list(ours.people())) == 7
        ours.write([Write("2", Value(AT)), Write("3", BLANK)])
    types = {
        "GET /api/v2/personFields": PERSON_FIELDS,
        "GET /api/v2/persons": PERSONS,
        "PATCH /api/v2/persons": UPDATED,
    }
    asked = [f"{method} {re.split('[?]|/[0-9]', path)[0]}" for method, path, _ in given]
    assert {one: asked.count(one) for one in types} == {
        "GET /api/v2/personFields": 2, "GET /api/v2/persons": 3, "PATCH /api/v2/persons": 2
    }  # fmt: skip
    for name, (_, _, said) in zip(asked, given, strict=True):
        Draft202012Validator(types[name]).validate(said)


@pytest.mark.parametrize("in_silence", [False, True])
def test_a_field_that_is_gone_from_pipedrive_is_named(in_silence: bool) -> None:
    """Requirement 8: where a person is refused for it, and where it is passed over."""
    with PipedriveDouble() as double:
        double.contact("7", "bob@globex.example")
        ours = Pipedrive(double.url, double.token)
        assert ours.check()
        ours.write([Write("7", Value(AT))])
        del double.fields[-1], double.people["7"]["custom_fields"][double.code]
        double.passes_over_unknown_fields = in_silence
        with pytest.raises(FieldGone, match="has no field lasttouch_at of persons"):
            ours.write([Write("7", Value(AT))])
        with pytest.raises(FieldGone, match="has no field"):
            ours.check()


def test_a_field_of_pipedrives_that_is_no_date_is_named_before_anything_is_written() -> None:
    with PipedriveDouble() as double:
        double.contact("7", "bob@globex.example")
        double.fields[-1]["field_type"] = "varchar"
        ours = Pipedrive(double.url, double.token)
        for tried in (ours.check, lambda: ours.write([Write("7", Value(AT))])):
            with pytest.raises(FieldGone, match="is no date there, but varchar"):
                tried()
        assert double.asked("PATCH") == []


def test_one_person_that_may_not_be_changed_keeps_none_of_the_others() -> None:
    """Requirement 7, of Pipedrive, which says 403 of one person as well as of all."""
    with PipedriveDouble() as double:
        for key in ("7", "8"):
            double.contact(key, f"p{key}@globex.example")
        double.bad = {"7"}
        ours = Pipedrive(double.url, double.token)
        written = ours.write([Write("7", Value(AT)), Write("8", Value(AT))])
        assert (written.done, written.refused) == (["8"], {"7": "You do not have permission to do this"})
        double.script = lambda *_: (403, "<html>blocked</html>", {})
        with pytest.raises(AuthenticationFailed):
            ours.write([Write("8", Value(AT))])
