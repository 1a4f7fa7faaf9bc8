"""The demo's world read twice: through a mail and a calendar server, and through Graph."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from graph_world import addresses_of, fill
from scripted_graph import ScriptedGraph

import config_lines
from household import Household
from lasttouch.demo.calendar_text import calendar_text
from lasttouch.demo.cast import COLLEAGUES
from lasttouch.demo.mail_files import message
from lasttouch.demo.settings import write_contacts
from lasttouch.demo.world import World, world_at

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def graphs() -> Iterator[dict[str, ScriptedGraph]]:
    """A mailbox for each of us."""
    doubles = {one.account: ScriptedGraph() for one in COLLEAGUES}
    yield doubles
    for one in doubles.values():
        one.stop()
        assert one.wrong == []


def test_the_little_world_is_told_of_alike_by_imap_and_caldav_and_by_graph(
    household: Household, new_user: Callable[[], str], graphs: dict[str, ScriptedGraph]
) -> None:
    """Byte by byte, whichever way it was read."""
    world = world_at(NOW, BERLIN)
    write_contacts(household.folder / "contacts.csv", world.contacts)
    _on_servers(household, new_user, world)
    by_servers = _told(household, "servers.db")
    household.accounts.clear()
    for one in COLLEAGUES:
        fill(graphs[one.account], world, one, NOW)
        section = config_lines.table("[accounts.microsoft]", url=graphs[one.account].host, token_command="echo t")
        _account(household, one.account, section)
    by_graph = _told(household, "graph.db")
    assert len(by_servers["last"]) > 2000
    for question, answer in by_servers.items():
        assert by_graph[question] == answer, question


def _on_servers(household: Household, new_user: Callable[[], str], world: World) -> None:
    for one in COLLEAGUES:
        user = new_user()
        with household.dovecot.client(user) as client:
            for letter in sorted(world.letters, key=lambda each: each.sent):
                for filed in letter.filed:
                    if filed.account == one.account:
                        flags = (b"\\Draft",) if filed.mailbox == "Drafts" else ()
                        client.append(filed.mailbox, message(letter), flags, letter.sent + timedelta(seconds=5))
        theirs = [each for each in world.appointments if one.account in each.calendars]
        text = calendar_text("Work", theirs, NOW)
        household.radicale.request(user, "PUT", f"/{user}/work/", text, {"Content-Type": "text/calendar"})
        imap, caldav = (
            config_lines.imap(household.dovecot.port, user),
            config_lines.caldav(household.radicale.url, user),
        )
        _account(household, one.account, imap, caldav)


def _account(household: Household, name: str, *sections: str) -> None:
    (one,) = [each for each in COLLEAGUES if each.account == name]
    household.set_account(
        name, *sections, addresses=addresses_of(one), owner=one.address.name, timezone="Europe/Berlin"
    )


def _told(household: Household, database: str) -> dict[str, str]:
    """What the commands print, of a log that is new, at one instant."""
    household.head = config_lines.head(database)
    household.write_config()
    with time_machine.travel(NOW, tick=False):
        household.ok("contacts", "import", str(household.folder / "contacts.csv"))
        household.ok("sync")
        return {
            question: household.run(*question.split(), "--json").out
            for question in ("last", "last --company", "stale", "stale --days 30")
        }
