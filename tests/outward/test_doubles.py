"""What we write, the doubles read back; those of HubSpot and Salesforce also to clients that others wrote for these."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crm_doubles import Double, HubSpotDouble, PipedriveDouble, SalesforceDouble
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
