"""What the local part of a sender says: the mail system, a no-reply address, a program, or nothing."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from activity.address import Address

SenderKind = Literal["", "mail-system", "postmaster", "mail-program", "calendar", "no-reply", "system"]

# RFC 5321 §4.5.5 leaves the name of the mail system's own sender open; these are what transfer agents use.
_MAIL_SYSTEM = re.compile(
    r"mail(?:er)?[._-]*d[ae]{1,2}mon|mail[._-]*deliver[yi]?[._-]*(?:sub)?system|microsoftexchange329e71ec88ae4615"
)
_POSTMASTER = re.compile(r"po+st[._-]*master")
# Senders of bounces where the subject says so as well; by themselves they are people or programs.
_MAIL_PROGRAM = frozenset(
    ("administrator", "bounce", "bounces", "mail", "mail-system", "mailer", "mailsystem", "mta", "sysadmin", "system")
)
_NO_REPLY = re.compile(
    r"""(?:^|[^a-z])(?:
        no[._-]?repl(?:y|ies) | no[._-]?response | (?:do|does)[._-]?no?t[._-]?(?:reply|respond|answer)
      | dont[._-]?(?:reply|respond) | not?[._-]reply | never[._-]?reply | unmonitored | no[._-]?return
      | ne[._-]?pas[._-]?repondre | sans[._-]?reponse | keine?[._-]?antwort(?:en)? | nicht[._-]?(?:be)?antworten
      | no[._-]?(?:responder|responda|respondas|contestar|conteste) | n[aã]o[._-]?respond(?:a|er) | sem[._-]?resposta
      | non[._-]?risponde(?:re|te) | niet[._-]?(?:be)?antwoorden | geen[._-]?antwoord | niet[._-]?reageren
      | nie[._-]?odpowiada[cj] | bez[._-]?odpowiedzi | ne[._-]?odpovid(?:at|ejte) | svara[._-]?(?:ej|inte|ikke)
      | svar[._-]?ikke | ikke[._-]?svar | (?:ej|inget)[._-]?svar | ingen[._-]?svar | (?:ala|älä)[._-]?vastaa
      | ei[._-]?vast(?:aa|austa) | yan[iı]tlamay[iı]n | cevaplamay[iı]n | ne[._-]?otvecha(?:t|y|i|jte)
      | notif(?:y|ication|ications|ier)(?![a-z])
    )""",
    re.VERBOSE,
)
_CALENDAR = re.compile(r"calendar-(?:notification|invite|server)s?\b")
_SYSTEM = frozenset((
    "alert", "alerts", "apache", "auto-confirm", "autoconfirm", "automailer", "autoresponder", "bugzilla", "confluence",
    "cron", "daemon", "gitlab", "httpd", "icinga", "jenkins", "jira", "logwatch", "mailrobot", "monit", "munin",
    "nagios", "nobody", "root", "system", "wordpress", "www-data", "zabbix",
))  # fmt: skip
# Services at whose domain only programs have an address, and whose mail carries no automatic header.
_SERVICES = frozenset(("adobesign.com", "docusign.net", "echosign.com", "facebookmail.com"))


@lru_cache(maxsize=16384)
def sender_kind(email: str) -> SenderKind:
    """What a normalised address is by its name; "" for people, role addresses such as info@ among
    them."""
    local, _, domain = email[:320].rpartition("@")
    if _MAIL_SYSTEM.search(local):
        return "mail-system"
    if _POSTMASTER.fullmatch(local.partition("+")[0]):
        return "postmaster"
    if _CALENDAR.match(local):
        return "calendar"
    if _NO_REPLY.search(local) or domain in _SERVICES:
        return "no-reply"
    if local in _SYSTEM:
        return "system"
    return "mail-program" if local in _MAIL_PROGRAM else ""


def sender_of_kind(senders: tuple[Address, ...], *kinds: SenderKind) -> str:
    """The first From address of one of these kinds; "" if none is."""
    for sender in senders:
        if sender_kind(sender.email) in kinds:
            return sender.email
    return ""


def is_mail_system(path: str) -> bool:
    """Is this Return-Path the mail system's own ("<MAILER-DAEMON@host>")?"""
    return _MAIL_SYSTEM.match(path[:100].lower().removeprefix("<")) is not None


def names_mail_system(text: str) -> bool:
    """Does a From without any address ("MAILER-DAEMON <>") name the mail system?"""
    lowered = text[:200].lower()
    return bool(_MAIL_SYSTEM.search(lowered.replace(" ", "-")) or _POSTMASTER.search(lowered))


def calendar_service(text: str) -> str:
    """The calendar service that a Sender names as sending for a person ("calendar-notification"),
    or ""."""
    found = _CALENDAR.search(text[:500].lower())
    return found[0] if found else ""
