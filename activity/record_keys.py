"""The id of a CRM's record as a key: which CRM's it is, and one spelling of it."""

from __future__ import annotations

import re

# A contact or a lead, in the 15 characters that reports show or the 18 of the API.
_SALESFORCE = re.compile(r"00[3Q][A-Za-z0-9]{12}(?:[A-Z0-5]{3})?")
_CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def record_key(scope: str, record_id: str) -> str:
    """A key such as "hubspot:151", "salesforce:0035g…" in 18 characters, or the id as it is; "" for
    none."""
    if not record_id:
        return ""
    if not scope and _SALESFORCE.fullmatch(record_id):
        return f"salesforce:{record_id if len(record_id) == 18 else record_id + _suffix(record_id)}"
    return f"{scope}{record_id}"


def _suffix(fifteen: str) -> str:
    """Of each five characters, which are capitals: what Salesforce appends where case is lost."""
    capitals = ["A" <= letter <= "Z" for letter in fifteen]
    return "".join(_CHECK[sum(capitals[first + place] << place for place in range(5))] for first in (0, 5, 10))
