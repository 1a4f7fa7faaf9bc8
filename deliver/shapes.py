"""What a service answers, held to the shape it should have: whoever answers otherwise is not that service."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from activity.errors import ServerFault

MOST_PAGES = 10_000
_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Shapes:
    """Of the answers of `whose` service at `host`; `hint` says what to do where it is another's.

    Every method raises ServerFault.
    """

    def __init__(self, host: str, whose: str, hint: str) -> None:
        self._host, self._whose, self._hint = host, whose, hint

    def foreign(self) -> ServerFault:
        return ServerFault(f"{self._host} gave no answer of {self._whose}'s", self._hint)

    def mapping(self, value: Any) -> Mapping[str, Any]:
        """An object; none where there is nothing."""
        if value is None:
            return {}
        return self.object(value)

    def object(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.foreign()
        return value

    def rows(self, value: Any) -> list[dict[str, Any]]:
        """A list of objects; none where there is nothing."""
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.foreign()
        return [self.object(one) for one in value]

    def text(self, value: Any) -> str:
        """Of a text or a number; "" where there is nothing."""
        if value is None:
            return ""
        if not isinstance(value, str | int | float):
            raise self.foreign()
        return str(value)

    def key(self, value: Any) -> str:
        """A name for somebody there that goes into the path of a request as it is."""
        text = self.text(value)
        if _KEY.fullmatch(text) is None:
            raise self.foreign()
        return text

    def pages(self) -> Pages:
        return Pages(self._host)


class Pages:
    """The pages of a list: each is asked for once, and there is an end to them."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._seen: set[str] = set()

    def turn(self, cursor: str) -> str:
        """Where the next begins. Raises ServerFault where it was read before, or there are too many."""
        if cursor in self._seen or len(self._seen) >= MOST_PAGES:
            what = "gives the same page again" if cursor in self._seen else f"gives more than {MOST_PAGES:,} pages"
            raise ServerFault(f"{self._host} {what}: its list of people has no end", "that is a fault there")
        self._seen.add(cursor)
        return cursor
