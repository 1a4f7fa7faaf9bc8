"""Whom words mean, as somebody typed them. Nobody is NotFound, with the names that are near."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from activity.address import normalise
from activity.errors import NotFound, UsageError
from store.choosing import at_companies, of_owner, owners_like
from store.finding import company_calls, find_activity, find_contacts, is_called, near_names
from store.log import Log
from store.people import Person, is_anybody_listed, people

NO_CONTACTS = (
    "No contacts yet. Add some: lasttouch contacts import FILE.csv; or make contacts of the people you exchange with:"
    " lasttouch contacts add --all-two-way (see lasttouch unmatched)."
)
SEVERAL_SHOWN = 10


def chosen(
    log: Log,
    who: str = "",
    owner: str | None = None,
    company: str | None = None,
    tag: str | None = None,
) -> list[int] | None:
    """The ids of the contacts that these words leave; None for everybody."""
    left: set[int] | None = None
    if who:
        left = set(contacts_named(log, who))
    if company is not None:
        left = _both(left, at_companies(log, companies_named(log, company)))
    if owner is not None:
        left = _both(left, of_owner(log, owner_named(log, owner)))
    if tag is not None:
        left = _both(left, _tagged(log, tag))
    return None if left is None else sorted(left)


def _tagged(log: Log, tag: str) -> set[int]:
    from store.tags import all_tags, with_tag  # noqa: PLC0415 - few ask for a tag

    found = with_tag(log, tag)
    if not found:
        known = ", ".join(all_tags(log))
        raise NotFound(f"nobody has the tag {tag!r}", f"tags are: {known or 'none yet; see: lasttouch contacts edit'}")
    return found


def without_ignored(log: Log, found: Sequence[Person]) -> list[Person]:
    """What a list shows of them: who is ignored is shown when asked for by name."""
    from store import said  # noqa: PLC0415 - whoever is named is shown

    ignored = said.ignored(log, [one.id for one in found])
    return [one for one in found if one.id not in ignored]


def contacts_named(log: Log, who: str) -> list[int]:
    """The contacts that `who` means, one at least."""
    ids = find_contacts(log, who)
    if not ids:
        raise no_contact(log, who)
    return ids


def one_contact(log: Log, who: str, now: datetime) -> int:
    """The one contact that `who` means; where it could be several, they are named in the error."""
    ids = contacts_named(log, who)
    if len(ids) > 1:
        raise several(log, who, ids, now)
    return ids[0]


def company_or_contact(log: Log, who: str, now: datetime) -> tuple[bool, int]:
    """Whether a company is meant, and its or the contact's id: whoever has this very name, else a
    contact."""
    from store.companies import company_ids  # noqa: PLC0415 - contacts are asked for more often

    companies = company_ids(log, who)
    ids = find_contacts(log, who)
    is_contact = len(ids) == 1 and (
        is_called(log, ids[0], who) or not any(who.casefold() in company_calls(log, one) for one in companies)
    )
    if len(companies) == 1 and not is_contact:
        return True, companies[0]
    return False, one_contact(log, who, now)


def contact_or_address(log: Log, who: str, now: datetime) -> tuple[list[int], list[str]]:
    """The contact that is meant, or the bare address; an address may be erased before it was ever
    seen."""
    address = normalise(who)
    ids = find_contacts(log, who) if address else contacts_named(log, who)
    if len(ids) > 1:
        raise several(log, who, ids, now)
    return ids, [address] if address else []


def several(log: Log, who: str, ids: list[int], now: datetime) -> UsageError:
    """Who is meant is asked back, with everybody it could be."""
    found = sorted(people(log, now, ids[:SEVERAL_SHOWN]), key=lambda one: one.name.casefold())
    lines = [f"{who!r} is {len(ids)} contacts:", *(f"  {shown(one)}" for one in found)]
    if len(ids) > SEVERAL_SHOWN:
        lines.append(f"  and {len(ids) - SEVERAL_SHOWN} more")
    return UsageError("\n".join(lines), "name one by its address or its id, such as '#7'")


def shown(one: Person) -> str:
    """ "#7 Bob Stone <bob@globex.example, bob@home.example>" """
    return f"#{one.id} {one.name} <{', '.join(one.emails)}>"


def is_contact(log: Log, who: str) -> bool:
    """Does `who` mean anybody who is listed?"""
    return bool(find_contacts(log, who))


def contact_name(log: Log, contact_id: int) -> str:
    from store.contacts import name_of_contact  # noqa: PLC0415 - brings in what writes contacts

    return name_of_contact(log, contact_id)


def company_name(log: Log, company_id: int) -> str:
    from store.companies import company_names  # noqa: PLC0415 - contacts are asked for more often

    (name,) = company_names(log, [company_id])
    return name


def activity_meant(log: Log, what: str) -> int | None:
    """The activity that is meant by its id or Message-ID; None where somebody is.

    Raises NotFound.
    """
    if not what.isdecimal() and not what.startswith("<"):
        return None
    activity_id = find_activity(log, what)
    if activity_id is None:
        raise NotFound(f"there is no activity {what}", "ids are shown by: lasttouch log; a contact's id is #7")
    return activity_id


def companies_named(log: Log, company: str) -> list[int]:
    """The companies that `company` means, one at least."""
    from store.companies import company_ids  # noqa: PLC0415 - contacts are asked for more often

    ids = company_ids(log, company)
    if not ids:
        near = near_names(log, company, companies_only=True)
        raise _nothing_named(company, "company", near, "see: lasttouch companies list")
    return ids


def owner_named(log: Log, owner: str) -> str:
    """The one colleague that is meant: by an account's name, a whole name, an address or a part of
    a name."""
    from store.accounts import accounts_meant  # noqa: PLC0415 - few ask for an owner

    accounts = list(dict.fromkeys(one.owner for one in accounts_meant(log, owner)))
    fitting = accounts if len(accounts) == 1 else owners_like(log, owner)
    if len(fitting) == 1:
        return fitting[0]
    if not fitting:
        everybody = owners_like(log, "")
        raise NotFound(f"{owner!r} is none of us", f"owners are: {', '.join(everybody) or 'nobody yet'}")
    raise UsageError(f"{owner!r} is more than one colleague", f"give one of: {', '.join(fitting)}")


def no_contact(log: Log, who: str) -> NotFound:
    near = near_names(log, who)
    return _nothing_named(who, "contact", near, told_of_none(log, "see: lasttouch contacts list"))


def told_of_none(log: Log, said: str) -> str:
    """What is said where nobody was found: that nobody is listed yet, if that is why."""
    return said if is_anybody_listed(log) else NO_CONTACTS


def _nothing_named(words: str, kind: str, near: Sequence[str], hint: str) -> NotFound:
    return NotFound(f"there is no {kind} {words!r}", f"did you mean {', '.join(near)}?" if near else hint)


def _both(left: set[int] | None, right: set[int]) -> set[int]:
    return right if left is None else left & right
