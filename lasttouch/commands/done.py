"""lasttouch done"""

from __future__ import annotations

import click

from lasttouch.commands.opening import changing
from lasttouch.commands.saying import saying_options, tell


@click.command("done")
@saying_options()
def command(words: tuple[str, ...], undo: bool, by: str | None, as_json: bool) -> None:
    """Settle it: a conversation, or all that waits with somebody now.

    WORDS are the id of an activity (from `awaiting` or `log`), a Message-ID, or somebody. It is
    settled in a way the log cannot see; a newer message opens it again. `why` shows what was said.

    \b
    Examples:
      lasttouch done 1042
      lasttouch done bob stone
      lasttouch done bob --undo
    """
    from lasttouch.keeping import statements  # noqa: PLC0415 - what writes takes longer to import

    with changing() as agent:
        said = statements.done(agent, " ".join(words), by, undo)
    tell(said, as_json)
