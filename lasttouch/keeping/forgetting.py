"""`contacts forget`: gone for good, and kept out for good.

The hashes of who was erased stand in the database and in a small file beside it, so that neither a later
sync nor a restored backup brings anybody back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from activity.errors import NotPermitted
from lasttouch.keeping.agent import Agent
from lasttouch.keeping.forgotten import Forgotten, remember_beside
from lasttouch.keeping.learning import relearn
from lasttouch.keeping.listing import held_alone
from lasttouch.keeping.meetings import correct_titles
from lasttouch.keeping.rematching import rematch
from lasttouch.keeping.whose import changeable
from matchers.canonical import canonical
from matchers.never_log import NeverLog
from store import (
    audiences,
    bounces,
    contacts,
    conversations,
    deeds,
    forgetting,
    held_words,
    holding,
    ingest,
    mailings,
    own_erasing,
    own_words,
    settings,
    threads,
    tokens,
    touches,
)  # fmt: skip
from store.accounts import accounts_known, names_of, user_of
from store.erased import remember
from store.forgetting import Erased
from store.mentions import named_within
from store.transactions import writing


def insist_on_erasable(agent: Agent, contact_ids: Sequence[int]) -> None:
    """Raises NotPermitted for a user to whom whoever is meant does not belong."""
    if agent.user_id:
        theirs = changeable(agent.log, contact_ids, agent.holding._replace(keeps_the_list=False))
        if not contact_ids or theirs != set(contact_ids):
            raise NotPermitted(
                "whoever is not yours is erased by an administrator, who says why",
                "an administrator runs: lasttouch contacts forget ADDRESS --reason TEXT",
            )


def forget(agent: Agent, contact_ids: Sequence[int], emails: Sequence[str], reason: str = "") -> Erased:
    """Erase contacts and addresses, in every spelling that reaches the same mailbox, with every trace of them.

    A user whose own contact it is erases it from their own accounts: what colleagues hold is theirs, and shows in
    nothing that is told. That it was done, by whom and for what `reason`, is kept; of whom it was done is not.
    """
    is_by_user = agent.seen.scope.viewer is not None
    if is_by_user and holding.holders(agent.log, contact_ids):
        told, done = _forget_own(agent, contact_ids, emails)
    else:
        named = {*emails, *(forgetting.emails_of(agent.log, contact_ids) if contact_ids else ())}
        seen = _told(agent, contact_ids, emails) if is_by_user else None
        known = agent.forgotten
        hashes = {known.hash(canonical(email)) for email in named}
        forgotten = Forgotten(known.key, known.hashes | hashes)
        remember_beside(agent.loaded.database, forgotten)
        done = _erase(agent, forgotten, named, contact_ids)
        told = seen or done
    detail = {"reason": reason, "emails": done.emails, "deleted": done.deleted, "struck": len(done.struck)}
    with writing(agent.connection):
        deeds.record(agent.connection, agent.clock(), agent.user_id, "forget", detail)
    return told


def _emails_seen(agent: Agent, contact_ids: Sequence[int], emails: Sequence[str]) -> list[str]:
    """The addresses by which whoever asks knows these contacts, in every spelling that they have seen."""
    named = {*emails, *forgetting.emails_of(agent.seen, contact_ids)}
    return sorted({*named, *forgetting.spellings(agent.seen, sorted(map(canonical, named)))})


def _told(
    agent: Agent, contact_ids: Sequence[int], emails: Sequence[str], within: Collection[int] | None = None
) -> Erased:
    """What whoever asks may know of what is erased, of all that they see or of these activities."""
    named = _emails_seen(agent, contact_ids, emails)
    ids = forgetting.addresses_of(agent.seen, named)
    found = forgetting.activities_with(agent.seen, ids)
    theirs, struck = forgetting.theirs_and_others(agent.seen, ids, found if within is None else found & set(within))
    return Erased(len(named), len(theirs), struck)


def _forget_own(agent: Agent, contact_ids: Sequence[int], emails: Sequence[str]) -> tuple[Erased, Erased]:
    """What is told, and what was done."""
    named, names = _emails_seen(agent, contact_ids, emails), forgetting.names_of(agent.seen, contact_ids)
    own, known = agent.holding.own, agent.forgotten
    told = _told(agent, contact_ids, emails, own_erasing.activities_held(agent.log, own, named))
    accounts = names_of(agent.log, own)
    hashes = {one for email in named for one in known.hashes_of(canonical(email), accounts)}
    forgotten = Forgotten(known.key, known.hashes | hashes)
    remember_beside(agent.loaded.database, forgotten)
    agent.forgotten = forgotten
    with writing(agent.connection):
        remember(agent.connection, forgotten.hashes)
        done = _erase_from(agent, own, agent.user_id, named, names, contact_ids)
    _shred(agent)
    return told, done


def _erase_from(
    agent: Agent,
    own: frozenset[int],
    user_id: int | None,
    emails: Sequence[str],
    names: Sequence[str],
    contact_ids: Sequence[int],
) -> Erased:
    """From these accounts alone, and from what their user says, if they have one; within the caller's transaction."""
    connection = agent.connection
    if user_id is not None:
        tokens.forget(connection, emails, names, user_id)
    rewrite = _redaction(agent, names, agent.kept_out(names_of(agent.log, own)))
    gone, unclaimed = held_alone(agent, contact_ids, own)
    canonicals = {*unclaimed, *contacts.canonicals_of(agent.log, gone), *map(canonical, emails)}
    forgetting.forget_contacts(connection, gone)
    forgetting.forget_contacts(connection, own_erasing.strike_words(connection, own, emails))
    forgetting.rewrite_objects(connection, emails, names, rewrite, own_erasing.places_of(connection, own))
    erased = own_erasing.erase_from(connection, own, emails, names)
    rematch(agent, [], canonicals)
    if user_id is not None:
        own_words.erase(connection, user_id, emails, contact_ids)
    _derive_what_is_left(agent, erased.struck)
    return erased


def erase_again(agent: Agent) -> None:
    """After a backup was restored: whoever was erased since it was made is erased from it too."""
    _erase(agent, agent.forgotten)
    accounts = {account.name: account.id for account in accounts_known(agent.log)}
    for name in agent.forgotten.erased_from(accounts):
        own, user_id = frozenset([accounts[name]]), user_of(agent.log, accounts[name])
        emails = [*filter(agent.forgotten.within([name]), forgetting.known_emails(agent.log))]
        if emails:
            with writing(agent.connection):
                contact_ids = held_words.listed_with(agent.log, accounts[name], emails)
                names = forgetting.names_of(agent.log, contact_ids)
                _erase_from(agent, own, user_id, emails, names, contact_ids)
            _shred(agent)


def obey_rules(agent: Agent) -> Erased:
    """Erase from the log what the never_log rules forbid now and did not before; within the caller's transaction.

    Contacts without any other address go as well; whoever has one loses those that are forbidden.
    """
    forbidden = [email for email in forgetting.known_emails(agent.log) if agent.never_log(email)]
    contact_ids = forgetting.contacts_within(agent.log, forbidden)
    erased = forgetting.erase_activities(agent.connection, forbidden)
    forgetting.strike_from_contacts(agent.connection, forbidden, contact_ids)
    if forbidden:
        forgetting.rewrite_objects(agent.connection, forbidden, [], _redaction(agent, [], agent.never_log))
    ingest.rejudge(agent.connection, {*erased.struck, *bounces.all_concerned(agent.log)}, agent.judge)
    return erased


def _erase(agent: Agent, forgotten: Forgotten, named: Iterable[str] = (), contact_ids: Sequence[int] = ()) -> Erased:
    """Whoever is forgotten, and these contacts, with those that have no other address than a forgotten one."""
    agent.forgotten = forgotten
    emails = sorted({*named, *filter(forgotten, forgetting.known_emails(agent.log))})
    contact_ids = sorted({*contact_ids, *forgetting.contacts_within(agent.log, emails)})
    with writing(agent.connection):
        settings.write(agent.connection, settings.KEY, forgotten.key.hex())
        remember(agent.connection, forgotten.hashes)
        names = forgetting.names_of(agent.log, contact_ids)
        erased = forgetting.erase(agent.connection, emails, contact_ids)
        forgetting.rewrite_objects(agent.connection, emails, names, _redaction(agent, names, agent.never_log))
        tokens.forget(agent.connection, emails, names)
        _derive_what_is_left(agent, erased.struck)
    _shred(agent)
    return erased


def _derive_what_is_left(agent: Agent, struck: Sequence[int]) -> None:
    mailed = mailings.correct(agent.connection)  # who was erased is none of those a mailing went to
    returned = bounces.all_concerned(agent.log)  # a bounce may have named what is erased
    ingest.rejudge(agent.connection, {*struck, *mailed, *returned}, agent.judge)
    moved = conversations.replace_all(agent.connection)  # whom mail may answer depends on who has a part in both
    touches.forget_touches(agent.connection, moved.messages)
    threads.settle(agent.connection, moved.conversations)
    relearn(agent.connection, agent.clock())  # nor does what was learned tell of them
    correct_titles(agent)
    touches.refresh(agent.connection, agent.clock())


def _shred(agent: Agent) -> None:
    forgetting.shred(agent.connection)
    audiences.discard_all(agent.loaded.database)  # nor do the dates that others derived from it


def _redaction(agent: Agent, names: Sequence[str], never_log: NeverLog) -> Callable[[str], str]:
    from capture.calendar.redaction import redacted  # noqa: PLC0415 - only when somebody is erased

    folded = [name.casefold() for name in names]

    def rewrite(text: str) -> str:
        keep_subjects = agent.config.store_subjects and not named_within(text, folded)
        return redacted(text, never_log, keep_subjects)

    return rewrite
