"""How an account signs in, and what for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from activity.errors import AuthenticationFailed
from capture.credentials import Secret
from capture.graph.clouds import CLOUDS

MAIL, CALENDARS, CONTACTS, IMAP = "mail", "calendar", "contacts", "imap"

_GRAPH = {MAIL: "Mail.ReadBasic", CALENDARS: "Calendars.Read", CONTACTS: "Contacts.Read"}
_GOOGLE = {
    IMAP: "https://mail.google.com/",
    CALENDARS: "https://www.googleapis.com/auth/calendar",
    CONTACTS: "https://www.googleapis.com/auth/carddav",
}
_OUTLOOK = {
    "global": "https://outlook.office.com", "us": "https://outlook.office365.us",
    "us-dod": "https://outlook.office365.us", "china": "https://partner.outlook.cn",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SignInSettings:
    """`account` is its name, `wants` what it reads: of MAIL, CALENDARS, CONTACTS and IMAP. `file` is where
    tokens are kept where no keyring is, `certificate` that of an app which signs in as itself.
    `url` stands instead of the provider's own server. `names_attachments`: at Microsoft that takes
    a right of its own.
    """

    account: str
    provider: str
    client_id: str
    wants: tuple[str, ...]
    file: Path
    tenant: str = "organizations"
    cloud: str = "global"
    client_secret: Secret | None = None
    certificate: Path | None = None
    url: str = ""
    ca_file: str | None = None
    names_attachments: bool = False

    @property
    def name(self) -> str:
        """The provider's, for messages."""
        return self.provider.capitalize()

    def scopes(self, audience: str) -> list[str]:
        """What a token for an audience ("graph", "imap", "google") is to permit, with the least
        rights there are."""
        if audience == "google":
            return [_GOOGLE[one] for one in self.wants if one in _GOOGLE]
        if audience == IMAP:
            return [f"{_OUTLOOK[self.cloud]}/IMAP.AccessAsUser.All"]
        graph = CLOUDS[self.cloud].graph
        if self.certificate is not None:
            return [f"{graph}/.default"]
        return [f"{graph}/{_GRAPH[one]}" for one in self.wants if one in _GRAPH]

    def consented(self, audience: str) -> list[str]:
        """What is agreed to when somebody signs in: beside that, what is wanted and can be done
        without."""
        more = self.names_attachments and audience == "graph" and MAIL in self.wants and self.certificate is None
        return [*self.scopes(audience), *([f"{CLOUDS[self.cloud].graph}/Mail.Read"] if more else [])]

    def audiences(self) -> list[str]:
        """Whom tokens are for, the first of which is signed in for; a token for one is none for another."""
        if self.provider == "google":
            return ["google"]
        found = ["graph"] if {MAIL, CALENDARS, CONTACTS} & set(self.wants) else []
        return [*found, IMAP] if IMAP in self.wants else found

    def again(self, why: str) -> AuthenticationFailed:
        """What is said where only the user can help."""
        return AuthenticationFailed(f"{self.name} wants {self.account} to sign in again: {why}", self.command)

    @property
    def command(self) -> str:
        return command_of(self.account)


def command_of(account: str) -> str:
    """What signs this account in."""
    return f"lasttouch sign-in {account}"
