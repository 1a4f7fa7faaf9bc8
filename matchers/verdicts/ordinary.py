"""The quick look that lets plain mail between people pass without any rule being asked."""

from __future__ import annotations

import re
from collections.abc import Mapping

from activity.envelope import FROM_DOUBT, Envelope
from matchers.verdicts.header_values import is_plain_type, precedence
from matchers.verdicts.lists import has_list_headers, list_owner
from matchers.verdicts.marks import is_quiet
from matchers.verdicts.senders import calendar_service, sender_kind
from matchers.verdicts.subjects import notice, out_of_office

# Signs that no rule reads, or that are looked at below; Authentication-Results is judged apart.
_QUIET = frozenset(
    (
        "content-type",
        "return-path",
        "sender",
        "authentication-results",
        "reply-to",
        FROM_DOUBT,
        "x-mailer",
        "user-agent",
        "delivered-to",
    )
)
_OF_LISTS = _QUIET | {
    "list-id",
    "list-post",
    "list-unsubscribe",
    "precedence",
    "mailing-list",
    "x-mailing-list",
    "x-beenthere",
}
_PLAIN_PATH = re.compile(r"<?(?!mail|microsoft)[^<>()\s\"@]+@[a-z0-9.-]+>?\s*\Z", re.IGNORECASE)


def is_ordinary(envelope: Envelope) -> bool:
    """True where no rule but DMARC and the participants could decide anything about this message."""
    return envelope.signs.keys() <= _QUIET and _is_unremarkable(envelope)


def is_ordinary_list_mail(envelope: Envelope) -> bool:
    """True where no rule but those of lists, DMARC and the participants could decide anything about
    this message."""
    signs = envelope.signs
    return (
        bears_list_signs_alone(signs)
        and precedence(signs)[1] != "auto_reply"
        and has_list_headers(signs)
        and _is_unremarkable(envelope)
    )


def bears_list_signs_alone(signs: Mapping[str, str]) -> bool:
    """Is there nothing but what nearly all mail bears, and what lists say of themselves?"""
    return signs.keys() <= _OF_LISTS


def has_quiet_subject(subject: str, answers: bool) -> bool:
    """Does it bear none of the wordings that decide on mail without further signs? `answers`: to a message that names
    others."""
    return notice(subject) is None and (not answers or out_of_office(subject) is None)


def _is_unremarkable(envelope: Envelope) -> bool:
    """Does nothing but its signs of a list, if it has any, speak of a program?"""
    if not envelope.from_ or (envelope.signs and not _are_plain(envelope.signs)):
        return False
    for sender in envelope.from_:
        if sender_kind(sender.email):
            return False
    return has_quiet_subject(envelope.subject, bool(envelope.in_reply_to or envelope.references))


def _are_plain(signs: Mapping[str, str]) -> bool:
    """Does none of the headers that nearly all mail bears speak of a program?"""
    content_type = signs.get("content-type")
    if content_type is not None and not is_plain_type(content_type):
        return False
    path = signs.get("return-path")
    if path is not None and not _PLAIN_PATH.match(path):
        return False
    if "sender" in signs and (calendar_service(signs["sender"]) or list_owner(signs["sender"])):
        return False
    return is_quiet(signs)
