"""lasttouch note"""

from __future__ import annotations

from datetime import datetime
from typing import cast, get_args

import click

from activity.errors import UsageError
from lasttouch.commands import typed_moments
from lasttouch.commands.opening import changing
from lasttouch.commands.saying import saying_options, tell
from lasttouch.local_time import machine_zone, utc_now
from matchers.notes import LONGEST_SUBJECT, NoteKind

KINDS: tuple[str, ...] = get_args(NoteKind)


@click.command("note")
@saying_options()
@click.option("--at", metavar="DATE", help="When it was: yesterday, monday, 2026-11-01T15:00 [default: now].")
@click.option("--about", metavar="SUBJECT", default="", help="A few words on it, kept as its subject.")
def command(words: tuple[str, ...], undo: bool, by: str | None, as_json: bool, at: str | None, about: str) -> None:
    """Note a touch by hand, that no mailbox and no calendar shows: a call, a meeting, a letter.

    WORDS are somebody, then `call`, `met` or `letter`. A call counts as a meeting, a letter as mail
    of ours; wherever it is shown it is marked as noted by hand. With --undo WORDS are somebody,
    whose latest note is taken back, or the id of the note.

    \b
    Examples:
      lasttouch note bob call
      lasttouch note bob stone met --at yesterday --about "lunch"
      lasttouch note bob --undo
    """
    if undo:
        from lasttouch.keeping.notes import undo_note  # noqa: PLC0415 - what writes takes longer to import

        with changing() as agent:
            said = undo_note(agent, " ".join(words), by)
    else:
        kind = words[-1].lower()
        if kind not in KINDS or len(words) == 1:
            raise UsageError(f"say with whom, then one of {', '.join(KINDS)}", "such as: lasttouch note bob call")
        if len(about) > LONGEST_SUBJECT:
            raise UsageError(f"--about is longer than {LONGEST_SUBJECT} characters", "a few words are enough")
        moment = _when(at)
        from lasttouch.keeping.notes import note  # noqa: PLC0415

        with changing() as agent:
            said = note(agent, " ".join(words[:-1]), cast("NoteKind", kind), moment, about, by)
    tell(said, as_json)


def _when(at: str | None) -> datetime:
    """Noon of a day that is past, which is neither the day before nor the day after wherever it is
    read."""
    now, zone = utc_now(), machine_zone()
    if at is None:
        return now
    try:
        first, last = typed_moments.span(at, now, zone)
    except ValueError as error:
        raise UsageError(str(error)) from None
    if first > now:
        raise UsageError(f"{at!r} lies ahead", "what is to come belongs into a calendar")
    return min(first + (last - first) / 2, now)
