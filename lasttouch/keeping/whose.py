"""Whose contacts they are: of the list that all share, or of whose address book, mail or word they come from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from activity.errors import NotPermitted
from store import held_words, holding, viewers
from store.log import Log
from store.said import ONE_KEEPER
from store.viewers import User

if TYPE_CHECKING:
    from activity.contact import ContactEntry


class Holding(NamedTuple):
    """Who lists contacts, and to whom those belong that are new by it: to these `accounts`, or to the list.

    `own` are the accounts whose contacts are theirs to change, `names` as they are called as owners. Who
    `keeps_the_list` may change everybody who is seen.
    """

    accounts: tuple[int, ...] = ()
    user_id: int = ONE_KEEPER
    own: frozenset[int] = frozenset()
    names: frozenset[str] = frozenset()
    keeps_the_list: bool = True


OF_THE_LIST = Holding()


def of_user(log: Log, user: User) -> Holding:
    """A steward adds to the list, whoever else to the first of their own accounts."""
    own = viewers.own_accounts(log, user.id)
    names = frozenset({user.name, *viewers.owners_of(log, own)})
    if user.role == "steward":
        return Holding((), user.id, frozenset(own), names)
    return Holding(tuple(own[:1]), user.id, frozenset(own), names, keeps_the_list=False)


def of_account(log: Log, name: str) -> Holding:
    """What an account's address book shows is its own, where the account is somebody's."""
    account_id = viewers.account_named(log, name)
    users = holding.of_somebody(log)
    if account_id not in users:
        return OF_THE_LIST
    names = frozenset(viewers.owners_of(log, [account_id]))
    own = frozenset([account_id])
    return Holding((account_id,), users[account_id] or ONE_KEEPER, own, names, keeps_the_list=False)


def changeable(log: Log, contact_ids: Collection[int], of: Holding) -> set[int]:
    """Those of these contacts that are theirs to change: held by them, or of the list and owned by them."""
    if of.keeps_the_list:
        return set(contact_ids)
    held, owned = holding.holders(log, contact_ids), holding.listed_owners(log, contact_ids)
    return {one for one in contact_ids if (held[one] & of.own if one in held else owned.get(one) in of.names)}


def insist_on_changeable(log: Log, contact_ids: Collection[int], of: Holding) -> None:
    """Raises NotPermitted where one of them is not theirs to change."""
    if set(contact_ids) - changeable(log, contact_ids, of):
        raise NotPermitted("this contact is not yours to change", "whose it is may, and whoever keeps the list")


def insist_on_the_list(of: Holding) -> None:
    """Raises NotPermitted for who may not change what all share."""
    if not of.keeps_the_list:
        raise NotPermitted("companies are of the list that all share", "whoever keeps the list may add them")


def insist_on_an_account(of: Holding) -> None:
    """Raises NotPermitted for a user with whose account no contact could be."""
    if not of.accounts and not of.keeps_the_list:
        raise NotPermitted("you have no account here whose contact it could be", "whoever keeps the list may add them")


def with_own_keys(log: Log, entries: Sequence[ContactEntry], of: Holding) -> list[ContactEntry]:
    """By the key of a file's record each holder knows somebody of their own: what another's file calls so is not meant.

    Keys of the list, and those that stand for somebody who is theirs alone, are as the file has them.
    """
    from store import contact_changes  # noqa: PLC0415 - where contacts change

    known = contact_changes.contacts_with_keys(log, [entry.key for entry in entries if entry.key])
    held = holding.holders(log, known.values())
    plain = {key for key, one in known.items() if one not in held or held[one] <= of.own}
    return [
        replace(entry, key=holding.own_key(of.accounts[0], entry.key))
        if entry.key and entry.key not in plain
        else entry
        for entry in entries
    ]


def is_theirs(log: Log, contact_id: int, of: Holding) -> bool:
    """May what they list change this contact, since it is of the list that they keep, or theirs and no other's?"""
    held = holding.holders(log, [contact_id]).get(contact_id, set())
    if of.keeps_the_list:
        return not held
    return held <= of.own and contact_id in changeable(log, [contact_id], of)


class Meant(NamedTuple):
    """Whom an entry means that is listed by a holder.

    `of_the_list`: a contact of the list that is not theirs to change, and stays as the list has it. `held`: one that
    others hold, whom they call by words of their own. Else it is new, or theirs alone; `foreign` are those of its
    addresses that somebody whom they do not hold has.
    """

    of_the_list: int | None = None
    held: int | None = None
    foreign: frozenset[str] = frozenset()


def meant_by(log: Log, entries: Sequence[ContactEntry], of: Holding) -> list[Meant]:
    """Whom each of these entries means, for who does not keep the list."""
    from store import contact_changes, contacts  # noqa: PLC0415 - where contacts change

    emails = sorted({email for entry in entries for email in entry.emails})
    known: dict[str, set[int]] = {}
    for email, contact_id in contacts.with_addresses(log, emails):
        known.setdefault(email, set()).add(contact_id)
    keys = contact_changes.contacts_with_keys(log, [entry.key for entry in entries if entry.key])
    every = {one for ids in known.values() for one in ids} | set(keys.values())
    theirs, held = changeable(log, every, of), holding.holders(log, every)
    shared = {one for one in held if held[one] - of.own or held_words.own_words_of(log, one)}
    found = []
    for entry in entries:
        meant = {one for email in entry.emails for one in known.get(email, ())}
        if entry.key in keys and (keys[entry.key] in theirs or keys[entry.key] not in held):
            meant.add(keys[entry.key])
        alone, listed = meant & theirs - shared, meant - theirs - held.keys()
        foreign = frozenset(email for email in entry.emails if known.get(email, set()) & shared)
        if alone or not meant:
            found.append(Meant(foreign=foreign))
        elif listed and not meant & theirs:
            found.append(Meant(of_the_list=min(listed)))
        else:
            found.append(Meant(held=min(meant & theirs, default=min(meant))))
    return found
