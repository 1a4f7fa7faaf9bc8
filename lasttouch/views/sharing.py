"""What a user shares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from activity.sharing import Level
from lasttouch.keeping.sharing import Shared, Sharing
from store.private_marks import Marked


def as_json(given: Sharing) -> dict[str, Any]:
    """The object of `sharing show --json`; see docs/json.md."""
    return {
        "user": given.user,
        "share_at_most": None if given.at_most is None else _word(given.at_most),
        "accounts": [
            {
                "account": one.account,
                "granted": None if one.grants is None else _by_team(one.grants),
                "said": _by_team(one.said),
                "colleagues": [{"user": name, "level": _word(level)} for name, level in one.colleagues],
            }
            for one in given.accounts
        ],
        "private": [_mark_json(mark) for mark in given.private],
    }


def _mark_json(mark: Marked) -> dict[str, Any]:
    return {"kind": mark.kind, "name": mark.name}


def text(given: Sharing) -> list[str]:
    lines = [line for one in given.accounts for line in _account(one, given.at_most)]
    if not given.accounts:
        lines.append("No account here is yours.")
    if given.private:
        lines.append(f"Private: {', '.join(mark.name for mark in given.private)}.")
    return lines


def private_as_json(mark: Marked, undone: bool) -> dict[str, Any]:
    """The object of `sharing private --json`; see docs/json.md."""
    return {**_mark_json(mark), "private": not undone}


def private_text(mark: Marked, undone: bool) -> str:
    who = f"everybody at {mark.name}" if mark.kind == "company" else mark.name
    if undone:
        return f"{mark.name} is private no longer: shared as all else is."
    return f"Private: no colleague sees what you exchange with {who}, unless a copy of their own shows it."


def _account(one: Shared, at_most: Level | None) -> list[str]:
    seen = ", ".join(f"{name} {_seen(level)}" for name, level in one.colleagues)
    lines = [f"{one.account}: {seen or 'nobody else sees anything of it'}."]
    if said := [f"{_team(team)} {_word(level)}" for team, level in one.said.items()]:
        lines.append(f"  You said: {', '.join(said)}.")
        if one.grants is None and at_most is None:
            lines.append("  The configuration grants nothing, so nothing is shared; see `share` and `share_at_most`.")
        elif at_most is not None and any(level > at_most for level in one.said.values()):
            lines.append(f"  No account here shares more than {_word(at_most)}.")
    return lines


def _seen(level: Level) -> str:
    return "sees nothing" if level is Level.NONE else "reads it" if level is Level.OWN else f"sees {_word(level)}"


def _by_team(levels: Mapping[str, Level]) -> dict[str, str]:
    return {_team(team): _word(level) for team, level in levels.items()}


def _team(team: str) -> str:
    return team or "everybody"


def _word(level: Level) -> str:
    return level.name.lower()
