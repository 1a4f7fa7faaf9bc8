"""What is remembered of a DAV server between two polls, as the opaque text of a cursor."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from capture.dav.entity_tags import is_by_the_second
from capture.dav.hrefs import collection_path


class Position:
    """How far a collection was read.

    `token` is its sync token (RFC 6578) and `ctag` its collection tag, "" where there is none or
    the collection was not read to its end; `doubted` are those that one pass has seen so far (see
    `reach`). `etags` are the objects that were read, by their name within the collection, and
    `rules` by which they were.

    As text it is one line for the tags and one for each table. A table is decoded when it is first
    asked for: where nothing is new, what it costs to know that does not grow with the collection.
    """

    tables = 1

    def __init__(self, text: str | None = None) -> None:
        """Text that is not ours begins anew."""
        tags, *lines = (text or "").split("\n")
        if len(lines) != self.tables or not all(line[:1] == "{" and line[-1:] == "}" for line in lines):
            tags, lines = "{}", ["{}"] * self.tables
        stored = _stored(tags)
        self.token = _text(stored.get("token"))
        self.ctag = _text(stored.get("ctag"))
        self.doubted = _text(stored.get("doubted"))
        self.rules = _text(stored.get("rules"))
        self._lines = lines
        self._decoded: dict[int, dict[str, str]] = {}

    @property
    def etags(self) -> dict[str, str]:
        return self._table(0)

    def read_by(self, rules: str) -> None:
        """What was read by other rules is read anew: it is known, but nothing is up to date."""
        if rules != self.rules:
            self.token = self.ctag = self.doubted = ""
            self.etags.update(dict.fromkeys(self.etags, ""))
            self.rules = rules

    def reach(self, token: str, ctag: str, quiet: bool) -> None:
        """The collection was read to its end, where it has these tags; `quiet` if nothing was new.

        A tag that is but a time in seconds stays the same if more changes within that second. It
        holds once a further pass has found nothing new by it; until then that pass begins where
        this one did.
        """
        tags = [
            tag for tag, known in ((token, self.token), (ctag, self.ctag)) if tag != known and is_by_the_second(tag)
        ]
        doubted = " ".join(tags)
        if quiet and doubted == self.doubted:
            tags, doubted = [], ""
        self.doubted = doubted
        self.token = self.token if token in tags else token
        self.ctag = self.ctag if ctag in tags else ctag

    def to_text(self) -> str:
        tags = {"token": self.token, "ctag": self.ctag, "rules": self.rules}
        told = _compact(tags | ({"doubted": self.doubted} if self.doubted else {}))
        decoded = {number: _compact(table) for number, table in self._decoded.items()}
        return "\n".join([told, *(decoded.get(number, line) for number, line in enumerate(self._lines))])

    def _table(self, number: int) -> dict[str, str]:
        if number not in self._decoded:
            read = _stored(self._lines[number]).items()
            self._decoded[number] = {name: value for name, value in read if isinstance(value, str)}
        return self._decoded[number]


@dataclass(slots=True)
class Home:
    """Where the calendars or address books of an account are.

    `configured` is the user and URL it was found from, `urls` the collections that hold them (there
    may be several homes) or, if `single`, the only one itself. `places` are the names they were
    given when first seen, by path; they keep them when they are renamed.
    """

    configured: str
    urls: tuple[str, ...]
    single: bool = False
    places: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_text(cls, text: str | None, configured: str) -> Home | None:
        """None if nothing is remembered for this configuration."""
        stored = _stored(text)
        places = stored.get("places")
        urls = stored.get("urls")
        if stored.get("configured") != configured or not isinstance(places, dict) or not isinstance(urls, list):
            return None
        named = {collection_path(path): _text(place) for path, place in places.items()}
        return cls(configured, tuple(map(_text, urls)), bool(stored.get("single")), named) if urls else None

    def to_text(self) -> str:
        stored = {"configured": self.configured, "urls": self.urls, "single": self.single, "places": self.places}
        return _compact(stored)


def _stored(text: str | None) -> dict[str, object]:
    try:
        stored = json.loads(text or "{}")
    except ValueError:
        return {}
    return stored if isinstance(stored, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
