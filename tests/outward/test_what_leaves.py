"""A target is a viewer: only what an account shares with it leaves."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from office import Office

from config_lines import table
from crm_doubles import HubSpotDouble, Receiver
from household import ago, utc

BEN, ANA = "ben@acme.example", "ana@acme.example"
TOM, KIM = "tom@client.example", "kim@client.example"


@pytest.fixture
def team(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Office, HubSpotDouble]]:
    """Ana and Ben with a mailbox each; Tom writes to Ben, then later to Ana; Kim to Ana alone."""
    with HubSpotDouble() as crm:
        monkeypatch.setenv("CRM_TOKEN", crm.token)
        crm.contact("1", TOM)
        crm.contact("2", KIM)
        office.accounts = {"ana": {"owner": "Ana Kim", "user": "ana"}, "ben": {"owner": "Ben Ode", "user": "ben"}}
        office.more = "".join(table("[[users]]", name=one, os_user=f"{one}-os") for one in ("ana", "ben"))
        office.target("crm", "hubspot", url=crm.url, token_env="CRM_TOKEN")
        office.configure()
        with office.agent() as agent:
            from activity.contact import ContactEntry
            from lasttouch.keeping import address_book

            entries = [ContactEntry("Tom", [TOM]), ContactEntry("Kim", [KIM])]
            address_book.import_contacts(agent, entries)
        office.receive(TOM, BEN, ago(days=9), "ben")
        office.receive(TOM, ANA, ago(days=3), "ana")
        office.receive(KIM, ANA, ago(days=2), "ana")
        yield office, crm


def _share(office: Office, **shares: object) -> None:
    for name, share in shares.items():
        office.accounts[name] = {**office.accounts[name], "share": share}
    office.sync()


def _bodies(crm: HubSpotDouble) -> str:
    return json.dumps([body for _, _, body in crm.requests])


def test_nothing_of_an_account_that_shares_nothing_leaves(team: tuple[Office, HubSpotDouble]) -> None:
    """Requirement 11: Ana shares nothing; of Tom what Ben has is told, of Kim nothing, in no
    request."""
    office, crm = team
    _share(office, ben="dates")
    office.drain("crm")
    assert (crm.held("1"), crm.held("2")) == (utc(ago(days=9)), None)
    assert utc(ago(days=3)) not in _bodies(crm)
    assert utc(ago(days=2)) not in _bodies(crm)
    assert "Ana" not in _bodies(crm)


def test_by_default_nothing_leaves(team: tuple[Office, HubSpotDouble]) -> None:
    """Requirement 11: nobody shares anything."""
    office, crm = team
    office.sync()
    office.drain("crm")
    assert crm.asked("POST") == []


@pytest.mark.parametrize(
    ("share", "held"),
    [
        ({"crm": "dates"}, 3), ({"targets": "dates"}, 3), ({"everybody": "dates"}, 3),
        ({"everybody": "dates", "targets": "none"}, 9), ({"targets": "dates", "crm": "none"}, 9),
    ],
)  # fmt: skip
def test_what_is_said_by_name_holds_first(team: tuple[Office, HubSpotDouble], share: dict[str, str], held: int) -> None:
    office, crm = team
    inline = "{" + ", ".join(f'{name} = "{level}"' for name, level in share.items()) + "}"
    _share(office, ben="dates")
    text = office.config.read_text().replace('name = "ana"\n', f'name = "ana"\nshare = {inline}\n', 1)
    office.config.write_text(text)
    assert office.run("sync", "--json").code == 0
    office.drain("crm")
    assert crm.held("1") == utc(ago(days=held))


def test_who_narrows_takes_back_what_was_told(team: tuple[Office, HubSpotDouble]) -> None:
    """Requirements 2 and 11: the field goes back to what the target may be told."""
    office, crm = team
    _share(office, ana="dates", ben="dates")
    office.drain("crm")
    assert crm.held("1") == utc(ago(days=3))
    _share(office, ana="none")
    office.push("crm", "--yes")
    assert (crm.held("1"), crm.held("2")) == (utc(ago(days=9)), "" or None)


def test_a_webhook_of_a_team_is_told_every_change_once(
    team: tuple[Office, HubSpotDouble], monkeypatch: pytest.MonkeyPatch
) -> None:
    office, _ = team
    monkeypatch.setenv("HOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    with Receiver() as receiver:
        office.target("hook", "webhook", url=receiver.url, secret_env="HOOK_SECRET", allow_addresses=["127.0.0.1"])
        _share(office, ben="dates")
        office.drain("hook")
        office.receive(TOM, BEN, ago(days=1), "ben")
        office.receive(KIM, ANA, ago(hours=5), "ana")
        office.sync()
        office.drain("hook")
        office.drain("hook")
        assert [one["data"]["last_touch"] for _, _, one in receiver.requests] == [utc(ago(days=9)), utc(ago(days=1))]
