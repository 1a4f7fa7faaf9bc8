"""Exports of address books and CRMs as they come, with the odd rows that come with them."""

from pathlib import Path

import pytest

from activity.contact import ContactEntry
from capture.contact_files import read_contacts

SAMPLES = Path(__file__).parent / "samples"
DANA = ["dana@northwind.example", "dana.w@gmail.com"]
EXPECTED: dict[str, tuple[list[ContactEntry], list[str]]] = {
    "google-2023.csv": (
        [
            ContactEntry(
                "Dana Whitfield",
                ["dana.whitfield@northwind.example", "dana.w@gmail.com"],
                company="Northwind Traders",
                line=2,
            ),
            ContactEntry(
                "Émile Brûlé",
                ["emile@brule.example", "e.brule@atelier.example"],
                company="Atelier Brûlé",
                line=4,
                tags=["Friends"],
            ),
            ContactEntry("sales@quietco.example", ["sales@quietco.example"], line=6),
            ContactEntry("=cmd|'/c calc'!A0", ["formula@hostile.example"], line=7),
        ],
        ["line 7: 'not-an-address' is no e-mail address"],
    ),
    "google.csv": (
        [
            ContactEntry("Dana Whitfield", DANA, company="Northwind Traders", line=2),
            ContactEntry(
                "Grace Brewster Hopper", ["grace@navy.example", "grace@home.example"], "US Navy", line=4, tags=["Navy"]
            ),
        ],
        ["line 5: '* Other' is no e-mail address"],
    ),
    "outlook.csv": (
        [
            ContactEntry("Dana Whitfield", DANA, company="Northwind Traders", line=2),
            ContactEntry("sales@quietco.example", ["sales@quietco.example"], company="Quiet Co", line=5),
        ],
        ["line 4: '/o=ExchangeLabs/ou=Exchange Administrative Group/cn=Recipie…' is no e-mail address"],
    ),
    "outlook-german.csv": (
        [
            ContactEntry(
                "Jörg-Änne Größe", ["joerg@suess.example", "j.groesse@web.de"], company="Bäckerei Süß GmbH", line=2
            )
        ],
        [],
    ),
    "outlook-french.csv": (
        [
            ContactEntry(
                "Élodie Garçon", ["elodie@creme.example", "elodie.garcon@orange.fr"], company="Crème & Fils", line=2
            )
        ],
        [],
    ),
    "hubspot.csv": (
        [
            ContactEntry(
                "Dana Whitfield",
                [*DANA, "dw@northwind.example"],
                company="Northwind Traders",
                owner="Ana Kim",
                key="hubspot:151",
                line=2,
            ),
            ContactEntry("lead@startup.example", ["lead@startup.example"], key="hubspot:153", line=4),
            ContactEntry(
                "Typo Person",
                ["typo@startup.example"],
                company="Startup",
                owner="Ben Ode",
                key="hubspot:154",
                line=5,
            ),
        ],
        ["line 5: 'typo@@startup.example' is no e-mail address"],
    ),
    "salesforce-report.csv": (
        [
            ContactEntry(
                "Dana Whitfield",
                ["dana@northwind.example"],
                company="Northwind Traders, Inc.",
                owner="Ana Kim",
                key="salesforce:0035g00000ABCDEAA1",
                line=2,
            ),
            ContactEntry(
                "Ana Lopez",
                ["ana@lopez.example"],
                company='Lopez "and" Sons',
                owner="Ben Ode",
                key="salesforce:0035g00000ABCDEAA3",
                line=4,
            ),
        ],
        ["line 3: 'lopez.example' is no e-mail address"],
    ),
    "salesforce-data-loader.csv": (
        [
            ContactEntry(
                "Dana Whitfield",
                ["dana@northwind.example"],
                company="Northwind Traders",
                owner="Ana Kim",
                key="salesforce:0035g00000ABCDEAA1",
                line=2,
            )
        ],
        [],
    ),
    "pipedrive.csv": (
        [
            ContactEntry(
                "Dana Whitfield",
                ["dana@northwind.example", "dana.whitfield@northwind.example", "dana.w@gmail.com"],
                company="Northwind Traders",
                owner="Ana Kim",
                key="pipedrive:12",
                line=2,
            ),
            ContactEntry("Bo; DROP TABLE contacts", ["bo@tables.example"], owner="Ben Ode", key="pipedrive:13", line=3),
        ],
        [],
    ),
    "pipedrive-2024.csv": (
        [
            ContactEntry(
                "Dana Whitfield", DANA, company="Northwind Traders", owner="Ana Kim", key="pipedrive:12", line=2
            )
        ],
        [],
    ),
    "own.csv": (
        [
            ContactEntry("Dana Whitfield", DANA, "Northwind Traders", "northwind.example", "Ana Kim", "c-1", 2),
            ContactEntry("", [], "Quiet Co", "quietco.example", "Ben Ode", line=3),
            ContactEntry(
                "ana+news@xn--bcher-kva.example",
                ["ana+news@xn--bcher-kva.example", "ana@xn--bcher-kva.example"],
                line=4,
            ),
            ContactEntry("Half", ["half@good.example"], line=8),
        ],
        [
            "line 5: 'x' is no e-mail address",
            "line 8: 'also bad' is no e-mail address",
            "line 8: 'no domain' is no domain",
        ],
    ),
    "apple.vcf": (
        [
            ContactEntry(
                "Dana Whitfield",
                DANA,
                company="Northwind Traders, Inc.",
                key="8F0C1F1E-2B1A-4B1E-9C3E-000000000001",
                line=1,
            ),
            ContactEntry("Quiet Co", ["sales@quietco.example"], company="Quiet Co", line=19),
            ContactEntry("Siobhán Mary O'Neill", ["siobhan@oneill.example"], line=41),
        ],
        [
            "line 26: the vCard has no END:VCARD and was skipped",
            "line 45: 'siobhan at oneill' is no e-mail address",
        ],
    ),
    "android-2.1.vcf": (
        [
            ContactEntry(
                "Jörg Müller", ["joerg@mueller.example", "zweite@mueller.example"], company="Bäckerei Müller", line=1
            ),
            ContactEntry("Ana Kim", ["ana@kim.example"], line=13),
        ],
        ["line 15: FN cannot be decoded"],
    ),
    "version-4.vcf": (
        [
            ContactEntry(
                "Simon Perreault",
                ["first+crm@viagenie.example", "second@viagenie.example", "third@viagenie.example"],
                company="Viagénie",
                key="urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1",
                line=1,
            )
        ],
        [],
    ),
}


def test_every_sample_is_expected() -> None:
    assert {path.name for path in SAMPLES.iterdir()} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_an_export_is_read_as_it_is(name: str) -> None:
    contents = read_contacts(SAMPLES / name)
    assert contents.entries == EXPECTED[name][0]
    assert [str(problem) for problem in contents.problems] == EXPECTED[name][1]


@pytest.mark.parametrize("name", EXPECTED)
def test_reading_again_gives_the_same(name: str) -> None:
    assert read_contacts(SAMPLES / name) == read_contacts(SAMPLES / name)


@pytest.mark.parametrize(
    ("header", "record_id", "key"),
    [
        ("Record ID", "151", "hubspot:151"),
        ("Record ID - Contact", "151", "hubspot:151"),
        ("Person - ID", "12", "pipedrive:12"),
        ("Open deals,ID", "0,12", "pipedrive:12"),
        ("Contact ID", "0035g00000ABCDEAA4", "salesforce:0035g00000ABCDEAA4"),
        ("Contact ID", "003A0000006Vm9r", "salesforce:003A0000006Vm9rIAC"),
        ("Id", "00QA0000006Vm9r", "salesforce:00QA0000006Vm9rMAC"),
        ("Id", "c-1", "c-1"),
        ("Id", "", ""),
    ],
)
def test_the_id_of_a_record_says_whose_it_is(tmp_path: Path, header: str, record_id: str, key: str) -> None:
    path = tmp_path / "export.csv"
    path.write_text(f"Name,Email,{header}\nNia,nia@harbour.example,{record_id}\n", encoding="utf-8")
    assert [entry.key for entry in read_contacts(path).entries] == [key]


@pytest.mark.parametrize("header", ["tags", "Tag", "Labels", "Person - Label", "Categories"])
def test_tags_are_read(tmp_path: Path, header: str) -> None:
    path = tmp_path / "export.csv"
    path.write_text(f'name,email,{header}\nNia,nia@harbour.example,"vip; Spring fair, vip"\n', encoding="utf-8")
    assert [entry.tags for entry in read_contacts(path).entries] == [["vip", "Spring fair"]]
