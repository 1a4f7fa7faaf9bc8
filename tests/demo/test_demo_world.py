"""What is in the demo's world, and what the log makes of it."""

from __future__ import annotations

import contextlib
import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from demo_runs import Kept, ask

TWO_WEEKS = timedelta(weeks=2)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_a_vacation_reply_does_not_count(kept: Kept) -> None:
    carla = kept.contact("carla")
    reply = kept.ask("log", "carla")[0]
    assert reply["verdict"] == "auto-reply"
    assert reply["at"] > carla["last_touch"] == carla["last_outbound"] > carla["last_inbound"]
    assert carla["last_touch_kind"] == "outbound"


def test_a_newsletter_from_a_contacts_own_address_does_not_count(kept: Kept) -> None:
    (shop,) = kept.ask("last", "hello@umbrellacoffee.example")
    newsletter = kept.ask("log", "hello@umbrellacoffee.example")[0]
    assert newsletter["verdict"] == "bulk"
    assert newsletter["at"] > shop["last_touch"] > shop["last_inbound"]


def test_a_declined_meeting_and_its_invitation_do_not_count(kept: Kept) -> None:
    erin = kept.contact("erin")
    meeting, invitation = kept.ask("log", "erin")[:2]
    assert (meeting["verdict"], invitation["verdict"]) == ("declined", "calendar")
    assert meeting["at"] > invitation["at"] > erin["last_touch"] == erin["last_inbound"]
    assert erin["last_meeting"] is None


def test_a_bounce_moves_the_date_back(kept: Kept) -> None:
    hugo = kept.contact("hugo")
    bounced = kept.ask("why", "<1.spare-bulbs@acme.example>")
    assert "did not reach hugo@lighthousebooks.example" in bounced["not_counted_because"]
    assert bounced["at"] > hugo["last_outbound"] == hugo["last_touch"]
    before = kept.ask("why", "<3.reading-lamps@acme.example>")
    assert {"contact": hugo["id"], "name": "Hugo Larsen", "field": "last_outbound"} in before["sets"]


def test_one_mail_in_two_mailboxes_is_one_activity(kept: Kept) -> None:
    shared = kept.ask("why", "<1.window-display-for-the-winter@lighthousebooks.example>")
    assert shared["sightings"] == [{"account": "ana", "place": "INBOX"}, {"account": "ben", "place": "INBOX"}]
    grace = kept.contact("grace")
    assert grace["touches"] == 3
    assert grace["last_touch_kind"] == "inbound"
    assert timedelta(minutes=99) < datetime.now(UTC) - moment(grace["last_touch"]) < timedelta(minutes=110)


def test_one_meeting_in_two_calendars_is_one_activity(kept: Kept) -> None:
    meeting = kept.ask("why", "cafe-machine@acme.example")
    assert [one["account"] for one in meeting["sightings"]] == ["ana", "ben"]
    assert meeting["verdict"] == "upcoming"
    felix = kept.contact("felix")
    assert felix["next_meeting"] == meeting["at"]
    # five working days ahead at a given hour: from a Sunday afternoon that is less than five days
    assert timedelta(days=4) < moment(felix["next_meeting"]) - datetime.now(UTC) < timedelta(days=10)
    assert (felix["last_touch_kind"], felix["last_meeting"]) == ("outbound", None)


def test_the_weekly_call_counts_but_for_its_cancelled_occurrence(kept: Kept) -> None:
    bob = kept.contact("bob")
    assert (bob["last_touch_kind"], bob["last_touch"]) == ("meeting", bob["last_meeting"])
    assert moment(bob["next_meeting"]) - moment(bob["last_meeting"]) == TWO_WEEKS
    calls = [moment(one["at"]) for one in kept.meetings("bob") if one["verdict"] == "held"]
    assert len(calls) == 19  # of 21, one is cancelled and one left out
    assert max(after - before for after, before in itertools.pairwise(calls)) == TWO_WEEKS
    (cancelled,) = (one for one in kept.meetings("bob") if one["verdict"] == "cancelled")
    assert moment(cancelled["at"]) - moment(bob["last_meeting"]) == timedelta(weeks=1)


def test_a_held_meeting_counts_but_not_for_who_declined(kept: Kept) -> None:
    handover = kept.ask("why", "benches-handover@acme.example")
    assert [one["name"] for one in handover["sets"] if one["field"] == "last_touch"] == ["Jonas Weber"]
    assert kept.contact("kira")["last_meeting"] is None
    ines = kept.contact("inês")
    assert (ines["last_touch_kind"], ines["last_touch"]) == ("meeting", ines["last_meeting"])


def test_who_was_never_in_touch_comes_first(kept: Kept) -> None:
    dev, lea, *others = kept.ask("last")
    assert (dev["name"], dev["last_touch"]) == ("Dev Patel", None)
    assert dev["last_copied"] is not None
    assert (lea["name"], lea["last_touch"], lea["last_copied"]) == ("Léa Moreau", None, None)
    dates = [one["last_touch"] for one in others]
    assert len(dates) == 10
    assert dates == sorted(dates)
    assert {one["owner"] for one in others} == {"Ana Kim", "Ben Ortiz"}


def test_an_unlisted_person_touches_the_company_and_a_program_does_not(kept: Kept) -> None:
    unlisted = {one["name"]: [p["address"] for p in one["unlisted"]] for one in kept.ask("last", "--company")}
    assert unlisted == {
        "Harbour Bikes": [],
        "Umbrella Coffee": [],
        "Globex Gardens": [],
        "Lighthouse Books": ["theo@lighthousebooks.example"],
    }
    statement = kept.ask("why", "<1.your-supplier-statement-is-ready@globex.example>")
    assert statement["verdict"] == "notification"


@pytest.mark.parametrize(
    ("message_id", "mailbox"),
    [
        ("1.you-have-won-a-bicycle@harbourbikes.example", "ben/.Junk"),
        ("1.the-repair-corner-at-last@acme.example", "ana/.Drafts"),
    ],
)
def test_junk_and_drafts_are_not_captured(kept: Kept, message_id: str, mailbox: str) -> None:
    stored = [path.read_text() for path in (kept.folder / "mail" / mailbox / "cur").iterdir()]
    assert [message_id in text for text in stored] == [True]
    code, _ = ask("why", message_id, "--json", "--config", str(kept.folder / "config.toml"))
    assert code == 6


def test_mail_among_colleagues_is_internal(kept: Kept) -> None:
    assert kept.ask("why", "<1.lunch-and-the-lighthouse@acme.example>")["verdict"] == "internal"


def test_the_private_event_is_nowhere_in_the_database(kept: Kept) -> None:
    def files_with_the_word(where: str) -> list[Path]:
        return [path for path in kept.folder.glob(where) if path.is_file() and b"Quillfeather" in path.read_bytes()]

    assert files_with_the_word("calendars/storage/**/doctor*")
    assert files_with_the_word("lasttouch.db*") == []


@pytest.mark.parametrize(
    "now",
    [
        datetime(2027, 3, 29, 0, 30, tzinfo=UTC),  # a Monday, the clocks went forward the day before
        datetime(2028, 2, 29, 22, 0, tzinfo=UTC),
        datetime(2026, 1, 4, 12, 0, tzinfo=UTC),  # a Sunday
    ],
)
def test_it_tells_the_same_story_on_any_day(now: datetime, tmp_path: Path) -> None:
    from lasttouch.demo.stage import play
    from store.database import open_for_reading
    from store.people import people

    berlin = ZoneInfo("Europe/Berlin")
    played = play(tmp_path, lambda: now, berlin)
    with contextlib.closing(open_for_reading(played.loaded.database)) as log:
        story = {one.name: one for one in people(log, now)}
    assert list(story) == [
        "Dev Patel", "Léa Moreau", "Kira Novak", "Jonas Weber", "Umbrella Coffee", "Hugo Larsen", "Erin Walsh",
        "Inês Costa", "Felix Brandt", "Bob Stone", "Carla Mendes", "Grace Liu",
    ]  # fmt: skip
    last, following = story["Bob Stone"].last_meeting, story["Bob Stone"].next_meeting
    assert last is not None
    assert following is not None
    assert following.astimezone(berlin).replace(tzinfo=None) - last.astimezone(berlin).replace(tzinfo=None) == TWO_WEEKS
