"""What the commands have in common with which the user settles, puts off or puts aside something in one word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from activity.errors import NotFound
from lasttouch.answers.naming import contact_name
from lasttouch.commands.completion_words import complete_who
from lasttouch.moments import utc
from lasttouch.terminal.options import F, config_option, json_option
from lasttouch.terminal.output import print_json, print_lines

if TYPE_CHECKING:
    from lasttouch.keeping.agent import Agent
    from lasttouch.keeping.own_words import Speaker, Word


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said, or taken back: the object that each of these commands gives with --json."""

    word: str
    undone: bool
    who: Speaker
    contact: int | None = None
    name: str | None = None
    company: str | None = None
    activity: int | None = None
    until: datetime | None = None
    days: int | None = None

    def tell(self, as_json: bool, sentence: str) -> None:
        if as_json:
            print_json(self._json())
        else:
            print_lines([sentence])

    def _json(self) -> dict[str, Any]:
        return {
            "word": self.word,
            "undone": self.undone,
            "contact": self.contact,
            "name": self.name,
            "company": self.company,
            "activity": self.activity,
            "until": utc(self.until),
            "days": self.days,
            "at": utc(self.who.at),
            "by": self.who.owner,
        }


def saying_options(required: bool = True) -> Callable[[F], F]:
    """WORDS..., --undo, --by, --json and --config."""

    def decorate(function: F) -> F:
        function = click.option("--by", metavar="ACCOUNT", help="Whose word it is, where there are several accounts.")(
            config_option(json_option(function))
        )
        function = click.option("--undo", is_flag=True, help="Take it back.")(function)
        return click.argument("words", nargs=-1, required=required, shell_complete=complete_who)(function)

    return decorate


def say_of_contact(agent: Agent, contact_id: int, word: Word, who: Speaker, undo: bool, unsaid: str) -> str:
    """Say it of a contact, or take it back; its name. Raises NotFound, `unsaid` with the name, if it was not said."""
    from lasttouch.keeping import own_words  # noqa: PLC0415 - what writes takes longer to import

    name = contact_name(agent.seen, contact_id)
    if not undo:
        own_words.say_of_contact(agent, contact_id, word, who)
    elif not own_words.unsay_of_contact(agent, contact_id, word.kind):
        raise not_said(unsaid.format(name))
    return name


def say_of_activity(agent: Agent, activity_id: int, kind: str, who: Speaker, undo: bool, unsaid: str) -> None:
    """The same of an activity, which is named by its id."""
    from lasttouch.keeping import own_words  # noqa: PLC0415 - what writes takes longer to import

    if not undo:
        own_words.say_of_activity(agent, activity_id, kind, who)
    elif not own_words.unsay_of_activity(agent, activity_id, kind):
        raise not_said(unsaid.format(f"activity {activity_id}"))


def not_said(what: str) -> NotFound:
    return NotFound(
        f"there is nothing to take back: {what}", "what was said of somebody is shown by: lasttouch why WHO"
    )
