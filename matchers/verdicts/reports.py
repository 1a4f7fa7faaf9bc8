"""Reports of the mail system and calendar notices: bounces, read receipts, abuse reports, iTIP.

A message that says in its Content-Type what it is, is that, whatever else it says.
"""

from __future__ import annotations

from functools import lru_cache

from activity.envelope import CALENDAR_PART, REPORT_PART, Envelope
from activity.verdict import MailVerdict, Verdict
from matchers.verdicts import subjects
from matchers.verdicts.header_values import auto_submitted, fields, is_plain_type, media_types, without_comments
from matchers.verdicts.persons import system_sender
from matchers.verdicts.senders import calendar_service, is_mail_system, names_mail_system, sender_of_kind
from matchers.verdicts.wording import header, quoted

# RFC 6522 §3: report-type is the subtype of the machine-readable part.
REPORT_TYPES: dict[str, MailVerdict] = {
    "delivery-status": "bounce",  # RFC 3464
    "global-delivery-status": "bounce",  # RFC 6533
    "disposition-notification": "receipt",  # RFC 8098
    "global-disposition-notification": "receipt",
    "mdn": "receipt",
    "feedback-report": "complaint",  # RFC 5965
    "": "bounce",  # the parameter is required; what leaves it out is an old transfer agent
}
CONTENT_CLASSES: dict[str, MailVerdict] = {
    "urn:content-classes:calendarmessage": "calendar",
    "urn:content-classes:dsn": "bounce",
    "urn:content-classes:mdn": "receipt",
}
EXCHANGE_MEETING = "x-ms-exchange-calendar-series-instance-id"


def report(envelope: Envelope) -> Verdict | None:
    """A message whose own media type or class says that it is a report or a calendar notice."""
    signs = envelope.signs
    content_type = signs.get("content-type", "")
    for media_type, parameters in () if is_plain_type(content_type) else media_types(content_type):
        kind = kind_of_media_type(media_type, parameters)
        if kind:
            return Verdict(kind, header("Content-Type", content_type.partition("\n")[0]))
    for field in fields(signs["content-class"]) if "content-class" in signs else ():
        kind = CONTENT_CLASSES.get(field.strip().lower())
        if kind:
            return Verdict(kind, header("Content-Class", field))
    if CALENDAR_PART in signs:
        return Verdict("calendar", f"a part of it is {quoted(signs[CALENDAR_PART])}")
    part = signs.get(REPORT_PART, "")
    if part.startswith("message/") and not subjects.is_forward(envelope.subject):
        return Verdict("receipt", f"a part of it is {quoted(part)}")
    if part.startswith("text/"):
        return Verdict("notification", f"a part of it is {quoted(part)}, an emoji in answer to a message")
    if EXCHANGE_MEETING in signs:
        return Verdict("calendar", header("X-MS-Exchange-Calendar-Series-Instance-Id", signs[EXCHANGE_MEETING]))
    if "sender" in signs and calendar_service(signs["sender"]):
        return Verdict("calendar", header("Sender", signs["sender"]))
    service = sender_of_kind(envelope.from_, "calendar")
    return Verdict("calendar", f"From: {quoted(service)} is a calendar service") if service else None


def kind_of_media_type(media_type: str, parameters: dict[str, str]) -> MailVerdict | None:
    """The class that a top-level media type alone decides."""
    if media_type == "multipart/report":
        return REPORT_TYPES.get(parameters.get("report-type", ""), "notification")
    if media_type == "text/calendar":  # RFC 6047 §2.4: without METHOD it is a person's attachment
        return "calendar" if parameters.get("method") else None
    top, _, subtype = media_type.partition("/")
    return REPORT_TYPES.get(subtype) if top == "message" else None


def bounce(envelope: Envelope) -> Verdict | None:
    """A delivery failure that is no multipart/report."""
    failed = envelope.signs.get("x-failed-recipients", "")
    if failed.strip():
        return Verdict("bounce", header("X-Failed-Recipients", failed))
    mail_system = sender_of_kind(envelope.from_, "mail-system")
    if mail_system:
        return Verdict("bounce", f"From: {quoted(mail_system)} is the mail system")
    unreadable_from = envelope.signs.get("from", "")
    if not envelope.from_ and names_mail_system(unreadable_from):
        return Verdict("bounce", f"{header('From', unreadable_from)} is the mail system")
    postmaster = sender_of_kind(envelope.from_, "postmaster")
    if postmaster and not _away_themselves(envelope):
        return Verdict("bounce", f"From: {quoted(postmaster)} is the mail system")
    returned = _returned(envelope)
    if returned is not None:
        return returned
    if not envelope.from_ and has_null_return_path(envelope):
        return Verdict("bounce", "Return-Path: <>, and no readable From")
    return None


def has_null_return_path(envelope: Envelope) -> bool:
    """Was the topmost Return-Path the null one (RFC 5321 §4.5.5), or its local form
    <MAILER-DAEMON>?"""
    path = envelope.signs.get("return-path")
    return path is not None and is_null_path(path)


@lru_cache(maxsize=1024)
def is_null_path(path: str) -> bool:
    """Is this Return-Path empty between its brackets, or the mail system's own?"""
    bare = without_comments(path.partition("\n")[0][:500]).replace(" ", "")
    return bare == "<>" or is_mail_system(bare)


def _returned(envelope: Envelope) -> Verdict | None:
    """A subject that speaks of returned mail, beside another sign that no person wrote it."""
    beside = _sign_of_mail_system(envelope)
    program = ""
    if beside or not subjects.is_answer(envelope.subject):  # whoever writes "Re: Returned mail" has read it
        program = sender_of_kind(envelope.from_, "mail-program", "no-reply") or system_sender(envelope)
    wording = subjects.wording_of(envelope) if beside or program else None
    if wording is None or wording.kind != subjects.BOUNCE:
        return None
    if not beside and not wording.speaks_of_mail:
        return None
    return Verdict("bounce", f"Subject: {wording}, and {beside or f'From: {quoted(program)} is a program'}")


def _away_themselves(envelope: Envelope) -> bool:
    """Is it the vacation reply of whoever reads the postmaster's mail?"""
    answers = envelope.in_reply_to or envelope.references or auto_submitted(envelope.signs.get("auto-submitted", ""))
    return bool(answers) and subjects.away_wording(envelope) is not None


def _sign_of_mail_system(envelope: Envelope) -> str:
    if has_null_return_path(envelope):
        return header("Return-Path", envelope.signs["return-path"])
    if not envelope.from_:
        return "no readable From"
    submitted = envelope.signs.get("auto-submitted", "")
    return header("Auto-Submitted", submitted) if auto_submitted(submitted) == "auto-replied" else ""
