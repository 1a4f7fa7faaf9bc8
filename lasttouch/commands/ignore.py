"""lasttouch ignore"""

from __future__ import annotations

import click

from activity.address import normalise
from lasttouch.answers.naming import is_contact, one_contact
from lasttouch.commands.opening import changing
from lasttouch.commands.saying import Answer, not_said, say_of_contact, saying_options


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
    from lasttouch.keeping import own_words  # noqa: PLC0415 - what writes takes longer to import

    what = " ".join(words)
    with changing() as agent:
        who = own_words.speaker(agent, by)
        address = normalise(what)
        if address is not None and not is_contact(agent.seen, what):
            contact_id, name = None, address
            if not undo:
                own_words.ignore_address(agent, address, who)
            elif not own_words.unignore_address(agent, address):
                raise not_said(f"{address} was not ignored")
        else:
            contact_id = one_contact(agent.seen, what)
            name = say_of_contact(agent, contact_id, own_words.Word("ignore"), who, undo, "{} was not ignored")
    told = f"{name} may be in lists again." if undo else f"{name} is in no list any more; --undo takes it back."
    Answer("ignore", undo, who, contact=contact_id, name=name).tell(as_json, told)
