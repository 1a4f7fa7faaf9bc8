"""A title names whom its reader may know, and nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest
from colleagues import Colleagues

from household import ago, event

ZOE, ANA = "zoe@hooli.example", "ana@acme.example"


@pytest.mark.parametrize("level", ["none", "dates"])
def test_a_title_of_one_s_own_tells_nothing_of_whom_a_colleague_lists(colleagues: Colleagues, level: str) -> None:
    colleagues.accounts["ana"]["share"] = level
    colleagues.receive("ana", ZOE, ANA, 5, message_id="z@hooli.example")
    colleagues.sync()
    colleagues.ok("ana", "contacts", "add", "Zoe Ray", ZOE)
    for number, name in enumerate(("Zoe Ray", "Yan Ray")):
        path = Path(colleagues.folder / "ben" / f"{number}.ics")
        path.write_text(event(f"u{number}", ago(days=2), SUMMARY=f"Lunch with {name}"))
    colleagues.sync()
    told = []
    for name in ("Zoe Ray", "Yan Ray"):
        outcomes = [colleagues.run("ben", *words, name) for words in (["last"], ["log"], ["why"], ["contacts", "show"])]
        told.append([f"{one.code} {one.out} {one.err}".replace(name, "") for one in outcomes])
    assert told[0] == told[1]
    assert ZOE not in colleagues.run("ben", "export").out


def test_a_title_names_whom_all_know_and_follows_who_that_is(colleagues: Colleagues) -> None:
    colleagues.receive("cleo", ZOE, "cleo@acme.example", 5, message_id="z@hooli.example")
    colleagues.configure()
    (colleagues.folder / "ben" / "0.ics").write_text(event("u0", ago(days=2), SUMMARY="Lunch with Zoe Ray"))
    colleagues.sync()
    colleagues.ok("cleo", "contacts", "add", "Zoe Ray", ZOE)
    assert _named(colleagues)
    for owner, is_known in (("Ana", False), ("Pat", True), ("Ana", False), ("", True)):
        colleagues.ok("cleo", "contacts", "edit", ZOE, "--owner", owner)
        assert _named(colleagues) is is_known, owner
    assert colleagues.direct("check").code == 0
    colleagues.ok("cleo", "contacts", "remove", ZOE)
    colleagues.ok("ana", "contacts", "add", "Zoe Ray", ZOE)
    assert not _named(colleagues)
    colleagues.ok("ana", "contacts", "edit", ZOE, "--publish")
    assert _named(colleagues)
    assert colleagues.direct("check").code == 0


def _named(colleagues: Colleagues) -> bool:
    return ZOE in colleagues.run("ben", "export").out
