"""What is older than an account's `keep` is erased, once a day at the end of a pass."""

from __future__ import annotations

from datetime import timedelta

from lasttouch.keeping.agent import Agent
from lasttouch.keeping.learning import relearn
from lasttouch.keeping.meetings import correct_titles
from store import audiences, deeds, forgetting, ingest, mailings, retention, settings, viewers
from store.retention import Gone
from store.rows import instant, timestamp
from store.transactions import writing

EVERY = timedelta(days=1)


def keep_no_longer(agent: Agent) -> None:
    """Erase it, where that was not done within a day."""
    for account in agent.config.accounts:
        if account.keep is None:
            continue
        name, moment = f"kept_since:{account.name}", agent.clock() - account.keep
        done = settings.read(agent.log, name)
        if done is not None and timedelta() <= moment - instant(int(done)) < EVERY:
            continue
        account_id = viewers.account_named(agent.log, account.name)
        with writing(agent.connection):
            gone = retention.erase_before(agent.connection, account_id, moment)
            derive_what_is_left(agent, gone)
            settings.write(agent.connection, name, str(timestamp(moment)))
            if gone.deleted or gone.left:
                detail = {"account": account.name, "deleted": gone.deleted, "left_to_others": gone.left}
                deeds.record(agent.connection, agent.clock(), 0, "keep", detail)
        if gone.deleted or gone.left:
            shred(agent)


def derive_what_is_left(agent: Agent, gone: Gone) -> None:
    """Within the caller's transaction, as where somebody is erased."""
    if gone.deleted or gone.left:
        ingest.rejudge(agent.connection, mailings.correct(agent.connection), agent.judge)
        relearn(agent.connection, agent.clock())
        correct_titles(agent)


def shred(agent: Agent) -> None:
    """Nothing of what is gone is left beside the log."""
    forgetting.shred(agent.connection)
    audiences.discard_all(agent.loaded.database)
