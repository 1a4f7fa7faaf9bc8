"""`contacts forget`: gone for good, and kept out for good.

The hashes of who was erased stand in the database and in a small file beside it, so that neither a later
sync nor a restored backup brings anybody back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from activity.errors import NotPermitted
from lasttouch.keeping.agent import Agent
from lasttouch.keeping.forgotten import KEY, Forgotten, remember_beside
from lasttouch.keeping.learning import relearn
from lasttouch.keeping.meetings import correct_titles
from lasttouch.keeping.whose import changeable
from matchers.canonical import canonical
from store import audiences, bounces, deeds, forgetting, holding, ingest, mailings, settings, tokens, touches
from store.database import writing
from store.erased import remember
from store.forgetting import Erased
from store.mentions import named_within


def insist_on_erasable(agent: Agent, contact_ids: Sequence[int]) -> None:
    """Raises NotPermitted for a user to whom whoever is meant does not belong, and to them alone.

    What is erased is erased from colleagues' mail as well.
    """
    if agent.user_id:
        held = holding.holders(agent.log, contact_ids)
        theirs = changeable(agent.log, contact_ids, agent.holding._replace(keeps_the_list=False))
        if not contact_ids or theirs != set(contact_ids) or any(held.get(i, set()) - agent.holding.own for i in theirs):
            raise NotPermitted(
                "whoever is not yours alone is erased by an administrator, who says why",
                "an administrator runs: lasttouch contacts forget ADDRESS --reason TEXT",
            )


def forget(agent: Agent, contact_ids: Sequence[int], emails: Sequence[str], reason: str = "") -> Erased:
    """Erase contacts and addresses, in every spelling that reaches the same mailbox, with every trace of them.

    That it was done, by whom and for what `reason`, is kept; of whom it was done is not.
    """
    named = {*emails, *(forgetting.emails_of(agent.log, contact_ids) if contact_ids else ())}
    known = agent.forgotten
    forgotten = Forgotten(known.key, known.hashes | {known.hash(canonical(email)) for email in named})
    remember_beside(agent.loaded.database, forgotten)
    erased = _erase(agent, forgotten, named, contact_ids)
    detail = {"reason": reason, "emails": erased.emails, "deleted": erased.deleted, "struck": len(erased.struck)}
    with writing(agent.connection):
        deeds.record(agent.connection, agent.clock(), agent.user_id, "forget", detail)
    return erased


def erase_again(agent: Agent) -> None:
    """After a backup was restored: whoever was erased since it was made is erased from it too."""
    _erase(agent, agent.forgotten)


def obey_rules(agent: Agent) -> Erased:
    """Erase from the log what the never_log rules forbid now and did not before; within the caller's transaction.

    Contacts without any other address go as well; whoever has one loses those that are forbidden.
    """
    forbidden = [email for email in forgetting.known_emails(agent.log) if agent.never_log(email)]
    contact_ids = forgetting.contacts_within(agent.log, forbidden)
    erased = forgetting.erase_activities(agent.connection, forbidden)
    forgetting.strike_from_contacts(agent.connection, forbidden, contact_ids)
    if forbidden:
        forgetting.rewrite_objects(agent.connection, forbidden, [], _redaction(agent, []))
    ingest.rejudge(agent.connection, {*erased.struck, *bounces.all_concerned(agent.log)}, agent.judge)
    return erased


def _erase(agent: Agent, forgotten: Forgotten, named: Iterable[str] = (), contact_ids: Sequence[int] = ()) -> Erased:
    """Whoever is forgotten, and these contacts, with those that have no other address than a forgotten one."""
    agent.forgotten = forgotten
    emails = sorted({*named, *filter(forgotten, forgetting.known_emails(agent.log))})
    contact_ids = sorted({*contact_ids, *forgetting.contacts_within(agent.log, emails)})
    with writing(agent.connection):
        settings.write(agent.connection, KEY, forgotten.key.hex())
        remember(agent.connection, forgotten.hashes)
        names = forgetting.names_of(agent.log, contact_ids)
        erased = forgetting.erase(agent.connection, emails, contact_ids)
        forgetting.rewrite_objects(agent.connection, emails, names, _redaction(agent, names))
        tokens.forget(agent.connection, emails, names)
        mailings.correct(agent.connection)  # who was erased is none of those a mailing went to
        returned = bounces.all_concerned(agent.log)  # a bounce may have named what is erased
        ingest.rejudge(agent.connection, {*erased.struck, *mailings.members(agent.log), *returned}, agent.judge)
        relearn(agent.connection, agent.clock())  # nor does what was learned tell of them
        correct_titles(agent)
        touches.refresh(agent.connection, agent.clock())
    forgetting.shred(agent.connection)
    audiences.discard_all(agent.loaded.database)  # nor do the dates that others derived from it
    return erased


def _redaction(agent: Agent, names: Sequence[str]) -> Callable[[str], str]:
    from capture.calendar.redaction import redacted  # noqa: PLC0415 - only when somebody is erased

    folded = [name.casefold() for name in names]

    def rewrite(text: str) -> str:
        keep_subjects = agent.config.store_subjects and not named_within(text, folded)
        return redacted(text, agent.never_log, keep_subjects)

    return rewrite
