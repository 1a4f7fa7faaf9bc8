"""lasttouch cadence"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC

import click

from activity.errors import UsageError
from lasttouch.answers.naming import company_name, company_or_contact
from lasttouch.commands import typed_moments
from lasttouch.commands.opening import changing
from lasttouch.commands.saying import Answer, not_said, say_of_contact, saying_options
from lasttouch.local_time import utc_now

_EXAMPLE = "such as: lasttouch cadence bob 30d, or --default 90d"


@click.command("cadence")
@saying_options(required=False)
@click.option("--default", "everybody", is_flag=True, help="For all of whom nothing else was said.")
def command(words: tuple[str, ...], undo: bool, by: str | None, as_json: bool, everybody: bool) -> None:
    """How often you mean to be in touch with somebody, or with everybody at a company.

    WORDS are a contact or a company, then how often: 30d, 6w, 3months. Who has been silent for longer is
    named by `today` and `stale`. What is said of a contact holds before what is said of the company.

    \b
    Examples:
      lasttouch cadence bob stone 30d
      lasttouch cadence globex 6w
      lasttouch cadence --default 90d
      lasttouch cadence bob stone --undo
    """
    from lasttouch.keeping import own_words  # noqa: PLC0415 - what writes takes longer to import

    given, days = (words, None) if undo else (words[:-1], _days(words))
    if bool(given) == everybody:
        raise UsageError("say with whom, and how often", _EXAMPLE)
    with changing() as agent:
        who = own_words.speaker(agent, by)
        if everybody:
            own_words.set_default_cadence(agent, days)
            answer = Answer("cadence", undo, who, days=days)
            name = "everybody else"
        else:
            is_company, found = company_or_contact(agent.seen, " ".join(given))
            if is_company:
                name = company_name(agent.seen, found)
                answer = Answer("cadence", undo, who, company=name, days=days)
                if days is not None:
                    own_words.set_company_cadence(agent, found, days, who)
                elif not own_words.unset_company_cadence(agent, found):
                    raise not_said(f"{name} has no cadence")
            else:
                name = say_of_contact(agent, found, own_words.Word("cadence", days), who, undo, "{} has no cadence")
                answer = Answer("cadence", undo, who, contact=found, name=name, days=days)
    answer.tell(as_json, f"No cadence any more: {name}." if undo else f"{name}: every {days} days.")


def _days(words: Sequence[str]) -> int:
    """The last word as whole days."""
    now = utc_now()
    try:
        days = (typed_moments.beginning(f"+{words[-1] if words else ''}", now, UTC) - now).days
    except ValueError:
        days = 0
    if days < 1:
        raise UsageError(f"{' '.join(words)!r} does not end in how often, in days or more", _EXAMPLE)
    return days
