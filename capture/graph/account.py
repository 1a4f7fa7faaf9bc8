"""Whose mailbox is read, and by what right."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote

from capture.credentials import Secret


@dataclass(frozen=True, slots=True)
class GraphAccount:
    """`host` is Graph's origin ("https://graph.microsoft.com"), `token` gives an access token for it.

    `user` is the id or principal name of the mailbox, "" for that of who signed in. `own_addresses`
    are the owner's, normalised. `names_attachments`: what documents messages come with is asked, too.
    `sign_in` is the command that brings another token, where the user has signed in for it.
    """

    host: str
    token: Secret
    user: str = ""
    ca_file: str | None = None
    own_addresses: frozenset[str] = field(default_factory=frozenset)
    sign_in: str = ""
    names_attachments: bool = False

    @property
    def base(self) -> str:
        return f"{self.host.rstrip('/')}/v1.0"

    @property
    def mailbox(self) -> str:
        """The path below `base` at which this mailbox is."""
        return f"/users/{quote(self.user, safe='@')}" if self.user else "/me"
