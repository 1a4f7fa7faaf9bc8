"""lasttouch why"""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any

import click

from lasttouch.answers.question import Question
from lasttouch.answers.why import Answer, KeptOut, OfActivity, OfContacts, why
from lasttouch.commands.completion_words import complete_who
from lasttouch.commands.opening import loaded_config, reading, reading_all
from lasttouch.local_time import machine_zone, utc_now
from lasttouch.terminal.options import config_option, json_option
from lasttouch.terminal.output import print_json, print_lines
from lasttouch.views.timeline import namesakes_json, namesakes_text, why_json, why_text
from lasttouch.views.why_contact import contact_json, contact_text

KEPT_OUT = "a never_log rule kept it out; nothing of it is stored"


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
    now, zone = utc_now(), machine_zone()
    with reading() as log:
        given = why(log, Question(now, " ".join(words)), reading_all, lambda: loaded_config().database)
    if as_json:
        print_json(_json(given, now))
    else:
        print_lines(_text(given, now, zone))


def _json(given: Answer, now: datetime) -> Any:
    match given:
        case OfActivity(one, concerned, said, others):
            namesakes = {"others": namesakes_json(others, now)} if others else {}
            return {**why_json(one, concerned, now, said), **namesakes}
        case OfContacts(contacts, back):
            return [
                contact_json(one.person, one.behind, one.recent, now, one.said, back, one.lists) for one in contacts
            ]
        case KeptOut(identity):
            return {"activity": None, "message_id": identity, "sets": [], "not_counted_because": KEPT_OUT}
    from lasttouch.views.no_contact import unlisted_json  # noqa: PLC0415 - most are contacts

    return [unlisted_json(one.stranger, one.recent, now, one.said) for one in given]


def _text(given: Answer, now: datetime, zone: tzinfo) -> list[str]:
    match given:
        case OfActivity(one, concerned, said, others):
            return why_text(one, concerned, now, zone, said) + namesakes_text(others, now, zone)
        case OfContacts(contacts, back):
            return [
                line
                for one in contacts
                for line in contact_text(one.person, one.behind, one.recent, now, zone, one.said, back, one.lists)
            ]
        case KeptOut(identity):
            return [f"{identity}: {KEPT_OUT}."]
    from lasttouch.views.no_contact import unlisted_text  # noqa: PLC0415 - most are contacts

    return [line for one in given for line in unlisted_text(one.stranger, one.recent, now, zone, one.said)]
