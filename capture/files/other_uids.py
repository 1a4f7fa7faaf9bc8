"""Meetings that come again under other UIDs, as some feeds give new ones at every fetch.

The same start, end, people and title are the same meeting: it keeps the UID by which it came first.
Where one gives way to the other that is enough. Two that are shown at once, in one file or in
several, must be the same in all but their UIDs and times of change: else they may be told apart by
who came to which.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping

from capture.calendar.attendees import address_of
from capture.calendar.content_lines import EventLines
from capture.files.calendar_objects import NO_UID, FileObject, digest

_ETAG, _MARK = 16, 12  # characters
_VERSION = re.compile(r"^(?:UID|DTSTAMP|LAST-MODIFIED|SEQUENCE)[;:].*\n", re.IGNORECASE | re.MULTILINE)
_UID = re.compile(r"^[ \t]*UID[ \t]*[;:][^\r\n]*", re.IGNORECASE | re.MULTILINE)
_WHEN_AND_WHAT = ("RECURRENCE-ID", "DTSTART", "DTEND", "DURATION", "SUMMARY")
_PEOPLE = ("ORGANIZER", "ATTENDEE")


def etag_of(remembered: str) -> str:
    """The etag of an object of which this is remembered."""
    return remembered[:_ETAG]


def content_of(remembered: str) -> str:
    """The mark of all in it but its UID and times of change; "" in what was remembered before there
    were any."""
    return remembered[_ETAG + _MARK :]


def _meeting(remembered: str) -> str:
    """The mark of its start, end, people and title; "" as above."""
    return remembered[_ETAG : _ETAG + _MARK]


def _to_remember(one: FileObject) -> str:
    return one.etag + _mark(_what_it_is(one)) + _mark(_kind(one) + _VERSION.sub("", one.text))


def under_first_uids(
    found: Iterable[FileObject], known: Mapping[str, str], elsewhere: Callable[[str], str | None]
) -> Iterator[tuple[FileObject, str]]:
    """The objects of a file under the UIDs by which they came first, each with what is to be
    remembered of it.

    `known` is what is remembered of this file by key; `elsewhere` gives the key by which any file
    shows this content. What another object shows just so is left out. Those that are known come
    first.
    """
    objects = list(found)
    present = {one.key for one in objects}
    left: dict[str, list[str]] = {}
    for key, remembered in known.items():
        if key not in present and (meeting := _meeting(remembered)):
            left.setdefault(meeting, []).append(key)
    shown, taken = set[str](), set(present)
    for one in sorted(objects, key=lambda one: one.key not in known):
        if not one.text or one.reason:
            yield one, one.etag
            continue
        so_far = known.get(one.key, "")
        remembered = so_far if etag_of(so_far) == one.etag and content_of(so_far) else _to_remember(one)
        key, content = one.key, content_of(remembered)
        if key not in known:
            if before := left.get(_meeting(remembered)):
                key = before.pop(0)
            elif content in shown:
                continue
            elif (other := elsewhere(content)) and other not in taken:
                key = other
        shown.add(content)
        taken.add(key)
        yield (one, remembered) if key == one.key else _renamed(one, key, remembered)


def _renamed(one: FileObject, key: str, remembered: str) -> tuple[FileObject, str]:
    text = _UID.sub(lambda _: f"UID:{key}", one.text)
    etag = digest(text)
    return one._replace(key=key, text=text, etag=etag), etag + remembered[_ETAG:]


def _what_it_is(one: FileObject) -> str:
    first = min(one.events, key=lambda event: bool(event.line("RECURRENCE-ID")), default=EventLines())
    people = sorted({address_of(line) or line for name, line in first.lines if name in _PEOPLE})
    return "\n".join([_kind(one), *(f"{name}={first.line(name)}" for name in _WHEN_AND_WHAT), *people])


def _kind(one: FileObject) -> str:
    """Nothing else stands for what has no UID, nor for one that is too long."""
    has_none = one.key.startswith(NO_UID)
    return one.key if has_none and _UID.search(one.text) else str(has_none)


def _mark(text: str) -> str:
    return b64encode(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=9).digest()).decode()
