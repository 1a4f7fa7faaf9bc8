"""The contact in one address object resource (RFC 6352 §5.1)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple

from activity.contact import ContactEntry
from capture.contact_files.card_lines import Card, split_cards
from capture.contact_files.cards import read_cards
from capture.contact_files.contents import RowProblem

_MOST_CHARACTERS = 262_144  # of a card without its pictures
_MOST_PROBLEMS = 5
_MEDIA = re.compile(r"^(?:[\w-]++\.)?(?:PHOTO|LOGO|SOUND|KEY)[;:].*(?:\r?\n[ \t].*)*\n?", re.IGNORECASE | re.MULTILINE)
# The XML is in Unicode, whatever charset its author's file was in; only quoted-printable still holds that.
_CHARSET = re.compile(r"^(?![^:\n]*QUOTED-PRINTABLE)([^:\n]*?);CHARSET=[^;:\n]*", re.IGNORECASE | re.MULTILINE)


class BrokenCard(ValueError):
    """Text that is no vCard we can read; the message says why in a few words."""


class CardContents(NamedTuple):
    """`entry` is None for a card of nobody with an address: a group, or somebody without e-mail.

    Its key is the card's UID, "" if it has none. `problems` say in a few words each what of the
    card could not be read.
    """

    entry: ContactEntry | None
    problems: tuple[str, ...] = ()


def read_card(text: str) -> CardContents:
    """The contact in the text of a vCard 2.1, 3.0 or 4.0. Pictures, sounds and keys are dropped
    unread.

    Raises BrokenCard.
    """
    text = _CHARSET.sub(r"\1", _MEDIA.sub("", text.removeprefix("\ufeff")))
    if len(text) > _MOST_CHARACTERS:
        raise BrokenCard(f"a card of over {_MOST_CHARACTERS >> 10} KB, not counting pictures")
    data = text.encode("utf-8", "replace")
    entries: list[ContactEntry] = []
    problems: list[str] = []
    for finding in read_cards(data):
        if isinstance(finding, ContactEntry):
            entries.append(replace(finding, line=0))
        elif isinstance(finding, RowProblem) and len(problems) < _MOST_PROBLEMS:
            problems.append(finding.message)
    if not entries and not any(isinstance(part, Card) for part in split_cards(data)):
        raise BrokenCard(problems[0] if problems else "no vCard in it")
    if len(entries) > 1:  # RFC 6352 §5.1: there MUST be one
        problems.append(f"{len(entries)} vCards in one object; only the first is read")
    return CardContents(entries[0] if entries else None, tuple(problems))
