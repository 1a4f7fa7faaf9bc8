"""What a row of an import says of a person: that some contacts are one, its tags, and which record
it is."""

from __future__ import annotations

import contextlib
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from household import Household, ago, mail, utc
from store.database import open_for_reading


@pytest.fixture
def written(household: Household, user: str) -> datetime:
    """Ana has an account, and a mail from Nia's private address."""
    household.add_account("ana", user)
    at = ago(days=3)
    household.receive(user, mail("nia@home.example", "ana@acme.example", at, "n1"))
    return at


def _rows(household: Household, query: str) -> list[tuple[Any, ...]]:
    with contextlib.closing(open_for_reading(household.database)) as database:
        return database.execute(query).fetchall()


@pytest.mark.parametrize("second", ["Nia Okafor", "nia okafor", "nia@home.example"])
def test_contacts_of_one_name_are_one_where_a_row_has_the_addresses_of_both(
    household: Household, written: datetime, second: str
) -> None:
    household.import_contacts("Nia Okafor,nia@harbour.example,", f"{second},nia@home.example,Harbour")
    household.ok("sync")
    assert len(household.ok("contacts", "list")) == 2
    report = household.import_contacts("Nia Okafor,nia@harbour.example; nia@home.example,")
    assert (report["added"], report["shared"]) == (0, [])
    (nia,) = household.ok("last")
    assert (nia["emails"], nia["company"]) == (["nia@harbour.example", "nia@home.example"], "Harbour")
    assert nia["last_inbound"] == utc(written)
    # and rows go on updating it
    household.import_contacts("Nia Okafor,nia@harbour.example; nia@home.example,Reef")
    (nia,) = household.ok("last")
    assert nia["company"] == "Reef"
    assert household.ok("check")["differences"] == 0


@pytest.mark.usefixtures("written")
def test_people_of_different_names_and_different_records_stay_two(household: Household) -> None:
    household.import_contacts("Nia Okafor,nia@harbour.example,", "Olu Brandt,desk@harbour.example,")
    report = household.import_contacts("Nia Okafor,nia@harbour.example; desk@harbour.example,")
    assert [one["address"] for one in report["shared"]] == ["desk@harbour.example"]
    household.import_contacts("Rui Sato,rui@tide.example,", "Tove Lind,tove@tide.example,")
    household.import_contacts(",rui@tide.example; tove@tide.example,")
    assert {"Rui Sato", "Tove Lind"} <= {one["name"] for one in household.ok("contacts", "list")}
    path = Path(household.folder / "crm.csv")
    both = "pau@reef.example;pau@tide.example"
    for record, emails in (("1", "pau@reef.example"), ("2", "pau@tide.example"), ("1", both)):
        path.write_text(f"Name,Email,Record ID\nPau Serra,{emails},{record}\n", encoding="utf-8")
        household.ok("contacts", "import", str(path))
    assert [one["name"] for one in household.ok("contacts", "list")].count("Pau Serra") == 2


@pytest.mark.usefixtures("written")
def test_tags_and_record_ids_are_kept(household: Household) -> None:
    path = Path(household.folder / "crm.csv")
    header = "Name,Email,Contact ID,Tags\n"
    path.write_text(f"{header}Nia,nia@harbour.example,003A0000006Vm9r,vip;fair\n", encoding="utf-8")
    household.ok("contacts", "import", str(path))
    path.write_text(f"{header}Nia O.,nia@new.example,003A0000006Vm9rIAC,fair;spring\n", encoding="utf-8")
    assert household.ok("contacts", "import", str(path))["updated"] == 1
    assert _rows(household, "SELECT tag FROM contact_tag ORDER BY tag") == [("fair",), ("spring",), ("vip",)]
    assert ("salesforce:003A0000006Vm9rIAC",) in _rows(household, "SELECT key FROM contact_key")
