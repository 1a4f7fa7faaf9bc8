"""When each contact was last in touch."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING, Any

from lasttouch.naming import NO_CONTACTS
from lasttouch.views.blindness import blindness
from lasttouch.views.columns import Rows
from lasttouch.views.people import dates_json, people_table, read_back_lines

if TYPE_CHECKING:
    from lasttouch.answers import contacts
    from lasttouch.answers.last import Answer


def as_json(answer: Answer | contacts.Answer) -> list[dict[str, Any]]:
    """The array of `last --json`, `contacts show --json` and `contacts export --json`; see
    docs/json.md."""
    return [dates_json(one, answer.through, answer.back) for one in answer.people]


def table(answer: Answer, zone: tzinfo) -> Rows:
    return people_table(answer.people, answer.now, zone, answer.weeks, answer.back)


def notes(answer: Answer, zone: tzinfo) -> list[str]:
    """What is not known for sure, and that nobody was found who is a contact."""
    lines = read_back_lines(answer.people, answer.back, zone)
    if answer.strangers:
        from lasttouch.views.no_contact import no_contact  # noqa: PLC0415 - most are contacts

        lines += no_contact(answer.strangers)
    elif not answer.people:
        lines.append(NO_CONTACTS if answer.is_empty else "No contact is left by that.")
    return lines + blindness(answer.sources, answer.now, zone)
