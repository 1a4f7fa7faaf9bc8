"""lasttouch snooze"""

from __future__ import annotations

import click

from activity.errors import UsageError
from lasttouch.answers.naming import one_contact
from lasttouch.commands import typed_moments
from lasttouch.commands.opening import changing
from lasttouch.commands.saying import Answer, say_of_contact, saying_options
from lasttouch.local_time import machine_zone, utc_now
from lasttouch.moments import local


@click.command("snooze")
@saying_options()
def command(words: tuple[str, ...], undo: bool, by: str | None, as_json: bool) -> None:
    """Put somebody off for a while: no list names them until then, or until they write.

    WORDS are somebody, then for how long or until when: 2w, 3months, monday, 2026-12-01.

    \b
    Examples:
      lasttouch snooze bob 2w
      lasttouch snooze bob stone monday
      lasttouch snooze bob --undo
    """
    from lasttouch.keeping import own_words  # noqa: PLC0415 - what writes takes longer to import

    now, zone = utc_now(), machine_zone()
    *given, last = words
    if not undo and not given:
        raise UsageError("say whom, and for how long", "such as: lasttouch snooze bob 2w")
    try:
        until = None if undo else typed_moments.ahead(last, now, zone)
    except ValueError as error:
        raise UsageError(str(error), "such as: lasttouch snooze bob 2w") from None
    with changing() as agent:
        who = own_words.speaker(agent, by)
        contact_id = one_contact(agent.seen, " ".join(words if undo else given))
        word = own_words.put_off(until)
        name = say_of_contact(agent, contact_id, word, who, undo, "{} was not put off")
    told = f"{name} is no longer put off." if undo else f"{name} is put off until {local(until, zone)}."
    Answer("snooze", undo, who, contact=contact_id, name=name, until=until).tell(as_json, told)
