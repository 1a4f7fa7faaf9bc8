"""What the receiving server found out about the From domain (RFC 8601, RFC 7489)."""

from __future__ import annotations

import re

from activity.envelope import FROM_DOUBT, Envelope
from activity.verdict import Verdict
from matchers.policy import Policy
from matchers.verdicts.header_values import is_closed, without_comments
from matchers.verdicts.wording import quoted

_HEADERS = 5
_LONGEST = 20_000  # characters of one field; a longer one is cut
_IDENTIFIERS_LENGTH = 120  # characters of all authserv-ids together
_IDENTIFIER = re.compile(r"[\w.:/@-]+")
_DMARC = re.compile(r"\s*dmarc\s*(?:/\s*\d+\s*)?=\s*([a-z]+)", re.IGNORECASE)


def dmarc_failure(envelope: Envelope, policy: Policy) -> Verdict | None:
    """Suspect where the topmost Authentication-Results of a server we trust says dmarc=fail."""
    value = envelope.signs.get("authentication-results")
    if not value or not policy.trusted_authserv_ids or not may_fail(value):
        return None
    for authserv_id, failed in dmarc_results(value):
        if authserv_id in policy.trusted_authserv_ids:
            return Verdict("suspect", f"Authentication-Results: {authserv_id}; dmarc=fail") if failed else None
    return None


def doubtful_author(envelope: Envelope, policy: Policy) -> Verdict | None:
    """Suspect where a server that checks authors for us may have checked another than the one we read."""
    if not policy.trusted_authserv_ids or not envelope.from_:
        return None
    if len({sender.email for sender in envelope.from_}) > 1:
        return Verdict("suspect", f"From: {len(envelope.from_)} authors")
    doubt = quoted(envelope.signs.get(FROM_DOUBT, ""))
    return Verdict("suspect", f"From: {doubt}") if doubt else None


def may_fail(value: str) -> bool:
    """A quick look: can there be a failure of DMARC in these fields at all?"""
    return "dmarc" in (lowered := value.lower()) and "fail" in lowered


def dmarc_results(value: str) -> list[tuple[str, bool]]:
    """(authserv-id, did DMARC fail) of the topmost field of each server, topmost first.

    A field without an authserv-id, as Exchange Online writes it ("spf=pass …"), is left out. One that is cut, or
    in which a comment or quote does not end, has failed if it speaks of dmarc and of a failure at all.
    """
    results: dict[str, bool] = {}
    for field in value.split("\n", _HEADERS)[:_HEADERS]:
        whole = len(field) <= _LONGEST and is_closed(field)
        head, _, rest = without_comments(field[:_LONGEST], keep_quoted=False).partition(";")
        words = head.lower().split() if whole else _IDENTIFIER.findall(field[:_LONGEST].lower())[:1]
        if not words or not _IDENTIFIER.fullmatch(words[0]) or words[0] in results:
            continue
        if sum(map(len, results)) + len(words[0]) > _IDENTIFIERS_LENGTH:
            continue
        failed = any(map(_dmarc_failed, rest.split(";")))
        results[words[0]] = failed or (not whole and may_fail(field))
    return list(results.items())


def _dmarc_failed(result: str) -> bool:
    found = _DMARC.match(result)
    return found is not None and found[1].lower() == "fail"
