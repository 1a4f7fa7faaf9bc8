"""People of the log who are no contacts."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from lasttouch.views.own_words import said_json, said_lines
from lasttouch.views.why_contact import not_counted_json, not_counted_text
from store.finding import Unlisted
from store.people import DATES

if TYPE_CHECKING:
    from lasttouch.answers.why import OfStranger

SHOWN = 10


def no_contact(people: Sequence[Unlisted]) -> list[str]:
    """That they are none, and how to make contacts of them."""
    lines = [_line(one) for one in people[:SHOWN]]
    return lines if len(people) <= SHOWN else [*lines, f"and {len(people) - SHOWN} more who are no contacts"]


def unlisted_json(stranger: OfStranger, now: datetime) -> dict[str, Any]:
    """An object of the array of `why WHO --json` for who is no contact: nothing counts, so there
    are no dates."""
    one = stranger.stranger
    return {
        "contact": None,
        "name": one.name or None,
        "emails": [one.email],
        "last_touch": None,
        "last_touch_kind": None,
        "last_touch_activity": None,
        "last_touch_by": None,
        "last_touch_account": None,
        "read_back_to": None,
        "dates": dict.fromkeys(DATES),
        "not_counted": not_counted_json(stranger.recent, now),
        "said": said_json(stranger.said),
        "lists": [],
    }


def unlisted_text(one: OfStranger, now: datetime, zone: tzinfo) -> list[str]:
    """The same for people."""
    return [_line(one.stranger), *said_lines(one.said, zone), *not_counted_text(one.recent, now, zone)]


def _line(one: Unlisted) -> str:
    whose = f"{one.name} <{one.email}>" if one.name else one.email
    if one.is_ours:
        return f"{whose} is one of us, so no contact."
    words = shlex.join([one.name or one.email, one.email])  # the name is as they write it, and may be hostile
    return f"{whose} is no contact, so nothing counts. To add them: lasttouch contacts add {words}"
