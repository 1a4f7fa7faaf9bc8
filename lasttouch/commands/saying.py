"""What the commands have in common with which the user settles, puts off or puts aside something in
one word."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from lasttouch.commands.completion_words import complete_who
from lasttouch.local_time import machine_zone
from lasttouch.terminal.options import F, config_option, json_option
from lasttouch.terminal.output import print_json, print_lines
from lasttouch.views import own_words as view

if TYPE_CHECKING:
    from lasttouch.keeping.statements import Statement


def tell(said: Statement, as_json: bool) -> None:
    """Print what was said, or taken back."""
    if as_json:
        print_json(view.as_json(said))
    else:
        print_lines([view.text(said, machine_zone())])


def saying_options(required: bool = True) -> Callable[[F], F]:
    """WORDS..., --undo, --by, --json and --config."""

    def decorate(function: F) -> F:
        function = click.option("--by", metavar="ACCOUNT", help="Whose word it is, where there are several accounts.")(
            config_option(json_option(function))
        )
        function = click.option("--undo", is_flag=True, help="Take it back.")(function)
        return click.argument("words", nargs=-1, required=required, shell_complete=complete_who)(function)

    return decorate
