"""What an address book yields: contacts by the name of their card, and the cursor that stands
behind them."""

from __future__ import annotations

from dataclasses import dataclass, field

from activity.batch import Skip
from activity.contact import ContactEntry
from activity.errors import SourceError


@dataclass(slots=True)
class AddressBookBatch:
    """Some contacts of one address book, to be stored in one transaction.

    `entries` are new or changed ones as (href, contact), at most one an href; an href names a card
    within its book. The contact's key is unique in the book and stays the same while the card
    stays: the card's UID, or the href where there is none or another card has it. A card that was
    moved comes with its old key and a new href, before its old href is in `removed`; so apply
    `entries` first, and then ignore a removed href whose key has another by now. `removed` are
    hrefs of earlier entries that are contacts no more. `cursor` is opaque text to hand back for
    this place next time, None leaves the stored one as it is. `skipped` are cards that could not be
    read, or not wholly; what was known of them stays. `settled` are hrefs of cards that were given
    anew, or are gone, and `holds` those of all there are, None where that was not told: of cards in
    the one, or not in the other, only what `skipped` says now is wrong. `error`: the book could not
    be read (further) in this pass; nothing follows from what is missing.
    """

    place: str
    entries: list[tuple[str, ContactEntry]] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    cursor: str | None = None
    skipped: list[Skip] = field(default_factory=list)
    settled: list[str] = field(default_factory=list)
    holds: frozenset[str] | None = None
    error: SourceError | None = None
