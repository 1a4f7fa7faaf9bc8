"""lasttouch note"""

from __future__ import annotations

from datetime import datetime
from typing import cast, get_args

import click

from activity.errors import UsageError
from lasttouch.answers.naming import activity_meant, contact_name, one_contact
from lasttouch.commands import typed_moments
from lasttouch.commands.opening import changing
from lasttouch.commands.saying import Answer, not_said, saying_options
from lasttouch.local_time import machine_zone, utc_now
from lasttouch.moments import local
from matchers.notes import NoteKind

KINDS: tuple[str, ...] = get_args(NoteKind)
LONGEST_SUBJECT = 200


@click.command("note")
@saying_options()
@click.option("--at", metavar="DATE", help="When it was: yesterday, monday, 2026-11-01T15:00 [default: now].")
@click.option("--about", metavar="SUBJECT", default="", help="A few words on it, kept as its subject.")
def command(words: tuple[str, ...], undo: bool, by: str | None, as_json: bool, at: str | None, about: str) -> None:
    """Note a touch by hand, that no mailbox and no calendar shows: a call, a meeting, a letter.

    WORDS are somebody, then `call`, `met` or `letter`. A call counts as a meeting, a letter as mail of
    ours; wherever it is shown it is marked as noted by hand. With --undo WORDS are somebody, whose
    latest note is taken back, or the id of the note.

    \b
    Examples:
      lasttouch note bob call
      lasttouch note bob stone met --at yesterday --about "lunch"
      lasttouch note bob --undo
    """
    kind = words[-1].lower()
    if undo:
        _undo(" ".join(words), by, as_json)
        return
    if kind not in KINDS or len(words) == 1:
        raise UsageError(f"say with whom, then one of {', '.join(KINDS)}", "such as: lasttouch note bob call")
    if len(about) > LONGEST_SUBJECT:
        raise UsageError(f"--about is longer than {LONGEST_SUBJECT} characters", "a few words are enough")
    moment = _when(at)
    import secrets  # noqa: PLC0415 - what writes takes longer to import

    from lasttouch.keeping import notes, own_words  # noqa: PLC0415

    with changing() as agent:
        contact_id = one_contact(agent.seen, " ".join(words[:-1]))
        name = contact_name(agent.seen, contact_id)
        who = own_words.speaker(agent, by)
        account = notes.account_of(agent, who, contact_id)
        noted = notes.take_note(
            agent, contact_id, cast("NoteKind", kind), moment, account, about.strip(), secrets.token_hex(8)
        )
        who = who._replace(account_id=account.id, owner=account.owner)
    told = f"Noted: {kind} with {name}, {local(moment, machine_zone())}, activity {noted}; --undo takes it back."
    Answer(kind, False, who, contact=contact_id, name=name, activity=noted).tell(as_json, told)


def _undo(what: str, by: str | None, as_json: bool) -> None:
    from lasttouch.keeping import notes, own_words  # noqa: PLC0415

    with changing() as agent:
        who = own_words.speaker(agent, by)
        activity_id = activity_meant(agent.seen, what)
        contact_id = name = None
        if activity_id is None:
            contact_id = one_contact(agent.seen, what)
            name = contact_name(agent.seen, contact_id)
            activity_id = notes.newest_of(agent, contact_id)
        if activity_id is None or not notes.is_note(agent, activity_id):
            raise not_said(f"{what} is not noted by hand" if name is None else f"nothing is noted of {name}")
        notes.take_back(agent, activity_id)
    told = f"Taken back: the note that was activity {activity_id}."
    Answer("note", True, who, contact=contact_id, name=name, activity=activity_id).tell(as_json, told)


def _when(at: str | None) -> datetime:
    """Noon of a day that is past, which is neither the day before nor the day after wherever it is read."""
    now, zone = utc_now(), machine_zone()
    if at is None:
        return now
    try:
        first, last = typed_moments.beginning(at, now, zone), typed_moments.end(at, now, zone)
    except ValueError as error:
        raise UsageError(str(error)) from None
    if first > now:
        raise UsageError(f"{at!r} lies ahead", "what is to come belongs into a calendar")
    return min(first + (last - first) / 2, now)
