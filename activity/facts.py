"""One activity as it is kept: facts first, then what was decided about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal, NamedTuple

from activity.participant import Participant
from activity.verdict import Verdict

if TYPE_CHECKING:
    from activity.attachment import Attachment

SENT, SENT_BARE, RECEIVED, PASSED_ON = STANDINGS = ("S", "B", "", "P")
"""The standing of a copy of a message, what knows best first: the sender's own, the same of which
its source shows no header (Graph, of what was sent), one that was received, one that was passed on
by what wrote itself into it (a group that puts its own address into From, a redirection)."""

Kind = Literal["email", "meeting"]
Direction = Literal["inbound", "outbound", "internal"]
Touch = Literal["inbound", "outbound", "meeting", "copied"]


@dataclass(slots=True)
class Facts:
    """What was seen of a message or of one occurrence of a meeting; enough to judge it again at any
    time.

    `identity` is the same wherever the activity is seen. `at` and `ends` are aware UTC; `ends` is
    None for mail. `evidence` holds the headers or properties that can decide a verdict, shortened;
    it is empty for an ordinary message. `references` are the ids of the messages it names, the
    oldest first, the one replied to last. `failed` are the addresses a bounce of the mail system
    says it could not reach, "" alone where that is whomever its message was to; `returned` is the
    id of the message it returns, `arrived` when that had come to the host that reports, where it
    says so; `prompt`: it came in when it was written. For a meeting, `answers` holds the owner's
    own answer (PARTSTAT) in each calendar that shows it, "" where the owner is not listed;
    `revision` orders copies of it. Of mail, `revision` is the standing of the copy: one of
    STANDINGS. `other_id` is a further id of a copy: of one that names the message it is a copy of,
    whose is `identity`, its own Message-ID; of one that was resent (`resent`) its
    Resent-Message-ID. `answered` are the authors of the message it replies to, as the log knows it,
    where that was to whoever wrote this one; asked for only where that decides. `confirmed`: the
    user said of this meeting that it took place. `deleted_at` is when it was found gone from every
    calendar. `shape` is what `activity.shape` packs, None where nothing is known. `mailing` is set
    where the message is one of many with the same text, sent one by one: how many they are, and the
    seconds from the first to the last. `topic` stands for the subject without its prefixes where
    that is not kept: an even number, or that and one if it had the prefix of an answer; 0 for none.
    `thread_index` stands for the conversation that Exchange names in Thread-Index: an even number,
    or that and one if the message is not the first one there; 0 for none. `attachments` are its
    documents, as far as they are kept; with them a message is written, and its copies are put
    together; facts that are loaded to be judged have none.
    """

    identity: str
    kind: Kind
    at: datetime
    participants: tuple[Participant, ...]
    subject: str = ""
    evidence: Mapping[str, str] = field(default_factory=dict)
    references: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    returned: str = ""
    arrived: datetime | None = None
    prompt: bool = True
    bounced: tuple[str, ...] = ()
    ends: datetime | None = None
    answers: tuple[str, ...] = ()
    revision: str = ""
    deleted_at: datetime | None = None
    other_id: str = ""
    resent: bool = False
    shape: int | None = None
    mailing: tuple[int, int] | None = None
    topic: int = 0
    thread_index: int = 0
    answered: tuple[str, ...] = ()
    confirmed: bool = False
    attachments: tuple[Attachment, ...] = ()


class Judgement(NamedTuple):
    """The verdict on an activity and, for each of its participants in order, the touch it is for
    them, if any."""

    verdict: Verdict
    direction: Direction | None
    touches: tuple[Touch | None, ...]


class Match(NamedTuple):
    """Whose an address is.

    `rule` says how it was found: "exact", "plus-tag", "gmail-dots", "company-domain", "self",
    "ambiguous" or "none". With "ambiguous", `candidates` are the contacts that share the address
    and `contact_id` is None; `company_id` is set by "company-domain" only.
    """

    contact_id: int | None
    rule: str
    company_id: int | None = None
    candidates: tuple[int, ...] = ()
