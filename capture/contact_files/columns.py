"""The column names we understand: our own and those of the common exports."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

# Names as `_plain` writes them: lower case, "_" is a space, "e-mail" is "email". The earlier wins
# where a row fills two of a kind. Google ("… 1 - name" until 2024, "organization name" since),
# Outlook (English, German, French), HubSpot, Salesforce (reports, and "account.name" of its data
# loader), Pipedrive ("person - …").
_KNOWN: dict[str, tuple[str, ...]] = {
    "name": ("name", "full name", "fullname", "display name", "contact name", "person - name", "nom complet"),
    "first": ("first name", "firstname", "given name", "person - first name", "vorname", "prénom"),
    "middle": ("middle name", "middlename", "additional name", "weitere vornamen", "2. vorname", "deuxième prénom"),
    "last": ("last name", "lastname", "family name", "surname", "person - last name", "nachname", "nom"),
    "company": (
        "company", "company name", "organization", "organisation", "organization name", "organization 1 - name",
        "person - organization", "account name", "account.name", "account: account name", "associated company",
        "primary associated company", "firma", "unternehmen", "société", "entreprise",
    ),
    "domain": ("domain", "company domain", "company domain name"),
    "owner": (
        "owner", "contact owner", "contact owner: full name", "person - owner", "owner name", "owner.name",
        "owner: full name",
    ),
    "tags": (
        "tags", "tag", "labels", "label", "person - label", "person - labels", "group membership", "categories",
        "kategorien", "catégories",
    ),
    "key": ("id", "record id", "record id - contact", "contact id", "contact: id", "person - id"),
}  # fmt: skip

# These count from 1 in every account of theirs, so two exports would share ids without a mark.
_KEY_SCOPES = {"record id": "hubspot:", "record id - contact": "hubspot:", "person - id": "pipedrive:"}
_ONLY_PIPEDRIVE = {
    "open deals",
    "closed deals",
    "won deals",
    "next activity date",
}  # its list of people says "ID" alone

_EMAIL = re.compile(
    r"""(?: (?P<kind> primary|main | work|business|professional|home|private|personal
            | other|secondary|additional|alternate|alternative ) \s )?
        (?: e?mails? | email \s address(?:es)? | email-adresse | adresse \s (?:de \s messagerie|email)
            | (?:person|contact) (?:\s-|:) \s email (?: \s - \s .+ )? )
        (?: \s (?P<number> \d{1,3}) )? (?: \s address | \s - \s value | : \s adresse )?""",
    re.VERBOSE,
)
_LATER_KINDS = {"other", "secondary", "additional", "alternate", "alternative"}


@dataclass(frozen=True, slots=True)
class Columns:
    """Where in a row each thing stands; several positions in the order in which they are preferred."""

    email: tuple[int, ...]
    known: dict[str, tuple[int, ...]]
    key_scope: str

    @property
    def recognised(self) -> int:
        return len(self.email) + sum(len(positions) for positions in self.known.values())

    @property
    def suffice(self) -> bool:
        """Can contacts, or else companies with their domains, be read?"""
        return bool(self.email or (self.known["company"] and self.known["domain"]))


def recognise(header: list[str]) -> Columns:
    """The columns we know among those of a header row."""
    names = [_plain(cell) for cell in header]
    known = {kind: tuple(names.index(name) for name in expected if name in names) for kind, expected in _KNOWN.items()}
    ranked = sorted((rank, position) for position, name in enumerate(names) if (rank := _email_rank(name)) is not None)
    key = known["key"][:1]
    scope = _KEY_SCOPES.get(names[key[0]], "") if key else ""
    if key and names[key[0]] == "id" and _ONLY_PIPEDRIVE.intersection(names):
        scope = "pipedrive:"
    return Columns(tuple(position for _, position in ranked), known, scope)


def _plain(cell: str) -> str:
    text = unicodedata.normalize("NFC", cell[:200]).casefold().replace("_", " ").replace("e-mail", "email")
    return " ".join(text.split())


def _email_rank(name: str) -> int | None:
    """0 for the main address, more for further ones, None for a column of something else."""
    found = _EMAIL.fullmatch(name)
    if found is None:
        return None
    kind, number = found["kind"], int(found["number"] or 1)
    if kind in _LATER_KINDS:
        return 1000 + number
    return 0 if kind in {"primary", "main"} else number
