"""Answers given by a program for a person, and what programs send by themselves (RFC 3834)."""

from __future__ import annotations

from activity.envelope import Envelope
from activity.verdict import Verdict
from matchers.verdicts import subjects
from matchers.verdicts.header_values import auto_submitted, keyword, media_types
from matchers.verdicts.lists import has_list_headers
from matchers.verdicts.reports import has_null_return_path
from matchers.verdicts.senders import sender_of_kind
from matchers.verdicts.wording import header, quoted

# Not standard, yet each says by its presence that a program answered; "no" and the like take it back.
AUTO_REPLY_HEADERS: dict[str, str] = {
    "x-autoreply": "X-Autoreply",
    "x-autoreply-from": "X-Autoreply-From",
    "x-autorespond": "X-Autorespond",
    "x-autoresponder": "X-Autoresponder",
    "x-apple-action": "X-Apple-Action",
}
PERSONAL_STRUCTURES = frozenset(("multipart/mixed", "multipart/signed", "multipart/encrypted"))
_NEGATIVE = frozenset(("", "no", "false", "0", "none", "off"))


def automatic(envelope: Envelope) -> Verdict | None:
    """An automatic reply or a notification that its header admits to be one."""
    signs = envelope.signs
    submitted = signs.get("auto-submitted", "")
    automatic_keyword = auto_submitted(submitted)
    if automatic_keyword:
        return _submitted(envelope, automatic_keyword, header("Auto-Submitted", submitted))
    for name, title in AUTO_REPLY_HEADERS.items():
        if name in signs and says_yes(name, signs[name]):
            return Verdict("auto-reply", header(title, signs[name]))
    precedence = keyword(signs.get("precedence", ""))
    if precedence in {"auto_reply", "auto-reply", "autoreply"}:
        return Verdict("auto-reply", header("Precedence", signs["precedence"]))
    if precedence in {"bulk", "junk"} and not has_list_headers(signs):  # vacation(1) and its descendants
        if has_null_return_path(envelope):
            return Verdict("auto-reply", f"{header('Precedence', signs['precedence'])}, and Return-Path: <>")
        if _is_away(envelope):
            wording = subjects.away_wording(envelope)
            return Verdict("auto-reply", f"{header('Precedence', signs['precedence'])}, and Subject: {wording}")
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


def says_yes(name: str, value: str) -> bool:
    """Does this header of AUTO_REPLY_HEADERS say that a program answered?"""
    if name == "x-apple-action":
        return keyword(value) == "vacation"
    return value.strip()[:10].lower() not in _NEGATIVE


def suppresses_replies(value: str) -> bool:
    """Does X-Auto-Response-Suppress ([MS-OXCMAIL] §2.1.3.2.16) keep other responders from answering?"""
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
    """The standard out-of-office prefix, beside a reply relation or a suppression and no sign of a person."""
    suppressing = suppresses_replies(envelope.signs.get("x-auto-response-suppress", ""))
    if not (suppressing or is_reply(envelope)) or not _is_away(envelope) or _has_sign_of_person(envelope):
        return None
    beside = "X-Auto-Response-Suppress" if suppressing else "In-Reply-To"
    return Verdict("auto-reply", f"Subject: {subjects.away_wording(envelope)}, and {beside}")


def _is_away(envelope: Envelope) -> bool:
    return subjects.away_wording(envelope) is not None


def _is_program(envelope: Envelope) -> bool:
    return bool(sender_of_kind(envelope.from_, "no-reply", "system"))


def _has_sign_of_person(envelope: Envelope) -> bool:
    """A vacation reply goes to one address, carries no file or signature, and never says it is none."""
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
    system = sender_of_kind(envelope.from_, "system")
    return Verdict("notification", f"From: {quoted(system)} is a system sender") if system else None
