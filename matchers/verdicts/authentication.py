"""What the receiving server found out about the From domain (RFC 8601, RFC 7489)."""

from __future__ import annotations

import re

from activity.envelope import Envelope
from activity.verdict import Verdict
from matchers.house import House
from matchers.verdicts.header_values import LONGEST, without_comments

_HEADERS = 5
_IDENTIFIERS_LENGTH = 120  # characters of all authserv-ids together
_IDENTIFIER = re.compile(r"[\w.:/@-]+")
_DMARC = re.compile(r"\s*dmarc\s*(?:/\s*\d+\s*)?=\s*([a-z]+)", re.IGNORECASE)


def dmarc_failure(envelope: Envelope, house: House) -> Verdict | None:
    """Suspect where the topmost Authentication-Results of a server we trust says dmarc=fail."""
    value = envelope.signs.get("authentication-results")
    if not value or not house.trusted_authserv_ids or not may_fail(value):
        return None
    for authserv_id, failed in dmarc_results(value):
        if authserv_id in house.trusted_authserv_ids:
            return Verdict("suspect", f"Authentication-Results: {authserv_id}; dmarc=fail") if failed else None
    return None


def may_fail(value: str) -> bool:
    """A quick look: can there be a failure of DMARC in these fields at all?"""
    return "dmarc" in (lowered := value[:20_000].lower()) and "fail" in lowered


def dmarc_results(value: str) -> list[tuple[str, bool]]:
    """(authserv-id, did DMARC fail) of the topmost field of each server, topmost first.

    A field without an authserv-id, as Exchange Online writes it ("spf=pass …"), is left out.
    """
    results: dict[str, bool] = {}
    for field in value.split("\n", _HEADERS)[:_HEADERS]:
        head, _, rest = without_comments(field[:LONGEST], keep_quoted=False).partition(";")
        words = head.lower().split()
        if not words or not _IDENTIFIER.fullmatch(words[0]) or words[0] in results:
            continue
        if sum(map(len, results)) + len(words[0]) > _IDENTIFIERS_LENGTH:
            continue
        results[words[0]] = any(_dmarc_failed(result) for result in rest.split(";"))
    return list(results.items())


def _dmarc_failed(result: str) -> bool:
    found = _DMARC.match(result)
    return found is not None and found[1].lower() == "fail"
