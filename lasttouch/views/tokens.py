"""Tokens of programs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, Any

from lasttouch.moments import local, utc

if TYPE_CHECKING:
    from lasttouch.keeping.tokens import Made
    from store.tokens import Token


def as_json(given: Sequence[Token]) -> list[dict[str, Any]]:
    """The array of `tokens list --json` and `tokens revoke --json`; see docs/json.md."""
    return [
        {
            "id": one.id,
            "name": one.name,
            "user": one.user,
            "scopes": list(one.scopes),
            "made_at": utc(one.made_at),
            "expires_at": utc(one.expires_at),
        }
        for one in given
    ]


def made_as_json(made: Made) -> dict[str, Any]:
    """The object of `tokens add --json`."""
    return {**as_json([made.token])[0], "token": made.secret}


def made_text(made: Made, zone: tzinfo) -> list[str]:
    good = f"good for {', '.join(made.token.scopes)} until {local(made.token.expires_at, zone)}"
    return [made.secret, f"It is shown this once, and {good}. To take it back: lasttouch tokens revoke {made.token.id}"]


def table(given: Sequence[Token], zone: tzinfo) -> tuple[list[str], list[list[str]]]:
    rows = [
        [
            str(one.id), one.name, one.user or "", ", ".join(one.scopes), local(one.made_at, zone)[:10],
            local(one.expires_at, zone),
        ]
        for one in given
    ]  # fmt: skip
    return ["Id", "Name", "User", "Good for", "Made", "Until"], rows
