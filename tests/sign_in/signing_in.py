"""Accounts that sign in at a scripted server, and what is shown to holders of its tokens alone."""

from __future__ import annotations

from collections.abc import Callable

from graph_log import AtMicrosoft
from scripted_sign_in import SignInServer

import config_lines
from scripted_dav import Reply, Seen


class SigningIn(AtMicrosoft):
    """Accounts that sign in."""

    server: SignInServer

    def add(self, name: str, *sections: str, url: str = "", options: str = "", **more: object) -> None:
        said = {"provider": "microsoft", "client_id": "app", "tenant": "acme.example", "url": self.server.url,
                "ca_file": str(self.server.ca_file), **more}  # fmt: skip
        microsoft = config_lines.table("[accounts.microsoft]", url=url or self.graph.host, user=more.pop("user", None))
        said.pop("user", None)
        sign_in = config_lines.table("[accounts.sign_in]", **said)
        self.accounts[name] = config_lines.account(name, options, microsoft, sign_in, *sections, timezone="UTC")
        self.write()


def guarded(server: SignInServer, dav: Callable[[Seen], Reply]) -> Callable[[Seen], Reply]:
    """A server that answers whoever has a token of `server`'s."""

    def answer(seen: Seen) -> Reply:
        token = seen.headers.get("authorization", "").removeprefix("Bearer ")
        return dav(seen) if token in server.issued else Reply(401, headers={"WWW-Authenticate": "Bearer"})

    return answer
