"""Who is listed with an address, for an import: asked once for all its entries, and kept up as they
are taken in."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Sequence

from activity.contact import ContactEntry
from store.lists import rows_among


class Holders:
    """The contacts that have one of the addresses of these entries, of those who `may_be` meant, by itself all."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        entries: Sequence[ContactEntry],
        may_be: Callable[[int], bool] | None = None,
    ) -> None:
        self._names: dict[int, str] = {}
        self._by_email: dict[str, dict[int, None]] = {}
        self._by_name: dict[tuple[str, str], dict[int, None]] = {}
        self._nameless: dict[str, dict[int, None]] = {}
        self._emails: dict[int, dict[str, None]] = {}
        emails = {email for entry in entries for email in entry.emails}
        query = (
            "SELECT e.email, c.id, c.name FROM contact_email e JOIN contact c ON c.id = e.contact_id"
            " WHERE e.email IN ({})"
        )
        found = sorted(rows_among(connection, query, emails))
        meant = {one for _, one, _ in found if may_be is None or may_be(one)}
        for email, contact_id, name in found:
            if contact_id not in meant:
                continue
            self._names[contact_id] = name
            self._note(email, contact_id)

    def only_one(self, emails: Iterable[str]) -> tuple[int, str] | None:
        """The only contact with any of these addresses, and its name; None where there is none, or
        several."""
        found: dict[int, None] = {}
        for email in emails:
            holders = self._by_email.get(email, {})
            if len(holders) > 1:
                return None
            found |= holders
        return next(((one, self._names[one]) for one in found), None) if len(found) == 1 else None

    def named(self, emails: Sequence[str], name: str) -> list[int]:
        """Those of this name, in any case, that have one of these addresses; the one listed first
        before the others."""
        key = name.casefold()
        return sorted({one for email in emails for one in self._by_name.get((email, key), ())})

    def first_among(self, emails: Iterable[str], contacts: Collection[int]) -> int | None:
        """The one listed first of those that are among `contacts`."""
        found = (next((one for one in self._by_email.get(email, ()) if one in contacts), None) for email in emails)
        return min((one for one in found if one is not None), default=None)

    def nameless(self, emails: Sequence[str]) -> list[int]:
        """Those that have one of these addresses, and no name but one of them."""
        any_of = set(emails)
        return [one for email in emails for one in self._nameless.get(email, ()) if self._names[one] in any_of]

    def take_in(self, contact_id: int, name: str, emails: Iterable[str]) -> None:
        """The contact is called so now, and has these addresses as well."""
        before = self._names.get(contact_id, name)
        self._names[contact_id] = name
        if before != name:
            for email in self._emails.get(contact_id, ()):
                self._by_name.get((email, before.casefold()), {}).pop(contact_id, None)
                self._nameless.get(email, {}).pop(contact_id, None)
                self._note(email, contact_id)
        for email in emails:
            self._note(email, contact_id)

    def absorb(self, into: int, name: str, others: Iterable[int]) -> None:
        """What others had is this contact's, which is called so; they are no more."""
        for other in others:
            emails = self._emails.pop(other)
            for email in emails:
                self._by_email[email].pop(other, None)
                self._by_name.get((email, self._names[other].casefold()), {}).pop(other, None)
                self._nameless.get(email, {}).pop(other, None)
            self.take_in(into, name, emails)

    def _note(self, email: str, contact_id: int) -> None:
        name = self._names[contact_id]
        self._emails.setdefault(contact_id, {})[email] = None
        self._by_email.setdefault(email, {})[contact_id] = None
        self._by_name.setdefault((email, name.casefold()), {})[contact_id] = None
        if "@" in name:
            self._nameless.setdefault(email, {})[contact_id] = None
