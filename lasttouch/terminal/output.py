"""The last step before the terminal: tables for people, JSON and CSV for programs, nothing hostile in either."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextvars import ContextVar
from typing import Any, Literal

from lasttouch.terminal.hidden import with_hidden
from lasttouch.terminal.standard_streams import speak_utf8

# Patterns are compiled where they are first needed.
_CONTROL = (
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"  # control, direction, width
    r"\xad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff"  # not seen
    r"\ud800-\udfff]"  # half a character
)
WIDEST_CELL = 40
CUT_CELL = 12  # what a long text may be cut to, so that the main columns fit
WIDE = 100  # columns of a terminal that has room for more than the answer
FEWEST_COLUMNS = 3
MAIN_COLUMNS = 4
NARROWEST_COLUMN = 6
_NAMES = frozenset(("With", "Contact", "Name", "Company"))  # of these columns the beginning is enough, and so cut first
_STATES = frozenset(("State", "Outcome", "Last touch", "Silent", "Silent for", "Waits for"))
_STYLES = (
    ("ok", "green"), ("never", "yellow"), ("unknown", "yellow"), ("not ", "yellow"), ("waiting", "yellow"),
    ("warning", "yellow"), ("fail", "red"), ("us", "bold"),
)  # fmt: skip
_INSTANT = r"(\d{4}-\d\d-\d\d( \d\d:\d\d)?)?"
_TAKEN: ContextVar[list[Any] | None] = ContextVar("taken", default=None)


def clean(text: str) -> str:
    """`text` without control, bidirectional and invisible characters, which could make a terminal show other things."""
    if text.isascii() and text.isprintable():
        return text
    return re.sub(_CONTROL, "\N{REPLACEMENT CHARACTER}", text)


@contextlib.contextmanager
def answers_taken() -> Iterator[list[Any]]:
    """What is to be printed as JSON within is put here instead, of this thread alone: for a door that is no terminal.

    Nothing is worked out meanwhile that would change the log.
    """
    taken: list[Any] = []
    token = _TAKEN.set(taken)
    try:
        yield taken
    finally:
        _TAKEN.reset(token)


def are_answers_taken() -> bool:
    return _TAKEN.get() is not None


def print_json(value: Any) -> None:
    """JSON on standard output; control characters are escaped by JSON itself, the others here."""
    if (taken := _TAKEN.get()) is not None:
        taken.append(with_hidden(value))
        return
    speak_utf8()
    import json  # noqa: PLC0415 - people read tables

    sys.stdout.write(harmless_json(json.dumps(with_hidden(value), indent=2, ensure_ascii=False)) + "\n")


def harmless_json(text: str) -> str:
    """JSON with the characters escaped that could rewrite what a terminal shows."""
    import json  # noqa: PLC0415 - people read tables

    return re.sub(_CONTROL, lambda m: m[0] if m[0] == "\n" else json.dumps(m[0])[1:-1].replace("\x7f", "\\u007f"), text)


def print_csv(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """CSV on standard output; a cell that a spreadsheet would take for a formula is led by an apostrophe."""
    import csv  # noqa: PLC0415

    speak_utf8()
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(headings)
    for row in rows:
        writer.writerow(csv_cells(row))


def csv_cells(row: Iterable[str]) -> list[str]:
    """The cells with nothing in them that a spreadsheet or a terminal would obey."""
    from activity.spreadsheet import no_formula  # noqa: PLC0415 - people read tables

    return [no_formula(clean(cell)) for cell in row]


def print_lines(lines: Iterable[str]) -> None:
    for line in lines:
        sys.stdout.write(clean(line) + "\n")


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table: drawn with rich on a terminal, tab-separated without headings' decoration when piped.

    Columns without any content are left out.
    """
    if not rows:
        return
    kept = [i for i in range(len(headings)) if any(row[i] for row in rows)]
    titles = [headings[i] for i in kept]
    cells = [[clean(row[i]) for i in kept] for row in rows]
    if is_terminal():
        _draw(titles, cells)
    else:
        print_lines_raw(["\t".join(titles), *("\t".join(row) for row in cells)])


def print_lines_raw(lines: Iterable[str]) -> None:
    """Lines whose parts have been cleaned already."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def is_terminal() -> bool:
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def terminal_width() -> int:
    """Its columns."""
    import shutil  # noqa: PLC0415 - brings in what packs archives

    return shutil.get_terminal_size().columns


def _draw(titles: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    """On a narrow terminal the columns farthest to the right give way first; cells are cut, never broken."""
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415 - slow to import, and only a terminal needs it
    from rich.cells import cell_len  # noqa: PLC0415
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console()
    widths = [
        min(max([cell_len(title), *(cell_len(row[i]) for row in cells)]), WIDEST_CELL) for i, title in enumerate(titles)
    ]
    shown = _fitting(widths, console.width)
    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False)
    instants = [all(re.fullmatch(_INSTANT, row[i]) for row in cells) for i in range(shown)]  # half a date says nothing
    names = [title in _NAMES for title in titles]
    for i, width in enumerate(_shrunk(widths[:shown], console.width, instants, names)):
        last = i == shown - 1  # the last one has what is left of the line, and may take several
        overflow: Literal["fold", "ellipsis"] = "fold" if last else "ellipsis"
        table.add_column(titles[i], no_wrap=not last, overflow=overflow, width=None if last else width, min_width=width)
    for row in cells:
        table.add_row(*(Text(cell, _style(title, cell)) for title, cell in zip(titles, row[:shown], strict=False)))
    console.print(table)


def _style(title: str, cell: str) -> str:
    """The colour of a state, by the word it begins with; what people write themselves has none."""
    return next((style for word, style in _STYLES if cell.startswith(word)), "") if title in _STATES else ""


def _fitting(widths: Sequence[int], room: int) -> int:
    """How many columns fit beside each other: to let the first MAIN_COLUMNS in, long texts are cut, for others not."""
    for count in range(len(widths), FEWEST_COLUMNS, -1):
        cut = CUT_CELL if count <= MAIN_COLUMNS else WIDEST_CELL
        if _taken([min(width, cut) for width in widths[:count]]) <= room:
            return count
    return min(len(widths), FEWEST_COLUMNS)


def _shrunk(widths: Sequence[int], room: int, fixed: Sequence[bool], names: Sequence[bool]) -> list[int]:
    """The columns but the `fixed` ones made narrower until they fit: long `names` first, then the widest."""
    left = list(widths)
    while _taken(left) > room:
        narrowable = [(names[i] and width > CUT_CELL, width, -i) for i, width in enumerate(left) if not fixed[i]]
        _, width, i = max(narrowable, default=(False, 0, 0))
        if width <= NARROWEST_COLUMN:
            break
        left[-i] -= 1
    return left


def _taken(widths: Sequence[int]) -> int:
    """The room that columns of these widths take, with what is between and around them."""
    return sum(widths) + 3 * len(widths) - 1
