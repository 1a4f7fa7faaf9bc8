"""The few bytes of a message's signs that must be stored, so that it can be judged again under
other rules.

What is kept gives the same class as the whole header would, whatever our own addresses, internal
domains, trusted servers and thresholds become later. A plain message between people keeps nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from activity.envelope import AUTHOR_SIGN, CALENDAR_PART, FROM_DOUBT, REPORT_PART, Envelope
from matchers.verdicts import subjects
from matchers.verdicts.authentication import dmarc_results, may_fail
from matchers.verdicts.automatic import PERSONAL_STRUCTURES, automatic, suppresses_replies
from matchers.verdicts.header_values import auto_submitted, fields, keyword, media_types, precedence
from matchers.verdicts.lists import list_ids, older_list_domains, post_domain, takes_no_posts, unsubscribed_at
from matchers.verdicts.marks import automatic_mark, bulk_mark
from matchers.verdicts.ordinary import is_ordinary, is_ordinary_list_mail
from matchers.verdicts.persons import NOBODY, PERSON_SIGN, may_be_person, sign_of_person
from matchers.verdicts.reports import (
    CONTENT_CLASSES,
    EXCHANGE_MEETING,
    bounce,
    has_null_return_path,
    kind_of_media_type,
    report,
)
from matchers.verdicts.senders import calendar_service, names_mail_system
from matchers.verdicts.wording import quoted


def evidence(envelope: Envelope) -> dict[str, str]:
    """The signs to store: {} for plain mail, else some of `envelope.signs` with shortened values.

    Three keys are no headers: AUTHOR_SIGN, "from-headers" is the count of From headers where it is
    more than one, "x-lasttouch-subject" the fixed wording of a subject that took part in the
    decision, so that the subject itself need not be stored. Participants, In-Reply-To and
    References are not in it.
    """
    if envelope.from_headers > 1:
        return {"from-headers": str(envelope.from_headers)}
    kept = _authentication(envelope.signs)
    if FROM_DOUBT in envelope.signs:
        kept[FROM_DOUBT] = quoted(envelope.signs[FROM_DOUBT], 80)
    if AUTHOR_SIGN in envelope.signs:
        kept[AUTHOR_SIGN] = envelope.signs[AUTHOR_SIGN]
    if is_ordinary(envelope):
        return kept
    kept |= _bearer(envelope)
    if is_ordinary_list_mail(envelope):
        return kept | _list(envelope.signs) | _person(envelope)
    if report(envelope) is not None:
        return kept | _report(envelope)
    if bounce(envelope) is not None:
        return kept | _bounce(envelope)
    if automatic(envelope) is not None:
        return kept | _automatic(envelope)
    return kept | _list(envelope.signs) | _null_path(envelope) | _person(envelope) | _bulk(envelope)


def _bearer(envelope: Envelope) -> dict[str, str]:
    """Whether a person bears the name that is a program's word as well."""
    for sender in envelope.from_:
        if may_be_person(sender.email):
            return {PERSON_SIGN: sign_of_person(envelope, sender) or NOBODY}
    return {}


def _bulk(envelope: Envelope) -> dict[str, str]:
    found = bulk_mark(envelope)
    return {found[0].title.lower(): found[1]} if found else {}


def _authentication(signs: Mapping[str, str]) -> dict[str, str]:
    value = signs.get("authentication-results", "")
    if not value or not may_fail(value):
        return {}
    results = dmarc_results(value)
    while results and not results[-1][1]:
        results.pop()  # below the last failure nothing can decide
    lines = [f"{authserv_id}; dmarc={'fail' if failed else 'pass'}" for authserv_id, failed in results]
    return {"authentication-results": "\n".join(lines)} if lines else {}


def _report(envelope: Envelope) -> dict[str, str]:
    signs = envelope.signs
    for media_type, parameters in media_types(signs.get("content-type", "")):
        if kind_of_media_type(media_type, parameters):
            named = "".join(f"; {name}={value}" for name, value in parameters.items() if value)
            return {"content-type": f"{media_type}{named}"}
    for field in fields(signs.get("content-class", "")):
        if field.strip().lower() in CONTENT_CLASSES:
            return {"content-class": field.strip().lower()}
    if CALENDAR_PART in signs:
        return {CALENDAR_PART: quoted(signs[CALENDAR_PART], 48)}
    part = signs.get(REPORT_PART, "")
    if part.startswith("text/") or (part.startswith("message/") and not subjects.is_forward(envelope.subject)):
        return {REPORT_PART: quoted(part, 60)}
    if EXCHANGE_MEETING in signs:
        return {EXCHANGE_MEETING: quoted(signs[EXCHANGE_MEETING], 24)}
    service = calendar_service(signs.get("sender", ""))
    return {"sender": service} if service else {}


def _bounce(envelope: Envelope) -> dict[str, str]:
    failed = envelope.signs.get("x-failed-recipients", "")
    if failed.strip():
        return {"x-failed-recipients": quoted(failed, 80) or "<>"}
    if not envelope.from_ and names_mail_system(envelope.signs.get("from", "")):
        return {"from": "MAILER-DAEMON"}
    return _wording(envelope) | _return_path(envelope) | _submitted(envelope.signs)


def _automatic(envelope: Envelope) -> dict[str, str]:
    signs = envelope.signs
    submitted = _submitted(signs)
    if submitted:
        return submitted | _wording(envelope) | _return_path(envelope)
    if mark := automatic_mark(signs):
        return {mark[0].title.lower(): mark[1]} | _wording(envelope)
    suppresses = suppresses_replies(signs.get("x-auto-response-suppress", ""))
    kept = {"x-auto-response-suppress": "All"} if suppresses else {}
    return kept | _precedence(signs) | _wording(envelope) | _return_path(envelope)


def _list(signs: Mapping[str, str]) -> dict[str, str]:
    kept = _precedence(signs)
    ids = list_ids(signs.get("list-id", ""))
    if ids:
        kept["list-id"] = "\n".join(f"<{each}>" for each in ids)
    post = signs.get("list-post", "").strip()
    if post:
        domain = post_domain(post)
        kept["list-post"] = "NO" if takes_no_posts(post) else f"<mailto:post@{domain}>" if domain else "<>"
    unsubscribe = signs.get("list-unsubscribe", "").strip()
    if unsubscribe:
        kept["list-unsubscribe"] = unsubscribed_at(unsubscribe) or "<>"
    for name, domains in older_list_domains(signs).items():
        owner = "owner-list" if name == "sender" else "list"
        kept[name] = " ".join(f"{owner}@{domain}" for domain in domains) or "<>"
    return kept


def _null_path(envelope: Envelope) -> dict[str, str]:
    kept = _return_path(envelope)
    return kept | _wording(envelope) if kept else kept


def _person(envelope: Envelope) -> dict[str, str]:
    """An out-of-office prefix that did not decide, and what kept it from deciding."""
    signs = envelope.signs
    away = subjects.away_wording(envelope)
    if away is None:
        return {}
    kept = {subjects.PSEUDO_SIGN: str(away)}
    if keyword(signs.get("auto-submitted", "")) == "no":
        return kept | {"auto-submitted": "no"}
    types = media_types(signs.get("content-type", ""))
    personal = any(media_type in PERSONAL_STRUCTURES for media_type, _ in types)
    return kept | {"content-type": "multipart/mixed"} if personal else kept


def _wording(envelope: Envelope) -> dict[str, str]:
    """Of bounces; elsewhere that a subject speaks of returned mail has decided nothing, and may not
    later."""
    wording = subjects.wording_of(envelope)
    if wording is None or (wording.kind == subjects.BOUNCE and bounce(envelope) is None):
        return {}
    return {subjects.PSEUDO_SIGN: str(wording)}


def _return_path(envelope: Envelope) -> dict[str, str]:
    return {"return-path": "<>"} if has_null_return_path(envelope) else {}


def _submitted(signs: Mapping[str, str]) -> dict[str, str]:
    word = auto_submitted(signs.get("auto-submitted", ""))
    return {"auto-submitted": word[:30]} if word else {}


def _precedence(signs: Mapping[str, str]) -> dict[str, str]:
    title, word = precedence(signs)
    return {title.lower(): word} if word else {}
