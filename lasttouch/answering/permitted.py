"""Who may ask which command of the service; what does not stand here, nobody may."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from pathlib import Path
from typing import Any, NoReturn

import click

from activity.errors import NotPermitted

MEMBER, STEWARD, ADMINISTRATOR = "member", "steward", "administrator"


class Who(Enum):
    """For whom a command is. What of the log it shows to them is no matter of this: `keeping/viewing.py` says."""

    EVERYBODY = "everybody, and the log itself refuses whoever is no user"
    USERS = "users"
    ADMINISTRATORS = "administrators"


_OF = {
    Who.EVERYBODY: (
        "today", "last", "stale", "awaiting", "log", "upcoming", "why", "unmatched", "export", "changes",
        "drift", "handover",
        "contacts list",
        "contacts show", "contacts suggest", "contacts dossier", "contacts export", "companies list", "mcp",
    ),
    Who.USERS: (
        "done", "snooze", "ignore", "note", "cadence", "confirm", "sharing show", "sharing set", "sharing private",
        "access", "tokens add", "tokens list", "tokens revoke", "web login",
        # whose contact it is, or whether it is of the list, is known to what changes it: keeping/whose.py
        "contacts add", "contacts import", "contacts edit", "contacts alias", "contacts merge", "contacts remove",
        "companies add", "contacts forget",
    ),
    Who.ADMINISTRATORS: ("status", "doctor", "accounts list", "accounts let-in", "accounts retire", "privacy report"),
}  # fmt: skip
COMMANDS = {path: who for who, paths in _OF.items() for path in paths}

TAKES_A_FILE = "contacts import"  # which the client has opened; it comes as standard input, and is not looked at here

Command = tuple[str, click.Command]


def is_question(arguments: Sequence[str]) -> bool:
    """Does it change nothing, and is it for everybody?"""
    return any(COMMANDS.get(" ".join(arguments[:words])) is Who.EVERYBODY for words in (1, 2))


def guard(role: Callable[[], str]) -> Callable[[str, click.Command], click.Command]:
    """What makes of a command one that refuses, where who asks may not give it.

    `role` is theirs, asked where it matters; it raises NotPermitted.
    """
    return lambda name, command: _guarded(name, command, role)


def _guarded(path: str, command: click.Command, role: Callable[[], str]) -> click.Command:
    if isinstance(command, click.Group):
        command.commands = {name: _guarded(f"{path} {name}", within, role) for name, within in command.commands.items()}
        return command
    refusal = _refusal(path, role)
    if refusal is not None:
        return _refusing(command, refusal)
    for parameter in command.params:
        if isinstance(parameter.type, click.Path):
            parameter.type = click.types.FuncParamType(Path if path == TAKES_A_FILE else _no_file)
    return command


def _refusal(path: str, role: Callable[[], str]) -> NotPermitted | None:
    who = COMMANDS.get(path)
    if who is Who.EVERYBODY:
        return None
    asks = role()  # raises for whoever is no user, before anything else is said
    if who is None:
        return NotPermitted(f"the service does not do `{path}` for anybody", "it is for whoever keeps the server")
    if who is Who.ADMINISTRATORS and asks != ADMINISTRATOR:
        return NotPermitted(f"`{path}` is for administrators", "ask whoever keeps the server")
    return None


def _refusing(command: click.Command, refusal: NotPermitted) -> click.Command:
    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise refusal

    settings = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []}
    return click.Command(command.name, callback=refuse, context_settings=settings)


def _no_file(_: Any) -> NoReturn:
    """The service opens none for anybody."""
    raise NotPermitted("the service writes no files for whoever asks", "leave the file out: … > FILE")
