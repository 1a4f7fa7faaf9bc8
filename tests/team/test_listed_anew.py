"""Listed, struck off, listed anew, by a file too: nobody is told by it whether a colleague lists them, nor changes
what that one has."""

from __future__ import annotations

from pathlib import Path

import pytest
from colleagues import Colleagues

from lasttouch.keeping import contact_import
from store import audiences

HEADS = "Record ID,First Name,Last Name,Email,Company name\n"


@pytest.fixture
def here(colleagues: Colleagues) -> Colleagues:
    """Ana, who shares nothing, lists whoever is at hidden.example; at absent.example nobody does."""
    colleagues.sync()
    rows = [f"{number},Hid{number},Den,h{number}@hidden.example,Hidden" for number in range(1, 4)]
    _imports(colleagues, "ana", *rows)
    return colleagues


def _imports(here: Colleagues, who: str, *rows: str) -> dict[str, int]:
    path: Path = here.folder / "people.csv"
    path.write_text(HEADS + "\n".join([*rows, ""]))
    done: dict[str, int] = here.ok(who, "contacts", "import", str(path))
    return {key: done[key] for key in ("added", "updated", "unchanged")}


def _listed(here: Colleagues, who: str) -> list[tuple[str, list[str], str | None]]:
    return sorted((one["name"], one["emails"], one["company"]) for one in here.ok(who, "contacts", "list"))


@pytest.mark.parametrize("domain", ["hidden.example", "absent.example"])
def test_the_number_is_the_same_whoever_else_lists_them(here: Colleagues, domain: str) -> None:
    numbers = set()
    for _ in range(3):
        here.ok("ben", "contacts", "add", "Somebody", f"h1@{domain}")
        (one,) = here.ok("ben", "contacts", "list")
        numbers.add(one["id"])
        here.ok("ben", "contacts", "remove", f"h1@{domain}")
    assert len(numbers) == 1


@pytest.mark.parametrize("domain", ["hidden.example", "absent.example"])
def test_by_another_name_it_is_them_again(here: Colleagues, domain: str) -> None:
    assert here.ok("ben", "contacts", "add", "Ann Bee", f"h1@{domain}")["added"] == 1
    assert here.ok("ben", "contacts", "add", "Quite Other", f"h1@{domain}")["updated"] == 1
    rows = [f",First,Name,h2@{domain},Alpha", f",Second,Surname,h2@{domain},Beta", f",Third,One,h3@{domain},"]
    assert _imports(here, "ben", *rows) == {"added": 2, "updated": 0, "unchanged": 1}
    assert _listed(here, "ben") == [
        ("Quite Other", [f"h1@{domain}"], None),
        ("Second Surname", [f"h2@{domain}"], "Beta"),
        ("Third One", [f"h3@{domain}"], None),
    ]


@pytest.mark.parametrize("number", ["1", "77"])
def test_a_record_of_a_colleague_s_file_is_meant_by_nobody_else_s(here: Colleagues, number: str) -> None:
    """1 is the number of a record that Ana imported, 77 nobody's."""
    before = _listed(here, "ana")
    assert _imports(here, "ben", f"{number},Evil,Ben,evil@evil.example,Evil") == {
        "added": 1,
        "updated": 0,
        "unchanged": 0,
    }
    assert _imports(here, "ben", f"{number},Evil,Ode,ode@evil.example,Evil") == {
        "added": 0,
        "updated": 1,
        "unchanged": 0,
    }
    assert _listed(here, "ben") == [("Evil Ode", ["evil@evil.example", "ode@evil.example"], "Evil")]
    assert _imports(here, "cleo", f"{number},Of,List,list@of.example,List") == {
        "added": 1,
        "updated": 0,
        "unchanged": 0,
    }
    assert _listed(here, "ana") == sorted([*before, ("Of List", ["list@of.example"], "List")])


@pytest.mark.parametrize("domain", ["hidden.example", "absent.example"])
def test_a_record_is_forgotten_with_whom_one_strikes_off(here: Colleagues, domain: str) -> None:
    before = _listed(here, "ana")
    _imports(here, "ben", f"8,Some,Body,h1@{domain},")
    here.ok("ben", "contacts", "remove", f"h1@{domain}")
    assert _imports(here, "ben", "8,Quite,Other,other@other.example,")["added"] == 1
    assert _imports(here, "ben", "8,Quite,Other,more@other.example,")["updated"] == 1
    assert _listed(here, "ben") == [("Quite Other", ["other@other.example", "more@other.example"], None)]
    assert _listed(here, "ana") == before


def test_what_a_colleague_has_merged_is_meant_by_nobody_else(here: Colleagues) -> None:
    here.ok("ana", "contacts", "merge", "h1@hidden.example", "h2@hidden.example")
    here.ok("ana", "contacts", "alias", "h1@hidden.example", "h2@hidden.example", "--remove")
    before = _listed(here, "ana")
    assert here.ok("ben", "contacts", "add", "Hid2 Den", "h2@hidden.example", "--company", "Evil")["added"] == 1
    assert _listed(here, "ben") == [("Hid2 Den", ["h2@hidden.example"], "Evil")]
    assert _listed(here, "ana") == before


@pytest.mark.parametrize("domain", ["hidden.example", "absent.example"])
def test_whom_one_publishes_is_nobody_s_on_the_list_whoever_else_lists_them(here: Colleagues, domain: str) -> None:
    here.ok("ben", "contacts", "add", "Some Body", f"h1@{domain}", "--owner", "ben")
    assert here.run("ben", "contacts", "edit", f"h1@{domain}", "--publish", "--owner", "ben").code == 2
    here.ok("ben", "contacts", "edit", f"h1@{domain}", "--publish")
    assert here.ok("ben", "contacts", "show", f"h1@{domain}")[0]["owner"] is None
    assert here.run("ben", "contacts", "edit", f"h1@{domain}", "--tag", "vip").code == 1
    assert f"h1@{domain}" in here.run("ana", "contacts", "list").out


def test_a_file_that_would_keep_colleagues_waiting_is_for_whoever_keeps_the_list(
    here: Colleagues, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contact_import, "MOST_AT_ONCE", 2)
    rows = [f",Some,Body,s{number}@some.example," for number in range(3)]
    (here.folder / "many.csv").write_text(HEADS + "\n".join(rows))
    words = ("contacts", "import", str(here.folder / "many.csv"))
    outcome = here.run("ben", *words)
    assert outcome.code == 2
    assert "these are 3 contacts" in outcome.err
    assert _listed(here, "ben") == []
    assert here.ok("cleo", *words)["added"] == 3


def test_who_keeps_somebody_else_private_each_time_they_ask_fills_no_disk(
    here: Colleagues, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audiences, "KEPT_OF_ONE", 3)
    folder = audiences.folder_of(here.folder / "log.db")
    here.ok("ana", "last")
    anas = set(folder.glob("*/*.db"))
    _imports(here, "ben", *[f",Some,Body{number},s{number}@some.example," for number in range(6)])
    for number in range(6):
        here.ok("ben", "sharing", "private", f"s{number}@some.example")
        here.ok("ben", "last")
    left = set(folder.glob("*/*.db"))
    assert anas <= left
    assert len(left - anas) == 3
