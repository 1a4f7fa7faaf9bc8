"""Which addresses a bounce gives up on."""

from __future__ import annotations

import re

from activity.address import normalise
from activity.envelope import Envelope

_MOST = 100
_SEPARATOR = re.compile(r"[,;\s]+")
# Some transfer agents name the recipients of a delay in the same header; they go on trying.
_DELAY = re.compile(
    r"\bdelay|delayed|still being retried|will be retried|not yet|warning:|verzöger|retard|retras|ritard|atras"
    r"|vertraagd|opóźni|zpožd|försen|forsink|viiväst|gecik|задерж|затрим|遅延|延迟|延遲|지연"
)


def failed_addresses(envelope: Envelope) -> tuple[str, ...]:
    """The normalised addresses that a message judged "bounce" names as failed for good, each once.

    From X-Failed-Recipients, unless the subject speaks of a delay, and from the recipients that
    the delivery-status part gave up on (RFC 3464; see activity.delivery_status).
    """
    named = envelope.signs.get("x-failed-recipients", "")
    if not named and not envelope.failed_recipients:
        return ()
    failed: dict[str, None] = {}
    if named and not _DELAY.search(envelope.subject[:300].lower()):
        for word in _SEPARATOR.split(named, maxsplit=_MOST)[:_MOST]:
            address = normalise(word) if "@" in word and len(word) <= 1000 else None
            if address:
                failed[address] = None
    failed.update(dict.fromkeys(envelope.failed_recipients))
    return tuple(failed)
