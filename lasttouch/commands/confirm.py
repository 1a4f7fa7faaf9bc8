"""lasttouch confirm"""

from __future__ import annotations

import click

from lasttouch.commands.opening import changing
from lasttouch.commands.saying import saying_options, tell


@click.command("confirm")
@saying_options()
def command(words: tuple[str, ...], undo: bool, by: str | None, as_json: bool) -> None:
    """Say of a meeting that it did take place. It is kept as your word, and shown by `why`.

    WORDS are the id of an activity, as `log` and `why` show it. An event in which nobody is listed
    and whose title names exactly one contact in full counts for them by it; `today` offers such
    events. What counts of any other meeting does not change.

    \b
    Examples:
      lasttouch confirm 1042
      lasttouch confirm 1042 --undo
    """
    from lasttouch.keeping import statements  # noqa: PLC0415 - what writes takes longer to import

    with changing() as agent:
        said = statements.confirm(agent, " ".join(words), by, undo)
    tell(said, as_json)
