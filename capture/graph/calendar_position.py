"""How far a calendar was read, and what it holds."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from capture.graph.window import Window


def key_of(event_id: str) -> str:
    """A short name for an id, which has 150 characters. It names the object within its calendar."""
    return hashlib.blake2b(event_id.encode("utf-8", "replace"), digest_size=9).hexdigest()


@dataclass(slots=True)
class Held:
    """A single event, or a series: when its last occurrence that is known is over (seconds since
    1970), for a series its id, and the keys of its occurrences."""

    ends: int
    series: str = ""
    occurrences: list[str] = field(default_factory=list)


@dataclass(slots=True)
class CalendarPosition:
    """`link` is Graph's, to go on by, "" to begin; `rules` by what events were reduced. `seen`: the
    keys that the round which is on has shown, None in a round that tells changes only. `again`: the
    calendar is read from the start once more, because Graph has forgotten the place.
    """

    window: Window
    rules: str
    link: str = ""
    held: dict[str, Held] = field(default_factory=dict)
    seen: set[str] | None = None
    again: bool = False
    _series: dict[str, str] | None = None

    def to_text(self) -> str:
        held = {key: [one.ends, one.series, one.occurrences] for key, one in self.held.items()}
        seen = None if self.seen is None else sorted(self.seen)
        window = [int(one.timestamp()) for one in self.window]
        return json.dumps([window, self.rules, self.link, held, seen, int(self.again)], separators=(",", ":"))

    @staticmethod
    def from_text(text: str | None) -> CalendarPosition | None:
        """None for no text, and for one that is not ours."""
        try:
            window, rules, link, held, seen, again = json.loads(text or "null")
            start, end = (datetime.fromtimestamp(one, UTC) for one in window)
            return CalendarPosition(
                Window(start, end),
                str(rules),
                str(link),
                {key: _held(*one) for key, one in held.items()},
                None if seen is None else set(seen),
                bool(again),
            )
        except (TypeError, ValueError, OverflowError, OSError, AttributeError, RecursionError):
            return None

    def anew(self, window: Window | None = None, again: bool = False) -> CalendarPosition:
        """The same before a round that shows everything."""
        return CalendarPosition(window or self.window, self.rules, "", self.held, set(), again)

    def hold(self, key: str, held: Held) -> None:
        self.held[key] = held
        if self._series is not None:
            self._series.update(dict.fromkeys(held.occurrences, key))

    def series_of(self, key: str) -> str:
        """The key of the series that has this occurrence, "" for none."""
        if self._series is None:
            self._series = {one: name for name, held in self.held.items() for one in held.occurrences}
        name = self._series.get(key, "")
        return name if name in self.held and key in self.held[name].occurrences else ""

    def vanished(self) -> list[str]:
        """What a round that showed everything did not show: it is gone, but for what was over
        before the window begins."""
        seen = self.seen or set()
        first = self.window.start.timestamp()
        return [key for key, one in self.held.items() if key not in seen and one.ends > first]


def _held(ends: Any, series: Any, occurrences: Any) -> Held:
    return Held(int(ends), str(series), [str(one) for one in occurrences])
