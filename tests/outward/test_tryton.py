"""Dates in a real Tryton."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from office import ANA, BOB, Office

from activity.errors import FieldGone
from deliver.tryton import Tryton
from household import ago, utc
from tryton_server import DATABASE, PASSWORD, TrytonServer


@pytest.fixture
def crm(office: Office, tryton: TrytonServer, monkeypatch: pytest.MonkeyPatch) -> TrytonServer:
    """Bob is a contact, and the office's target "crm" is this Tryton."""
    monkeypatch.setenv("TRYTON_PASSWORD", PASSWORD)
    office.target("crm", "tryton", url=tryton.url, database=DATABASE, username="admin", password_env="TRYTON_PASSWORD")
    office.configure()
    return tryton


def _calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The methods that are called from now on."""
    called: list[str] = []
    real = Tryton._asked

    def counted(self: Tryton, method: str, parameters: list[object]) -> object:
        called.append(method)
        return real(self, method, parameters)

    monkeypatch.setattr(Tryton, "_asked", counted)
    return called


def test_a_touch_is_there_within_a_pass_and_a_second_pass_writes_nothing(
    office: Office, crm: TrytonServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requirements 1 and 9: the address is written otherwise there, and is the same."""
    bob = crm.party("Bob Stone", "Bob.One@Globex.example")
    at = ago(days=3)
    office.contacts("Bob,bob.one@globex.example")
    office.receive("bob.one@globex.example", ANA, at)
    office.sync()
    assert office.drain("crm").done == 1
    assert (crm.held(bob), crm.held(bob, "lasttouch_how"), crm.held(bob, "lasttouch_by")) == (
        utc(at),
        "inbound",
        "Ana Kim",
    )
    called = _calls(monkeypatch)
    assert office.drain("crm").idle
    assert called == []
    assert office.push("crm", "--yes")["written"] == 0
    assert "model.party.party.write" not in called


def test_a_meeting_that_is_cancelled_takes_the_field_back(office: Office, crm: TrytonServer) -> None:
    """Requirement 2: back to the date before, and to nothing where there was none."""
    bob, eve = crm.party("Bob", "bob.two@globex.example"), crm.party("Eve", "eve.two@globex.example")
    office.contacts("Bob,bob.two@globex.example", "Eve,eve.two@globex.example")
    before, met = ago(days=9), ago(days=2)
    people = ["bob.two@globex.example;PARTSTAT=ACCEPTED", "eve.two@globex.example;PARTSTAT=ACCEPTED"]
    office.receive("bob.two@globex.example", ANA, before)
    office.meet("m1", met, *people)
    office.sync()
    office.drain("crm")
    assert (crm.held(bob), crm.held(eve)) == (utc(met), utc(met))
    office.meet("m1", met, *people, STATUS="CANCELLED", SEQUENCE="1")
    office.sync()
    office.drain("crm")
    assert (crm.held(bob), crm.held(eve)) == (utc(before), None)


def test_what_is_unknown_is_held_back(office: Office, crm: TrytonServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requirement 3: a source unknown since Tuesday; neither a date nor nothing is written,
    `status` says so."""
    bob = crm.party("Bob", "bob.three@globex.example")
    office.contacts("Bob,bob.three@globex.example")
    office.receive("bob.three@globex.example", ANA, ago(days=9))
    office.sync()
    office.unknown_since(ago(days=4))
    called = _calls(monkeypatch)
    assert office.drain("crm").held == 1
    assert "model.party.party.write" not in called
    assert crm.held(bob) is None
    (told,) = json.loads(office.run("status", "--json").out)["targets"]
    assert (told["target"], told["held_back"]) == ("crm", 1)
    assert "1 held back" in office.run("status").out
    office.seen()
    office.push("crm", "--yes")
    assert crm.held(bob) == utc(ago(days=9))


def test_a_dry_run_only_reads(office: Office, crm: TrytonServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requirement 16: and shows what would be written."""
    bob = crm.party("Bob", "bob.four@globex.example")
    office.contacts("Bob,bob.four@globex.example")
    office.receive("bob.four@globex.example", ANA, ago(days=9))
    office.sync()
    called = _calls(monkeypatch)
    shown = office.push("crm")
    assert [(one["remote"], one["before"], one["last_touch"]) for one in shown["changes"]] == [
        (str(bob), None, utc(ago(days=9)))
    ]
    assert shown["dry_run"]
    assert not {method for method in called if method.endswith((".write", ".create", ".delete"))}
    assert crm.held(bob) is None
    assert "To do it: lasttouch push crm --yes" in office.run("push", "crm").out


def test_who_is_forgotten_is_blanked_and_the_link_goes(office: Office, crm: TrytonServer) -> None:
    """Requirement 12: while the target is down the debt is kept, without any trace of whose it is,
    and paid later."""
    bob = crm.party("Bob", "bob.five@globex.example")
    office.contacts("Bob,bob.five@globex.example")
    office.receive("bob.five@globex.example", ANA, ago(days=9))
    office.sync()
    office.drain("crm")
    assert crm.held(bob) is not None
    crm.stop()
    try:
        assert office.run("contacts", "forget", "bob.five@globex.example", "--yes").code == 0
        assert office.drain("crm").error is not None
        standing = office.standing("crm")
        assert (standing.to_blank, standing.owed) == (1, 0)
        with office.agent() as agent:
            for table in ("delivered", "outbox", "target_note"):
                assert agent.connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table
    finally:
        crm.start()
    assert office.push("crm", "--yes")["blanked"] == 1
    assert (crm.held(bob), crm.held(bob, "lasttouch_by")) == (None, None)
    assert office.standing("crm").to_blank == 0


@pytest.mark.parametrize("conflict", ["ours", "leave"])
def test_somebody_edits_our_field(
    office: Office, tryton: TrytonServer, conflict: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requirement 10: reported once, then ours, or left."""
    monkeypatch.setenv("TRYTON_PASSWORD", PASSWORD)
    office.target("crm", "tryton", url=tryton.url, database=DATABASE, username="admin", password_env="TRYTON_PASSWORD",
                  conflict=conflict)  # fmt: skip
    office.configure()
    email = f"bob.{conflict}@globex.example"
    bob = tryton.party("Bob", email)
    office.contacts(f"Bob,{email}")
    office.receive(email, ANA, ago(days=9))
    office.sync()
    office.drain("crm")
    moment = {"__class__": "datetime", "year": 2020, "month": 1, "day": 2, "hour": 3, "minute": 4, "second": 5,
              "microsecond": 0}  # fmt: skip
    tryton.edit(bob, lasttouch_at=moment)
    first, second = office.push("crm", "--yes"), office.push("crm", "--yes")
    assert [(one["remote"], one["holds"]) for one in first["edited"]] == [(str(bob), "2020-01-02T03:04:05Z")]
    assert second["edited"] == []
    assert tryton.held(bob) == ("2020-01-02T03:04:05Z" if conflict == "leave" else utc(ago(days=9)))
    assert "edited" in json.dumps(json.loads(office.run("status", "--json").out)["targets"])


def test_two_there_with_one_address_are_both_named_and_neither_is_written(office: Office, crm: TrytonServer) -> None:
    one, other = crm.party("Bob", "bob.six@globex.example"), crm.party("Robert", "BOB.SIX@globex.example")
    office.contacts("Bob,bob.six@globex.example")
    office.receive("bob.six@globex.example", ANA, ago(days=9))
    office.sync()
    told = office.push("crm", "--yes")
    assert told["written"] == 0
    assert [found["remotes"] for found in told["ambiguous"]] == [[str(one), str(other)]]
    assert (crm.held(one), crm.held(other)) == (None, None)


def test_our_field_is_not_there(office: Office, tryton: TrytonServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requirement 8, of Tryton: the target stops and says which."""
    with pytest.raises(FieldGone, match="lasttouch_gone"):
        Tryton(tryton.url, DATABASE, "admin", PASSWORD, at="lasttouch_gone").check()


def test_nothing_secret_is_told_or_kept(office: Office, crm: TrytonServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requirement 17: the password is in no output, error, journal or database."""
    office.contacts(f"Bob,{BOB}")
    office.receive(BOB, ANA, ago(days=9))
    office.sync()
    outcomes = [office.run("push", "crm", "--yes"), office.run("status", "--json"), office.run("doctor", "--json")]
    monkeypatch.setenv("TRYTON_PASSWORD", f"{PASSWORD}-and-wrong")
    outcomes += [office.run("push", "crm", "--yes"), office.run("doctor"), office.run("status")]
    assert "refused the login" in outcomes[3].err
    for outcome in outcomes:
        assert PASSWORD not in outcome.out + outcome.err
    kept = [path for path in Path(office.folder).rglob("*") if path.is_file()]
    assert len(kept) > 2
    for path in kept:
        assert PASSWORD.encode() not in path.read_bytes(), path
