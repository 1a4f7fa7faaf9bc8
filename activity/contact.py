"""People and companies as their user lists them."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class ContactEntry:
    """A contact as an address book or the user gives it.

    `emails` are normalised, the main one first. `company`, `domain` and `owner` are "" where not
    given. `key` is the id the contact has in the file it came from, "" if none; importing the same
    key again updates; ids of a CRM's records begin with its name ("hubspot:151"). `line` is where
    it stood in that file (1-based; 0 when typed). `tags` are words that it is sorted under.
    """

    name: str
    emails: list[str] = field(default_factory=list)
    company: str = ""
    domain: str = ""
    owner: str = ""
    key: str = ""
    line: int = 0
    tags: list[str] = field(default_factory=list)
