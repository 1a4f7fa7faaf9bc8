"""Who wrote a message, where its From names what passed it on: a group of ours, a contact form, a redirection.

Lists that pass mail on put their own address into From, so that DMARC does not fail ("'Tom Lee' via Team"),
and name the author in X-Original-From, X-Original-Sender (Google Groups) or Reply-To (RFC 5322 §3.6.2).
That is believed of groups at our own domains only, for what a stranger's list says of its authors is a claim.
"""

from __future__ import annotations

import re
from dataclasses import replace

from activity.address import Address, domain_of
from activity.envelope import AUTHOR_SIGN, FROM_DOUBT, Envelope
from matchers.canonical import is_among
from matchers.policy import Policy
from matchers.verdicts.header_values import auto_submitted
from matchers.verdicts.lists import list_ids

_POST = re.compile(r"<\s*mailto:([^\s<>?]{1,320})[>?]", re.IGNORECASE)
_MAILING_LIST = re.compile(r"list\s+([^\s;,<>]{1,320})", re.IGNORECASE)


def as_written(envelope: Envelope, policy: Policy) -> Envelope:
    """The message with its author in From; as it is where nothing says that From is another's.

    `signs` then say how the author was found (AUTHOR_SIGN). A copy that bears an id of its own is told by its
    `copy_of`, which is "" where that is no copy's.
    """
    if envelope.copy_of:
        envelope = _as_copy(envelope)
    if envelope.resent:
        envelope = _as_resent(envelope)
    if not envelope.reply_to and not envelope.original_from:
        return envelope
    if len(envelope.from_) != 1 or envelope.from_headers > 1 or FROM_DOUBT in envelope.signs:
        return envelope
    (shown,) = envelope.from_
    if shown.email in policy.forms:
        author = _only_other(envelope.reply_to, shown)
        return envelope if author is None else _from_form(envelope, author, shown)
    if not _is_own_group(envelope, shown, policy):
        return envelope
    author = _only_other(envelope.original_from, shown) or _only_other(envelope.reply_to, shown)
    if author is None:
        return envelope
    signs = {**envelope.signs, AUTHOR_SIGN: f"our group {shown.email} passed it on"}
    return replace(envelope, from_=(author,), signs=signs, passed_on=True)


def _as_copy(envelope: Envelope) -> Envelope:
    """A redirected message names the one it was made from; so does an automatic answer, which is no copy of it."""
    if len(envelope.from_) != 1 or envelope.from_headers > 1 or FROM_DOUBT in envelope.signs:
        return replace(envelope, copy_of="")  # whose it would be is not known
    answers = envelope.copy_of in (*envelope.in_reply_to, *envelope.references)
    if answers or envelope.copy_of == envelope.message_id or auto_submitted(envelope.signs.get("auto-submitted", "")):
        return replace(envelope, copy_of="")
    return replace(envelope, passed_on=True)


def _as_resent(envelope: Envelope) -> Envelope:
    """Whoever resends a message can have changed it, so that what came from its author knows better."""
    if len(envelope.from_) != 1 or envelope.from_headers > 1 or FROM_DOUBT in envelope.signs or envelope.copy_of:
        return replace(envelope, resent=False)
    return replace(envelope, passed_on=True)


def _from_form(envelope: Envelope, author: Address, form: Address) -> Envelope:
    """What its program says of itself says nothing of the author."""
    signs = {AUTHOR_SIGN: f"it was written into the form {form.email}"}
    if (found := envelope.signs.get("authentication-results")) is not None:
        signs["authentication-results"] = found
    return replace(envelope, from_=(author,), signs=signs)


def _only_other(named: tuple[Address, ...], shown: Address) -> Address | None:
    return named[0] if len(named) == 1 and named[0].email != shown.email else None


def _is_own_group(envelope: Envelope, shown: Address, policy: Policy) -> bool:
    """Is `shown` the address of a list at one of our own domains, by what the list says of itself?"""
    if not policy.is_internal_domain(domain_of(shown.email)) or is_among(shown.email, policy.own_addresses):
        return False
    signs = envelope.signs
    posts = {found.lower() for found in _POST.findall(signs.get("list-post", "")[:1000])}
    posts |= {found.lower() for found in _MAILING_LIST.findall(signs.get("mailing-list", "")[:1000])}
    return shown.email in posts or shown.email.replace("@", ".") in list_ids(signs.get("list-id", ""))
