"""lasttouch confirm"""

from __future__ import annotations

from dataclasses import replace

import click

from activity.errors import UsageError
from lasttouch.answers.naming import activity_meant
from lasttouch.answers.proof import named_in_meeting
from lasttouch.commands.opening import changing
from lasttouch.commands.saying import Answer, say_of_activity, saying_options


@click.command("confirm")
@saying_options()
def command(words: tuple[str, ...], undo: bool, by: str | None, as_json: bool) -> None:
    """Say of a meeting that it did take place. It is kept as your word, and shown by `why`.

    WORDS are the id of an activity, as `log` and `why` show it. An event in which nobody is listed and whose
    title names exactly one contact in full counts for them by it; `today` offers such events. What counts of
    any other meeting does not change.

    \b
    Examples:
      lasttouch confirm 1042
      lasttouch confirm 1042 --undo
    """
    from lasttouch.keeping import own_words  # noqa: PLC0415 - what writes takes longer to import

    what = " ".join(words)
    with changing() as agent:
        who = own_words.speaker(agent, by)
        activity_id = activity_meant(agent.seen, what)
        if activity_id is None:
            raise UsageError(f"{what!r} is no activity", "give its id, as `log` and `why` show it")
        whom = named_in_meeting(agent.seen, activity_id)
        say_of_activity(agent, activity_id, "confirm", who, undo, "{} was not confirmed")
    told = f"Activity {activity_id} is {'no longer ' if undo else ''}confirmed."
    answer = Answer("confirm", undo, who, activity=activity_id)
    if whom is not None:
        told += f" Its title names {whom.contact}."
        answer = replace(answer, contact=whom.contact_id, name=whom.contact)
    answer.tell(as_json, told)
