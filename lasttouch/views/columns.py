"""The headings of CSV answers, which are there without any row, too: the fields of the JSON in
their order."""

from __future__ import annotations

Rows = tuple[list[str], list[list[str]]]
"""A table: its headings, and the cells of each line."""

LAST = (
    "id", "name", "emails", "company", "owner", "tags", "last_touch", "last_touch_kind", "last_touch_activity",
    "last_touch_by", "last_touch_account", "last_inbound", "last_outbound", "last_meeting", "next_meeting",
    "last_copied", "last_two_way", "touches", "seen_through", "read_back_to",
)  # fmt: skip
STALE = (*LAST, "state", "silent_days", "usual_days", "ratio", "unknown_since", "because")
DRIFT = (*LAST, "state", "talks", "talks_last", "owner_last", "because")
HANDOVER = (
    *LAST, "usual_days", "open_us", "open_them", "ending", "others", "successor", "successor_last", "is_told",
)  # fmt: skip
COMPANIES = (
    "id", "name", "domains", "owner", "contacts", "last_touch", "last_touch_kind", "last_touch_activity",
    "last_touch_contact", "unlisted", "seen_through", "read_back_to",
)  # fmt: skip
QUIET = (*COMPANIES, "quiet_days", "quiet")
LOG = (
    "activity", "message_id", "kind", "noted", "at", "ends", "direction", "verdict", "reason", "subject",
    "participants", "sightings", "attachments",
)  # fmt: skip
UPCOMING = (*LOG, "contacts", "own_answers")
EXPORT = (*LOG, "evidence", "sets", "not_counted_because", "said", "suggests")
AWAITING = (
    "activity", "message_id", "waits_for", "since", "direction", "subject", "with", "accounts", "owners",
    "seen_through", "likely", "chance", "because", "settled_by",
)  # fmt: skip
UNMATCHED = (
    "address", "name", "company", "inbound", "outbound", "meetings", "two_way", "first_touch", "last_touch",
)  # fmt: skip
CONTACTS = ("id", "name", "emails", "company", "owner", "tags", "vanished")
SKIPPED = ("account", "source", "place", "item", "reason")
STATUS = (
    "account", "source", "last_attempt", "last_success", "seen_through", "read_back_to", "next_attempt",
    "failing_since", "error", "error_code", "hint", "watches_allowed", "skipped", "skipped_items", "places",
)  # fmt: skip
ACCESS = ("at", "user", "command", "account", "level", "items", "contact")
ACCOUNTS = ("account", "owner", "user", "readers", "is_read", "retired_at", "kept", "activities")
TOKENS = ("id", "name", "user", "scopes", "made_at", "expires_at")
CHANGES = (
    "cursor", "noted_at", "contact", "name", "emails", "last_touch", "last_touch_kind", "before", "before_kind",
)  # fmt: skip
