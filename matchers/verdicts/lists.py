"""List posts and bulk mail (RFC 2919, RFC 2369, RFC 8058), told from the mail of our own groups."""

from __future__ import annotations

import re
from collections.abc import Mapping

from activity.envelope import Envelope
from activity.verdict import Verdict
from matchers.house import House
from matchers.verdicts.header_values import fields, keyword, without_comments
from matchers.verdicts.wording import header

_LONGEST_DOMAIN = 48
_BRACKETED = re.compile(r"<([^<>]*)>")
_NOT_IN_ID = re.compile(r"[^\w.@+=/:~-]+")
_MAILTO = re.compile(r"mailto:[^@\s<>?]{0,200}@([\w.-]{1,253})")


def list_mail(envelope: Envelope, house: House) -> Verdict | None:
    """A post to a list, or mail sent in bulk; None for a message to one of our own groups."""
    signs = envelope.signs
    precedence = keyword(signs.get("precedence", ""))
    if not own_group(signs, house) or _own_newsletter(envelope, house):
        verdict = _foreign_list(signs, precedence)
        if verdict:
            return verdict
    if precedence in {"bulk", "junk"}:
        return Verdict("bulk", header("Precedence", signs["precedence"]))
    return None


def own_group(signs: Mapping[str, str], house: House) -> bool:
    """Is the only list that this message came through at one of our own domains?"""
    ids = list_ids(signs.get("list-id", ""))
    internal = [house.is_internal_domain(each) for each in ids]
    if len(ids) > 1:
        return all(internal)
    return any(internal) or house.is_internal_domain(post_domain(signs.get("list-post", "")))


def _own_newsletter(envelope: Envelope, house: House) -> bool:
    """Did one of us send it to a list that one may leave, but not write to?"""
    signs = envelope.signs
    post = signs.get("list-post", "").strip()
    announces = bool(signs.get("list-unsubscribe", "").strip()) and (not post or takes_no_posts(post))
    return announces and any(house.is_self(sender.email) for sender in envelope.from_)


def has_list_headers(signs: Mapping[str, str]) -> bool:
    """Does it say anything of a list (RFC 2919, RFC 2369), ours or another's?"""
    named = signs.get("list-post", "").strip() or signs.get("list-unsubscribe", "").strip()
    return bool(named or list_ids(signs.get("list-id", "")))


def list_ids(value: str) -> list[str]:
    """The identifiers of List-Id fields (RFC 2919 §3), lower case; of a long one its last labels."""
    ids: list[str] = []
    for field in fields(value)[:2] if value else ():
        text = without_comments(field)
        bracketed = _BRACKETED.findall(text)
        identifier = _NOT_IN_ID.sub("", (bracketed[-1] if bracketed else text).lower()).strip(".")
        if identifier:
            ids.append(_last_labels(identifier))
    return ids


def post_domain(value: str) -> str:
    """The domain of the first mailto address in List-Post (RFC 2369 §3.4), "" if there is none."""
    found = _MAILTO.search(value[:1000].lower()) if value else None
    return _last_labels(found[1]) if found else ""


def takes_no_posts(value: str) -> bool:
    """Is it an announcement list, "List-Post: NO" (RFC 2369 §3.4)?"""
    return keyword(value) == "no" and "<" not in value[:1000]


def _foreign_list(signs: Mapping[str, str], precedence: str) -> Verdict | None:
    post = signs.get("list-post", "").strip()
    if post and not takes_no_posts(post):
        name, value = ("List-Id", signs["list-id"]) if signs.get("list-id") else ("List-Post", post)
        return Verdict("list", header(name, value))
    if precedence == "list":
        return Verdict("list", header("Precedence", signs["precedence"]))
    unsubscribe = signs.get("list-unsubscribe", "").strip()
    if unsubscribe:
        return Verdict("bulk", header("List-Unsubscribe", unsubscribe))
    if post:
        return Verdict("bulk", header("List-Post", post))
    return Verdict("list", header("List-Id", signs["list-id"])) if list_ids(signs.get("list-id", "")) else None


def _last_labels(domain: str) -> str:
    if len(domain) <= _LONGEST_DOMAIN:
        return domain
    tail = domain[-_LONGEST_DOMAIN:]
    return tail.partition(".")[2].lstrip(".") or tail
