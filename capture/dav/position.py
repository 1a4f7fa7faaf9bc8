"""What is remembered of a DAV server between two polls, as the opaque text of a cursor."""

from __future__ import annotations

import json
from dataclasses import dataclass, field


@dataclass(slots=True)
class Position:
    """How far a collection was read.

    `token` is its sync token (RFC 6578) and `ctag` its collection tag, "" where there is none or the
    calendar was not read to its end. `etags` are the objects that were read, by their name within
    the calendar.
    """

    token: str = ""
    ctag: str = ""
    etags: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_text(cls, text: str | None) -> Position:
        """Text that is not ours begins anew."""
        stored = _stored(text)
        etags = stored.get("etags")
        return cls(
            _text(stored.get("token")),
            _text(stored.get("ctag")),
            {name: _text(etag) for name, etag in etags.items()} if isinstance(etags, dict) else {},
        )

    def to_text(self) -> str:
        return _compact({"token": self.token, "ctag": self.ctag, "etags": self.etags})


@dataclass(slots=True)
class Home:
    """Where the calendars or address books of an account are.

    `configured` is the user and URL it was found from, `urls` the collections that hold them (there may be
    several homes) or, if `single`, the only one itself. `places` are the names they were given when first
    seen, by path; they keep them when they are renamed.
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
        named = {path: _text(place) for path, place in places.items()}
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
