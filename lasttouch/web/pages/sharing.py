"""What colleagues see of one's accounts, and who of them looked."""

from __future__ import annotations

from starlette.routing import Route

from activity.errors import NotFound, UsageError
from activity.sharing import Level
from lasttouch.keeping.access import accesses
from lasttouch.keeping.sharing import keep_private, share
from lasttouch.keeping.sharing import sharing as shared
from lasttouch.views.sharing import private_text
from lasttouch.web.asking import Asked, Change, Shown, button, changing, page
from lasttouch.web.sessions import Said

LEVELS = {
    Level.NONE: "nothing",
    Level.DATES: "when you were last and are next in touch",
    Level.WHO: "each touch, and the contacts in it",
    Level.SUBJECTS: "subjects as well",
}


def sharing(asked: Asked) -> Shown:
    if asked.log.scope.viewer is None:
        raise NotFound("nobody else asks this log", "a team's log names who does as [[users]] in the configuration")
    with changing(asked.site) as agent:
        return Shown(
            "sharing.html",
            {"given": shared(agent), "accesses": accesses(agent), "levels": LEVELS, "own": Level.OWN},
        )


def set_sharing(change: Change) -> Said:
    word = change.fields.get("level", "")
    known = {level.name.lower(): level for level in LEVELS}
    if word and word not in known:
        raise UsageError("there is no such level")
    share(change.agent, known.get(word), None, change.fields.get("account") or None)
    if not word:
        return Said("What the configuration says holds again.")
    return Said(f"Colleagues see of {change.fields.get('account') or 'yours'}: {LEVELS[known[word]]}, at most.")


def set_private(change: Change) -> Said:
    who, undo = change.fields.get("what", "").strip(), bool(change.fields.get("undo"))
    if not who:
        raise UsageError("say whom")
    return Said(private_text(keep_private(change.agent, who, undo), undo))


def routes() -> list[Route]:
    return [page("/sharing", sharing), button("/sharing/set", set_sharing), button("/sharing/private", set_private)]
