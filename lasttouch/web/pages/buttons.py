"""What the user says with a button, and takes back with another: the same words as the commands'."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import cast, get_args

from starlette.routing import Route

from activity.errors import UsageError
from lasttouch.answers.unmatched import stranger_at
from lasttouch.keeping import statements
from lasttouch.keeping.address_book import add_strangers
from lasttouch.keeping.meetings import expand_for_strangers
from lasttouch.keeping.notes import note as noted
from lasttouch.keeping.notes import undo_note
from lasttouch.keeping.statements import Statement
from lasttouch.views import contact_import
from lasttouch.views.own_words import sentence
from lasttouch.web.asking import LONGEST_NUMBER, Change, button
from lasttouch.web.sessions import Said
from matchers.notes import LONGEST_SUBJECT, NoteKind

LONGEST_DAYS = 3650
FIRST_YEAR = 1970


def done(change: Change) -> Said:
    return _said(change, statements.done(change.agent, _what(change)))


def snooze(change: Change) -> Said:
    until = change.agent.clock() + timedelta(days=_days(change, "for how long"))
    return _said(change, statements.snooze(change.agent, _what(change), until))


def ignore(change: Change) -> Said:
    return _said(change, statements.ignore(change.agent, _what(change)))


def confirm(change: Change) -> Said:
    return _said(change, statements.confirm(change.agent, _what(change)))


def cadence(change: Change) -> Said:
    """How often to be in touch; with no days, what was said of it is taken back."""
    if not change.fields.get("days"):
        return Said(sentence(statements.cadence(change.agent, _what(change), None), change.zone))
    days = _days(change, "how often")
    return _said(change, statements.cadence(change.agent, _what(change), days))


def note(change: Change) -> Said:
    kind, about = change.fields.get("kind", ""), change.fields.get("about", "")
    if kind not in get_args(NoteKind):
        raise UsageError("say what it was: a call, a meeting or a letter")
    if len(about) > LONGEST_SUBJECT:
        raise UsageError(f"what it was about is longer than {LONGEST_SUBJECT} characters")
    said = noted(change.agent, _what(change), cast("NoteKind", kind), _moment(change), about)
    return _said(change, said, str(said.activity))


def undo(change: Change) -> Said:
    """Take back what a button said."""
    what = _what(change)
    words: dict[str, Callable[[], Statement]] = {
        "done": lambda: statements.done(change.agent, what, undo=True),
        "snooze": lambda: statements.snooze(change.agent, what, None),
        "ignore": lambda: statements.ignore(change.agent, what, undo=True),
        "confirm": lambda: statements.confirm(change.agent, what, undo=True),
        "cadence": lambda: statements.cadence(change.agent, what, None),
        "note": lambda: undo_note(change.agent, what),
    }
    word = change.fields.get("word", "")
    if word not in words:
        raise UsageError("there is nothing to take back")
    return Said(sentence(words[word](), change.zone))


def add(change: Change) -> Said:
    """Make a contact of somebody who is among the unmatched."""
    address = _what(change)
    stranger = stranger_at(change.agent.seen, change.agent.clock(), address)
    added = add_strangers(change.agent, [stranger], by_name=True, of=change.agent.holding)
    return Said(" ".join(line for line in contact_import.text(added)))


def work_out(change: Change) -> Said:
    """The meetings among strangers into the log, where they wait."""
    expand_for_strangers(change.agent)
    return Said("Meetings among strangers are worked out.")


def _what(change: Change) -> str:
    what = change.fields.get("what", "").strip()
    if not what:
        raise UsageError("nobody is named")
    return what


def _days(change: Change, what: str) -> int:
    given = change.fields.get("days", "")
    if not given.isdecimal() or len(given) >= LONGEST_NUMBER or not 0 < int(given) <= LONGEST_DAYS:
        raise UsageError(f"say {what}, in days")
    return int(given)


def _moment(change: Change) -> datetime:
    """Noon of the day that is given, if that is over; as `lasttouch note --at` has it."""
    now, given = change.agent.clock(), change.fields.get("at", "")
    try:
        day = date.fromisoformat(given) if given else now.astimezone(change.zone).date()
        if day.year < FIRST_YEAR:
            raise ValueError
        noon = datetime.combine(day, time(12), change.zone)
        if noon - timedelta(hours=12) > now:
            raise UsageError(f"{day} lies ahead; what is to come belongs into a calendar")
    except (ValueError, OverflowError):
        raise UsageError("that is no day") from None
    return now if day == now.astimezone(change.zone).date() else noon


def _said(change: Change, said: Statement, what: str = "") -> Said:
    word = "note" if said.word in get_args(NoteKind) else said.word
    return Said(sentence(said, change.zone), {"word": word, "what": what or _what(change)})


def routes() -> list[Route]:
    return [
        button(f"/{word.__name__}", word)
        for word in (done, snooze, ignore, confirm, cadence, note, add, work_out, undo)
    ]
