"""The verdict on one message: what it is, and the header that says so."""

from __future__ import annotations

from activity.envelope import Envelope
from activity.verdict import PERSON, Verdict
from matchers.policy import Policy
from matchers.verdicts.authentication import dmarc_failure, doubtful_author
from matchers.verdicts.automatic import automatic, null_return_path, program_sender
from matchers.verdicts.lists import list_mail
from matchers.verdicts.marks import bulk_service
from matchers.verdicts.ordinary import is_ordinary, is_ordinary_list_mail
from matchers.verdicts.reports import bounce, report


def judge_message(envelope: Envelope, policy: Policy) -> Verdict:
    """Say what a message is: person, or one of the classes that are no touch.

    The order is the contract. Two From headers: suspect. Then what a message says of itself, the
    most exact first: its media type, the marks of a bounce, automatic replies, lists and bulk, a
    null Return-Path, a sender's name, the marks of services that send in bulk. A DMARC failure, or an
    author who may be read as somebody else where a server checks authors for us, overrides all of them
    but a list post, whose signature every list breaks. Only then who wrote to whom: internal,
    broadcast, person.
    """
    if envelope.from_headers > 1:
        return Verdict("suspect", f"From: {envelope.from_headers} such headers")
    said = None if is_ordinary(envelope) else _said_by_itself(envelope, policy)
    if said is None or said.kind != "list":
        failure = dmarc_failure(envelope, policy) or doubtful_author(envelope, policy)
        if failure is not None:
            return failure
    return said or _by_participants(envelope, policy)


def _said_by_itself(envelope: Envelope, policy: Policy) -> Verdict | None:
    if is_ordinary_list_mail(envelope):
        return list_mail(envelope, policy)
    return (
        report(envelope)
        or bounce(envelope)
        or automatic(envelope)
        or list_mail(envelope, policy)
        or null_return_path(envelope)
        or program_sender(envelope)
        or bulk_service(envelope, policy)
    )


def _by_participants(envelope: Envelope, policy: Policy) -> Verdict:
    if not envelope.from_:
        return Verdict("suspect", "From: no readable address")
    is_self = policy.is_self
    ours = [is_self(sender.email) for sender in envelope.from_]
    if True not in ours:
        return PERSON
    recipients = [*envelope.to, *envelope.cc, *envelope.bcc]
    external = {recipient.email for recipient in recipients if not is_self(recipient.email)}
    if not external and all(ours):
        return Verdict(
            "internal",
            "From and every recipient are our own" if recipients else "From is our own, and there is no recipient",
        )
    if len(external) > policy.broadcast_over:
        return Verdict("broadcast", f"{len(external)} external recipients, more than {policy.broadcast_over}")
    return PERSON
