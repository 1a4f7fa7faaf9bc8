"""lasttouch why"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from pathlib import Path

import click

from activity.errors import NotFound
from lasttouch.answers.proof import RECENT, proof
from lasttouch.commands.completion_words import complete_who
from lasttouch.commands.naming import no_contact
from lasttouch.commands.opening import loaded_config, reading, reading_all
from lasttouch.local_time import machine_zone, utc_now
from lasttouch.terminal.options import config_option, json_option
from lasttouch.terminal.output import print_json, print_lines
from lasttouch.views.timeline import namesakes_json, namesakes_text, why_json, why_text
from lasttouch.views.why_contact import contact_json, contact_text
from store import said
from store.erased import is_withheld
from store.finding import Unlisted, find_activities, find_contacts, find_unlisted
from store.log import Log
from store.people import people
from store.read_back import read_back
from store.timeline import activities, newest


@click.command("why")
@click.argument("words", metavar="WHAT...", nargs=-1, required=True, shell_complete=complete_who)
@json_option
@config_option
def command(words: tuple[str, ...], as_json: bool) -> None:
    """The proof of a date: what was recorded, by which rule, and why not.

    WHAT is the id of an activity (from `log` or `last --json`), a Message-ID, or somebody: then the
    activity behind each of their dates is shown, and the recent ones that do not count. An address or
    a domain may be of people who are no contacts.

    \b
    Examples:
      lasttouch why 1042
      lasttouch why '<CAF7x@mail.example>'
      lasttouch why bob
    """
    now, zone, what = utc_now(), machine_zone(), " ".join(words)
    with reading() as log:
        if found := find_activities(log, what):
            return _activity(log, found, now, zone, as_json)
        if find_contacts(log, what):
            return _somebody(log, what, now, zone, as_json)
    with reading_all() as log:
        if found := find_activities(log, what):
            return _activity(log, found, now, zone, as_json)
        if strangers := find_unlisted(log, what):
            return _unlisted(log, strangers, now, zone, as_json)
        return _nothing(log, loaded_config().database, what, as_json)


def _activity(log: Log, activity_ids: Sequence[int], now: datetime, zone: tzinfo, as_json: bool) -> None:
    """The first of these, with its proof; the others bear the same Message-ID or UID."""
    one, *others = activities(log, activity_ids)
    concerned = people(log, now, sorted({p.contact_id for p in one.parts if p.contact_id is not None}))
    words = said.of_activities(log, [one.id]).get(one.id, [])
    if as_json:
        namesakes = {"others": namesakes_json(others, now)} if others else {}
        print_json({**why_json(one, concerned, now, words), **namesakes})
    else:
        print_lines(why_text(one, concerned, now, zone, words) + namesakes_text(others, now, zone))


def _somebody(log: Log, who: str, now: datetime, zone: tzinfo, as_json: bool) -> None:
    from lasttouch.answers.standing import standing  # noqa: PLC0415 - an activity alone does without

    found = [(person, *proof(log, person, now)) for person in people(log, now, find_contacts(log, who))]
    back = read_back(log)
    words = said.of_contacts(log, [person.id for person, _, _ in found])
    lists = {person.id: standing(log, person, now) for person, _, _ in found}
    if as_json:
        print_json(
            [
                contact_json(one, behind, recent, now, words.get(one.id, []), back, lists[one.id])
                for one, behind, recent in found
            ]
        )
    else:
        print_lines(
            line
            for one, behind, recent in found
            for line in contact_text(one, behind, recent, now, zone, words.get(one.id, []), back, lists[one.id])
        )


def _unlisted(log: Log, strangers: Sequence[Unlisted], now: datetime, zone: tzinfo, as_json: bool) -> None:
    from lasttouch.views.no_contact import unlisted_json, unlisted_text  # noqa: PLC0415 - most are contacts

    found = [(one, newest(log, now, RECENT, [], [one.address_id])) for one in strangers]
    words = said.of_strangers(log, [one.address_id for one in strangers])
    if as_json:
        print_json([unlisted_json(one, recent, now, words.get(one.email, [])) for one, recent in found])
    else:
        print_lines(
            line for one, recent in found for line in unlisted_text(one, recent, now, zone, words.get(one.email, []))
        )


def _nothing(log: Log, database: Path, what: str, as_json: bool) -> None:
    """It is not in the log: kept out by a rule, or never read."""
    from lasttouch.keeping.forgotten import recall  # noqa: PLC0415 - only where nothing was found

    identity = f"<{what.strip().strip('<>')}>"
    forgotten = recall(log, database)
    if not any(is_withheld(log, forgotten.hash(one)) for one in (identity, what.strip())):
        if what.isdecimal():
            raise NotFound(f"there is no activity {what}", "ids are shown by: lasttouch log; a contact's id is #7")
        if "@" not in what and not what.startswith("<"):
            raise no_contact(log, what)
        raise NotFound(
            f"nothing in the log is or has {what}",
            "it was never read, is older than `backfill`, or lies in a mailbox that is left out:"
            " Drafts, Junk, Trash or one under exclude_mailboxes",
        )
    because = "a never_log rule kept it out; nothing of it is stored"
    if as_json:
        print_json({"activity": None, "message_id": identity, "sets": [], "not_counted_because": because})
    else:
        print_lines([f"{identity}: {because}."])
