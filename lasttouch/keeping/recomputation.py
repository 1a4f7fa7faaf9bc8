"""All that is derived in the log, derived again from the facts."""

from __future__ import annotations

from lasttouch.keeping.agent import Agent
from lasttouch.keeping.learning import relearn
from lasttouch.keeping.meetings import correct_titles, expand_due
from matchers.mailings import subject_key
from store import addresses, bounces, conversations, facts, ingest, mailings, threads, touches

MOST_ROUNDS = 6  # of deriving everything, until nothing is different; two or three are what it takes


def recompute(agent: Agent) -> int:
    """Derive every judgement, match and touch from the facts, within a transaction; how many were
    different.

    Bounces, mailings and conversations hang on directions and matches that are decided in the same
    round: where anything was different, another round follows.
    """
    different = 0
    for _ in range(MOST_ROUNDS):
        in_this_round = _derive_once(agent)
        different += in_this_round
        if not in_this_round:
            break
    relearn(agent.connection, agent.clock())  # an estimate as of its making: never wrong, only older
    return different


def _derive_once(agent: Agent) -> int:
    connection = agent.connection
    mailings.give_keys(connection, lambda subject, to: subject_key(subject, to, agent.forgotten.key))
    mailings.correct(connection)  # a judgement that hangs on it is found different below
    different = ingest.rejudge(connection, facts.all_ids(agent.log), agent.judge)
    # which message a bounce speaks of may depend on directions that were decided just now
    different += ingest.rejudge(connection, sorted(bounces.all_concerned(agent.log)), agent.judge)
    different += addresses.rematch(connection, agent.book())
    different += expand_due(agent) + correct_titles(agent)
    moved = conversations.replace_all(connection).messages
    touches.forget_touches(connection, moved)
    different += len(moved) + threads.correct(connection)
    return different + touches.correct(connection, agent.clock())
