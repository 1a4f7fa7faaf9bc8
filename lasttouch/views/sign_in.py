"""What became of signing in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lasttouch.passes.signing_in import SignedIn


def as_json(one: SignedIn) -> dict[str, Any]:
    return {"account": one.account, "provider": one.provider, "user": one.user or None, "kept": one.kept}


def text(one: SignedIn) -> list[str]:
    lines = [f"{one.account} has signed in at {one.provider.capitalize()}" + (f" as {one.user}." if one.user else ".")]
    if not one.is_own:
        lines.append(
            f"That is none of the account's addresses. If it was another person: lasttouch sign-in {one.account}"
        )
    return [*lines, f"Kept in {one.kept}; it is renewed by itself. Now: lasttouch sync --account {one.account}"]
