"""The one way from facts to a judgement, for mail and meetings alike, now or at any later time."""

from __future__ import annotations

from activity.facts import Facts, Judgement
from matchers.message import judge_mail
from matchers.notes import NOTED, judge_note
from matchers.occurrence import judge_meeting
from matchers.policy import Policy


def judge(facts: Facts, policy: Policy) -> Judgement:
    """What this activity is, and for whom of its participants it is a touch. Pure; no clock, no I/O."""
    if facts.kind == "email":
        return judge_mail(facts, policy)
    return judge_note(facts, policy) if NOTED in facts.evidence else judge_meeting(facts, policy)
