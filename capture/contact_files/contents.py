"""What a contact file holds: entries, and what could not be read of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from activity.contact import ContactEntry
from activity.mistakes import mistake

MAX_TEXT = 10_000  # characters of one cell or property that we read


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Something in a file that could not be read, and where.

    `line` is the physical line (1-based) on which the row, card or property starts. `message` is
    one line without control characters.
    """

    line: int
    message: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}"


@dataclass(slots=True)
class ContactFile:
    """The contacts of a file in its order, and the problems in theirs.

    An entry without `emails` has no name either and stands for a company with its domain.
    `without_email` counts the people who have no address: nothing is wrong with them.
    """

    entries: list[ContactEntry] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    without_email: int = 0


@dataclass(frozen=True, slots=True)
class WithoutEmail:
    """Somebody in a file who has no address. `line` as in RowProblem."""

    line: int


Finding = ContactEntry | RowProblem | WithoutEmail


def without_our_mistakes(findings: Iterator[Finding], line: int) -> Iterator[Finding]:
    """What was found in a row or card that begins on `line`; what our own code stumbles over is a
    problem of it."""
    try:
        yield from findings
    except Exception as error:  # noqa: BLE001 - one row must not keep the others from being read
        yield RowProblem(line, mistake(error))


def squeezed(text: str) -> str:
    """One line of text: runs of white space and line breaks are one space."""
    return " ".join(text.split())


def quoted(text: str) -> str:
    """A piece of the file as a message may show it: short, and nothing in it that moves a cursor."""
    shown = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in squeezed(text[:200]))
    return f"'{shown}'" if len(shown) <= 60 else f"'{shown[:59]}…'"
