"""Tokens for programs: made once, shown once, good for some doors and for some time, revoked at once.

Whoever holds one sees what its user sees, at the moment they ask. Only a hash of it is kept; there
is nothing to guess in 32 bytes of chance, so a plain one does.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Collection
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from activity.errors import LasttouchError, NotFound, NotPermitted, UsageError
from lasttouch.keeping.acting import become_administrator, become_asker
from lasttouch.keeping.agent import Agent
from lasttouch.keeping.reading import loaded
from lasttouch.keeping.viewing import is_administrator
from store import settings, tokens
from store.database import is_begun, open_for_reading
from store.log import Log
from store.said import ONE_KEEPER
from store.tokens import Token
from store.transactions import writing

SCOPES = ("read", "feed", "mcp")
LONGEST = timedelta(days=366)
_BEGINS = "lt_"  # by which those who look for lost secrets know one
_SHAPE = re.compile(r"lt_[A-Za-z0-9_-]{43}", re.ASCII)
_LONGEST_NAME = 100


class Unauthorized(LasttouchError):
    """No token that is good for this door; says nothing about why."""

    code = "unauthorized"


class Made(NamedTuple):
    """A new token; `secret` is shown this once."""

    token: Token
    secret: str


def become_holder(agent: Agent) -> None:
    """Whoever asks, who may be an administrator without a mailbox here. Raises NotPermitted."""
    if not become_administrator(agent):
        become_asker(agent)


def add(agent: Agent, name: str, scopes: Collection[str], good_for: timedelta) -> Made:
    """Raises UsageError, NotPermitted."""
    if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
        raise UsageError("a token needs a name, by which you know it again", "for example: lasttouch tokens add laptop")
    if not timedelta(minutes=1) <= good_for <= LONGEST:
        raise UsageError("a token is good for a minute at least and a year at most", "write for example --expires 90d")
    if settings.has_users(agent.log) and agent.user_id == ONE_KEEPER:
        raise NotPermitted("a token is one of the users', and you are none of them", "sign in as who shall hold it")
    if any(one.name == name for one in listed(agent) if one.user_id == agent.user_id):
        raise UsageError(f"you have a token named {name!r}", "revoke it first, or take another name")
    secret = _BEGINS + secrets.token_urlsafe(32)
    now = agent.clock()
    with writing(agent.connection):
        ordered = [one for one in SCOPES if one in scopes]
        number = tokens.add(agent.connection, _digest(secret), name, agent.user_id, ordered, now, now + good_for)
    (made,) = [one for one in listed(agent) if one.id == number]
    return Made(made, secret)


def listed(agent: Agent) -> list[Token]:
    """Those of whoever asks; an administrator is shown everybody's, none of which can be used."""
    return tokens.listed(agent.log, None if is_administrator(agent.log) else agent.user_id)


def revoke(agent: Agent, what: str) -> list[Token]:
    """Those of this number, or else of this name. Raises NotFound."""
    known = listed(agent)
    gone = [one for one in known if what.removeprefix("#") == str(one.id)] or [one for one in known if one.name == what]
    if not gone:
        raise NotFound(f"there is no token {what!r}", "see: lasttouch tokens list")
    with writing(agent.connection):
        tokens.revoke(agent.connection, [one.id for one in gone])
    return gone


def bearer(config: Path, secret: str, scope: str, now: datetime) -> str | None:
    """Whose token this is, None for one keeper's. Raises Unauthorized where it is not good for this door now."""
    if _SHAPE.fullmatch(secret) is None:
        raise _refused()
    database = loaded(config).database
    if not is_begun(database):
        raise _refused()
    with closing(open_for_reading(database)) as log:
        token = tokens.found(log, _digest(secret))
        if token is None or scope not in token.scopes or token.expires_at <= now or not _is_somebodys(log, token):
            raise _refused()
        return token.user


def _is_somebodys(log: Log, token: Token) -> bool:
    """Was it made by who may ask now? One keeper's is good as long as there is one keeper."""
    return token.is_users if settings.has_users(log) else token.user_id == ONE_KEEPER


def _refused() -> Unauthorized:
    return Unauthorized("this is for whoever has a token that is good for it", "lasttouch tokens add makes one")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
