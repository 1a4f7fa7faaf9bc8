"""lasttouch ignore"""

from __future__ import annotations

import click

from lasttouch.commands.opening import changing
from lasttouch.commands.saying import saying_options, tell


@click.command("ignore")
@saying_options()
def command(words: tuple[str, ...], undo: bool, by: str | None, as_json: bool) -> None:
    """Put somebody aside for good: in no list any more, and never made a contact again.

    WORDS are a contact, or an address that is no contact's. The history stays, and whoever is asked
    for by name is shown; to erase somebody: contacts forget.

    \b
    Examples:
      lasttouch ignore bob stone
      lasttouch ignore mum@home.example
      lasttouch ignore bob stone --undo
    """
    from lasttouch.keeping import statements  # noqa: PLC0415 - what writes takes longer to import

    with changing() as agent:
        said = statements.ignore(agent, " ".join(words), by, undo)
    tell(said, as_json)
