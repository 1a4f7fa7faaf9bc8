"""How a verdict's reason quotes a header."""

from __future__ import annotations

_LONGEST_QUOTE = 120


def quoted(text: str, longest: int = _LONGEST_QUOTE) -> str:
    """`text` in one line, without control, bidi and undecodable characters, cut to `longest`
    characters."""
    line = text[: longest * 4]
    if not line.isprintable():
        line = "".join(character if character.isprintable() else " " for character in line)
    line = " ".join(line.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def header(name: str, value: str) -> str:
    """A header as a reason names it: "Auto-Submitted: auto-replied"."""
    return f"{name}: {quoted(value)}"
