"""Whether a sender whose address is a program's word ("jenkins@") is a person of that name."""

from __future__ import annotations

import re

from activity.address import Address
from activity.envelope import Envelope
from matchers.verdicts import subjects
from matchers.verdicts.marks import persons_program
from matchers.verdicts.senders import sender_kind

# Kept as evidence, since neither names nor all headers are: what spoke of a person, or NOBODY.
PERSON_SIGN = "x-lasttouch-person"
NOBODY = "no"
_SURNAMES = frozenset(("alert", "apache", "cron", "daemon", "jenkins", "jira", "monit", "munin", "root"))
_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]*[-'’]?[^\W\d_]+)*\.?")
# What stands before or behind such a word in the names of programs; Charlie is root on every BSD.
_NO_FIRST_NAMES = frozenset((
    "admin", "administrator", "agent", "alert", "alerts", "automation", "bot", "build", "builder", "builds",
    "charlie", "ci", "cloud", "cluster", "cron", "daemon", "deploy", "dev", "devops", "docker", "git", "github",
    "gitlab", "host", "it", "job", "jobs", "linux", "local", "localhost", "mail", "mailer", "main", "monitor",
    "monitoring", "my", "new", "nightly", "notification", "notifications", "notifier", "operator", "our",
    "pipeline", "prod", "production", "project", "qa", "release", "report", "reporter", "reports", "robot",
    "scheduler", "security", "server", "service", "services", "site", "software", "staging", "status", "super",
    "support", "sys", "system", "task", "team", "test", "the", "unix", "user", "via", "web", "webserver", "www",
    "your",
))  # fmt: skip


def system_sender(envelope: Envelope) -> str:
    """The first From address that is a program's by its word, unless a person bears it; "" if there
    is none."""
    for sender in envelope.from_:
        if sender_kind(sender.email) == "system" and not sign_of_person(envelope, sender):
            return sender.email
    return ""


def sign_of_person(envelope: Envelope, sender: Address) -> str:
    """What speaks of a person with the surname that this program's word is as well: a first name
    beside it, a program that people write with, or an answer that calls itself one; "" where
    nothing does.
    """
    word = sender.email.rpartition("@")[0]
    if word not in _SURNAMES or len(envelope.from_) > 1:
        return ""
    kept = envelope.signs.get(PERSON_SIGN)
    if kept is not None:
        return "" if kept == NOBODY else kept
    if _has_first_name(sender.name, word, sender.email.rpartition("@")[2]):
        return "name"
    if persons_program(envelope.signs):
        return "program"
    answers = (envelope.in_reply_to or envelope.references) and subjects.is_answer(envelope.subject)
    return "answer" if answers else ""


def may_be_person(email: str) -> bool:
    """Is the word of this address also a surname?"""
    return sender_kind(email) == "system" and email.rpartition("@")[0] in _SURNAMES


def _has_first_name(name: str, surname: str, domain: str) -> bool:
    """Do all words of a display name make a person's: the surname, and beside it names that are no
    program's words, nor those of the domain ("Acme Jenkins" at acme.example)?"""
    words = [word.strip(".,'\"").lower() for word in name.split()]
    others = [word for word in words if word != surname]
    return (
        len(words) <= 5
        and len(words) - len(others) == 1
        and any(len(word) > 1 or len(words) == 2 for word in others)
        and all(_NAME.fullmatch(word) and word not in _NO_FIRST_NAMES and word not in domain for word in others)
    )
