"""List posts and bulk mail (RFC 2919, RFC 2369, RFC 8058), told from the mail of our own groups."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from activity.envelope import Envelope
from activity.verdict import Verdict
from matchers.policy import Policy
from matchers.verdicts.header_values import fields, keyword, precedence, without_comments
from matchers.verdicts.wording import header

# A sign that is no header and never stored: what the message replies to is one of us's to whoever wrote it.
ANSWERS_US = "x-lasttouch-answers-us"
_LONGEST_DOMAIN = 48
_BRACKETED = re.compile(r"<([^<>]*)>")
_NOT_IN_ID = re.compile(r"[^\w.@+=/:~-]+")
_OLDER = {
    "mailing-list": "Mailing-List", "x-mailing-list": "X-Mailing-List", "x-mailinglist": "X-MailingList",
    "x-beenthere": "X-BeenThere",
}  # fmt: skip
_ANY_OLDER = frozenset((*_OLDER, "sender"))
_DOMAIN = re.compile(r"@([a-z0-9][a-z0-9.-]{1,253})")
_OWNER = re.compile(r"(?<![\w.+-])(?:owner-[\w.+-]{1,100}|[\w.+-]{1,100}-owner)@[\w.-]{1,253}")
_UNSUBSCRIBE = re.compile(
    r"(?:(https?://)(?:[^\s<>,?/@]*@)?|(mailto:)[^\s<>,?@]*@)([a-z0-9.-]++)(?![^\x00-\x7f])", re.ASCII | re.IGNORECASE
)
_MAILTO = re.compile(r"mailto:[^@\s<>?]{0,200}@([\w.-]{1,253})")


def list_mail(envelope: Envelope, policy: Policy) -> Verdict | None:
    """A post to a list, or mail sent in bulk; None for a message to one of our own groups."""
    signs = envelope.signs
    if _is_one_to_one(envelope, policy):
        return None
    if not own_group(signs, policy) or _own_newsletter(envelope, policy):
        verdict = _foreign_list(signs)
        if verdict:
            return verdict
    title, word = precedence(signs)
    if word in {"bulk", "junk"}:
        return Verdict("bulk", header(title, signs[title.lower()]))
    return _older_list(signs, policy)


def _is_one_to_one(envelope: Envelope, policy: Policy) -> bool:
    """Tracked mail of one person to one of us: it may be unsubscribed from, yet answers a message of ours, as the log
    knows, and says nothing else of a list."""
    signs = envelope.signs
    if ANSWERS_US not in signs or "list-unsubscribe" not in signs:
        return False
    recipients = [*envelope.to, *envelope.cc, *envelope.bcc]
    alone = len({one.email for one in recipients}) == 1 and policy.is_self(recipients[0].email)
    others = list_ids(signs.get("list-id", "")) or signs.get("list-post", "").strip() or precedence(signs)[1]
    return alone and not others and not older_list_domains(signs)


def own_group(signs: Mapping[str, str], policy: Policy) -> bool:
    """Is the only list that this message came through at one of our own domains?"""
    ids = list_ids(signs.get("list-id", ""))
    internal = [policy.is_internal_domain(each) for each in ids]
    if len(ids) > 1:
        return all(internal)
    if any(internal) or policy.is_internal_domain(post_domain(signs.get("list-post", ""))):
        return True
    older = older_list_domains(signs).values()
    return bool(older) and all(_are_ours(domains, policy) for domains in older)


def _are_ours(domains: list[str], policy: Policy) -> bool:
    return bool(domains) and all(map(policy.is_internal_domain, domains))


def _own_newsletter(envelope: Envelope, policy: Policy) -> bool:
    """Did one of us send it to a list that one may leave, but not write to?"""
    signs = envelope.signs
    post = signs.get("list-post", "").strip()
    announces = bool(signs.get("list-unsubscribe", "").strip()) and (not post or takes_no_posts(post))
    return announces and any(policy.is_self(sender.email) for sender in envelope.from_)


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


def unsubscribed_at(value: str) -> str:
    """Where List-Unsubscribe (RFC 2369 §3.2) leads, "https://shop.example" or "mailto:…@shop.example", without what
    names the recipient; "" where it holds neither."""
    found = _UNSUBSCRIBE.search(value[:1000])
    if found is None:
        return ""
    host = _last_labels(found[3].lower())
    return f"{found[1].lower()}{host}" if found[1] else f"mailto:…@{host}"


def takes_no_posts(value: str) -> bool:
    """Is it an announcement list, "List-Post: NO" (RFC 2369 §3.4)?"""
    return keyword(value) == "no" and "<" not in value[:1000]


def older_list_domains(signs: Mapping[str, str]) -> dict[str, list[str]]:
    """The headers of lists that know no RFC 2919 (ezmlm, Yahoo, fml, Majordomo), with the domains they name; none
    where List-Id or List-Post tells more."""
    found: dict[str, list[str]] = {}
    if _ANY_OLDER.isdisjoint(signs) or list_ids(signs.get("list-id", "")) or signs.get("list-post", "").strip():
        return found
    for name in _OLDER:
        if value := signs.get(name, "").strip():
            found[name] = list(dict.fromkeys(map(_last_labels, _DOMAIN.findall(value[:1000].lower()))))[:2]
    if owner := list_owner(signs.get("sender", "")):
        found["sender"] = [_last_labels(owner.rpartition("@")[2])]
    return found


@lru_cache(maxsize=1024)
def list_owner(sender: str) -> str:
    """The address in Sender by which a list gets its bounces ("owner-users@…", Majordomo), "" for any other."""
    found = _OWNER.search(sender[:500].lower()) if "owner" in sender[:500].lower() else None
    return found[0] if found else ""


def _older_list(signs: Mapping[str, str], policy: Policy) -> Verdict | None:
    for name, domains in older_list_domains(signs).items():
        if not _are_ours(domains, policy):
            return Verdict("list", header(_OLDER.get(name, "Sender"), signs[name]))
    return None


def _foreign_list(signs: Mapping[str, str]) -> Verdict | None:
    post = signs.get("list-post", "").strip()
    if post and not takes_no_posts(post):
        name, value = ("List-Id", signs["list-id"]) if signs.get("list-id") else ("List-Post", post)
        return Verdict("list", header(name, value))
    title, word = precedence(signs)
    if word == "list":
        return Verdict("list", header(title, signs[title.lower()]))
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
