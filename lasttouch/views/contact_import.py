"""What became of contacts that were added."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from lasttouch.terminal.output import clean

if TYPE_CHECKING:
    from lasttouch.keeping.address_book import Change

PROBLEMS_SHOWN = 20


class Problem(Protocol):
    """A row that could not be read: where it stands in its file (1-based), and why."""

    @property
    def line(self) -> int: ...
    @property
    def message(self) -> str: ...


def as_json(change: Change, problems: Sequence[Problem] = (), without_email: int = 0) -> dict[str, Any]:
    """The object of `contacts import --json`, and of `contacts add --json`; see docs/json.md."""
    return {
        "added": change.imported.added,
        "updated": change.imported.updated,
        "unchanged": change.imported.unchanged,
        "rematched": change.rematched,
        "erased": change.erased,
        "ours": change.ours,
        "put_aside": change.put_aside,
        "without_email": without_email,
        "problems": [{"line": one.line, "message": one.message} for one in problems],
        "shared": [{"address": address, "names": names} for address, names in change.shared],
    }


def text(change: Change, problems: Sequence[Problem] = (), without_email: int = 0) -> list[str]:
    done = change.imported
    lines = [f"{done.added} added, {done.updated} updated, {done.unchanged} unchanged."]
    if change.rematched:
        lines.append(f"Addresses already seen in mail or meetings that are theirs now: {change.rematched}.")
    if change.erased:
        lines.append(f"{change.erased} passed over: erased with `contacts forget`, or under a never_log rule.")
    if change.put_aside:
        lines.append(f"{change.put_aside} passed over: removed or ignored before; contacts add brings them back.")
    if change.ours:
        lines.append(f"{change.ours} passed over: at an own or internal address, or a calendar's; that touches nobody.")
    for address, names in change.shared[:PROBLEMS_SHOWN]:
        whose = " and ".join(map(clean, names))
        lines.append(f"{clean(address)} is listed for {whose}: it counts for none of them until they are merged.")
    if len(change.shared) > PROBLEMS_SHOWN:
        lines.append(f"and {len(change.shared) - PROBLEMS_SHOWN} more such addresses: see --json")
    if without_email:
        lines.append(f"{without_email} without an e-mail address passed over.")
    lines += [f"line {one.line}: {one.message}" for one in problems[:PROBLEMS_SHOWN]]
    if len(problems) > PROBLEMS_SHOWN:
        lines.append(f"and {len(problems) - PROBLEMS_SHOWN} more like these: see --json")
    return lines
