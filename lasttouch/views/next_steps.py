"""Commands to go on with."""

from __future__ import annotations

from collections.abc import Sequence


def next_steps(steps: Sequence[tuple[str, str]]) -> list[str]:
    """`steps` are what to type, and what it means."""
    width = max(len(typed) for typed, _ in steps)
    return ["", "What to type next:", *(f"  {typed:<{width}}  # {meaning}" for typed, meaning in steps)]
