"""lasttouch snooze"""

from __future__ import annotations

import click

from activity.errors import UsageError
from lasttouch.commands import typed_moments
from lasttouch.commands.opening import changing
from lasttouch.commands.saying import saying_options, tell
from lasttouch.local_time import machine_zone, utc_now


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
    from lasttouch.keeping import statements  # noqa: PLC0415 - what writes takes longer to import

    *given, last = words
    if not undo and not given:
        raise UsageError("say whom, and for how long", "such as: lasttouch snooze bob 2w")
    try:
        until = None if undo else typed_moments.ahead(last, utc_now(), machine_zone())
    except ValueError as error:
        raise UsageError(str(error), "such as: lasttouch snooze bob 2w") from None
    with changing() as agent:
        said = statements.snooze(agent, " ".join(words if undo else given), until, by)
    tell(said, as_json)
