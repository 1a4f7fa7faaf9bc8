"""Which addresses a bounce gives up on.

Anybody can claim it; believed is the mail system alone (see also store/bounces.py for what it must
name).
"""

from __future__ import annotations

import re

from activity.address import normalise
from activity.envelope import Envelope
from matchers.verdicts.reports import bounce, has_null_return_path, report
from matchers.verdicts.senders import names_mail_system, sender_of_kind

ITS_RECIPIENT = ""
"""Stands for the only recipient of the message that a bounce answers."""

_MOST = 100
_SEPARATOR = re.compile(r"[,;\s]+")
# Some transfer agents name the recipients of a delay in the same header; they go on trying.
_DELAY = re.compile(
    r"\bdelay|delayed|still being retried|will be retried|not yet|warning:|verzöger|retard|retras|ritard|atras"
    r"|vertraagd|opóźni|zpožd|försen|forsink|viiväst|gecik|задерж|затрим|遅延|延迟|延遲|지연"
)


# Some tell of success in the same way.
_SUCCESS = re.compile(r"\s*(?:re:\s*)?(?:success|delivered|relayed|read:|zugestellt|gelesen|entregado|remis|consegnat)")
_REPORT = re.compile(r"\s*multipart/report\b", re.IGNORECASE)


def failed_addresses(envelope: Envelope) -> tuple[str, ...]:
    """The normalised addresses that a bounce of the mail system names as failed for good, each
    once.

    From X-Failed-Recipients, unless the subject speaks of a delay, and from the recipients that the
    delivery-status part gave up on (RFC 3464; see activity.delivery_status). ITS_RECIPIENT alone
    for one in words only that answers a message. () for mail of anybody else.
    """
    named = envelope.signs.get("x-failed-recipients", "")
    if not named and not envelope.failed_recipients:
        return (ITS_RECIPIENT,) if _is_in_words(envelope) else ()
    if not is_from_mail_system(envelope):
        return ()
    failed: dict[str, None] = {}
    if named and not _DELAY.search(envelope.subject[:300].lower()):
        for word in _SEPARATOR.split(named, maxsplit=_MOST)[:_MOST]:
            address = normalise(word) if "@" in word and len(word) <= 1000 else None
            if address:
                failed[address] = None
    failed.update(dict.fromkeys(envelope.failed_recipients))
    return tuple(failed)


def is_from_mail_system(envelope: Envelope) -> bool:
    """A null Return-Path (RFC 5321 §4.5.5), or a From that is MAILER-DAEMON's or the postmaster's."""
    if sender_of_kind(envelope.from_, "mail-system", "postmaster") or has_null_return_path(envelope):
        return True
    return not envelope.from_ and names_mail_system(envelope.signs.get("from", ""))


def _is_in_words(envelope: Envelope) -> bool:
    """A bounce that answers a message and has no machine-readable part: neither a delay nor good
    news."""
    if not (envelope.in_reply_to or envelope.references) or not is_from_mail_system(envelope):
        return False
    if envelope.is_report or _REPORT.match(envelope.signs.get("content-type", "")):
        return False
    subject = envelope.subject[:300].lower()
    if _DELAY.search(subject) or _SUCCESS.match(subject):
        return False
    return report(envelope) is None and bounce(envelope) is not None
