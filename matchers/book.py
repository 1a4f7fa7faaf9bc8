"""Whose an address is: contacts by address, companies by domain, always with the rule that decided."""

from __future__ import annotations

from collections.abc import Iterable

from activity.address import domain_of
from activity.facts import Match
from matchers.canonical import GMAIL, canonical, gmail_form, without_tag
from matchers.domains import company_domains_of, is_disposable, is_free_mail
from matchers.policy import Policy

_DOMAINS_REMEMBERED = 100_000


_SELF = Match(None, "self", None, ())
_NOBODY = Match(None, "none", None, ())


class AddressBook:
    """All addresses of contacts and all domains of companies, ready to be asked.

    `emails` are (normalised address, contact id), `companies` (normalised domain, company id). A
    domain given for two companies belongs to neither. What `match` says of an address depends on
    no more than the contacts' addresses with the same canonical form and the companies at its
    domain and the parents of it, so a book of those alone answers as the whole one does.
    """

    def __init__(self, emails: Iterable[tuple[str, int]], companies: Iterable[tuple[str, int]], policy: Policy) -> None:
        emails = list(emails)
        tagged = [(bare, holder) for email, holder in emails if (bare := without_tag(email)) != email]
        gmail = [(gmail_form(email), holder) for email, holder in emails if domain_of(email) in GMAIL]
        gmail_tagged = [(bare, holder) for email, holder in gmail if (bare := without_tag(email)) != email]
        self._exact = _index(emails, "exact")
        self._tagged = _index(tagged, "plus-tag")
        self._gmail = _index(gmail, "gmail-dots")
        self._gmail_tagged = _index(gmail_tagged, "gmail-dots")
        self._companies = _unambiguous(companies)
        self._policy = policy
        self._by_domain: dict[str, Match] = {}

    def match(self, email: str) -> Match:
        """Whose this normalised address is; the first rule that holds decides.

        Our own addresses and internal domains are nobody else's. Then the exact address. Then
        the same without a `+tag`, where one of the two has none: `ana+news@` is `ana@` and
        `ana@` is `ana+crm@`, but `reply+1@` is not `reply+2@`. Then the same for gmail.com and
        googlemail.com without dots. Two contacts at the same step are an ambiguity. Then the
        company with the longest domain that the address lies in.
        """
        domain = email.rpartition("@")[2]
        by_domain = self._by_domain.get(domain) or self._judge_domain(domain)
        if by_domain is _SELF or self._policy.is_self(email):
            return _SELF
        return self._exact.get(email) or self._match_variant(email, domain) or by_domain

    canonical = staticmethod(canonical)

    def _match_variant(self, email: str, domain: str) -> Match | None:
        bare = without_tag(email) if "+" in email else email
        is_tagged = bare != email
        found = _loosened(self._exact.get(bare), "plus-tag") if is_tagged else self._tagged.get(email)
        if found is not None or domain not in GMAIL:
            return found
        others = self._gmail if is_tagged else self._gmail_tagged
        return self._gmail.get(gmail_form(email)) or others.get(gmail_form(bare))

    def _judge_domain(self, domain: str) -> Match:
        if len(self._by_domain) >= _DOMAINS_REMEMBERED:
            self._by_domain.clear()
        self._by_domain[domain] = verdict = self._match_domain(domain)
        return verdict

    def _match_domain(self, domain: str) -> Match:
        if self._policy.is_internal_domain(domain):
            return _SELF
        if not self._companies or is_free_mail(domain) or is_disposable(domain):
            return _NOBODY
        listed = next((name for name in company_domains_of(domain) if name in self._companies), None)
        company_id = None if listed is None else self._companies[listed]
        return _NOBODY if company_id is None else Match(None, "company-domain", company_id, ())


def _index(holdings: Iterable[tuple[str, int]], rule: str) -> dict[str, Match]:
    holders: dict[str, int | set[int]] = {}
    for key, contact_id in holdings:
        known = holders.setdefault(key, contact_id)
        if isinstance(known, set):
            known.add(contact_id)
        elif known != contact_id:
            holders[key] = {known, contact_id}
    return {key: _held_by(known, rule) for key, known in holders.items()}


def _held_by(holders: int | set[int], rule: str) -> Match:
    if isinstance(holders, int):
        return Match(holders, rule, None, ())
    return Match(None, "ambiguous", None, tuple(sorted(holders)))


def _loosened(match: Match | None, rule: str) -> Match | None:
    """An exact match of another spelling, told as what it is."""
    return match._replace(rule=rule) if match is not None and match.rule == "exact" else match


def _unambiguous(companies: Iterable[tuple[str, int]]) -> dict[str, int | None]:
    owners: dict[str, int | None] = {}
    for domain, company_id in companies:
        if owners.setdefault(domain, company_id) != company_id:
            owners[domain] = None
    return owners
