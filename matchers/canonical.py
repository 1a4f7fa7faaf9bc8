"""Spellings under which one mailbox may be reached."""

from __future__ import annotations

from functools import lru_cache

from activity.address import domain_of

GMAIL = frozenset({"gmail.com", "googlemail.com"})


def without_tag(email: str) -> str:
    """A normalised address without its `+tag` (RFC 5233 §2); as it is where nothing else would be
    left."""
    local, _, domain = email.rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain}"


def canonical(email: str) -> str:
    """The loosest key of a normalised address: without a `+tag`, for Gmail without dots and with
    one domain.

    Two addresses can be the same mailbox only if their canonical forms are equal. The converse does
    not hold: two different tags share a canonical form and are still two addresses.
    """
    plain = without_tag(email) if "+" in email else email
    return gmail_form(plain) if domain_of(plain) in GMAIL else plain


def is_among(email: str, addresses: frozenset[str]) -> bool:
    """Is this normalised address one of these?

    A +tag, and Gmail's dots, do not make it another's.
    """
    if email in addresses:
        return True
    return ("+" in email or domain_of(email) in GMAIL) and canonical(email) in _canonical_forms(addresses)


@lru_cache(maxsize=64)
def _canonical_forms(addresses: frozenset[str]) -> frozenset[str]:
    return frozenset(map(canonical, addresses))


def gmail_form(email: str) -> str:
    """A Gmail address as Google delivers it, its tag kept: no dots, one domain."""
    local = email.rpartition("@")[0]
    name, plus, tag = local.partition("+")
    return f"{name.replace('.', '') or name}{plus}{tag}@gmail.com"
