"""Answers given by a program for a person, and what programs send by themselves (RFC 3834)."""

from __future__ import annotations

from activity.envelope import Envelope
from activity.verdict import Verdict
from matchers.verdicts import subjects
from matchers.verdicts.header_values import auto_submitted, keyword, media_types, precedence
from matchers.verdicts.lists import has_list_headers
from matchers.verdicts.marks import automatic_mark
from matchers.verdicts.persons import system_sender
from matchers.verdicts.reports import has_null_return_path
from matchers.verdicts.senders import sender_of_kind
from matchers.verdicts.wording import header, quoted

PERSONAL_STRUCTURES = frozenset(("multipart/mixed", "multipart/signed", "multipart/encrypted"))


def automatic(envelope: Envelope) -> Verdict | None:
    """An automatic reply or a notification that its header admits to be one."""
    signs = envelope.signs
    submitted = signs.get("auto-submitted", "")
    automatic_keyword = auto_submitted(submitted)
    if automatic_keyword:
        return _submitted(envelope, automatic_keyword, header("Auto-Submitted", submitted))
    if mark := automatic_mark(signs):
        title = mark[0].title
        return Verdict(mark[0].kind, header(title, signs[title.lower()]))
    title, word = precedence(signs)
    if word == "auto_reply":
        return Verdict("auto-reply", header(title, signs[title.lower()]))
    if word in {"bulk", "junk"} and not has_list_headers(signs):  # vacation(1) and its descendants
        if has_null_return_path(envelope):
            return Verdict("auto-reply", f"{header(title, signs[title.lower()])}, and Return-Path: <>")
        if _is_away(envelope):
            wording = subjects.away_wording(envelope)
            return Verdict("auto-reply", f"{header(title, signs[title.lower()])}, and Subject: {wording}")
    if notice := subjects.notice_wording(envelope):
        return Verdict("notification", f"Subject: {notice}")
    return _away(envelope)


def null_return_path(envelope: Envelope) -> Verdict | None:
    """Mail that asks for no answer by its null Return-Path (RFC 5321 §4.5.5), and is no bounce."""
    if not has_null_return_path(envelope):
        return None
    reason = header("Return-Path", envelope.signs["return-path"])
    wording = subjects.wording_of(envelope)
    if wording is not None and wording.kind == subjects.READ:
        return Verdict("receipt", f"{reason}, and Subject: {wording}")
    return Verdict("notification" if _is_program(envelope) else "auto-reply", reason)


def is_reply(envelope: Envelope) -> bool:
    """Does the message say which one it answers?"""
    return bool(envelope.in_reply_to or envelope.references)


def suppresses_replies(value: str) -> bool:
    """Does X-Auto-Response-Suppress ([MS-OXCMAIL] §2.1.3.2.16) keep other responders from
    answering?"""
    lowered = value[:200].lower()
    return "all" in lowered or "oof" in lowered or "autoreply" in lowered


def _submitted(envelope: Envelope, word: str, reason: str) -> Verdict:
    if word == "auto-replied":
        return Verdict("auto-reply", reason)
    wording = subjects.wording_of(envelope)
    if wording is not None and wording.kind == subjects.OUT_OF_OFFICE:
        return Verdict("auto-reply", f"{reason}, and Subject: {wording}")
    if wording is not None and wording.kind == subjects.READ and has_null_return_path(envelope):
        return Verdict("receipt", f"{reason}, and Subject: {wording}")
    answers = is_reply(envelope) or has_null_return_path(envelope)
    if answers and word != "auto-notified" and not _is_program(envelope):
        return Verdict("auto-reply", f"{reason}, in reply to a message")
    return Verdict("notification", reason)


def _away(envelope: Envelope) -> Verdict | None:
    """The standard out-of-office prefix, beside a reply relation or a suppression and no sign of a
    person."""
    suppressing = suppresses_replies(envelope.signs.get("x-auto-response-suppress", ""))
    if not (suppressing or is_reply(envelope)) or not _is_away(envelope) or _has_sign_of_person(envelope):
        return None
    beside = "X-Auto-Response-Suppress" if suppressing else "In-Reply-To"
    return Verdict("auto-reply", f"Subject: {subjects.away_wording(envelope)}, and {beside}")


def _is_away(envelope: Envelope) -> bool:
    return subjects.away_wording(envelope) is not None


def _is_program(envelope: Envelope) -> bool:
    return bool(sender_of_kind(envelope.from_, "no-reply") or system_sender(envelope))


def _has_sign_of_person(envelope: Envelope) -> bool:
    """A vacation reply goes to one address, carries no file or signature, and never says it is
    none."""
    if len(envelope.to) + len(envelope.cc) + len(envelope.bcc) > 1:
        return True
    if keyword(envelope.signs.get("auto-submitted", "")) == "no":
        return True
    types = media_types(envelope.signs.get("content-type", ""))
    return any(media_type in PERSONAL_STRUCTURES for media_type, _ in types)


def program_sender(envelope: Envelope) -> Verdict | None:
    """A sender whose name says that nobody reads its mail."""
    no_reply = sender_of_kind(envelope.from_, "no-reply")
    if no_reply:
        return Verdict("notification", f"From: {quoted(no_reply)} is a no-reply sender")
    system = system_sender(envelope)
    return Verdict("notification", f"From: {quoted(system)} is a system sender") if system else None
