"""lasttouch done"""

from __future__ import annotations

import click

from lasttouch.answers.naming import activity_meant, one_contact
from lasttouch.commands.opening import changing
from lasttouch.commands.saying import Answer, say_of_activity, say_of_contact, saying_options


@click.command("done")
@saying_options()
def command(words: tuple[str, ...], undo: bool, by: str | None, as_json: bool) -> None:
    """Settle it: a conversation, or all that waits with somebody now.

    WORDS are the id of an activity (from `awaiting` or `log`), a Message-ID, or somebody. It is settled
    in a way the log cannot see; a newer message opens it again. `why` shows what was said.

    \b
    Examples:
      lasttouch done 1042
      lasttouch done bob stone
      lasttouch done bob --undo
    """
    from lasttouch.keeping import own_words  # noqa: PLC0415 - what writes takes longer to import

    what = " ".join(words)
    with changing() as agent:
        who = own_words.speaker(agent, by)
        activity_id = activity_meant(agent.seen, what)
        if activity_id is not None:
            say_of_activity(agent, activity_id, "done", who, undo, "{} was not done")
            answer = Answer("done", undo, who, activity=activity_id)
            name = f"activity {activity_id}"
        else:
            contact_id = one_contact(agent.seen, what)
            name = say_of_contact(agent, contact_id, own_words.Word("done"), who, undo, "nothing was done with {}")
            answer = Answer("done", undo, who, contact=contact_id, name=name)
    told = f"Open again: {name}." if undo else f"Done: {name}. A newer message opens it again; --undo takes it back."
    answer.tell(as_json, told)
