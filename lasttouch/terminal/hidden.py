"""How many accounts share nothing with whoever asks: said with each answer to one of several users, and never else."""

from __future__ import annotations

from typing import Any

import click

_HIDDEN = "lasttouch.hidden_accounts"


def say_how_many_hide(accounts: int) -> None:
    """The answer of this command is of what may be seen, beside so many accounts that share nothing."""
    click.get_current_context().meta[_HIDDEN] = accounts


def with_hidden(value: Any) -> Any:
    """JSON with `hidden_accounts` in the object, or in each of an array's."""
    hidden = _hidden()
    if hidden is None:
        return value
    if isinstance(value, list):
        return [{**one, "hidden_accounts": hidden} if isinstance(one, dict) else one for one in value]
    return {**value, "hidden_accounts": hidden} if isinstance(value, dict) else value


def hidden_lines() -> list[str]:
    """The same for people."""
    hidden = _hidden()
    if not hidden:
        return []
    share = "1 account shares" if hidden == 1 else f"{hidden} accounts share"
    return [f"As far as you may see; {share} nothing with you."]


def _hidden() -> int | None:
    context = click.get_current_context(silent=True)
    return None if context is None else context.meta.get(_HIDDEN)
