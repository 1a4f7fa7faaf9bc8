"""Contacts from vCards 2.1, 3.0 (RFC 2426) and 4.0 (RFC 6350), many in a file."""

from __future__ import annotations

from collections.abc import Iterator

from activity.contact import ContactEntry
from capture.contact_files.card_lines import Card, split_cards
from capture.contact_files.contents import (
    Finding,
    RowProblem,
    WithoutEmail,
    quoted,
    squeezed,
    without_our_mistakes,
)
from capture.contact_files.emails import emails_in
from capture.contact_files.labels import tags_in
from capture.contact_files.properties import Property, read_property

# A list of other cards, a room (RFC 6350 §6.1.4), a program (RFC 6473), a thing (RFC 6869).
_NOBODY = {"group", "location", "application", "device"}


def read_cards(data: bytes) -> Iterator[Finding]:
    """Entries and problems of a file of vCards, in its order; a broken card leaves its siblings
    alone."""
    for card in split_cards(data):
        if isinstance(card, RowProblem):
            yield card
        else:
            yield from without_our_mistakes(_read_card(card), card.line)


def _read_card(card: Card) -> Iterator[Finding]:
    properties: list[Property] = []
    problems: list[RowProblem] = []
    for written in card.properties:
        found = read_property(*written)
        if isinstance(found, RowProblem):
            problems.append(found)
        else:
            properties.append(found)
    if any(prop.name.endswith("KIND") and prop.text.strip().lower() in _NOBODY for prop in properties):
        return
    yield from problems
    emails: list[str] = []
    any_bad = False
    for prop in sorted((prop for prop in properties if prop.name == "EMAIL"), key=lambda prop: prop.preference):
        good, bad = emails_in([prop.text])
        emails += [email for email in good if email not in emails]
        any_bad = any_bad or bool(bad)
        for text in bad:
            yield RowProblem(prop.line, f"{quoted(text)} is no e-mail address")
    if emails:
        company = _first(properties, "ORG")
        tags = tags_in(_first(properties, "CATEGORIES"))
        name = _first(properties, "FN") or _first(properties, "N") or company or emails[0]
        yield ContactEntry(name, emails, company, key=_first(properties, "UID"), line=card.line, tags=tags)
    elif not any_bad:
        yield WithoutEmail(card.line)


def _first(properties: list[Property], name: str) -> str:
    return next((text for prop in properties if prop.name == name and (text := squeezed(prop.text))), "")
