"""The targets' turns in the daemon: each is told by itself what moved, and keeps none of the others waiting."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from activity.errors import LasttouchError, SourceBusy
from lasttouch.configuration.target_options import Target
from lasttouch.keeping.agent import Agent
from store.database import database_errors

_log = logging.getLogger(__name__)


def tellers(agent: Agent) -> Mapping[str, Callable[[], None]]:
    """Target → its turn."""
    return {one.name: _Teller(agent, one) for one in agent.config.targets}


class _Teller:
    """Tells once of what fails, and once that it works again."""

    def __init__(self, agent: Agent, target: Target) -> None:
        self._agent = agent
        self._options = target
        self._failing = False

    def __call__(self) -> None:
        from lasttouch.outward.delivery import Delivery  # noqa: PLC0415 - where there are targets

        if self._agent.retired:
            return
        try:
            with database_errors(self._agent.loaded.database):
                outcome = Delivery(self._agent, self._options).drain()
        except SourceBusy:
            return
        name = self._options.name
        if outcome.error is not None:
            self._tell_of(outcome.error)
            return
        if self._failing and not outcome.idle:
            self._failing = False
            _log.info("target %s: works again", name)
        if outcome.done or outcome.blanked:
            _log.info("target %s: %d told, %d blanked, %d held back", name, outcome.done, outcome.blanked, outcome.held)
        for contact, why in outcome.refused.items():
            _log.warning("target %s: contact %d was refused: %s", name, contact, why)
        for one in outcome.edited:
            _log.warning("target %s: somebody edited our field of %s there", name, one.key)

    def _tell_of(self, error: LasttouchError) -> None:
        level = logging.INFO if self._failing else logging.WARNING
        hint = "" if self._failing or not error.hint else f" ({error.hint})"
        self._failing = True
        _log.log(level, "target %s: %s%s", self._options.name, error.message, hint)
